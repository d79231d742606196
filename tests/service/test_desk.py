"""The desk with messages, codes and look-ups: what a call leaves behind, also when the caller is suddenly gone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.flow.commands import Capture, Captured, Command, Dial, Dialled, Play, Played, Reached, Speak
from ivr.flow.errands import Adopt, Discard, Fetch, Fetched, Issue, Numbered, Post, Pronounce, left
from ivr.flow.line_commands import Tap, Tapped, Untap
from ivr.service import desk
from ivr.service.conversations import About, Unkept
from ivr.service.desk import Desk
from ivr.service.live import Live
from ivr.service.ports import Fault, HungUp, Recorded
from ivr.values.recorded import Prompt
from ivr.values.site import Site

from .exchange import Paper, calling

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
MESSAGE = "message/1.1-1"
CAPTURE = Capture(MESSAGE, 60, 3, 2, "atelier")
SHOP = Site("shop", "https://shop.example")


class Told:
    """A channel that answers as told, and notes what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[Command[Any]] = []

    async def perform(self, command: Command[Any]) -> Any:
        self.asked.append(command)
        answer = self.answers.pop(0) if self.answers else Played()
        if isinstance(command, Play):
            await asyncio.sleep(0.05)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def toll(self) -> None:
        return None


def at(channel: Told, paper: Paper) -> Desk:
    office = desk.Office(paper, paper, paper, paper, paper, Live(), lambda: NOW)  # type: ignore[arg-type]
    return Desk(calling(), channel, office, {"shop": SHOP})


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "SETTLING", 0.0)


async def test_who_hangs_up_while_he_speaks_has_left_his_message() -> None:
    """It is as good as one that was kept by key."""
    paper = Paper()
    paper.spoken[MESSAGE] = 7.5
    with pytest.raises(HungUp):
        await at(Told(HungUp()), paper).perform(CAPTURE)
    (letter,) = paper.letters

    assert (letter.kind, letter.facts) == ("message", {"name": MESSAGE, "seconds": "7.5", "box": "atelier"})
    assert (letter.number, letter.caller, letter.call) == ("0899000004", "+33612345678", "1.1")
    assert MESSAGE in paper.spoken


async def test_who_hangs_up_at_the_beep_has_left_nothing() -> None:
    """The few sounds are thrown away."""
    paper = Paper()
    paper.spoken[MESSAGE] = 1.9
    with pytest.raises(HungUp):
        await at(Told(HungUp()), paper).perform(CAPTURE)

    assert (paper.letters, paper.spoken) == ([], {})


async def test_a_recording_that_broke_is_not_taken_for_a_message() -> None:
    """The call fails, as it must."""
    paper = Paper()
    paper.spoken[MESSAGE] = 7.5
    with pytest.raises(Fault):
        await at(Told(Fault("no disk")), paper).perform(CAPTURE)

    assert paper.letters == []


async def test_a_whole_message_is_the_nodes_business() -> None:
    """The desk adds nothing."""
    paper = Paper()

    assert await at(Told(Captured(MESSAGE, 7.5)), paper).perform(CAPTURE) == Captured(MESSAGE, 7.5)
    assert paper.letters == []


async def test_a_message_taken_back_takes_its_letter_with_it() -> None:
    """And no other."""
    paper = Paper()
    paper.spoken |= {MESSAGE: 7.5, "message/1.1-2": 3}
    here = at(Told(), paper)
    for name in (MESSAGE, "message/1.1-2"):
        await here.perform(left(name, 5, ""))
    await here.perform(Discard(MESSAGE))

    assert [letter.facts["name"] for letter in paper.letters] == ["message/1.1-2"]
    assert list(paper.spoken) == ["message/1.1-2"]


async def test_a_letter_says_where_it_comes_from_and_where_it_goes() -> None:
    """The call, the place in the drawing, the other system."""
    paper = Paper()
    await at(Told(), paper).perform(Post("notify", (("a", "1"),), "shop", "/missed", flow="tracking", node="missed"))
    (letter,) = paper.letters

    assert (letter.flow, letter.node, letter.remote, letter.path, letter.at) == (
        "tracking", "missed", "shop", "/missed", NOW,
    )  # fmt: skip


async def test_a_code_is_asked_of_the_office() -> None:
    """Which may have none left."""
    assert await at(Told(), Paper()).perform(Issue("guides", timedelta(hours=1), 8)) is None


class Slow(Paper):
    """A look-up that takes a while."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def ask(self, fetch: Fetch, site: Site) -> Fetched:
        await asyncio.sleep(self._seconds)
        return Fetched("found", {"site": site.name})


FETCH = Fetch("shop", filler=("wait",))


@pytest.mark.parametrize(("patience", "fillers"), [(0.02, True), (5.0, False)])
async def test_a_caller_who_waits_hears_that_we_are_still_here(
    monkeypatch: pytest.MonkeyPatch, patience: float, fillers: bool
) -> None:
    """After a while, again and again, and not where the answer is quick."""
    monkeypatch.setattr(desk, "PATIENCE", patience)
    channel = Told()

    assert await at(channel, Slow(0.15)).perform(FETCH) == Fetched("found", {"site": "shop"})
    assert (Play(("wait",)) in channel.asked) is fillers
    assert len(channel.asked) >= 2 * fillers


async def test_who_hangs_up_during_a_look_up_is_not_looked_up_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hang-up is told as one, and nothing is left running."""
    monkeypatch.setattr(desk, "PATIENCE", 0.01)
    with pytest.raises(HungUp):
        await at(Told(HungUp()), Slow(30)).perform(FETCH)
    await asyncio.sleep(0)

    assert len(asyncio.all_tasks()) == 1


async def test_a_system_that_the_book_does_not_name_is_not_reached() -> None:
    """The look-up has failed."""
    assert await at(Told(), Slow(0)).perform(replace(FETCH, remote="elsewhere")) == Fetched("failed")


class Office:
    """Speaks and keeps what it is asked to, as told; ``asked`` is what that was."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)
        self.asked: list[Any] = []

    async def ready(self, language: str, text: str) -> bool:
        self.asked.append((language, text))
        return self.answers.pop(0)

    async def adopt(self, take: str, recorded: Recorded) -> bool:
        self.asked.append((take, recorded))
        return self.answers.pop(0)


def staffed(channel: Told, staff: Office) -> Desk:
    one = at(channel, Paper())
    prompts = {"fr": {"goodbye": "Au revoir."}}
    return replace(one, office=replace(one.office, recordings=staff, speech=staff), prompts=prompts)


async def test_a_value_is_spoken_in_the_language_of_the_call() -> None:
    """Which may change during it; what is no value is nobody asked for."""
    staff = Office(True, False)
    one = staffed(Told(), staff)

    assert await one.perform(Pronounce("said/amount/12.50"))
    await one.perform(Speak("en"))
    assert not await one.perform(Pronounce("said/amount/12.50"))
    assert not await one.perform(Pronounce("said/amount/many"))
    assert staff.asked == [("fr", "douze euros cinquante"), ("en", "twelve euros and fifty cents")]
    assert not await at(Told(), Paper()).perform(Pronounce("said/amount/12.50"))


async def test_a_recording_is_kept_for_the_prompt_that_has_the_number() -> None:
    """With the text that the operator's call had before it."""
    staff = Office(True)
    one = staffed(Told(), staff)
    prompt = await one.perform(Numbered("63417"))

    assert prompt == Prompt("fr", "goodbye")
    assert await one.perform(Numbered("11111")) is None
    assert await one.perform(Adopt("message/take-1", prompt))
    assert staff.asked == [("message/take-1", Recorded(prompt, "Au revoir."))]
    assert not await at(Told(), Paper()).perform(Adopt("message/take-1", prompt))


class Keeper:
    """Keeps recordings, or cannot; ``refused`` is who has pressed the key."""

    def __init__(self, *, full: bool = False, refused: bool = False) -> None:
        self.full, self.refused = full, refused
        self.begun: list[About] = []
        self.ended: list[str] = []

    async def begin(self, about: About) -> str:
        if self.full:
            raise Unkept("the disk is full")
        self.begun.append(about)
        return f"{about.call}-{len(self.begun)}"

    async def end(self, name: str) -> tuple[float, bool, int]:
        self.ended.append(name)
        return 12.34, self.refused, 1


TAP = Tap(7, "9", "recorded")
RING = Dial(("karim",), 25)
TALKED = Dialled(Reached.TALKED, "karim")


def recorder(channel: Told, keeper: Keeper | None) -> Desk:
    paper = Paper()
    office = desk.Office(  # type: ignore[arg-type]
        *(paper, paper, paper, paper, paper, Live(), lambda: NOW), conversations=keeper
    )
    return Desk(calling(), channel, office)


async def test_a_talk_is_recorded_under_a_name_and_its_end_is_noted() -> None:
    """The line is told the name; the record will say how long it was, and what was pressed."""
    channel, keeper = Told(Tapped("1.1-1"), TALKED, None), Keeper()
    at_desk = recorder(channel, keeper)

    assert await at_desk.perform(TAP) == Tapped("1.1-1")
    await at_desk.perform(RING)
    await at_desk.perform(Untap())
    assert channel.asked[0] == replace(TAP, name="1.1-1")
    assert isinstance(channel.asked[0], Tap)
    assert channel.asked[0].name == "1.1-1"
    assert keeper.begun == [About("1.1", "0899000004", "+33612345678", NOW, 7, "recorded")]
    assert at_desk.tapped == {"1.1-1": Tapped("1.1-1", seconds=12.3, paused=1)}


async def test_who_hangs_up_in_the_talk_has_its_end_noted_too() -> None:
    """By the end of the call, once."""
    keeper = Keeper()
    at_desk = recorder(Told(Tapped("1.1-1"), HungUp()), keeper)
    await at_desk.perform(TAP)
    with pytest.raises(HungUp):
        await at_desk.perform(RING)
    await at_desk.toll()
    await at_desk.toll()

    assert keeper.ended == ["1.1-1"]
    assert at_desk.tapped["1.1-1"].seconds == 12.3


@pytest.mark.parametrize("keeper", [Keeper(full=True), None], ids=["disk full", "nobody keeps it"])
async def test_what_cannot_be_kept_is_not_recorded_and_the_call_goes_on(keeper: Keeper | None) -> None:
    """The line is not even told; the tape says why."""
    channel = Told(TALKED)
    at_desk = recorder(channel, keeper)
    tapped = await at_desk.perform(TAP)

    assert (tapped.name, tapped.why) == (None, "the disk is full" if keeper else "nobody is there to keep it")
    assert channel.asked == []
    assert await at_desk.perform(RING) == TALKED


async def test_an_exchange_that_cannot_record_costs_no_call() -> None:
    """A fault in starting is noted, and what was begun is closed."""
    keeper = Keeper()
    at_desk = recorder(Told(Fault("no such application")), keeper)

    assert await at_desk.perform(TAP) == Tapped(None, "no such application")
    assert keeper.ended == ["1.1-1"]


async def test_who_refused_in_one_talk_is_not_recorded_in_the_next() -> None:
    """The key counts for the whole call."""
    keeper = Keeper(refused=True)
    at_desk = recorder(Told(Tapped("1.1-1"), None), keeper)
    await at_desk.perform(TAP)
    await at_desk.perform(Untap())

    assert await at_desk.perform(TAP) == Tapped(None, "the caller has refused")
    assert len(keeper.begun) == 1
