"""Where who comes back to a queue stands: by when he came first, which Asterisk does not know."""

import pytest

from ivr.asterisk.ami_wire import Headers
from ivr.asterisk.places import Places


class Waiting:
    """An exchange in whose queue ``entries`` wait: unique id, seconds, priority."""

    def __init__(self, *entries: tuple[str, int, int]) -> None:
        self.entries = entries

    async def list(self, action: str, fields: dict[str, str]) -> tuple[Headers, ...]:
        assert (action, fields) == ("QueueStatus", {"Queue": "parts"})
        rest = [Headers([("Event", "QueueParams"), ("Queue", "parts")]), Headers([("Event", "QueueMember")])]
        return (
            *rest,
            *(
                Headers(
                    [
                        ("Event", "QueueEntry"),
                        ("Queue", "parts"),
                        ("Uniqueid", one),
                        ("Wait", str(wait)),
                        ("Priority", str(priority)),
                    ]
                )
                for one, wait, priority in self.entries
            ),
        )


@pytest.mark.parametrize(("stood", "place"), [(100.0, 1), (50.0, 2), (5.0, 3)])
async def test_a_place_is_behind_those_who_came_before(stood: float, place: int) -> None:
    """By how long each has waited."""
    places = Places(Waiting(("a", 60, 0), ("b", 10, 0)), lambda: 1000.0)  # type: ignore[arg-type]

    assert await places.enter("mine", "parts", 0, stood=stood) == place


async def test_who_comes_for_the_first_time_stands_at_the_end() -> None:
    """And so does who has left without keeping his place."""
    places = Places(Waiting(("a", 60, 0)), lambda: 1000.0)  # type: ignore[arg-type]

    assert await places.enter("mine", "parts", 0) is None
    assert await places.enter("mine", "parts", 0) is None


async def test_who_was_answered_meanwhile_came_when_he_came() -> None:
    """Of two who left for a moment the first stands first, whatever Asterisk says of how long they wait."""
    now = [0.0]
    places = Places(Waiting(("first", 1, 0), ("third", 40, 0)), lambda: now[0])  # type: ignore[arg-type]
    await places.enter("first", "parts", 0)
    now[0] = 10.0
    await places.enter("second", "parts", 0)
    now[0] = 70.0

    assert await places.enter("second", "parts", 0, again=True) == 2
    places.forget("first")
    assert await places.enter("second", "parts", 0, again=True) == 1


async def test_who_comes_back_stands_before_who_came_a_moment_after_him() -> None:
    """Asterisk tells in whole seconds how long he stood, which is less: what we noted when he came is not rounded."""
    now = [100.0]
    places = Places(Waiting(("after", 15, 0)), lambda: now[0])  # type: ignore[arg-type]
    await places.enter("mine", "parts", 0)
    now[0] = 100.1
    await places.enter("after", "parts", 0)
    now[0] = 115.5

    assert await places.enter("mine", "parts", 0, stood=15.3) == 1


async def test_priority_goes_before_time() -> None:
    """Who has more stands ahead of him, who has less behind, as in Asterisk."""
    places = Places(Waiting(("hasty", 1, 5), ("early", 90, 0), ("late", 10, 0)), lambda: 1000.0)  # type: ignore[arg-type]

    assert await places.enter("mine", "parts", 0, stood=50.0) == 3
    assert await places.enter("mine", "parts", 5, stood=50.0) == 1


async def test_who_is_being_called_back_stands_before_who_is_to_be_called_after_him() -> None:
    """Until he is there, and Asterisk counts him, or is not coming."""
    places = Places(Waiting(("early", 90, 0), ("late", 10, 0)), lambda: 1000.0)  # type: ignore[arg-type]
    for name, priority, stood in (("called", 0, 60.0), ("after", 0, 40.0), ("hasty", 5, 1.0), ("gone", 0, 70.0)):
        places.expect(name, "parts", priority, stood)
    places.expect("elsewhere", "sales", 0, 60.0)
    places.forget("gone")

    assert await places.ahead("parts", 0, 50.0) == 3
    assert await places.ahead("parts", 9, 50.0) == 0
    await places.enter("called", "parts", 0, stood=60.0)
    assert await places.ahead("parts", 0, 50.0) == 2
