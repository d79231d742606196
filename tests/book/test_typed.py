"""From text to models: every mistake has its place and its sentence, and good text has its type."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from ivr.book.problems import Problem, in_order
from ivr.book.source import REMEMBERED, parsed
from ivr.book.tree import Mapping, Scalar
from ivr.book.typed import typed, understood
from ivr.book.wording import ELSEWHERE, PARKS
from ivr.flow.nodes import KINDS


class Written(BaseModel):
    """What people write."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Name = Annotated[str, Field(pattern="^[a-z][a-z0-9-]*$", examples=["after-sales"])]
Key = Annotated[str, Field(pattern="^[0-9*#]$", description="one key of the telephone")]


class Option(Written):
    to: Name


class Hours(Written):
    kind: Literal["hours"]
    calendar: Name
    hours: Annotated[int, Field(description="A field with the name of the kind.")] = 1
    exits: dict[Literal["open", "closed"], Name] = {}


class Say(Written):
    kind: Literal["say"]
    prompt: Name = Field(description="The prompt that is played.")
    exits: dict[str, Name] = {}


class Menu(Written):
    kind: Literal["menu"]
    prompt: Name
    options: dict[Key, Option]
    attempts: Annotated[int, Field(ge=1, le=5)] = 3
    agents: Name | tuple[Name, ...] = "camille"

    @model_validator(mode="after")
    def has_options(self) -> "Menu":
        if not self.options:
            raise ValueError("a menu without options; write at least one")
        return self


class Mode(StrEnum):
    FREE = "free"
    PLAIN = "plain"


class Flow(Written):
    flow: Name
    start: Name = Field(description="The node at which the call begins.")
    nodes: dict[Name, Annotated[Hours | Say | Menu, Field(discriminator="kind")]] = {}
    first: Annotated[Hours | Say, Field(discriminator="kind")] | None = None
    at: time = time(0)
    on: date = date(2026, 1, 1)
    price: Annotated[Decimal, Field(gt=0, decimal_places=2)] = Decimal(1)
    limit: int | None = None
    patience: Annotated[float, Field(ge=25, le=180)] = 30
    loud: bool = False
    mode: Mode = Mode.FREE
    wait: timedelta = timedelta(0)
    tags: Annotated[tuple[str, ...], Field(max_length=2)] = ()
    label: Annotated[str, Field(min_length=1, max_length=5)] = "x"


HEAD = "flow: support\nstart: hours\n"


def told(text: str, model: Any = Flow, where: str = "") -> list[str]:
    """What is said of a text, in order."""
    problems: list[Problem] = []
    tree = parsed(text.encode(), "f", problems).tree
    assert tree is not None
    assert typed(model, tree, where, problems) is None
    return list(map(str, in_order(problems)))


def test_what_no_words_were_found_for_is_told_all_the_same():
    """In pydantic's, as far as they can be read."""

    class Told(Written):
        id: UUID

    (said,) = told("id: seven", Told)
    assert said.startswith('f:1:5: id: "seven" does not fit here; it should be a valid UUID')


def test_a_list_whose_entries_are_wrong_is_not_called_too_short_as_well():
    """pydantic counts only those that are right."""

    class Told(Written):
        tags: Annotated[tuple[Key, ...], Field(min_length=1)]

    assert len(told("tags: [hello]", Told)) == 1
    assert told("tags: []", Told) == ["f:1:1: tags: too few entries: 0; write at least 1"]


def test_what_other_systems_call_a_kind_leads_to_one_of_ours():
    """And is none of ours itself."""
    ours = {kind.model_fields["kind"].annotation.__args__[0] for kind in KINDS}  # type: ignore[union-attr]
    theirs = [name for names in ELSEWHERE.values() for name in names]

    assert set(ELSEWHERE) <= ours
    assert ours.isdisjoint({*theirs, *PARKS})
    assert len(set(theirs)) == len(theirs)


def test_good_text_has_its_type():
    """Text becomes what the model says, and no problem is told."""
    problems: list[Problem] = []
    text = HEAD + (
        "at: 9:30\n".replace("9", "09")
        + "on: 2026-12-25\nprice: 0.80\nlimit: 60\nloud: no\nmode: plain\nwait: 00:00:30\n"
        "nodes:\n"
        "  hours: {kind: hours, calendar: office, exits: {open: menu, closed: closed}}\n"
        "  menu: {kind: menu, prompt: menu, agents: [karim, camille], options: {1: {to: closed}, '#': {to: menu}}}\n"
    )
    tree = parsed(text.encode(), "f", problems).tree
    assert tree is not None

    flow = typed(Flow, tree, "", problems)

    assert problems == []
    assert flow == Flow(
        flow="support",
        start="hours",
        at=time(9, 30),
        on=date(2026, 12, 25),
        price=Decimal("0.80"),
        limit=60,
        loud=False,
        mode=Mode.PLAIN,
        wait=timedelta(seconds=30),
        nodes={
            "hours": Hours(kind="hours", calendar="office", exits={"open": "menu", "closed": "closed"}),
            "menu": Menu(
                kind="menu",
                prompt="menu",
                agents=("karim", "camille"),
                options={"1": Option(to="closed"), "#": Option(to="menu")},
            ),
        },
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [("yes", True), ("No", False), ("true", True), ("FALSE", False), ("on", True), ("off", False), ("1", True)],
)
def test_yes_and_no(text: str, meant: bool):
    """The words of the docstring, in any case."""
    tree = parsed(f"loud: {text}".encode(), "f", []).tree
    assert tree is not None

    assert typed(TypeAdapter(dict[str, bool]), tree, "", []) == {"loud": meant}


BROKEN = {
    "flow: support": 'f:1:1: the key "start" is missing; add it: the node at which the call begins',
    HEAD + "lable: x": 'f:3:1: unknown key "lable"; did you mean "label"?',
    HEAD
    + "zzzzzzzz: x": 'f:3:1: unknown key "zzzzzzzz"; known keys: at, first, flow, label, limit, loud, mode, nodes, '
    "on, patience, price, start, …",
    HEAD + "at: 9:30": 'f:3:5: at: "9:30" is not a time of day; write 09:30',
    HEAD + "at: 18h": 'f:3:5: at: "18h" is not a time of day; write 18:00',
    HEAD + "at: 24:00": 'f:3:5: at: "24:00" is not a time of day; '
    "write hours and minutes from 00:00 to 23:59, such as 09:30",
    HEAD + "at: 0930": 'f:3:5: at: "0930" is not a time of day; '
    "write hours and minutes from 00:00 to 23:59, such as 09:30",
    HEAD + "on: 25/12/2026": 'f:3:5: on: "25/12/2026" is not a date; write 2026-12-25',
    HEAD + "on: Noël": 'f:3:5: on: "Noël" is not a date; write year-month-day, such as 2026-12-25',
    HEAD + "price: 0,35 €": 'f:3:8: price: "0,35 €" is not a number; write 0.35',
    HEAD + "price: cheap": 'f:3:8: price: "cheap" is not a number; write digits with a point, such as 0.35',
    HEAD + "price: NaN": 'f:3:8: price: "NaN" is not a number; write digits with a point, such as 0.35',
    HEAD + "price: 0": 'f:3:8: price: "0" is too small; write more than 0',
    HEAD + "price: 0.125": 'f:3:8: price: "0.125" has too many decimals; write at most 2',
    HEAD + "limit: ten": 'f:3:8: limit: "ten" is not a whole number; write digits only, such as 3',
    HEAD + "limit: 1 000": 'f:3:8: limit: "1 000" is not a whole number; write 1000',
    HEAD + "patience: 1": 'f:3:11: patience: "1" is too small; write 25 or more',
    HEAD + "limit: null": 'f:3:8: limit: "null" is not a whole number; write digits only, such as 3',
    HEAD + "loud: oui": 'f:3:7: loud: "oui" is not yes or no; write yes',
    HEAD + "loud: maybe": 'f:3:7: loud: "maybe" is not yes or no; write yes or no',
    HEAD + "mode: fre": 'f:3:7: mode: "fre" is not known here; did you mean "free"?',
    HEAD + "mode: gold": 'f:3:7: mode: "gold" is not known here; write one of: free, plain',
    HEAD + "wait: soon": 'f:3:7: wait: "soon" is not a duration; write hours:minutes:seconds, such as 00:00:30',
    HEAD + "label: ''": 'f:3:8: label: "" is too short; write at least 1 characters',
    HEAD + "label: too long": 'f:3:8: label: "too long" is too long; write at most 5 characters',
    HEAD + "tags: [a, b, c]": "f:3:1: tags: too many entries; write at most 2",
    HEAD + "tags: a": 'f:3:7: tags: "a" is one value where a list is expected; write [a]',
    HEAD + "tags: a, b": 'f:3:7: tags: "a, b" is one value where a list is expected; write [a, b]',
    HEAD + "tags: 'a: [b'": 'f:3:7: tags: "a: [b" is one value where a list is expected; '
    'begin a new line with "- " for each entry',
    HEAD + "tags:\n  a: b": 'f:3:1: tags: keys where a list is expected; begin each entry with "- "',
    HEAD + "label: [a]": "f:3:1: label: a list where one value is expected; "
    "write the value alone, without dash or brackets",
    HEAD + "limit: {a: b}": "f:3:1: limit: keys where one value is expected; "
    "write the value alone, without keys or braces",
    HEAD + "mode: [free]": "f:3:1: mode: a list where one value is expected; "
    "write the value alone, without dash or brackets",
    HEAD + "nodes: hours": 'f:3:8: nodes: "hours" is one value where keys are expected; '
    'write lines of the form "key: value" under it',
    HEAD + "nodes:\n- a: b": "f:3:1: nodes: a list where keys are expected; "
    'write lines of the form "key: value", without dashes or brackets',
    HEAD + "nodes:\n  a:\n    kind:say": 'f:5:5: nodes.a: "kind:say" is one value where keys are expected; '
    'write a space after the colon: "kind: say"',
    HEAD + "nodes: {A B: {kind: say, prompt: x}}": 'f:3:9: nodes.A B: "A B" is not written as it must be here; '
    'write it like "after-sales"',
    HEAD + "nodes: {a: {kind: mneu}}": 'f:3:19: nodes.a.kind: unknown kind "mneu"; did you mean "menu"?',
    HEAD + "nodes: {a: {kind: fax}}": 'f:3:19: nodes.a.kind: unknown kind "fax"; write one of: hours, menu, say',
    HEAD + "nodes: {a: {kind: [say]}}": "f:3:19: nodes.a.kind: a list where one value is expected; "
    "write the value alone, without dash or brackets",
    HEAD + "nodes: {a: {prompt: x}}": 'f:3:9: nodes.a: the key "kind" is missing; write one of: hours, menu, say',
    HEAD + "nodes: {a: {kind: say}}": 'f:3:9: nodes.a: the key "prompt" is missing; add it: the prompt that is played',
    HEAD + "nodes: {say: {kind: say, prompt: x, say: x}}": 'f:3:37: nodes.say: unknown key "say"; '
    "known keys: exits, kind, prompt",
    HEAD + "nodes: {hours: {kind: hours, calendar: a, hours: x}}": 'f:3:50: nodes.hours.hours: "x" is not a whole '
    "number; write digits only, such as 3",
    HEAD + "nodes: {a: {kind: hours, calendar: a, exits: {opne: b}}}": 'f:3:47: nodes.a.exits.opne: "opne" is not '
    'known here; did you mean "open"?',
    HEAD + "nodes: {a: {kind: menu, prompt: x, options: {}}}": "f:3:9: nodes.a: a menu without options; "
    "write at least one",
    HEAD + "nodes: {a: {kind: menu, prompt: x, options: {10: {to: b}}}}": 'f:3:46: nodes.a.options.10: "10" is not '
    "written as it must be here; one key of the telephone",
    HEAD + "nodes: {a: {kind: menu, prompt: x, options: {1: b}}}": 'f:3:49: nodes.a.options.1: "b" is one value where '
    "keys are expected; known keys: to",
    HEAD
    + "nodes: {a: {kind: menu, prompt: x, attempts: 9, options: {1: {to: b}}}}": 'f:3:46: nodes.a.attempts: "9" is '
    "too large; write 5 or less",
    HEAD
    + "nodes: {a: {kind: menu, prompt: x, agents: A B, options: {1: {to: b}}}}": 'f:3:44: nodes.a.agents: "A B" is '
    'not written as it must be here; write it like "after-sales"',
    HEAD + "nodes: {a: {kind: menu, prompt: x, agents: [b, A B], options: {1: {to: b}}}}": "f:3:48: nodes.a.agents.1: "
    '"A B" is not written as it must be here; write it like "after-sales"',
    HEAD + "first: {kind: sya}": 'f:3:15: first.kind: unknown kind "sya"; did you mean "say"?',
    HEAD + "first: {kind: say, prompt: x, promt: y}": 'f:3:31: first: unknown key "promt"; did you mean "prompt"?',
    "- a": 'f:1:1: a list where keys are expected; write lines of the form "key: value", without dashes or brackets',
    "flow:support": 'f:1:1: "flow:support" is one value where keys are expected; '
    'write a space after the colon: "flow: support"',
}


@pytest.mark.parametrize(("text", "message"), BROKEN.items(), ids=list(BROKEN))
def test_each_mistake_has_its_sentence(text: str, message: str):
    """Exact place, what is wrong, what to do; and nothing else is told."""
    assert told(text) == [message]


def test_where_begins_with_the_name_of_the_tree():
    """The words of the caller come first, the way to the value after them."""
    assert told(HEAD + "limit: x", where="flow support")[0].startswith('f:3:8: flow support, limit: "x" is not')
    assert told("flow: support", where="flow support")[0].startswith('f:1:1: flow support: the key "start" is')


def test_all_mistakes_of_all_floors_are_told_at_once():
    """Reading and typing add to the same list; nothing hides anything else."""
    nodes = "  a: {kind: say, promt: y}\n  b: {kind: fax}\n  c: {kind: say, prompt: }\n"
    text = f"flow: A B\nflow: c\nstrat: x\nnodes:\n{nodes}"

    assert told(text) == [
        'f:1:1: the key "start" is missing; add it: the node at which the call begins',
        'f:1:7: flow: "A B" is not written as it must be here; write it like "after-sales"',
        'f:2:1: the key "flow" is written twice; it is already at 1:1; keep one of the two',
        'f:3:1: unknown key "strat"; did you mean "start"?',
        'f:5:3: nodes.a: the key "prompt" is missing; add it: the prompt that is played',
        'f:5:18: nodes.a: unknown key "promt"; did you mean "prompt"?',
        'f:6:13: nodes.b.kind: unknown kind "fax"; write one of: hours, menu, say',
        'f:7:18: nothing is written after "prompt"; write a value or remove the key',
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "limit:", 'f:3:1: nothing is written after "limit"; write a value or remove the key'),
        (HEAD + "nodes: {a: {kind: }}", 'f:3:13: nothing is written after "kind"; write a value or remove the key'),
        ("flow: a\n? [start]\n: b", "f:2:3: a key cannot be a list or a mapping; write a word before the colon"),
        (HEAD + "tags:\n- a\n-\n", "f:5:2: this entry of the list is empty; write a value or remove it"),
        (HEAD + "<<: {a: b}", 'f:3:1: the merge key "<<" is not allowed; write the keys themselves here'),
        ("flow: a\nstart: b\nlabel:", 'f:3:1: nothing is written after "label"; write a value or remove the key'),
    ],
)
def test_what_could_not_be_read_is_not_told_twice(text: str, message: str):
    """A value that was refused when reading is neither wrong nor missing, and there is no model."""
    assert told(text) == [message]


def test_a_model_that_is_not_a_class():
    """A type adapter reads a file of free names; a place in a list is named by its number."""
    model = TypeAdapter(dict[Name, list[Option]])

    assert told("a:\n- to: b\n- too: c\n", model) == [
        'f:3:3: a.1: the key "to" is missing; add it',
        'f:3:3: a.1: unknown key "too"; did you mean "to"?',
    ]


def one_or_many(value: Any) -> Any:
    """One thing may be written without the dash of a list."""
    return value if isinstance(value, list) else [value]


class Speech(Written):
    says: Annotated[tuple[Name | Option, ...], BeforeValidator(one_or_many)]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("says: A B", ['f:1:7: says: "A B" is not written as it must be here; write it like "after-sales"']),
        ("says: [a, A B]", ['f:1:11: says.1: "A B" is not written as it must be here; write it like "after-sales"']),
        (
            "says: {too: a}",
            ['f:1:1: says: the key "to" is missing; add it', 'f:1:8: says: unknown key "too"; did you mean "to"?'],
        ),
        (
            "says: [{too: a}]",
            ['f:1:8: says.0: the key "to" is missing; add it', 'f:1:9: says.0: unknown key "too"; did you mean "to"?'],
        ),
    ],
)
def test_one_value_taken_for_a_list_of_one(text: str, messages: list[str]):
    """A place in a list that nobody wrote is not told, and a union tells only what was meant."""
    assert told(text, Speech) == messages


class Branch(Written):
    name: Name
    below: "list[Branch]" = []


def test_models_that_hold_themselves():
    """A reference to the model itself is followed as deep as people wrote."""
    assert told("name: a\nbelow:\n- name: b\n  below: [{name: c, belwo: []}]\n", Branch) == [
        'f:4:21: below.0.below.0: unknown key "belwo"; did you mean "below"?'
    ]


KEYS = st.sampled_from([*Flow.model_fields, *Menu.model_fields, "hours", "kind", "[key]", "x", "1", "to"])
VALUES = st.sampled_from(["hours", "say", "menu", "x", "9:30", "1", "A B", "", "oui"]) | st.text(max_size=3)
TREES = st.recursive(
    VALUES, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=5), max_leaves=30
)


def flow_yaml(value: object) -> str:
    """``value`` in YAML's brackets, every text in double quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {flow_yaml(below)}' for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow_yaml, value)) + "]"
    escaped = "".join(c if c.isascii() and c.isalnum() else f"\\U{ord(c):08X}" for c in str(value))
    return f'"{escaped}"'


def marks(node: object) -> Iterator[tuple[int, int]]:
    """Every place that a problem may point at."""
    if isinstance(node, Scalar):
        yield node.mark.line, node.mark.column
        return
    yield node.mark.line, node.mark.column  # type: ignore[attr-defined]
    if isinstance(node, Mapping):
        yield from ((mark.line, mark.column) for mark in node.keys.values())
    for value in node.values.values() if isinstance(node, Mapping) else node.values:  # type: ignore[attr-defined]
        yield from marks(value)


@settings(deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=6))
def test_any_tree_gives_a_model_or_problems_at_places_that_exist(written: dict[str, object]):
    """Whatever people write where, nothing raises, and each problem points at a key or value."""
    problems: list[Problem] = []
    tree = parsed(flow_yaml(written).encode(), "f", problems).tree
    assert tree is not None

    flow = typed(Flow, tree, "", problems)

    assert (flow is None) == bool(problems)
    assert {(problem.line, problem.column) for problem in problems} <= set(marks(tree))
    assert all("Input should" not in str(problem) for problem in problems)


def test_what_a_file_meant_is_remembered_with_its_text_and_its_name() -> None:
    """The same file is not understood anew; another text, another file and another model are."""

    def read(written: str, file: str = "f", model: type[object] = Say) -> tuple[object, list[Problem]]:
        problems: list[Problem] = []
        return understood(model, parsed(written.encode(), file, problems), problems), problems

    good, bad = "kind: say\nprompt: welcome", "kind: say\nprompt: 7"

    assert read(good)[0] is read(good)[0]
    assert read(good)[0] == Say(kind="say", prompt="welcome")
    assert read("kind: say\nprompt: closed")[0] == Say(kind="say", prompt="closed")
    assert read(good, model=Option)[0] is None
    assert [problem.file for file in ("f", "g", "f") for problem in read(bad, file)[1]] == ["f", "g", "f"]
    assert read("a: [")[0] is None


def test_of_a_large_file_nothing_is_remembered() -> None:
    """Nor is its tree."""
    source = parsed(("a: b\n" + "#" * REMEMBERED).encode(), "f", [])

    assert understood(dict[str, str], source, []) == {"a": "b"}
    assert understood(dict[str, str], source, []) is not understood(dict[str, str], source, [])
