"""How loaded a queue is: who waits, who is free, and what wait may be expected by what calls took of late."""

import pytest

from ivr.asterisk.ami_wire import Headers
from ivr.asterisk.loads import USUAL, Loads
from ivr.values.queue import Queue


class House:
    """An exchange with a queue of so many callers, and agents: how each is, and how many seconds ago he last talked.

    ``p``: he rests; ``a``: he is paused by order; the digit is his phone's state, as app_queue tells it.
    """

    def __init__(self, waiting: int, rest: int = 15, **agents: tuple[str, float]) -> None:
        self.waiting = waiting
        self.agents = agents
        self.now = 1000.0
        queue = Queue("parts", dict.fromkeys(agents, 0), wrap_up=5, rest=rest)
        self.loads = Loads(self, lambda: {"parts": queue}, lambda: self.now, lambda: self.now)  # type: ignore[arg-type]

    async def list(self, action: str, fields: dict[str, str]) -> tuple[Headers, ...]:
        assert (action, fields) == ("QueueStatus", {"Queue": "parts"})
        return (
            Headers([("Event", "QueueParams"), ("TalkTime", "0")]),
            *(self._member(name, *how) for name, how in self.agents.items()),
            *(self._entry(place) for place in range(self.waiting, 0, -1)),
        )

    def _entry(self, place: int) -> Headers:
        said = {"Event": "QueueEntry", "Channel": f"PJSIP/x-{place}", "Position": str(place), "Priority": "5"}
        return Headers(list(said.items()))

    def _member(self, name: str, state: str, last: float) -> Headers:
        said = {
            "Event": "QueueMember",
            "Name": name,
            "Status": state.strip("pa"),
            "Paused": "0" if state.isdigit() else "1",
            "Penalty": "1000" if "a" in state else "0",
            "LastCall": str(self.now - last),
        }
        return Headers(list(said.items()))

    def calls(self, seconds: float, times: int = 5) -> None:
        """Calls of that length, by somebody else."""
        for _ in range(times):
            self.takes("zoe", seconds)
            self.loads.hear("AgentComplete", {"Queue": "parts", "MemberName": "zoe"})

    def takes(self, agent: str, ago: float) -> None:
        """An agent takes a call, and so many seconds pass."""
        self.loads.hear("AgentConnect", {"Queue": "parts", "MemberName": agent, "RingTime": "1"})
        self.now += ago


FREE, BUSY, RESTS, AWAY, GONE = ("1", 100.0), ("2", 0.0), ("1p", 100.0), ("1a", 100.0), ("5", 100.0)


async def test_who_waits_and_who_is_free_is_counted() -> None:
    """Neither who rests after a call that he missed, nor who is paused, gone, or in his wrap-up is free."""
    house = House(4, camille=FREE, karim=BUSY, zoe=RESTS, nora=AWAY, paul=GONE, lea=("1", 2.0))

    assert await house.loads.measure("parts", "waiting") == 4
    assert await house.loads.measure("parts", "free") == 1
    assert await House(0, 0, zoe=RESTS).loads.measure("parts", "free") == 0  # after a call of another queue


@pytest.mark.parametrize(("waiting", "expected"), [(0, 0.0), (1, 0.0), (2, 37.0), (3, 37.0), (4, 74.0)])
async def test_callers_are_taken_in_turn_by_who_is_free_first(waiting: int, expected: float) -> None:
    """A call of 30 s keeps an agent for 37: rung for one, 5 of wrap-up, and one until he is seen to be free."""
    house = House(waiting, camille=FREE, karim=FREE)
    house.calls(30.0)

    assert await house.loads.measure("parts", "expected") == pytest.approx(expected)


async def test_an_agent_who_talks_is_free_when_a_call_of_usual_length_is_over() -> None:
    """Some of it is left however long it has lasted; until there was a call, one of three minutes is usual."""
    house = House(0, karim=BUSY)
    house.calls(30.0)
    house.takes("karim", 10.0)

    assert await house.loads.measure("parts", "expected") == pytest.approx(37.0 - 1.0 - 10.0)
    house.now += 500.0
    assert await house.loads.measure("parts", "expected") == pytest.approx(3.7)
    assert await House(1, karim=FREE).loads.measure("parts", "expected") == pytest.approx(USUAL + 6.0)


async def test_nobody_knows_what_to_expect_where_nobody_is() -> None:
    """Who rests comes back; who is away does not."""
    assert await House(0, nora=AWAY, paul=GONE).loads.measure("parts", "expected") is None
    assert await House(0, zoe=RESTS).loads.measure("parts", "expected") == 15.0


async def test_each_who_waits_has_his_turn_and_so_has_who_enters_among_them() -> None:
    """At a place of his own, or behind those who have as much priority."""
    house = House(3, camille=FREE, karim=FREE)
    house.calls(30.0)

    assert await house.loads.turns("parts") == {"PJSIP/x-1": 0.0, "PJSIP/x-2": 0.0, "PJSIP/x-3": 37.0}
    entering = [(None, 5), (None, 9), (2, 0), (3, 0)]
    assert [await house.loads.ahead("parts", *how) for how in entering] == [37.0, 0.0, 0.0, 37.0]
    assert await House(2, nora=AWAY).loads.turns("parts") == {"PJSIP/x-1": None, "PJSIP/x-2": None}


async def test_talks_of_a_part_are_talks_of_its_queue() -> None:
    """So are its wrap-up and its rests."""
    house = House(0, camille=BUSY)
    house.loads.hear("AgentConnect", {"Queue": "parts.needs-english", "MemberName": "zoe", "RingTime": "1"})
    house.now += 30.0
    house.loads.hear("AgentComplete", {"Queue": "parts.needs-english", "MemberName": "zoe"})
    house.takes("camille", 7.0)

    assert await house.loads.measure("parts", "expected") == pytest.approx(37.0 - 1.0 - 7.0)


class Parted(House):
    """The same, with two who wait for a skill, and one for whom he talked with last."""

    def __init__(self, waiting: int, **agents: tuple[str, float]) -> None:
        super().__init__(waiting, **agents)
        parts = {"needs-english": {"camille": 9}, "last-karim": {"karim": 0}}
        queue = Queue("parts", dict.fromkeys(agents, 0), wrap_up=5, parts=parts)
        self.loads = Loads(self, lambda: {"parts": queue}, lambda: self.now, lambda: self.now)  # type: ignore[arg-type]

    async def list(self, action: str, fields: dict[str, str] | None = None) -> tuple[Headers, ...]:
        assert fields is None
        own = await super().list(action, {"Queue": "parts"})
        where = ("parts.needs-english", "parts.needs-english", "parts.last-karim", "other")
        others = [{"Event": "QueueEntry", "Queue": queue, "Channel": "PJSIP/y"} for queue in where]
        return (
            *(Headers([*one.items(), ("Queue", "parts")]) for one in own),
            *(Headers(list(one.items())) for one in others),
        )


async def test_who_waits_in_a_part_waits_for_agents_of_the_queue() -> None:
    """For a skill before all others, for one agent after them."""
    house = Parted(1, camille=FREE, karim=FREE)
    house.calls(30.0)

    assert await house.loads.measure("parts", "waiting") == 4
    assert await house.loads.measure("parts", "free") == 2
    assert await house.loads.measure("parts", "expected") == pytest.approx(37.0)
    assert await house.loads.turns("parts") == {"PJSIP/x-1": pytest.approx(37.0)}
    assert await house.loads.ahead("parts", 1) == pytest.approx(37.0)
