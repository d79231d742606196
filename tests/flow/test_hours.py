"""Hours by tape: each way of being closed has an exit, overrides are asked first; and the switch that makes them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from ivr.flow.commands import Ask, Gather, Hangup, Heard, Need, Now, Play, Played
from ivr.flow.errands import Overridden, Override, Overrule, Verify
from ivr.flow.flow import Flow
from ivr.flow.node import Scene, Slot
from ivr.flow.tape import Entry
from ivr.flow.walk import walk
from ivr.service.pins import MOST_WRONG, PERIOD, GuardedPins
from ivr.values.calendar import Calendar, DayRule, Period
from ivr.values.hidden import Hidden

from .play import CALENDARS, CALL, NIGHT, NOON, OFFICE, PARIS, Script, flow_of, play

BYE = {"kind": "bye"}
END = (Hangup(), None)
WORK = (Period(540, 720), Period(840, 1080))
FIRM = Calendar(
    "office",
    PARIS,
    dict.fromkeys(range(5), WORK),
    {
        date(2026, 12, 24): DayRule(WORK[:1], "exception: eve"),
        date(2026, 12, 31): DayRule((), "exception: stock", exit="inventory", prompt="closed-inventory"),
    },
    "fr",
    bridges=True,
)
FIRMS = {"office": FIRM}
OPTIONAL = ("pause", "holiday", "exception", "override", "inventory")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def hours(*linked: str) -> Flow:
    """An hours node with exits of these names, each to a node of the same name."""
    exits = {leaf: leaf for leaf in ("open", "closed", *linked)}
    return flow_of({"hours": {"kind": "hours", "calendar": "office", "exits": exits}} | dict.fromkeys(exits, BYE))


def asked(instant: datetime, override: Override | None = None) -> Script:
    return [(Overridden("office"), override), (Now(), instant)]


SHUT, OPENED = Override(False, "leak"), Override(True, "fair")
MOMENTS = {
    "open": ("2026-12-23T10:00", None, "open", "open"),
    "open on an exception's day": ("2026-12-24T10:00", None, "open", "open"),
    "open by hand": ("2026-12-25T10:00", OPENED, "open", "open"),
    "closed": ("2026-12-23T19:00", None, "closed", "closed"),
    "pause": ("2026-12-23T13:00", None, "pause", "closed"),
    "holiday": ("2026-12-25T10:00", None, "holiday", "closed"),
    "bridge": ("2026-05-15T10:00", None, "holiday", "closed"),
    "exception": ("2026-12-24T15:00", None, "exception", "closed"),
    "exit of its own": ("2026-12-31T10:00", None, "inventory", "closed"),
    "closed by hand": ("2026-12-23T10:00", SHUT, "override", "closed"),
    "closed by hand over an exception": ("2026-12-31T10:00", SHUT, "override", "closed"),
}


@pytest.mark.parametrize("name", MOMENTS)
def test_hours_leaves_by_what_closed_it_where_that_is_linked(name: str) -> None:
    """Every opening is `open`; every way of being closed is `closed` where it has no exit of its own."""
    instant, override, linked, bare = MOMENTS[name]
    script = [*asked(at(instant), override), END]

    assert play(hours(*OPTIONAL), script, FIRMS) == [f"hours:{linked}", f"{linked}:done"]
    assert play(hours(), script, FIRMS) == [f"hours:{bare}", f"{bare}:done"]


def test_an_exit_of_its_own_that_is_not_linked_is_an_exception_like_others() -> None:
    """And only then closed."""
    script = [*asked(at("2026-12-31T10:00")), END]

    assert play(hours("exception"), script, FIRMS) == ["hours:exception", "exception:done"]


REOPENS = flow_of({"bye": BYE | {"prompt": ["closed", {"reopens": "office"}]}})


@pytest.mark.parametrize(
    ("override", "names"),
    [
        (None, "tomorrow at-0900"),
        (SHUT, ""),  # nobody knows
        (Override(False, "leak", at("2026-12-24T08:00")), "tomorrow at-0900"),  # over before we open
        (Override(False, "leak", at("2026-12-24T10:00")), "tomorrow at-1000"),
        (Override(False, "leak", at("2026-12-24T10:07")), "tomorrow at-1030"),  # the next half hour: it has a sound
        (Override(False, "leak", at("2026-12-24T23:59")), "monday at-0900"),
        (Override(False, "leak", at("2026-12-25T00:00")), "monday at-0900"),
        (OPENED, ""),
    ],
)
def test_a_reopening_is_that_after_the_override(override: Override | None, names: str) -> None:
    """Closed by hand until an instant: we open again then, or with the first hours after it."""
    slots = tuple(f"slot/{name}" for name in names.split())
    script = [*asked(at("2026-12-23T19:00"), override), (Play(("closed", *slots)), Played()), END]

    assert play(REOPENS, script, FIRMS) == ["bye:done"]


@pytest.mark.parametrize(
    ("instant", "override", "said"),
    [
        ("2026-12-31T10:00", None, "closed-inventory"),
        ("2026-12-24T15:00", None, "closed"),  # an exception without words of its own
        ("2026-12-23T19:00", None, "closed"),
        ("2026-12-31T10:00", SHUT, "closed"),  # the hand closed us, not the stock
    ],
)
def test_an_exception_has_words_of_its_own(instant: str, override: Override | None, said: str) -> None:
    """The slot {why: …} says them while that exception keeps us closed, and else what is written there."""
    flow = flow_of({"bye": BYE | {"prompt": [{"why": "office", "otherwise": "closed"}]}})

    assert play(flow, [*asked(at(instant), override), (Play((said,)), Played()), END], FIRMS) == ["bye:done"]


def test_nothing_is_said_where_nothing_else_is_written() -> None:
    """`otherwise` may be left out."""
    flow = flow_of({"bye": BYE | {"prompt": ["sorry", {"why": "office"}]}})

    assert play(flow, [*asked(NOON), (Play(("sorry",)), Played()), END]) == ["bye:done"]


# -- the switch --------------------------------------------------------------------------------------------------

SWITCH = flow_of(
    {"switch": {"kind": "switch", "calendar": "office", "pin": "desk", "exits": {"failed": "sorry"}}, "sorry": BYE}
)
PIN = "123456"
KEYS = ("1", "2", "3", "4", "5", "0")
BY_HOURS, BY_HAND = "switch-by-hours", "switch-by-hand"
NEXT = ("switch-until", "slot/tomorrow", "slot/at-0900")


def gather(*again: str) -> Gather:
    return Gather((*again, "switch-pin"), 6, 8, 4, secret=True)


def choose(*state: str) -> Ask:
    return Ask((*state, "switch-choices"), KEYS, 8, 4)


LET_IN: Script = [(gather(), Heard(PIN)), (Verify("desk", Hidden(PIN)), True)]


def entered(override: Override | None, instant: datetime = NIGHT) -> Script:
    return [*LET_IN, (Overridden("office"), override), (Now(), instant)]


CLOSED = ("switch-closed", BY_HOURS, *NEXT)
TOMORROW = at("2026-06-04T09:00")
ORDERS: dict[str, tuple[str, Override | None, tuple[str, ...]]] = {
    "open until the next change": (
        "1",
        Override(True, "switched by phone", TOMORROW),
        ("switch-open", BY_HAND, "switch-until", "slot/tomorrow", "slot/at-1800"),  # open by then anyway
    ),
    "close until the next change": (
        "2",
        Override(False, "switched by phone", TOMORROW),
        ("switch-closed", BY_HAND, *NEXT),
    ),
    "open for good": ("3", Override(True, "switched by phone"), ("switch-open", BY_HAND, "switch-for-good")),
    "close for good": ("4", Override(False, "switched by phone"), ("switch-closed", BY_HAND, "switch-for-good")),
    "back to the hours": ("5", None, CLOSED),
}


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_is_kept_and_the_state_said_back(name: str) -> None:
    """The state before, the order, the state after; then 0 ends."""
    key, override, state = ORDERS[name]
    until = [(Now(), NIGHT)] if key in "12" else []
    script = [
        *entered(None),
        (choose(*CLOSED), Heard(key)),
        *until,
        (Overrule("office", override), True),
        (Now(), NIGHT),
        (choose(*state), Heard("0")),
        END,
    ]

    assert play(SWITCH, script) == ["switch:done"]


def test_an_override_in_force_is_said_first() -> None:
    """Whoever calls hears what somebody else has ordered."""
    script = [*entered(SHUT, NOON), (choose("switch-closed", BY_HAND, "switch-for-good"), Heard("0")), END]

    assert play(SWITCH, script) == ["switch:done"]


def test_silence_hears_the_orders_once_more_and_is_left_alone_then() -> None:
    """With the state said at the end."""
    again = [(Now(), NIGHT), (choose(*CLOSED), Heard("9"))]
    script = [*entered(None), (choose(*CLOSED), Heard("")), *again, (Now(), NIGHT), (Play(CLOSED), Played()), END]

    assert play(SWITCH, script) == ["switch:done"]


def test_an_order_that_is_not_safe_is_told_to_have_failed() -> None:
    """Nobody goes home believing that the office is closed."""
    failed = [(Overrule("office", Override(False, "switched by phone")), False), (Play(("switch-failed",)), Played())]
    script = [*entered(None), (choose(*CLOSED), Heard("4")), *failed, END]

    assert play(SWITCH, script) == ["switch:failed", "sorry:done"]


def test_three_wrong_pins_end_the_call() -> None:
    """Silence counts, but is not worth a look."""
    wrong = [(Verify("desk", Hidden("000000")), False)]
    script = [
        (gather(), Heard("000000")),
        *wrong,
        (gather("switch-wrong"), Heard("")),
        (gather("switch-wrong"), Heard("000000")),
        *wrong,
        (Play(("switch-denied",)), Played()),
        END,
    ]

    assert play(SWITCH, script) == ["switch:denied"]


def test_a_switch_is_never_met_unanswered() -> None:
    """Keys are heard on an answered line only."""
    assert SWITCH.nodes["switch"].need() is Need.ANSWERED


def test_the_digits_of_a_pin_are_on_no_tape() -> None:
    """Neither those heard nor those verified, in JSON and in any text made of the entry."""
    trail: list[Any] = []
    talk = walk(SWITCH, Scene(CALL, CALENDARS), trail)
    heard = Entry(0, 1, next(talk), Heard(PIN))
    verified = Entry(1, 0, talk.send(Heard(PIN)), True)

    assert verified.command == Verify("desk", Hidden(PIN))
    for entry in (heard, verified):
        assert PIN not in f"{entry} {entry!r} {entry.plain()}"


# -- guessing ----------------------------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


def test_a_pin_is_known_by_its_digits_alone() -> None:
    """Each name has its own."""
    pins = GuardedPins({"desk": PIN, "shop": "654321"}.__getitem__, Clock())

    assert pins.verify("desk", PIN)
    assert not pins.verify("shop", PIN)
    assert not pins.verify("desk", "")
    assert not pins.verify("desk", PIN + "0")


def test_whoever_guesses_is_shut_out_over_all_calls() -> None:
    """After ten wrong ones even the right digits are refused, for that PIN, until an hour has passed."""
    clock = Clock()
    pins = GuardedPins({"desk": PIN, "shop": PIN}.__getitem__, clock)
    for _ in range(MOST_WRONG):
        assert not pins.verify("desk", "000000")

    assert not pins.verify("desk", PIN)
    assert pins.verify("shop", PIN)
    clock.at += PERIOD
    assert pins.verify("desk", PIN)


def test_wrong_digits_are_forgotten_with_the_right_ones() -> None:
    """A slip every day never adds up."""
    pins = GuardedPins({"desk": PIN}.__getitem__, Clock())
    for _ in range(3):
        for _ in range(MOST_WRONG - 1):
            assert not pins.verify("desk", "000000")
        assert pins.verify("desk", PIN)


def test_an_hour_is_counted_from_each_wrong_try() -> None:
    """Who goes on guessing keeps the lock; the right digits alone do not."""
    clock = Clock()
    pins = GuardedPins({"desk": PIN}.__getitem__, clock)
    for _ in range(MOST_WRONG + 5):
        pins.verify("desk", "000000")
        clock.at += timedelta(minutes=10)
    clock.at += PERIOD / 2

    assert pins.verify("desk", PIN)


def test_the_book_of_a_scene_is_not_asked_for_more_than_it_has() -> None:
    """An hours node on a calendar without exceptions, holidays and pauses knows open and closed only."""
    plain = replace(OFFICE, name="plain")
    for instant, leaf in ((NOON, "open"), (NIGHT, "closed")):
        assert play(hours(*OPTIONAL), [*asked(instant), END], {"office": plain}) == [f"hours:{leaf}", f"{leaf}:done"]


def test_the_hours_of_the_week_can_be_said() -> None:
    """Neither the clock nor an override is asked: they are the same every week."""
    fill = Slot(hours="office").fill(Scene(CALL, CALENDARS))
    with pytest.raises(StopIteration) as said:
        next(fill)

    assert said.value.value == ("slot/hours-office",)


@pytest.mark.parametrize(
    "wrong", [{}, {"hours": "office", "reopens": "office"}, {"hours": "a", "otherwise": "closed"}, {"note": "a"}]
)
def test_a_slot_is_one_thing(wrong: dict[str, str]) -> None:
    """Neither none nor two."""
    with pytest.raises(ValueError, match="a slot is"):
        Slot(**wrong)
