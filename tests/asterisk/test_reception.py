"""Whole calls from the socket to the ledger: a fake Asterisk dials, the demo book answers, SQLite keeps."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ivr.asterisk import channel
from ivr.asterisk import rings as ringing
from ivr.asterisk.agi_server import AgiServer
from ivr.asterisk.arrival import arrival
from ivr.asterisk.reception import Reception
from ivr.asterisk.rings import Rings
from ivr.asterisk.tolls import EVENT, Tolls
from ivr.ledger.rows import Kept
from ivr.ledger.store import Store
from ivr.service.attend import Attendant
from ivr.service.library import Library
from ivr.service.live import Live
from ivr.terminal.office import PaperOffice
from ivr.values.call import Ending
from ivr.values.number import ANONYMOUS, Family
from ivr.values.tariff import Money
from tests.asterisk.fake_asterisk import FakeAsterisk
from tests.asterisk.plain_script import release
from tests.asterisk.test_plain_agi import ANNOUNCEMENT, APOLOGY, TALKED, WHOLE_CALL, served

CALL = "1795000000.1"
SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class House:
    """A controller without its AMI link: reports of ended calls are put in by hand."""

    def __init__(self, server: AgiServer, store: Store, tolls: Tolls, live: Live, rings: Rings) -> None:
        self.rings = rings
        self.server = server
        self.store = store
        self.tolls = tolls
        self.live = live

    def report(self, answered: float, seconds: float, call: str = CALL) -> None:
        """What the dialplan's hang-up handler says."""
        told = {"UserEvent": "IvrEnded", "Call": call, "Answered": f"{answered:.6f}", "Spoken": f"{seconds * 1000:.0f}"}
        self.tolls.hear(EVENT, told)

    async def record(self, call: str = CALL) -> Kept:
        """The record of a call, once the call is over."""
        await self.server.close(5)
        found = await self.store.find(call)
        assert found is not None
        return found


@asynccontextmanager
async def house(tmp_path: Path, now: datetime = SUNDAY) -> AsyncIterator[House]:
    store, tolls, live, rings = Store.at(tmp_path / "ledger.sqlite"), Tolls(), Live(), Rings()
    store.open()
    attendant = Attendant(Library(release), store, live, PaperOffice().office(live, now))
    try:
        async with AgiServer(Reception(attendant.attend, tolls, lambda: now, rings), port=0, paths=("call",)) as server:
            yield House(server, store, tolls, live, rings)
    finally:
        store.close()


async def test_a_whole_surcharged_call(tmp_path: Path) -> None:
    """Word by word over the socket; and the record has what the exchange measured."""
    async with house(tmp_path) as here:
        before = datetime.now(UTC)
        async with await FakeAsterisk.call(here.server.port, keys=["", "", "2"], variables=TALKED) as asterisk:
            await asterisk.obey()
        here.report(time.time(), 83.0)
        record = await here.record()

    assert asterisk.heard == WHOLE_CALL
    assert (asterisk.variables["IVR_SERVED"], asterisk.cause) == ("yes", "16")
    assert (record.number, record.caller, record.tariff) == ("0899000004", "+33612345678", "emergency-repair")
    assert record.steps == ("hours:open", "welcome:done", "menu:2", "boiler:talked")
    assert (record.ending, record.skipped) == (Ending.FLOW, False)
    assert record.announced_from is not None
    assert record.announced_to is not None
    assert record.answered is not None
    assert before <= record.started <= record.announced_from <= record.announced_to <= record.answered <= record.ended
    assert (record.billed_seconds, record.amount) == (83, Money(Decimal("1.11")))
    assert here.live.calls == ()


async def test_a_closed_service_costs_nothing(tmp_path: Path) -> None:
    """Never answered, hung up with 19 (480), and recorded so."""
    async with house(tmp_path) as here:
        async with await FakeAsterisk.call(here.server.port, headers={"dnid": "0825000003"}) as asterisk:
            await asterisk.obey()
        here.report(0, 0)
        record = await here.record()

    assert asterisk.heard[-3:] == served("19")
    assert not asterisk.answered
    assert (record.answered, record.announced_from, record.billed_seconds) == (None, None, 0)
    assert record.steps == ("hours:closed", "closed:done")


async def test_an_announcement_that_breaks_off_is_never_charged(tmp_path: Path) -> None:
    """A sound that was not played to its end: the apology, free, and no answer."""
    async with house(tmp_path) as here:
        async with await FakeAsterisk.call(here.server.port, short=[ANNOUNCEMENT[2]]) as asterisk:
            await asterisk.obey()
        here.report(0, 0)
        record = await here.record()

    assert [["EXEC", "Progress"], ANNOUNCEMENT, APOLOGY, *served("19")] == asterisk.heard
    assert (record.ending, record.answered, record.amount) == (Ending.FAILED, None, Money(Decimal("0.00")))


async def test_a_caller_who_hangs_up_while_an_agent_talks_pays_what_the_exchange_says(tmp_path: Path) -> None:
    """Nobody but the exchange knows of that answer: the agent gave it inside Dial, on a line not answered."""
    async with house(tmp_path) as here:
        async with await FakeAsterisk.call(here.server.port, keys=["#", "", "2"]) as asterisk:
            while (words := await asterisk.command()) is not None and words[:2] != ["EXEC", "Dial"]:
                await asterisk.say(asterisk.reply(words))
            await asterisk.hang_up(leave=True)
        here.report(time.time() - 0.01, 60.2)
        record = await here.record()

    assert (record.ending, record.skipped, record.billed_seconds) == (Ending.CALLER, True, 61)
    assert record.amount == Money(Decimal("0.81"))
    assert "IVR_SERVED" not in asterisk.variables


async def test_a_record_tells_whom_a_queue_rang(tmp_path: Path) -> None:
    """Camille in vain, then Karim, who took the call: the one from events, the other from the channel's variables."""
    thursday = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    async with house(tmp_path, thursday) as here:
        async with await FakeAsterisk.call(here.server.port, headers={"dnid": "0805000028"}) as asterisk:
            while (words := await asterisk.command()) is not None:
                if words[:2] == ["EXEC", "Queue"]:
                    for agent in ("camille", "karim"):
                        here.rings.hear(ringing.EVENT, {"Uniqueid": CALL, "MemberName": agent})
                    asterisk.variables |= {"QUEUESTATUS": "CONTINUE", "MEMBERNAME": "karim", "QUEUEPOSITION": "1"}
                await asterisk.say(asterisk.reply(words))
                if words[:2] == ["EXEC", "Hangup"]:
                    await asterisk.hang_up(leave=True)
        here.report(time.time(), 83.0)
        record = await here.record()

    waits = [entry["result"] for entry in record.tape if "enqueue" in entry]
    assert record.steps == ("hours:open", "agents:talked")
    assert [(wait["agent"], wait["rang"], wait["place"]) for wait in waits] == [("karim", ["camille", "karim"], 1)]


@pytest.mark.parametrize("member", ["karim", ""], ids=["on the agent", "in the wait"])
async def test_a_record_tells_of_the_wait_of_who_hung_up(tmp_path: Path, member: str) -> None:
    """On the agent, or before one took the call: how long he had waited, at which place, and who was rung for him."""
    thursday = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    told = {"UserEvent": "IvrEnded", "Call": CALL, "Waited": "6250", "Place": "2", "Spoken": "0", "Answered": "0"}
    answered = {"Answered": f"{time.time():.6f}", "Spoken": "2000", "Member": member} if member else {}
    async with house(tmp_path, thursday) as here:
        async with await FakeAsterisk.call(here.server.port, headers={"dnid": "0805000028"}) as asterisk:
            while (words := await asterisk.command()) is not None:
                if words[:2] == ["EXEC", "Queue"]:
                    for agent in ("camille", "karim"):
                        here.rings.hear(ringing.EVENT, {"Uniqueid": CALL, "MemberName": agent})
                    await asterisk.hang_up(leave=True)
                    break
                await asterisk.say(asterisk.reply(words))
        here.tolls.hear("UserEvent", told | answered)
        record = await here.record()

    (wait,) = [entry for entry in record.tape if "enqueue" in entry]
    came = wait["result"]
    assert (record.ending, wait["done"]) == (Ending.CALLER, False)
    assert (came["agent"], came["gone"], came["served"]) == (
        (member, False, "talked") if member else (None, True, "timeout")
    )
    assert (came["waited"], came["place"], came["rang"]) == (6.25, 2, ["camille", "karim"])


async def test_an_exchange_that_reports_nothing_leaves_our_own_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The AMI link may be down; the report of another call is not ours, whatever it says."""
    monkeypatch.setattr(channel, "TOLL_LIMIT", 0.05)
    async with house(tmp_path) as here:
        async with await FakeAsterisk.call(here.server.port, keys=["", "", "3"]) as asterisk:
            await asterisk.obey()
        here.report(time.time(), 1800.0, call="1795000000.2")
        record = await here.record()

    assert record.answered is not None
    assert (record.billed_seconds, record.ending) == (1, Ending.FLOW)


async def test_two_calls_at_once_keep_apart(tmp_path: Path) -> None:
    """Their words, their reports, their records."""
    async with house(tmp_path) as here:

        async def call(identity: str, number: str, keys: list[str], seconds: float) -> FakeAsterisk:
            headers = {"uniqueid": identity, "dnid": number}
            async with await FakeAsterisk.call(
                here.server.port, headers=headers, keys=keys, variables=TALKED
            ) as asterisk:
                await asterisk.obey()
            here.report(time.time(), seconds, call=identity)
            return asterisk

        async with asyncio.TaskGroup() as calls:
            first = calls.create_task(call("1.1", "0899000004", ["", "", "2"], 10.0))
            second = calls.create_task(call("1.2", "0800000001", ["", "1"], 20.0))
        records = await here.record("1.1"), await here.record("1.2")

    assert first.result().heard == WHOLE_CALL
    assert ANNOUNCEMENT not in second.result().heard
    assert [record.steps[-1] for record in records] == ["boiler:talked", "fault:talked"]
    assert [(record.billed_seconds, str(record.amount)) for record in records] == [(10, "0.13 €"), (0, "0.00 €")]


async def test_a_number_that_is_not_ours_is_left_to_the_dialplan(tmp_path: Path) -> None:
    """Not one command, so no IVR_SERVED, and no record."""
    async with house(tmp_path) as here:
        async with await FakeAsterisk.call(here.server.port, headers={"dnid": "0899999999"}) as asterisk:
            await asterisk.obey()
        await here.server.close(1)

        assert asterisk.heard == []
        assert await here.store.find(CALL) is None


@pytest.mark.parametrize("path", ["ended", "", "call/x", "../call"])
async def test_an_address_that_is_not_served_is_refused(tmp_path: Path, path: str) -> None:
    """Asterisk is left with a failure, not with a success that was none."""
    async with house(tmp_path) as here, await FakeAsterisk.call(here.server.port, path) as asterisk:
        await asterisk.obey()

    assert (asterisk.failed, asterisk.heard) == (True, [])


@pytest.mark.parametrize("presentation", ["32", "33", "34", "35"])
def test_a_withheld_number_is_nobodys(presentation: str) -> None:
    """Whatever number came along with the wish to withhold it."""
    assert arrived(callingpres=presentation).caller == ANONYMOUS


@pytest.mark.parametrize("presentation", ["0", "1", "2", "3", "unknown", "", "²", "-32"])
def test_a_number_that_is_shown_is_read(presentation: str) -> None:
    """Nonsense does not withhold it."""
    assert arrived(callingpres=presentation).caller.e164 == "+33612345678"


@pytest.mark.parametrize(
    ("callerid", "family"),
    [
        ("", Family.ANONYMOUS),
        ("unknown", Family.ANONYMOUS),
        ("anonymous", Family.ANONYMOUS),
        ("+33612345678", Family.MOBILE),
        ("0140000000", Family.GEOGRAPHIC),
        ("+4930123456", Family.FOREIGN),
        ("camille", Family.UNKNOWN),
        ("0" * 5000, Family.UNKNOWN),
    ],
)
def test_whatever_a_caller_sends_is_a_caller(callerid: str, family: Family) -> None:
    """No call is refused for its caller ID."""
    assert arrived(callerid=callerid).caller.family is family


def test_a_header_that_says_nothing_is_a_call_to_nobody() -> None:
    """It is the attendant who refuses it."""
    call = arrival({}, SUNDAY)

    assert (call.id, call.dialled, call.caller, call.at) == ("", ANONYMOUS, ANONYMOUS, SUNDAY)


def arrived(**headers: str) -> Any:
    found: Mapping[str, str] = {"agi_uniqueid": CALL, "agi_callerid": "0612345678", "agi_dnid": "0899000004"}
    return arrival({**found, **{f"agi_{name}": value for name, value in headers.items()}}, SUNDAY)
