"""A call from ring to record, however it goes: one record, told truly, and nobody else's call touched."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ivr.book.book import Book, read_book
from ivr.flow.commands import Answer, Ask, Command, Dial, Dialled, Hangup, Limit, Now, Play, Progress, Reached, Warn
from ivr.flow.errands import Spent
from ivr.flow.tape import Entry
from ivr.service.ports import Fault, HungUp, Toll
from ivr.service.record import Record
from ivr.values.call import Ending
from ivr.values.tariff import Money

from .exchange import Breaks, FakeChannel, FakeLedger, Office, calling

PARIS = ZoneInfo("Europe/Paris")
DEMO = Path(__file__).parents[2]
ANNOUNCEMENT, BEEP = ("announcement/per-minute-0-80",), ("beep",)
APOLOGY = Play(("fallback",))
NOTHING = Money(Decimal("0.00"))


@cache
def demo() -> Book:
    return read_book(DEMO)


def at(kind: type[Command[Any]], phrase: tuple[str, ...] | None = None) -> Breaks:
    return lambda command: isinstance(command, kind) and phrase in (None, getattr(command, "phrase", None))


async def record_of(channel: FakeChannel, number: str = "0899000004", book: Book | None = None) -> Record:
    """The one record of a call."""
    office = Office(book or demo())
    await office.attend(channel, calling(number))
    (record,) = office.ledger.records

    assert office.live.calls == ()
    assert office.live.endings == {record.ending: 1}
    return record


async def test_a_whole_call_is_recorded_whole() -> None:
    """Announced, answered, a choice, an agent, the end."""
    before = datetime.now(UTC)
    record = await record_of(FakeChannel(["2"], pace=0.01))
    announced, over, answered = record.announced_from, record.announced_to, record.answered
    assert announced is not None
    assert over is not None
    assert answered is not None

    assert (record.id, record.number, record.caller) == ("1.1", "0899000004", "+33612345678")
    assert (record.ending, record.tariff, record.book) == (Ending.FLOW, "emergency-repair", demo().digest)
    assert record.steps == ("hours:open", "welcome:done", "menu:2", "boiler:talked")
    assert before <= record.started <= announced < over < answered <= record.ended
    assert over - announced >= timedelta(milliseconds=10)
    assert (record.skipped, record.billed_seconds, record.amount) == (False, 1, Money(Decimal("0.01")))
    assert isinstance(record.tape[-1].command, Hangup)
    assert all(entry.done for entry in record.tape)


async def test_an_announcement_cut_short_by_its_key_is_recorded_as_skipped() -> None:
    """The beep is heard all the same, and only then the call answered."""
    channel = FakeChannel(skips=True)
    record = await record_of(channel)
    beep, answer = channel.performed.index(Play(BEEP)), channel.performed.index(Answer())

    assert record.skipped
    assert beep < answer
    assert record.announced_to is not None


@pytest.mark.parametrize(
    ("instant", "announced", "answered", "steps"),
    [
        (at(Now), False, False, 0),
        (at(Progress), False, False, 1),
        (at(Play, ANNOUNCEMENT), True, False, 1),
        (at(Play, BEEP), True, False, 1),
        (at(Answer), True, False, 1),
        (at(Play, ("welcome-repair",)), True, True, 1),
        (at(Ask), True, True, 2),
        (at(Dial), True, True, 3),
        (at(Hangup), True, True, 4),
    ],
    ids=["at once", "ringing", "announcement", "beep", "answer", "welcome", "menu", "dial", "end"],
)
@pytest.mark.parametrize("stopped", [False, True], ids=["hung up", "controller stopped"])
async def test_a_call_cut_off_at_any_instant_has_one_true_record(
    instant: Breaks, announced: bool, answered: bool, steps: int, stopped: bool
) -> None:
    """By the caller, or by the controller's end: what he heard, and whether he pays."""
    channel = FakeChannel(breaks=instant, how=None if stopped else HungUp())
    office = Office(demo())
    task = asyncio.create_task(office.attend(channel, calling()))
    await channel.broken.wait()
    if stopped:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await asyncio.wait([task], timeout=5)
    (record,) = office.ledger.records

    assert record.ending is (Ending.SHUTDOWN if stopped else Ending.CALLER)
    assert (record.announced_from is not None, record.announced_to is not None) == (announced, announced)
    assert not record.skipped
    assert (record.answered is not None) is answered
    assert (record.billed_seconds, record.amount) == ((1, Money(Decimal("0.01"))) if answered else (0, NOTHING))
    assert len(record.steps) == steps
    node = ("hours", "welcome", "menu", "heating", None)[steps]
    assert record.hung_up_in == (None if stopped else node)
    assert not record.tape[-1].done
    assert (office.live.calls, sum(office.live.endings.values())) == ((), 1)


async def test_the_measure_of_the_exchange_wins_over_ours() -> None:
    """It knows when it answered, to the fraction."""
    answered = datetime.now(UTC) - timedelta(seconds=70)
    record = await record_of(FakeChannel(toll=Toll(answered, timedelta(seconds=60.2))))

    assert (record.answered, record.billed_seconds, record.amount) == (answered, 61, Money(Decimal("0.81")))


async def test_who_hangs_up_on_an_agent_has_talked_with_him() -> None:
    """The exchange knows with whom, and of whom he was only ringing nothing is said; a stop asks nobody."""
    answered = datetime.now(UTC) - timedelta(seconds=70)

    async def last(number: str, toll: Toll, instant: Breaks) -> Entry:
        return (await record_of(FakeChannel(["2"], breaks=instant, how=HungUp(), toll=toll), number)).tape[-1]

    told = Toll(answered, timedelta(seconds=60), dialled="camille", queued="karim")
    talked = await last("0899000004", told, at(Dial))
    assert talked.result == Dialled(Reached.TALKED, "camille")
    assert not talked.done
    assert Entry.read(talked.plain()) == replace(talked, at=round(talked.at, 3), took=round(talked.took, 3))
    ringing = await last("0899000004", Toll(answered, timedelta(seconds=60), queued="karim"), at(Dial))
    assert ringing.result is None
    asked = await last("0899000004", told, at(Ask))
    assert asked.result is None


async def test_a_free_number_bills_nothing() -> None:
    """Answered all the same."""
    record = await record_of(FakeChannel(["1"]), "0800000001")

    assert record.answered is not None
    assert (record.billed_seconds, record.amount, record.announced_from) == (0, NOTHING, None)


async def test_a_call_that_the_limit_cut_is_recorded_so() -> None:
    """The exchange hangs up at the limit; we know because we armed it."""
    service = demo().services["0899000004"]
    short = replace(service, terms=replace(service.terms, limit=0.1))
    book = replace(demo(), services={**demo().services, "0899000004": short})
    record = await record_of(FakeChannel(breaks=at(Ask), how=HungUp()), book=book)

    assert record.ending is Ending.LIMIT


# -- the caller's month ------------------------------------------------------------------------------------------


async def test_who_has_reached_his_ceiling_is_told_so_free() -> None:
    """299.50 € spent: half a euro is no minute at 0.80 €.  Neither announced nor answered, and the record says why."""
    office = Office(demo())
    office.paper.spending = Decimal("299.50")
    channel = FakeChannel()
    await office.attend(channel, calling())
    (record,) = office.ledger.records
    played = [command.phrase for command in channel.performed if isinstance(command, Play)]

    assert played == [("ceiling",)]
    assert (record.ending, record.answered, record.announced_from) == (Ending.CEILING, None, None)
    assert (record.billed_seconds, record.amount) == (0, NOTHING)
    assert Spent(office.paper.since[0]) in [entry.command for entry in record.tape]
    assert office.paper.since[0].astimezone(PARIS).timetz() == time(0, tzinfo=PARIS)


async def test_a_call_is_cut_where_the_ceiling_is_reached() -> None:
    """Two euros left are two and a half minutes at 0.80 €: the exchange is told so when it answers."""
    office = Office(demo())
    office.paper.spending = Decimal(298)
    channel = FakeChannel(["1"])
    await office.attend(channel, calling())

    assert [command for command in channel.performed if isinstance(command, Limit)] == [
        Limit(150.0, Warn(60.0, "limit-warning"))
    ]


async def test_a_ledger_that_does_not_answer_stops_no_call() -> None:
    """Nobody knows what the caller has spent, and he is let through, as is who withholds his number."""
    office = Office(demo())
    office.paper.spending = OSError("the database is gone")
    await office.attend(FakeChannel(["1"]), calling(identity="1"))
    office.paper.spending = Decimal(1000)
    await office.attend(FakeChannel(["1"]), calling(caller="anonymous", identity="2"))

    assert [record.ending for record in office.ledger.records] == [Ending.FLOW, Ending.FLOW]
    assert all(record.answered for record in office.ledger.records)


# -- when we break down ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [Fault("no such sound"), RuntimeError("a bug")], ids=["fault", "bug"])
@pytest.mark.parametrize("instant", [at(Play, ("welcome-repair",)), at(Ask), at(Dial)], ids=["welcome", "menu", "dial"])
async def test_a_caller_hears_the_apology_when_we_break_down(instant: Breaks, how: Exception) -> None:
    """Then he is hung up; the record says that it was us."""
    channel = FakeChannel(breaks=instant, how=how)
    record = await record_of(channel)

    assert channel.performed[-2:] == [APOLOGY, Hangup()]
    assert record.ending is Ending.FAILED
    assert record.answered is not None


async def test_an_apology_before_anything_was_heard_is_free() -> None:
    """Early media is opened for it; nothing is answered."""
    channel = FakeChannel(breaks=at(Now), how=Fault("no clock"))
    record = await record_of(channel)

    assert [type(command) for command in channel.performed[1:]] == [Progress, Play, Hangup]
    assert (record.answered, record.amount, record.ending) == (None, NOTHING, Ending.FAILED)


async def test_a_call_of_which_nothing_works_ends_in_one_record() -> None:
    """Not even the apology; the dialplan says its own."""
    record = await record_of(FakeChannel(breaks=lambda command: True, how=Fault("dead")))

    assert record.ending is Ending.FAILED


async def test_one_call_that_fails_does_not_touch_another() -> None:
    """Both in one TaskGroup, as the server has them: the other goes on to its end."""
    office = Office(demo())
    waits = FakeChannel(breaks=at(Dial))
    fails = FakeChannel(breaks=lambda command: True, how=RuntimeError("a bug"))
    async with asyncio.TaskGroup() as calls:
        good = calls.create_task(office.attend(waits, calling(identity="good")))
        await waits.broken.wait()
        bad = calls.create_task(office.attend(fails, calling(identity="bad")))
        await asyncio.wait([bad], timeout=5)

        assert [record.id for record in office.ledger.records] == ["bad"]
        assert [call.id for call in office.live.calls] == ["good"]
        assert not good.done()
        good.cancel()

    assert {record.id: record.ending for record in office.ledger.records} == {
        "bad": Ending.FAILED,
        "good": Ending.SHUTDOWN,
    }


async def test_a_record_that_the_ledger_refuses_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is lost without a word, and the call's task ends in peace."""
    office = Office(demo(), FakeLedger(OSError("disk full")))
    with caplog.at_level(logging.ERROR):
        await office.attend(FakeChannel(), calling(identity="77.7"))

    assert "id='77.7'" in caplog.text
    assert office.live.calls == ()


async def test_a_number_that_the_book_no_longer_has_is_left_to_the_dialplan() -> None:
    """Nothing is done, nothing recorded: the dialplan apologises."""
    office, channel = Office(demo()), FakeChannel()
    await office.attend(channel, calling("0899999999"))

    assert (channel.performed, office.ledger.records, office.live.endings) == ([], [], {})


async def test_an_exchange_that_does_not_tell_costs_no_record() -> None:
    """Asking for the charge may fail like anything else; the record has our own measure then."""
    record = await record_of(FakeChannel(toll=Fault("line lost")))

    assert record.ending is Ending.FLOW
    assert record.answered is not None


class SlowToTell(FakeChannel):
    """An exchange that has not told the charge yet."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()

    async def toll(self) -> Toll | None:
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_stop_while_the_exchange_is_asked_for_the_charge_costs_no_record() -> None:
    """The call was over; the controller is stopped before it was written."""
    office, channel = Office(demo()), SlowToTell()
    task = asyncio.create_task(office.attend(channel, calling()))
    await channel.asked.wait()
    task.cancel()
    await asyncio.wait([task], timeout=5)

    assert len(office.ledger.records) == 1
    assert office.live.calls == ()


async def test_a_caller_without_a_number_is_recorded_by_a_word() -> None:
    """A record says that there was none."""
    office = Office(demo())
    await office.attend(FakeChannel(), calling(caller="anonymous"))
    (record,) = office.ledger.records

    assert record.caller == "anonymous"


@pytest.mark.parametrize(
    ("reached", "last"),
    [(Reached.BUSY, "busy:done"), (Reached.NO_ANSWER, "nobody:done"), (Reached.UNAVAILABLE, "nobody:done")],
)
async def test_a_caller_whom_nobody_answers_hears_why(reached: Reached, last: str) -> None:
    """As the demo book has it."""
    record = await record_of(FakeChannel(reached=reached))

    assert record.steps[-1] == last
    assert record.ending is Ending.FLOW


async def test_what_a_statement_needs_is_noted_with_the_call() -> None:
    """Payout, territory and rate of a surcharged call; by the book that served it."""
    service = demo().services["0899000004"]
    paid = replace(service, tariff=replace(service.tariff, payout=Decimal("0.60")))
    book = replace(demo(), services={**demo().services, "0899000004": paid})
    record = await record_of(FakeChannel(toll=Toll(datetime.now(UTC), timedelta(seconds=61))), book=book)

    assert (record.payout, record.territory, record.vat) == (Decimal("0.6100"), "metropole", Decimal(20))


async def test_a_call_that_costs_nothing_is_not_taxed() -> None:
    """Nor is anything paid out for it."""
    record = await record_of(FakeChannel(), number="0800000001")

    assert (record.payout, record.territory, record.vat) == (None, None, None)
