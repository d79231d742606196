"""What Asterisk reports of calls that have ended, sorted to the calls that wait for it; whatever it may say."""

from datetime import UTC, datetime, timedelta

import pytest

from ivr.asterisk.tolls import EVENT, Tolls, toll
from ivr.service.ports import Toll

ANSWERED = datetime.fromtimestamp(1795000010.5, UTC)
ENDED = {"UserEvent": "IvrEnded", "Call": "17.1", "Answered": "1795000010.500000", "Spoken": "83000"}


async def test_a_toll_comes_to_its_call() -> None:
    """And to no other that waits."""
    tolls = Tolls()
    mine, other = tolls.expect("17.1"), tolls.expect("17.10")
    tolls.hear(EVENT, ENDED)

    assert mine.result() == Toll(ANSWERED, timedelta(seconds=83))
    assert not other.done()


@pytest.mark.parametrize(
    ("headers", "dialled", "queued"),
    [
        ({"Dialled": "PJSIP/camille-0000002a", "Member": ""}, "camille", None),
        ({"Dialled": "Local/anne-lise@reach-0000002a;1"}, "anne-lise", None),
        ({"Dialled": "", "Member": "odile"}, None, "odile"),
    ],
)
async def test_it_says_who_took_the_call(headers: dict[str, str], dialled: str | None, queued: str | None) -> None:
    """By a channel's name where Dial rang, by a member's where a queue did."""
    tolls = Tolls()
    mine = tolls.expect("17.1")
    tolls.hear(EVENT, ENDED | headers)

    assert mine.result() == Toll(ANSWERED, timedelta(seconds=83), dialled, queued)


@pytest.mark.parametrize(
    ("headers", "waited", "place"),
    [
        ({"Waited": "6250", "Place": "2"}, 6.25, 2),
        ({"Answered": "0", "Spoken": "0", "Waited": "6250", "Place": "2"}, 6.25, 2),
        ({"Waited": "", "Place": ""}, None, None),
        ({"Waited": "-1", "Place": "last"}, None, None),
    ],
)
async def test_it_says_how_long_he_waited(headers: dict[str, str], waited: float | None, place: int | None) -> None:
    """Also of a call that was never answered."""
    tolls = Tolls()
    mine = tolls.expect("17.1")
    tolls.hear(EVENT, ENDED | headers)

    assert (mine.result().waited, mine.result().place) == (waited, place)


@pytest.mark.parametrize(
    "headers",
    [
        {**ENDED, "Call": "17.2"},
        {**ENDED, "UserEvent": "SomethingElse"},
        {name: value for name, value in ENDED.items() if name != "Call"},
        {name: value for name, value in ENDED.items() if name != "UserEvent"},
        {},
    ],
    ids=["another call", "another event", "no call", "no name", "nothing"],
)
async def test_what_is_not_about_us_is_not_heard(headers: dict[str, str]) -> None:
    """The exchange may carry calls that are not ours, and dialplans that send events of their own."""
    tolls = Tolls()
    mine = tolls.expect("17.1")
    tolls.hear(EVENT, headers)

    assert not mine.done()


async def test_a_call_is_told_once() -> None:
    """A second event changes nothing, nor does one for a call that nobody waits for any more, or whose wait is over."""
    tolls = Tolls()
    mine, left, forgotten = tolls.expect("17.1"), tolls.expect("17.2"), tolls.expect("17.3")
    left.cancel()
    tolls.forget("17.3")
    for call in ("17.1", "17.2", "17.3"):
        tolls.hear(EVENT, {**ENDED, "Call": call})
        tolls.hear(EVENT, {**ENDED, "Call": call, "Answered": "0"})
    tolls.forget("17.3")

    assert mine.result() == Toll(ANSWERED, timedelta(seconds=83))
    assert left.cancelled()
    assert not forgotten.done()


@pytest.mark.parametrize("answered", ["0", "0.000000", "", "never", "nan", "1e300", "-1795000010"])
def test_a_call_that_was_never_answered_costs_nothing(answered: str) -> None:
    """Nonsense is no answer either: what we measured ourselves then counts."""
    assert toll(answered, "83000") == Toll(None, None)


@pytest.mark.parametrize("spoken", ["never", "nan", "inf", "1e300", "-1"])
def test_a_length_that_is_none_is_not_believed(spoken: str) -> None:
    """Nor is the answer that came with it."""
    assert toll("1795000010.5", spoken) == Toll(None, None)


@pytest.mark.parametrize(("spoken", "seconds"), [("0", 0.0), ("", 0.0), ("83000", 83.0), ("41.5", 0.0415)])
def test_a_length_is_in_milliseconds(spoken: str, seconds: float) -> None:
    """With a fraction, if there is one; an answer and a hang-up may be one."""
    assert toll("1795000010.5", spoken) == Toll(ANSWERED, timedelta(seconds=seconds))
