"""Whoever adds a kind of node is told what belongs to it."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any, get_args

import pytest

from ivr.book.book import Book, read_book
from ivr.flow.commands import Command, Now
from ivr.flow.node import Node, Scene
from ivr.flow.nodes import KINDS, AnyNode
from ivr.values.number import ANONYMOUS, parse
from tests.flow.play import CALL, NIGHT, NOON, OFFICE
from tests.flow.proof import every_result

from .code import ROOT, modules

# A caller who is on the demonstration's list of those we do not put through.
KNOWN = parse("+33639980001")
STRANGER = parse("0612345678")


@cache
def demo() -> Book:
    return read_book(ROOT)


def examples(kind: type[Node]) -> list[Node]:
    """The nodes of this kind that stand in the demonstration; its check has told those that no call comes to."""
    return [node for flow in demo().drawing.flows.values() for node in flow.nodes.values() if type(node) is kind]


def name_of(kind: type[Node]) -> str:
    """As people write it."""
    name: str = get_args(kind.model_fields["kind"].annotation)[0]
    return name


def test_the_list_of_kinds_is_whole() -> None:
    """One file each; the list and the union have the same."""
    files = {path.stem.rstrip("_") for path in modules("flow/nodes") if path.name != "__init__.py"}

    assert {name_of(kind) for kind in KINDS} == files
    assert set(get_args(get_args(AnyNode)[0])) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_described(kind: type[Node]) -> None:
    """A sentence for the kind and for each field: they become the manual."""
    undescribed = {name for name, field in kind.model_fields.items() if name != "kind" and not field.description}

    assert kind.__doc__
    assert kind.__doc__ != Node.__doc__
    assert undescribed == set()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_stands_in_the_demonstration(kind: type[Node]) -> None:
    """An example that must read, and that is called."""
    assert examples(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_left_by_every_exit_that_it_declares(kind: type[Node]) -> None:
    """And by no other than these and its own options, whatever is heard; or beyond its flow, as it says."""
    node = examples(kind)[0]
    taken: set[Any] = set()
    dice = random.Random(11)

    def one(choose: Callable[[int], int]) -> None:
        call = replace(CALL, caller=[ANONYMOUS, KNOWN, STRANGER][choose(3)])

        def told(command: Command[Any]) -> Any:
            if isinstance(command, Now):
                return [NOON, NIGHT][choose(2)]
            results = every_result(command)
            return results[choose(len(results))][0]

        calendars = dict.fromkeys(demo().calendars, OFFICE)
        talk = node.run(
            Scene(call, calendars, demo().lists, departments=demo().departments, mailboxes=demo().mailboxes)
        )
        try:
            command = next(talk)
            while True:
                command = talk.send(told(command))
        except StopIteration as stop:
            taken.add(stop.value)

    for _ in range(1500):
        one(dice.randrange)

    assert taken >= set(kind.leaves) - kind.optional
    assert taken <= {*kind.leaves, *node.doors()} if node.beyond() is None else {node.beyond()}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_tapes(kind: type[Node]) -> None:
    """Written by hand in tests/flow, where the kind and each of its exits are named."""
    written = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests" / "flow").glob("test_*.py")))
    missing = {leaf for leaf in kind.leaves if not re.search(rf'[":]{leaf}"', written)}

    assert f'"kind": "{name_of(kind)}"' in written
    assert missing - kind.optional == set()
