"""Whom an agent parks waits in a slot, rings back, and goes on as if nobody had come; the law of the line holds."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.flow.commands import (
    Answer,
    Command,
    Dial,
    Dialled,
    Enqueue,
    Limit,
    Now,
    Play,
    Played,
    Queued,
    Reachable,
    Reached,
    Served,
    Talk,
    There,
)
from ivr.flow.line import Line
from ivr.flow.terms import Terms

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
PRICED = Terms(announcement="announcement/tried", beep="beep", limit=1800.0, unanswered_limit=30.0, park=90.0)
SLOT, BACK = Dial((), 90.0, music=True, slot="house-01"), Dial(("camille",), 20.0, music=True)
IN_VAIN = Dialled(Reached.NO_ANSWER)


def talked(agent: str, parked: str = "") -> Dialled:
    return Dialled(Reached.TALKED, agent, parked=parked)


def lived(terms: Terms, first: Dial | Enqueue, *came: Any) -> tuple[list[Command[Any]], Any]:
    """What the exchange is asked for when ``first`` is asked of the line, and what comes of it; each takes 100 s."""
    found: list[Any] = []
    asked: list[Command[Any]] = []
    results, now = list(came), AT

    def flow() -> Talk[None]:
        found.append((yield from first))
        yield from Play(("after",))

    talk = Line(terms).carry(flow())
    command = next(talk)
    try:
        while True:
            result: Any = None
            if isinstance(command, Now):
                result = now
            elif isinstance(command, Reachable):
                result = There(command.agents)
            elif isinstance(command, Play):
                result = Played()
            if isinstance(command, Dial | Enqueue):
                asked.append(command)
                result = results.pop(0)
                now += timedelta(seconds=100 if result.agent else 1)
            elif isinstance(command, Answer | Limit):
                asked.append(command)
            command = talk.send(result)
    except StopIteration:
        return asked, found[0] if found else None


def rung(asked: list[Command[Any]]) -> list[Command[Any]]:
    return [command for command in asked if isinstance(command, Dial)]


def test_who_dials_the_slot_takes_him() -> None:
    """The flow sees one talk, with who took him; nothing is answered, and the limit of the talk goes on."""
    first = Dial(("camille",), 25.0)
    asked, came = lived(PRICED, first, talked("camille", "house-01"), talked("karim"))

    assert came == Dialled(Reached.TALKED, "karim")
    assert rung(asked)[1:] == [SLOT]
    assert not [command for command in asked if isinstance(command, Answer)]
    assert [command.seconds for command in asked if isinstance(command, Limit)] == [1700.0]


def test_who_parked_him_rings_again_and_may_park_him_again() -> None:
    """When nobody has come; and again."""
    parks = talked("camille", "house-01")
    asked, came = lived(PRICED, Dial(("camille",), 25.0), parks, IN_VAIN, parks, talked("zoe"))

    assert came == Dialled(Reached.TALKED, "zoe")
    assert rung(asked)[1:] == [SLOT, BACK, SLOT]


@pytest.mark.parametrize(
    ("first", "parks", "gone"),
    [
        (Dial(("camille",), 25.0), talked("camille", "house-01"), Dialled(Reached.NO_ANSWER)),
        (
            Enqueue("parts", 60.0),
            Queued(Served.TALKED, "camille", waited=3.0, place=1, rang=("camille",), parked="house-01"),
            Queued(Served.TIMEOUT, waited=3.0, place=1, rang=("camille",)),
        ),
    ],
)
def test_who_is_taken_by_nobody_leaves_as_if_nobody_had_come(
    first: Dial | Enqueue, parks: Dialled | Queued, gone: Dialled | Queued
) -> None:
    """Of a transfer by `no_answer`, of a queue by `timeout`."""
    asked, came = lived(PRICED, first, parks, IN_VAIN, IN_VAIN)

    assert came == gone
    assert rung(asked)[-2:] == [SLOT, BACK]


def test_the_limit_cuts_who_is_parked_like_who_talks() -> None:
    """The call is over, and nobody rings."""
    cut = Dialled(Reached.TALKED, "karim", cut=True)
    asked, came = lived(PRICED, Dial(("camille",), 25.0), talked("camille", "house-01"), cut)

    assert came is None
    assert rung(asked)[1:] == [SLOT]


def test_nobody_is_parked_where_nobody_may_be_charged_for_waiting() -> None:
    """Agents there have no key for it."""
    for terms, parks in ((PRICED, True), (Terms(None, None, None, 30.0, free_wait=True), False)):
        for first in (Dial(("camille",), 25.0), Enqueue("parts", 60.0)):
            result = talked("camille") if isinstance(first, Dial) else Queued(Served.TALKED, "camille", waited=1.0)
            asked, _ = lived(terms, first, result)
            assert [one.parks for one in asked if isinstance(one, Dial | Enqueue)] == [parks]
