"""Tests that go on side by side on one stack: each mostly waits, and asks nothing that those beside it could change.

Each is a test of its own for all that, with its own verdict.  The first of a group that is due begins the others too,
in threads; when their turn comes, they have been going on, or are over.
"""

import inspect
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from itertools import chain
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

import pytest

from tests.live.demanding import TEST
from tests.live.stack import Stack

LANES: dict[str, tuple[tuple[str, ...], ...]] = {
    "transfers": (
        (
            "test_transfers::test_an_agents_phone_that_dies",
            "test_transfers::test_one_after_the_other",
        ),
        ("test_conversations::test_who_refuses", "test_conversations::test_a_talk"),
        ("test_crisis",),
        ("test_studio",),
    ),
    "ceilings": (
        ("test_limits::test_a_caller_is_warned",),
        ("test_nuisance::test_who_was_noted", "test_nuisance::test_the_right_key", "test_nuisance::test_who_calls"),
        (
            "test_queues::test_where_the_carrier_bears",
            "test_limits::test_who_waits_longer",
            "test_queues::test_waiting_is_free",
            "test_limits::test_no_price",
        ),
        (
            "test_voicemail",
            "test_values",
            "test_tariffs::test_a_name_in_front",
        ),
    ),
    "queues": (
        ("test_queues::test_an_agents_phone_that_dies_while_he_is_told",),
        ("test_callbacks::test_who_leaves_a_queue", "test_duty::test_codes", "test_duty::test_nobody_else"),
        ("test_callbacks::test_a_caller_who_is_called_first_is_called", "test_callbacks::test_who_is_called_back"),
        (
            "test_queues::test_every_way_out",
            "test_queues::test_who_calls_again",
            "test_queues::test_who_refuses",
            "test_queues::test_who_needs_a_skill",
            "test_music",
        ),
    ),
    "deaths": (
        ("test_callbacks::test_an_agents_phone",),
        ("test_parking", "test_queues::test_an_agents_phone_that_dies_while_it_rings"),
        ("test_transfers::test_who_picks_up", "test_transfers::test_of_two_who_ring"),
    ),
    "edits": (
        # Only these of this group edit the book.
        (
            "test_trunks::test_a_caller_is_put_through",
            "test_callbacks::test_a_caller_who_is_called_first_is_put",
            "test_softphone::test_softphones",
            "test_browser",
            "test_softphone::test_a_trunk",
        ),
        ("test_queues::test_who_leaves_by_his_key",),
        ("test_reached", "test_directory", "test_limits::test_music", "test_tariffs::test_a_free_number",
         "test_tariffs::test_what_the_operator"),
    ),
}  # fmt: skip
"""By group its lanes: those go on at the same time, the tests of one lane, which share agents or take phones enough for
two, one after the other, the longest lane first.  Tests by file, or by the beginning of their names.  Not among them is
who sets the clock, ends a container, counts channels, waits until there are none, or holds an estimate to what comes.
"""

GIVEN = {"stack", "tmp_path"}
"""The fixtures that such a test may ask for."""


def unknown(nodeids: Iterable[str]) -> set[str]:
    """The names above by which none of all these tests begins."""
    names = list(map(_name, nodeids))
    lanes = chain.from_iterable(LANES.values())
    return {one for one in chain.from_iterable(lanes) if not any(name.startswith(one) for name in names)}


def _name(nodeid: str) -> str:
    file, _, test = nodeid.partition("::")
    return f"{PurePosixPath(file).stem}::{test}"


def place(nodeid: str) -> tuple[str, int, int] | None:
    """The group of a test, its lane, and its place in that; ``None``: it has the stack for itself."""
    name = _name(nodeid)
    for group, lanes in LANES.items():
        for lane, tests in enumerate(lanes):
            for turn, begins in enumerate(tests):
                if name.startswith(begins):
                    return group, lane, turn
    return None


class Beside:
    """Those of one run that have been begun."""

    def __init__(self) -> None:
        self._begun: dict[str, Future[None]] = {}

    def attend(self, item: pytest.Function, stack: Stack) -> None:
        """Wait for the end of a test, begun with its group when it was not yet; raises what was wrong."""
        if item.nodeid not in self._begun:
            self._begin(item, stack)
        self._begun[item.nodeid].result()

    def _begin(self, item: pytest.Function, stack: Stack) -> None:
        (group, *_) = _place(item)
        lanes: dict[int, list[pytest.Function]] = {}
        for other in item.session.items:
            if (its := place(other.nodeid)) and its[0] == group and isinstance(other, pytest.Function):
                lanes.setdefault(its[1], []).append(other)
        for tests in lanes.values():
            tests.sort(key=lambda one: _place(one))
            futures = {one.nodeid: Future[None]() for one in tests}
            self._begun |= futures
            threading.Thread(target=_run, args=(stack, tests, list(futures.values())), daemon=True).start()


def _place(item: pytest.Item) -> tuple[str, int, int]:
    its = place(item.nodeid)
    assert its is not None
    return its


def _run(stack: Stack, tests: Sequence[pytest.Function], futures: Sequence["Future[None]"]) -> None:
    """One lane."""
    for test, future in zip(tests, futures, strict=True):
        TEST.set(test.nodeid.rpartition("/")[2])
        try:
            future.set_result(_call(test, stack))
        except BaseException as wrong:  # noqa: BLE001 - raised where it is waited for
            future.set_exception(wrong)


def _call(test: pytest.Function, stack: Stack) -> None:
    wanted = inspect.signature(test.obj).parameters
    assert {*wanted} <= GIVEN, f"{test.nodeid} asks for more than {GIVEN}"
    given = {"stack": stack, "tmp_path": Path(mkdtemp(dir=stack.settings.state))}
    test.obj(**{name: given[name] for name in wanted})
