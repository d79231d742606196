"""Reading one file: text stays text, marks point at it, and nothing in a file can do harm."""

import os
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.book import source
from ivr.book.problems import Mark, Problem
from ivr.book.source import LARGEST, MOST, parsed, read
from ivr.book.tree import Mapping, Node, Scalar, Sequence, is_whole, mark_of


def tree_of(text: str) -> Node:
    """The tree of a text without problems."""
    problems: list[Problem] = []
    tree = parsed(text.encode(), "f", problems).tree
    assert problems == []
    assert tree is not None
    return tree


def told(text: str | bytes) -> list[str]:
    """The problems of a text, as shown."""
    problems: list[Problem] = []
    parsed(text if isinstance(text, bytes) else text.encode(), "f", problems)
    return list(map(str, problems))


WRITTEN = [
    "9:30",
    "12:30",
    "24:00",
    "08:30",
    "+33123456789",
    "0123456789",
    "0800",
    "no",
    "on",
    "yes",
    "NULL",
    "~",
    "2026-12-25",
    "3.10",
    "1e3",
    "0x1F",
    "1_000",
    ".inf",
    "0o17",
    "=",
    "true",
    "2026-12-25T10:00:00Z",
]


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("quotes", ["", "'", '"'])
def test_yaml_decides_no_type(written: str, quotes: str):
    """Hours, numbers and words are the text that was written, quoted or not, as values and as keys."""
    item = f"{quotes}{written}{quotes}"

    assert {"a": written, written: "b", "c": [written]} == tree_of(f"a: {item}\n{item}: b\nc: [{item}]").plain()


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing yet\n", "---\n", "---\n...\n", "\ufeff"])
def test_an_empty_file_is_a_mapping_without_keys(text: str):
    """A file whose lines are all comments is not a mistake."""
    assert Mapping(Mark("f")) == tree_of(text)


def test_marks_point_at_keys_values_and_entries():
    """Lines and columns count from 1; a byte order mark, tabs and accents do not shift them."""
    tree = tree_of("\ufeffé: été\nnodes:\r\n  a: {to: [x, y]}\n  b:\t|\n    text\n")
    nodes = tree.values["nodes"] if isinstance(tree, Mapping) else None

    assert isinstance(nodes, Mapping)
    assert {"a": Mark("f", 3, 3), "b": Mark("f", 4, 3)} == nodes.keys
    assert {"a": Mark("f", 3, 6), "b": Mark("f", 4, 6)} == {key: value.mark for key, value in nodes.values.items()}
    assert Mark("f", 1, 1) == mark_of(tree, ("é",))
    assert Mark("f", 3, 7) == mark_of(tree, ("nodes", "a", "to"))
    assert Mark("f", 3, 15) == mark_of(tree, ("nodes", "a", "to", 1))
    assert Mark("f", 3, 7) == mark_of(tree, ("nodes", "a", "to", 2)), "nothing there: the nearest thing above"


BROKEN = {
    "a: 1\nb: 2\na: 3\n": 'f:3:1: the key "a" is written twice; it is already at 1:1; keep one of the two',
    '{1: a, "1": b}': 'f:1:8: the key "1" is written twice; it is already at 1:2; keep one of the two',
    "a: &x b": 'f:1:4: the anchor "&x" is not allowed; remove it and write each value where it is used',
    "a: *x": 'f:1:4: the alias "*x" is not allowed; write the text itself here',
    "<<: {a: b}": 'f:1:1: the merge key "<<" is not allowed; write the keys themselves here',
    "a: !!python/name:os.system x": 'f:1:4: the tag "tag:yaml.org,2002:python/name:os.system" is not allowed; '
    "remove it: values are read as text and typed by their place",
    "a: !file x": 'f:1:4: the tag "!file" is not allowed; remove it: values are read as text and typed by their place',
    "a: !foo!bar x": 'f:1:4: a word that begins with "!" is a tag; remove it, or put the text in quotes',
    "? [a]\n: b": "f:1:3: a key cannot be a list or a mapping; write a word before the colon",
    "{{a: b}: c}": "f:1:2: a key cannot be a list or a mapping; write a word before the colon",
    '"": b': "f:1:1: a key is missing before this colon; write a word before it",
    "a:\nb: c": 'f:1:1: nothing is written after "a"; write a value or remove the key',
    "{open:welcome}": 'f:1:2: nothing is written after "open:welcome"; write a space after the colon: "open: welcome"',
    "a:\n-\n- b": "f:2:2: this entry of the list is empty; write a value or remove it",
    "---\na: b\n---\nc: d": 'f:3:1: a second document begins here; remove the line "---"',
    "a: b\n...\nc: d": "f:3:1: more text after the end of the document; "
    'remove the line "..." or whatever does not belong to the keys above',
    "\ta: b": "f:1:1: a tab is used to indent; indent with spaces",
    "a:\n\tb: c": "f:2:1: a tab is used to indent; indent with spaces",
    "a:\n  \tb: c": "f:2:3: a tab is used to indent; indent with spaces",
    "a: b\n\tc: d": "f:2:1: a tab is used to indent; indent with spaces",
    "a: Bonjour : ici": 'f:1:12: a second colon on this line; put a text that holds ": " in quotes',
    "start:hours\nb: c": 'f:2:2: the line above has no colon with a space after it; write "key: value"',
    "a: b\n  c: d": "f:2:4: this key is indented too far; begin it below the key that it belongs beside",
    "a:\n  b: c\n d: e": "f:3:2: this does not fit to the lines above; "
    "look at the indentation and at the quotes: an apostrophe inside '…' is written twice",
    "a: 'l'eau'": "f:1:7: this does not fit to the lines above; "
    "look at the indentation and at the quotes: an apostrophe inside '…' is written twice",
    "a: {b: c\nd: e": 'f:1:4: "{" is not closed before 2:2; separate the entries by ", " and close it with "}"',
    'a: "b\nc: d': "f:1:4: this quote is not closed; close it; an apostrophe inside '…' is written twice",
    "a: - b": "f:1:4: a list cannot begin on the line of its key; "
    "begin it on the next line, or put a text that begins with a dash in quotes",
    "a: !<>b": "f:1:6: this is not YAML: did not find expected tag URI (while parsing a tag); "
    "put texts with special signs in quotes",
    "a: @b": 'f:1:4: a text cannot begin with "@"; put it in quotes',
    "a: * b": 'f:1:5: a text cannot begin with "*" or "&"; put it in quotes',
    "a: ? b": 'f:1:4: a text cannot begin with "? "; put it in quotes',
    "a: ,": "f:1:4: a value cannot begin here like this; put it in quotes",
    'a: "\\q"': "f:1:5: a backslash that means nothing here; write the text in single quotes, or double the backslash",
    'a: "\\uZZ"': "f:1:7: a backslash that means nothing here; "
    "write the text in single quotes, or double the backslash",
    'a: "\\x1b[31m"': "f:1:4: this text holds a control character (U+001B); remove the escape",
    'a: "b\\r\\nc"': "f:1:4: this text holds a control character (U+000D); remove the escape",
    "a: b\nc: \x1b": "f:2:4: an invisible control character (U+001B); remove it",
    "a: \u2028": "f:1:4: an invisible control character (U+2028); remove it",
    "a: b\x00": "f:1:5: an invisible control character (U+0000); remove it",
}


@pytest.mark.parametrize(("text", "message"), BROKEN.items(), ids=list(BROKEN))
def test_each_mistake_has_its_sentence(text: str, message: str):
    """Exact place, what is wrong, what to do."""
    assert [message] == told(text)


def test_a_file_in_another_encoding():
    """The place of the first byte that is not UTF-8, counted in characters."""
    assert told("ok: été\nà: fêt".encode() + "é".encode("latin-1")) == [
        "f:2:7: byte 0xe9 is not UTF-8; save the file with the encoding UTF-8"
    ]


def test_reading_goes_on_after_a_mistake():
    """All mistakes of a file are told at once, and the rest of the tree is there."""
    problems: list[Problem] = []
    tree = parsed(b"a: 1\na: 2\nb:\n<<: *x\nc: {d: !x e}\n", "f", problems).tree

    assert [problem.rule for problem in problems] == ["IVR007", "IVR011", "IVR009", "IVR008"]
    assert tree is not None
    assert tree.plain() == {"a": "1", "b": "", "c": {"d": "e"}}
    assert not is_whole(tree)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: &a [x]\n" + "".join(f"{letter}: &{letter} [*a, *a]\n" for letter in "bcdefgh"),
            'f:1:4: the anchor "&a" is not allowed (and 21 more anchors, aliases or merge keys in this file); '
            "remove it and write each value where it is used",
        ),
        (
            "a: " + "[" * 5000 + "]" * 5000,
            "f:1:1003: so many levels inside one another cannot be read; flatten this part",
        ),
    ],
    ids=["laughs", "nesting"],
)
def test_a_bomb_is_one_problem_however_large(text: str, message: str):
    """Not one for each of its parts, and not the parser's own idea of it."""
    problems: list[Problem] = []
    parsed(text.encode(), "f", problems)

    assert [str(problem) for problem in problems] == [message]


LARGE = LARGEST - 100
BOMBS = {
    "merge keys": "a: &a {b: c}\n" + "".join(f"x{i}: &x{i} {{<<: [*a, *a, *a]}}\n" for i in range(500)),
    "laughs": "a0: &a0 x\n" + "".join(f"a{i + 1}: &a{i + 1} [{f'*a{i},' * 9}]\n" for i in range(300)),
    "nesting 500": "[" * 500 + "]" * 500,
    "brackets": "[" * LARGE,
    "braces": "{a: " * (LARGE // 4),
    "dashes": "- " * (LARGE // 2),
    "questions": "? " * (LARGE // 2),
    "stairs": "\n".join(" " * i + "-" for i in range(1400)),
    "entries": "[" + "a," * (LARGE // 2) + "]",
    "pairs": "a:\n" * (LARGE // 3),
    "documents": "---\n" * (LARGE // 4),
    "anchors": "".join(f"k{i}: &a{i} v\n" for i in range(24_000)),
    "doubles": "k: v\n" * 24_000 + "x: y: z",
    "quote": '"' + "a\n" * (LARGE // 2),
    "key": "k" * LARGE + ": v",
    "too large": "a: " + "b" * 3_000_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=list(BOMBS))
def test_bombs(text: str):
    """Every bomb ends in a problem, within a second, and with memory that follows the size of the file."""
    written = text.encode()
    problems: list[Problem] = []

    def seconds(name: str) -> float:  # by another name each time: what was just read would not be read anew
        problems.clear()
        began = time.process_time()
        parsed(written, name, problems)
        return time.process_time() - began

    tracemalloc.start()
    took = seconds("f")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    for name in "ghi":  # tracing takes its time, and a processor that others keep busy is slower than itself
        if took < 1:
            break
        took = min(took, seconds(name))

    assert problems
    assert took < 1
    assert peak < 40 * 1024 * 1024


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[" * 51 + "]" * 51, "f:1:51: more than 50 levels inside one another; flatten this part"),
        ("[" + "a," * MOST + "]", f"f:1:{2 * MOST}: more than {MOST} keys and values in one file; divide the file"),
        ("#" * (LARGEST + 1), "f:1:1: the file is larger than 1 MiB; divide it into several files"),
    ],
)
def test_one_more_than_the_limit(text: str, message: str):
    """A limit is told where it is passed."""
    assert [message] == told(text)


@pytest.mark.parametrize("text", ["[" * 50 + "]" * 50, "[" + "a," * (MOST - 1) + "]", "#" * LARGEST])
def test_exactly_the_limit(text: str):
    """A limit itself is allowed."""
    assert told(text) == []


def test_a_file_is_named_from_the_book(tmp_path: Path):
    """Names are those inside the book, so that messages are the same on every machine."""
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "a.yaml").write_text("flow: a\n")
    problems: list[Problem] = []

    found = read(tmp_path / "flows" / "a.yaml", tmp_path, problems)

    assert problems == []
    assert (found.file, found.text) == ("flows/a.yaml", "flow: a\n")
    assert (
        Mapping(
            Mark("flows/a.yaml", 1, 1),
            {"flow": Mark("flows/a.yaml", 1, 1)},
            {"flow": Scalar(Mark("flows/a.yaml", 1, 7), "a")},
        )
        == found.tree
    )


def test_files_that_cannot_be_read(tmp_path: Path):
    """Links out of the book, loops of links, directories, pipes and missing files are told, and nothing waits."""
    book = tmp_path / "book"
    book.mkdir()
    (tmp_path / "outside.yaml").write_text("a: b")
    (book / "out.yaml").symlink_to(tmp_path / "outside.yaml")
    (book / "dir").symlink_to(tmp_path)
    (book / "loop.yaml").symlink_to(book / "loop.yaml")
    (book / "folder.yaml").mkdir()
    os.mkfifo(book / "pipe.yaml")
    problems: list[Problem] = []

    names = ("out.yaml", "dir/outside.yaml", "../outside.yaml", "loop.yaml", "folder.yaml", "pipe.yaml", "gone.yaml")
    sources = [read(book / name, book, problems) for name in names]

    assert [found.tree for found in sources] == [None] * 7
    assert [problem.rule for problem in problems] == ["IVR001"] * 7
    assert [str(problem) for problem in problems if problem.file == "out.yaml"] == [
        "out.yaml:1:1: this link leads out of the book; put the file itself here"
    ]
    assert [str(problem) for problem in problems if problem.file == "pipe.yaml"] == [
        "pipe.yaml:1:1: this is not a file; remove it or rename it"
    ]
    assert (
        str(problems[-1])
    ) == "gone.yaml:1:1: the file cannot be read (No such file or directory); check that it exists and may be read"


def test_a_link_inside_the_book_is_read(tmp_path: Path):
    """Only what leads out is refused."""
    (tmp_path / "a.yaml").write_text("a: b")
    (tmp_path / "b.yaml").symlink_to("a.yaml")
    problems: list[Problem] = []

    assert read(tmp_path / "b.yaml", tmp_path, problems).tree.plain() == {"a": "b"}  # type: ignore[union-attr]
    assert problems == []


YAMLISH = st.text(st.sampled_from("ab0 \n\t:-?,[]{}&*!|>'\"#%@`\\~<=.é\u2028\x00\r")) | st.text()


@pytest.mark.parametrize("loader", [yaml.CSafeLoader, yaml.SafeLoader])
def test_any_text_gives_a_tree_or_problems(loader: type, monkeypatch: pytest.MonkeyPatch):
    """With libyaml and without, nothing raises; without a problem the tree is whole, and with one it may be not."""
    monkeypatch.setattr(source, "_LOADER", loader)

    @settings(max_examples=400)
    @given(YAMLISH)
    def prove(text: str) -> None:
        problems: list[Problem] = []
        tree = parsed(text.encode("utf-8", "surrogatepass"), "f", problems).tree
        assert problems or (tree is not None and is_whole(tree))
        lines = len(text.splitlines()) + 2
        assert all(1 <= problem.line <= lines and problem.column >= 1 for problem in problems)

    prove()


@given(st.binary())
def test_any_bytes_give_a_tree_or_problems(written: bytes):
    """A file may hold anything."""
    problems: list[Problem] = []

    assert (parsed(written, "f", problems).tree is not None) or problems


WORDS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\xa0"), min_size=1)
TREES = st.recursive(
    WORDS, lambda below: st.lists(below, max_size=4) | st.dictionaries(WORDS, below, max_size=4), max_leaves=20
)


def tokens(node: Node) -> Iterator[tuple[Mark, str]]:
    """Every key and scalar with its mark."""
    match node:
        case Scalar():
            yield node.mark, node.text
        case Sequence():
            for value in node.values:
                yield from tokens(value)
        case Mapping():
            yield from ((mark, key) for key, mark in node.keys.items())
            for value in node.values.values():
                yield from tokens(value)


@given(st.dictionaries(WORDS, TREES, max_size=5), st.sampled_from([True, False, None]))
def test_marks_point_at_what_was_written(book: dict[str, object], flow_style: bool | None):
    """The text at line:column begins with the key or value, or with its quote; and the text is read back."""
    text = yaml.safe_dump(book, allow_unicode=True, default_flow_style=flow_style, width=100_000)
    tree = tree_of(text)
    lines = text.split("\n")

    assert book == tree.plain()
    for mark, word in tokens(tree):
        rest = lines[mark.line - 1][mark.column - 1 :]
        assert rest.startswith((word, "'", '"', "? "))
        if not rest.startswith(("'", '"')):
            assert rest.startswith(word)
