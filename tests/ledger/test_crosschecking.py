"""Asterisk's word against the ledger's: what differs is told call by call, and nothing else is."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.flow.commands import Dial, Dialled, Enqueue, Queued, Reached, Served
from ivr.flow.tape import Entry
from ivr.ledger.crosschecking import read
from ivr.ledger.engine import at
from ivr.ledger.reading import Reader
from ivr.ledger.store import Store
from ivr.ledger.told import HERE
from ivr.ledger.witness import CURRENT, KEPT, NoWitness, Witness
from tests.ledger.records import NOON, made

DAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Noted:
    """Lines as Asterisk writes them, of the ``number``-th call of :func:`tests.ledger.records.made`."""

    number: int
    answered: float | None = 12.5
    ended: float | None = 73.0
    met: Sequence[str] = ("camille",)
    dialled: str = "0899000004"
    context: str = "public"
    scan: bool = False  # a number that is none of ours, by a carrier

    def lines(self) -> str:
        call = f"1795000000.{self.number}"
        phone = f"PJSIP/anonymous-0000000{self.number}"
        started = (NOON + timedelta(seconds=self.number)).timestamp()

        def line(event: str, after: float, channel: str = call, name: str = phone, context: str = "attend") -> str:
            return f"{event},{started + after:.6f},{channel},{call},{name},{context},start\n"

        text = f"CHAN_START,{started:.6f},{call},{call},{phone},{self.context},{self.dialled}\n"
        text += line("ANSWER", self.answered) if self.answered is not None else ""
        for place, agent in enumerate(self.met, 1):
            channel = f"{call}{place}"
            name = f"{agent}-0000009{place}" if "/" in agent else f"PJSIP/{agent}-0000009{place}"
            if agent.startswith("Local/"):
                name += ";1"
            context = "trunks" if "trunk" in agent else "agents"
            text += line("CHAN_START", 10, channel, name, context)
            text += line("ANSWER", 12.4, channel, name, context)
            text += line("BRIDGE_ENTER", 12.6, channel, name, context)
            text += line("BRIDGE_ENTER", 12.6)
            text += line("HANGUP", 60, channel, name, context)
        last = self.context if self.scan else "attend"
        return text + (line("HANGUP", self.ended, context=last) if self.ended is not None else "")


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    (tmp_path / "events").mkdir()
    return Witness(tmp_path / "events", Reader(at(tmp_path / "ledger.sqlite")))


def note(folder: Path, *calls: Noted, file: str = CURRENT) -> None:
    (folder / "events" / file).write_text("".join(call.lines() for call in calls), encoding="utf-8")


def told(witness: Witness, day: date = DAY) -> list[str]:
    return [difference.partition("  ")[2] for difference in witness.check(day)[0].differences]


async def test_two_that_agree_say_so(store: Store, witness: Witness, tmp_path: Path) -> None:
    """Within half a second; a call that goes on, codes of agents, and calls that others began, are none."""
    await store.append(made(1))
    await store.append(made(2, tape=(), answered=None))
    await store.append(made(5))
    await store.append(made(6))
    note(tmp_path, Noted(1, answered=12.9, ended=72.6), Noted(2, answered=None, met=()), Noted(3, ended=None),
         Noted(4, dialled="*451", context="agents"), Noted(5, dialled="33899000004", context="trunks"),
         Noted(6, dialled="account", context="trunks"),
         Noted(7, dialled="0033123456789", context="trunks", answered=None, met=(), scan=True))  # fmt: skip
    with (tmp_path / "events" / CURRENT).open("a", encoding="ascii") as file:
        file.write(f"CHAN_START,{NOON.timestamp():.6f},ivr-back-1,ivr-back-1,PJSIP/trunk-00000001,trunks,s\n")
        file.write(f"HANGUP,{NOON.timestamp() + 9:.6f},ivr-back-1,ivr-back-1,PJSIP/trunk-00000001,trunks,s\n")

    found, torn = witness.check(DAY)

    assert (found.differences, found.agreed, torn) == ((), 4, 0)


async def test_who_was_told_something_first_or_lies_outside_is_known_by_his_name(
    store: Store, witness: Witness, tmp_path: Path
) -> None:
    """Both are rung on a Local channel, behind which an agent's phone joins, or a trunk's channel."""
    await store.append(made(1))
    talked = Entry(17.0, 50.0, Dial(("zoe",), 25), Dialled(Reached.TALKED, "zoe"))
    await store.append(made(2, tape=(talked,)))
    note(tmp_path, Noted(1, met=("Local/camille@reach", "camille")), Noted(2, met=("Local/zoe@outside", "PJSIP/trunk")))

    assert told(witness) == []


async def test_who_took_a_caller_back_from_a_slot_is_known_by_the_end_of_his_channel(
    store: Store, witness: Witness, tmp_path: Path
) -> None:
    """He joined with a call of his own; the slot itself, a Local channel, is nobody."""
    parked = Entry(17.0, 10.0, Dial(("camille",), 25), Dialled(Reached.TALKED, "camille", parked="house-01"))
    taken = Entry(28.0, 40.0, Dial((), 90, slot="house-01"), Dialled(Reached.TALKED, "zoe"))
    await store.append(made(1, tape=(parked, taken)))
    note(tmp_path, Noted(1))
    call, at_ = "1795000000.1", NOON.timestamp() + 40
    with (tmp_path / "events" / CURRENT).open("r+", encoding="ascii") as file:
        lines = file.readlines()
        lines[-1:-1] = [
            f"CHAN_START,{at_:.6f},{call}7,{call},Local/s@parked-00000000;1,parked,s\n",
            f"CHAN_START,{at_:.6f},{call}8,{call}8,PJSIP/zoe-00000004,agents,*601\n",
            f"HANGUP,{at_:.6f},{call}7,{call},Local/s@parked-00000000;1,unpark,start\n",
            f"BRIDGE_ENTER,{at_:.6f},{call}8,{call}8,PJSIP/zoe-00000004,parked,\n",
            f"HANGUP,{at_ + 9:.6f},{call}8,{call},PJSIP/zoe-00000004,parked,\n",
        ]
        file.seek(0)
        file.writelines(lines)

    assert told(witness) == []


async def test_each_difference_is_told_with_its_call(store: Store, witness: Witness, tmp_path: Path) -> None:
    """Calls that only one has, other instants, other agents, another number."""
    for number in (1, 2, 3, 4, 5):
        await store.append(made(number))
    await store.append(made(7, answered=None, tape=(Entry(1.0, 9.0, Dial(("x",), 9), Dialled(Reached.NO_ANSWER)),)))
    note(tmp_path, Noted(1, answered=None), Noted(2, ended=74.0), Noted(3, met=("karim", "camille")), Noted(5, met=()),
         Noted(6), Noted(7, met=(), dialled="0800000001"))  # fmt: skip

    assert told(witness) == [
        "0899000004  call 1795000000.1: answered at 12:00:13.62 by the ledger, never by Asterisk",
        "0899000004  call 1795000000.2: ended at 12:01:15.12 by the ledger, at 12:01:16.12 by Asterisk",
        "0899000004  call 1795000000.3: the caller talked with camille by the ledger, "
        "with camille and karim by Asterisk",
        "0899000004  call 1795000000.4: only the ledger has it",
        "0899000004  call 1795000000.5: the caller talked with camille by the ledger, with nobody by Asterisk",
        "0899000004  call 1795000000.6: only Asterisk has it: nobody served it, or its record was lost",
        "0899000004  call 1795000000.7: answered never by the ledger, at 12:00:19.62 by Asterisk",
        "0899000004  call 1795000000.7: the ledger says that 0899000004 was dialled, Asterisk 0800000001",
    ]


def waits(queue: float, *, meets: bool = True) -> str:
    """Asterisk's lines of a wait of so many seconds in a queue, of the first call."""
    started = (NOON + timedelta(seconds=1)).timestamp()
    call = "1795000000.1"

    def line(event: str, after: float) -> str:
        return f"{event},{started + after:.6f},{call},{call},PJSIP/anonymous-00000001,attend,start\n"

    ends = [line("BRIDGE_ENTER", 5 + queue), line("APP_END", 60)] if meets else [line("APP_END", 5 + queue)]
    return "".join([line("APP_START", 5), *ends])


@pytest.mark.parametrize(
    ("result", "noted", "differs"),
    [
        (Queued(Served.TALKED, "camille", waited=7.0), waits(7.9), []),
        (Queued(Served.TALKED, "camille", waited=3.0), waits(7.9), ["waited 3.0 s in a queue by the ledger, 7.9 s by"]),
        (Queued(Served.TALKED, "camille", waited=7.0), waits(7.0) * 2, ["1 waits in queues by the ledger, 2 by Ast"]),
        (Queued(Served.TALKED, "camille", waited=12.0), waits(7.9), ["waited 12.0 s in a queue by the ledger, 7.9 s"]),
        (Queued(Served.TALKED, "camille"), waits(7.9), []),
    ],
)
async def test_waits_are_compared(
    result: Queued, noted: str, differs: list[str], store: Store, witness: Witness, tmp_path: Path
) -> None:
    """Their number and their lengths; one whose end was not told has no length in the ledger, and of one that we
    refused ourselves Asterisk does not know."""
    refused = Entry(4.0, 4.1, Enqueue("parts", 60), Queued(Served.FULL, unasked=True))
    await store.append(made(1, tape=(refused, Entry(5.0, 50.0, Enqueue("parts", 60), result))))
    lines = Noted(1).lines().splitlines(keepends=True)
    (tmp_path / "events" / CURRENT).write_text("".join([*lines[:-1], noted, lines[-1]]), encoding="utf-8")
    found = [one.partition(": ")[2] for one in told(witness)]

    assert [one[: len(wanted)] for one, wanted in zip(found, differs, strict=True)] == differs


async def test_a_wait_that_nobody_served_ends_with_the_queue(store: Store, witness: Witness, tmp_path: Path) -> None:
    """And where Asterisk does not note waits yet, none is missed."""
    in_vain = Entry(5.0, 30.0, Enqueue("parts", 30), Queued(Served.TIMEOUT, waited=30.0))
    await store.append(made(1, tape=(in_vain,)))
    await store.append(made(2, tape=(in_vain,)))
    lines = Noted(1, met=()).lines().splitlines(keepends=True)
    text = "".join([*lines[:-1], waits(33.2, meets=False), lines[-1]])  # noted late
    (tmp_path / "events" / CURRENT).write_text(text + Noted(2, met=()).lines(), encoding="utf-8")
    assert [one.partition(": ")[2] for one in told(witness)] == ["1 waits in queues by the ledger, 0 by Asterisk"]
    note(tmp_path, Noted(1, met=()), Noted(2, met=()))

    assert told(witness) == []


async def test_before_asterisk_began_to_note_nothing_is_missing(store: Store, witness: Witness, tmp_path: Path) -> None:
    """An installation that is updated at noon has a morning that only the ledger knows."""
    await store.append(made(1))
    await store.append(made(5))
    note(tmp_path, Noted(5))

    assert told(witness) == []


async def test_a_call_at_midnight_is_of_one_day(store: Store, witness: Witness, tmp_path: Path) -> None:
    """The controller has it a moment later than Asterisk, which may be tomorrow."""
    late = datetime(2026, 11, 23, 23, 0, 0, 5000, UTC)  # midnight on the clocks of Paris
    record = made(1)
    ended, answered = (late + (one - record.started) for one in (record.ended, record.answered))
    await store.append(made(1, started=late, ended=ended, answered=answered))
    moved = (late - timedelta(seconds=0.01) - record.started).total_seconds()
    lines = [line.split(",", 2) for line in Noted(1).lines().splitlines()]
    text = "".join(f"{event},{float(at) + moved:.6f},{rest}\n" for event, at, rest in lines)
    (tmp_path / "events" / CURRENT).write_text(text, encoding="ascii")

    assert [told(witness, DAY + timedelta(days=past)) for past in (0, 1)] == [[], []]


async def test_files_are_turned_over_at_night_and_kept_for_a_month(
    store: Store, witness: Witness, tmp_path: Path
) -> None:
    """A call over the turn begins in one file and ends in the next; a second turn of a day loses nothing."""
    await store.append(made(1))
    await store.append(made(2))
    lines = Noted(1).lines().splitlines(keepends=True)
    events = tmp_path / "events"
    (events / CURRENT).write_text("".join(lines[:2]), encoding="utf-8")
    witness.turn_over(DAY + timedelta(days=1))
    (events / CURRENT).write_text("".join(lines[2:]), encoding="utf-8")
    witness.turn_over(DAY + timedelta(days=1))
    note(tmp_path, Noted(2))
    assert witness.check(DAY)[0].agreed == 2
    old = events / f"calls-{DAY - timedelta(days=KEPT)}.csv"
    old.touch()
    witness.turn_over(DAY + timedelta(days=2))
    witness.turn_over(DAY + timedelta(days=2))  # Asterisk has noted nothing in between

    assert not old.exists()
    assert witness.check(DAY)[0].agreed == 2
    with pytest.raises(NoWitness, match="nothing of 2026-11-20"):
        witness.check(date(2026, 11, 20))


async def test_each_night_at_four_yesterday_is_looked_at(
    store: Store, witness: Witness, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By itself: the log has what differs and how many agree, or why nobody could look."""
    caplog.set_level("INFO", logger="ivr.ledger.witness")
    for number in (1, 2):
        await store.append(made(number))
    note(tmp_path, Noted(1), Noted(2, answered=20.0))
    clock = [datetime(2026, 11, 24, 3, 59, 59, 950_000, tzinfo=HERE), datetime(2026, 11, 24, 4, tzinfo=HERE)]
    nights = iter([clock[0], clock[0], clock[1], *(at + timedelta(days=7) for at in (clock[0], clock[0], clock[1]))])
    with contextlib.suppress(StopIteration, RuntimeError):
        async with asyncio.timeout(5):
            await witness.watch(lambda: next(nights))

    (differs, agrees, nothing) = [record.message for record in caplog.records]
    assert "call 1795000000.2: answered at" in differs
    assert agrees == "crosscheck agreed=1 differ=1"
    assert "Asterisk has noted nothing of 2026-11-30" in nothing
    assert not (tmp_path / "events" / CURRENT).exists()


def test_torn_lines_are_counted_and_left_out() -> None:
    """Asterisk was killed while it wrote, or the disk was full."""
    text = (
        "CHAN_START,17\r9\n"
        + "x" * 200_000
        + "\n"
        + "CHAN_START,179\n"
        + Noted(1).lines()
        + "HANGUP,nan,1,1,x,y,z\n\0\0ANSWER,1e99,1,1,x,y,z\nBRID"
    )

    calls, torn = read(text)

    assert [call.id for call in calls] == ["1795000000.1"]
    assert torn == 6


async def test_the_command_tells_and_its_status_says_it(store: Store, witness: Witness, tmp_path: Path) -> None:
    """0 where all agree, 1 where not; a sentence where there is nothing to hold it against."""
    await store.append(made(1))
    home = {"IVR_STATE": str(tmp_path), "IVR_EVENTS": str(tmp_path / "events")}

    def ivr(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, words, env=home)
        return done.exit_code, done.output

    assert ivr("crosscheck", "--day", "2026-11-23") == (
        1,
        f"ivr: Asterisk has noted nothing of 2026-11-23: files of 35 days are in {tmp_path}/events (IVR_EVENTS)\n",
    )
    note(tmp_path, Noted(1))
    assert ivr("crosscheck", "--day", "2026-11-23") == (0, "1 calls agree, 0 differences.\n")
    note(tmp_path, Noted(1, answered=None))
    assert ivr("crosscheck", "--day", "2026-11-23") == (
        1,
        "2026-11-23 12:00:01  0899000004  call 1795000000.1: answered at 12:00:13.62 by the ledger, never by Asterisk\n"
        "0 calls agree, 1 differences.\n",
    )
    assert ivr("crosscheck") == (0, "0 calls agree, 0 differences.\n")  # yesterday is another day
