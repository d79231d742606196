"""Places in a sentence that only the call can fill, by tape."""

from collections.abc import Mapping
from typing import Any

import pytest

from ivr.flow.commands import Hangup, Play, Played
from ivr.flow.errands import Pronounce
from ivr.flow.node import Scene
from ivr.flow.nodes.say import ANY_KEY
from ivr.values.hidden import Hidden
from tests.flow.play import CALENDARS, CALL, flow_of, play


def heard(slot: Mapping[str, Any], notes: dict[str, str], *errands: tuple[Any, Any]) -> tuple[str, ...]:
    """What is said of ``your-total`` and the slot."""
    said = Played()
    flow = flow_of({"say": {"kind": "say", "prompt": ["your-total", {"otherwise": "unknown", **slot}],
                            "exits": {"done": "bye"}}, "bye": {"kind": "bye"}})  # fmt: skip
    phrases: list[tuple[str, ...]] = []

    class AnyPlay(Play):
        def __eq__(self, other: object) -> bool:
            phrases.append(other.phrase) if isinstance(other, Play) else None
            return isinstance(other, Play) and other.until == ANY_KEY

        __hash__ = Play.__hash__

    play(flow, [*errands, (AnyPlay(()), said), (Hangup(), None)], scene=Scene(CALL, CALENDARS, notes=notes))
    return phrases[0][1:]


AMOUNT = {"note": "total", "spoken": "amount"}
READY = Pronounce("said/amount/12.50")


@pytest.mark.parametrize(
    ("value", "digits"),
    [
        ("+33612345678", "0612345678"), ("06 12 34 56 78", "0612345678"), ("36-30", "3630"), ("12345", "12345"),
        ("+262 692 12 34 56", "0692123456"), ("+41 (0)79 123 45 67", "0041791234567"), ("+999 1-23", "999123"),
    ],
)  # fmt: skip
def test_a_phone_number_that_comes_too_late_is_said_digit_by_digit(value: str, digits: str) -> None:
    """As one dials it in France, from sounds that were baked, however it was written."""
    spoken = heard({"note": "total", "spoken": "phone"}, {"total": value}, (Pronounce(f"said/phone/{value}"), False))

    assert spoken == tuple(f"slot/digit-{digit}" for digit in digits)


@pytest.mark.parametrize(
    ("slot", "value", "errands", "expected"),
    [
        (AMOUNT, "12.50", [(READY, True)], ("said/amount/12.50",)),
        (AMOUNT, "12.50", [(READY, False)], ("unknown",)),
        (AMOUNT, "many", [], ("unknown",)),
        (AMOUNT, None, [], ("unknown",)),
        (AMOUNT, Hidden("12.50"), [], ("unknown",)),
        ({"note": "total", "spoken": "digits"}, "12", [], ("slot/digit-1", "slot/digit-2")),
        ({"note": "total", "spoken": "phone"}, "17", [(Pronounce("said/phone/17"), False)],
         ("slot/digit-1", "slot/digit-7")),
        ({"note": "total", "spoken": "digits"}, "1 2", [], ("slot/digit-1", "slot/digit-2")),
        ({"note": "total"}, "Camille Dupont", [(Pronounce("said/text/Camille Dupont"), True)],
         ("said/text/Camille Dupont",)),
    ],
)  # fmt: skip
def test_a_note_is_said_or_something_else_is(
    slot: Mapping[str, Any], value: str | None, errands: list[tuple[Any, Any]], expected: tuple[str, ...]
) -> None:
    """Never nothing: where there is no note, or it makes no sense, is secret, or cannot be spoken in time."""
    assert heard(slot, {} if value is None else {"total": value}, *errands) == expected
