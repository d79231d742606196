"""The same call as a plain AGI script, through pyst2: as a real process on pipes, and in our own with every fault."""

import asyncio
import io
import json
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ivr.asterisk.agi_talk import Speaker
from ivr.asterisk.plain_agi import PlainAgiChannel, run_plain
from ivr.asterisk.plain_line import PlainLine
from ivr.flow.commands import Ask, Dial, Dialled, Heard, Play, Played, Reached
from ivr.service.library import Release
from ivr.service.ports import Fault, HungUp
from ivr.service.record import Record
from ivr.values.call import Ending
from tests import forked
from tests.asterisk.fake_asterisk import FakeAsterisk, header, parse_args
from tests.asterisk.plain_script import OneSecond, release

MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

TALKED = {
    "DIALSTATUS": "ANSWER",
    "DIALEDPEERNAME": "PJSIP/camille-0000002a",
    "CHANNEL(name)": "PJSIP/anonymous-00000012",
    "PERIODIC_HOOK(warning,say,1740)": "7",
}

ANNOUNCEMENT = ["STREAM", "FILE", "/sounds/announcement/per-minute-0-80", "#"]
BEEP = ["STREAM", "FILE", "/sounds/beep", ""]
APOLOGY = ["STREAM", "FILE", "/sounds/fallback", ""]
OPENING = header("ivr-plain")
ANY_KEY = "0123456789*#"


def served(cause: str) -> list[list[str]]:
    """How a call that was served is ended: 16 is an ordinary hang-up, 19 (480) that of an unanswered call."""
    return [["SET", "VARIABLE", "IVR_SERVED", "yes"], ["CHANNEL", "STATUS"], ["EXEC", "Hangup", cause]]


LAST = 3  # commands of which that end is made

WHOLE_CALL = [
    ["EXEC", "Progress"],
    ANNOUNCEMENT,
    BEEP,
    ["ANSWER"],
    ["SET", "VARIABLE", "TIMEOUT(absolute)", "1800"],
    ["GET", "VARIABLE", "IVR_HOOK"],
    ["GET", "VARIABLE", "CHANNEL(name)"],
    ["SET", "VARIABLE", "SHARED(IVR_WARNING)", "/sounds/limit-warning"],
    ["GET", "VARIABLE", "PERIODIC_HOOK(warning,say,1740)"],
    ["SET", "VARIABLE", "IVR_HOOK", "7"],
    ["STREAM", "FILE", "/sounds/welcome-repair", ANY_KEY],
    ["GET", "DATA", "/sounds/menu-repair", "5000", "1"],
    ["STREAM", "FILE", "/sounds/transfer", ""],
    ["SET", "VARIABLE", "__IVR_PARKS", "yes"],
    ["EXEC", "Dial", "PJSIP/camille,25,dgr(ring)"],
    ["GET", "VARIABLE", "DIALSTATUS"],
    ["GET", "VARIABLE", "DIALEDPEERNAME"],
    ["GET", "VARIABLE", "CDR(answer,u)"],
    ["GET", "VARIABLE", "IVR_PARKED"],
    *served("16"),
]


# -- as Asterisk runs it: a process of its own ---------------------------------------------------------------------


class Script:
    """The script running, its caller in our hands."""

    def __init__(self, process: asyncio.subprocess.Process, asterisk: FakeAsterisk, report: Path) -> None:
        self.process = process
        self.asterisk = asterisk
        self._report = report

    @classmethod
    async def start(cls, tmp_path: Path, instant: datetime, dialled: str, keys: list[str]) -> "Script":
        report = tmp_path / "report.json"
        process = await forked.create(
            sys.executable, "-m", "tests.asterisk.plain_script", report, instant.isoformat(),
            imports=("ivr.asterisk.plain_agi", "ivr.book.book", "ivr.service.library"),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONUNBUFFERED": ""},
        )  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        asterisk = FakeAsterisk(process.stdout, process.stdin, variables=TALKED, keys=keys)
        await asterisk.send(header("ivr-plain", headers={"dnid": dialled}))
        return cls(process, asterisk, report)

    async def obeyed(self, commands: int) -> list[str]:
        """Answer so many commands; the words of the one after them, unanswered."""
        for _ in range(commands):
            words = await self.asterisk.command(20)
            assert words is not None
            await self.asterisk.say(self.asterisk.reply(words))
        words = await self.asterisk.command(20)
        assert words is not None
        return words

    async def end(self) -> dict[str, Any]:
        """What the script reports, once it has left well and quietly."""
        assert self.process.stderr is not None
        async with asyncio.timeout(20):
            complaints = await self.process.stderr.read()
            assert await self.process.wait() == 0, complaints
        assert complaints == b""
        found: dict[str, Any] = json.loads(self._report.read_text())
        return found


async def test_a_whole_surcharged_call(tmp_path: Path) -> None:
    """Early media, announcement, beep, answer, limit, menu, key 2, agent, hang-up: in this order, and recorded."""
    script = await Script.start(tmp_path, SUNDAY, "0899000004", ["", "", "2"])
    await script.asterisk.obey(20)
    told = await script.end()

    assert script.asterisk.heard == WHOLE_CALL
    assert script.asterisk.variables["IVR_SERVED"] == "yes"
    assert told["ending"] == "flow"
    assert told["records"] == [
        {
            "ending": "flow",
            "steps": ["hours:open", "welcome:done", "menu:2", "boiler:talked"],
            "skipped": False,
            "answered": True,
            "announced": True,
            "caller": "+33612345678",
            "tape": 14,
        }
    ]


async def test_a_closed_service_never_answers(tmp_path: Path) -> None:
    """Out of hours the caller hears when we open, in early media, and pays nothing."""
    script = await Script.start(tmp_path, SUNDAY, "0825000003", [])
    await script.asterisk.obey(20)
    told = await script.end()

    assert [
        ["EXEC", "Progress"],
        *(["STREAM", "FILE", f"/sounds/{name}", ""] for name in ("closed", "slot/tomorrow", "slot/at-0900")),
        *served("19"),
    ] == script.asterisk.heard
    assert not script.asterisk.answered
    assert (told["records"][0]["answered"], told["records"][0]["steps"]) == (False, ["hours:closed", "closed:done"])


async def test_the_pipe_ends_in_the_middle_of_the_announcement(tmp_path: Path) -> None:
    """As under AGIEXITONHANGUP=yes: the script leaves with status 0, its record written, and complains of nothing."""
    script = await Script.start(tmp_path, SUNDAY, "0899000004", [])
    assert await script.obeyed(1) == ANNOUNCEMENT
    script.asterisk.writer.close()
    told = await script.end()

    assert (told["ending"], told["records"][0]["answered"]) == ("caller", False)


async def test_asterisk_signals_a_hang_up(tmp_path: Path) -> None:
    """SIGHUP kills no script: it is a hang-up, known before the next command."""
    script = await Script.start(tmp_path, SUNDAY, "0899000004", [])
    assert await script.obeyed(1) == ANNOUNCEMENT
    script.process.send_signal(signal.SIGHUP)
    await script.asterisk.say("200 result=0 endpos=8000")
    told = await script.end()

    assert await script.asterisk.command() is None
    assert (told["ending"], told["records"][0]["answered"]) == ("caller", False)


async def test_asterisk_reads_no_more(tmp_path: Path) -> None:
    """A broken pipe is a hang-up, too, and no reason for the interpreter to complain at its exit."""
    script = await Script.start(tmp_path, SUNDAY, "0899000004", [])
    assert await script.obeyed(1) == ANNOUNCEMENT
    reading = script.process._transport.get_pipe_transport(1)  # type: ignore[attr-defined]
    reading.get_extra_info("pipe").close()  # at once: the transport would only do so when the loop comes to it
    reading.close()
    await script.asterisk.say("200 result=0 endpos=8000")
    told = await script.end()

    assert (told["ending"], told["records"][0]["answered"]) == ("caller", False)


# -- in our own process: the same code on pretended pipes ----------------------------------------------------------


class Pipes:
    """Standard input and output of a script, with a pretended Asterisk behind them.

    ``instead`` gives for a command's place (0 is the first) the lines that come in place of its reply; what it does
    not name is obeyed.  A line that ends in ``…`` is torn there.  When nothing is left to read, the stream ends.
    """

    def __init__(
        self,
        asterisk: FakeAsterisk,
        opening: bytes,
        instead: dict[int, list[str]] | None = None,
    ) -> None:
        self.asterisk = asterisk
        self._lines = deque(opening.decode("utf-8", "replace").splitlines(keepends=True))
        self._instead = instead or {}
        self._ended = False

    def readline(self, size: int = -1) -> str:
        """Blocks as little as a file: nothing to read is the end, and asking again means being stuck."""
        if self._lines:
            return self._lines.popleft()
        assert not self._ended, "somebody reads on after the end"
        self._ended = True
        return ""

    def write(self, text: str) -> None:
        assert not self._lines, "a command was sent before the last reply was read"
        if self._ended:
            raise BrokenPipeError(32, "Broken pipe")
        assert text.endswith("\n")
        assert text.count("\n") == 1
        words = [word.decode() for word in parse_args(text[:-1].encode())]
        self.asterisk.heard.append(words)
        lines = self._instead.get(len(self.asterisk.heard) - 1)
        if lines is None:
            self._lines.append(self.asterisk.reply(words) + "\n")
        else:
            self._lines.extend(line[:-1] if line.endswith("…") else line + "\n" for line in lines)

    def flush(self) -> None:
        pass

    def fileno(self) -> int:
        raise io.UnsupportedOperation


def pretend(**facts: Any) -> FakeAsterisk:
    """A pretended Asterisk that only replies."""
    return FakeAsterisk(None, None, **facts)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _hang_up_signal() -> Iterator[None]:
    """pyst2 takes SIGHUP for itself; give it back."""
    before = signal.getsignal(signal.SIGHUP)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture(scope="module")
def demo() -> Release:
    return release()


class Lived:
    """A call that was lived through."""

    def __init__(self, pipes: Pipes, ending: Ending, records: list[Record]) -> None:
        self.heard = pipes.asterisk.heard
        self.variables = pipes.asterisk.variables
        self.ending = ending
        self.records = records


Live = Callable[..., Lived]


@pytest.fixture
def live(demo: Release) -> Live:
    """Live through a call to the 0899."""

    def through(
        instead: dict[int, list[str]] | None = None,
        *,
        keys: tuple[str, ...] = ("", "", "2"),
        missing: tuple[str, ...] = (),
        opening: bytes = OPENING,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> Lived:
        asterisk = pretend(variables=TALKED, keys=keys, missing=missing)
        pipes = Pipes(asterisk, opening, instead)
        records: list[Record] = []
        ending = run_plain(
            demo, pipes, pipes, now=lambda: MONDAY, keep=records.append, clock=clock  # type: ignore[arg-type]
        )  # fmt: skip
        return Lived(pipes, ending, records)

    return through


HANG_UPS = {
    "eof": [],
    "hangup line, then eof": ["HANGUP"],
    "hangup line, then the reply": ["HANGUP", "200 result=-1"],
    "dead channel": ["511 Command Not Permitted on a dead channel"],
    "a piece of a reply": ["200 resu…"],
}


@pytest.mark.parametrize(
    ("how", "place"),
    [
        (how, place)
        for how in HANG_UPS
        for place in range(len(WHOLE_CALL) - LAST + 1)
        if how != "dead channel" or WHOLE_CALL[place][1:2] != ["VARIABLE"]  # variables outlive their channel
    ],
)
def test_the_caller_hangs_up_anywhere(live: Live, place: int, how: str) -> None:
    """At every command, in every way that Asterisk tells it: one record, ending `caller`, and not one command more."""
    lived = live({place: HANG_UPS[how]})

    # The agent's talk is over by then; whoever hangs up while we ask for details of it has hung up all the same.
    assert lived.heard[: place + 1] == WHOLE_CALL[: place + 1]
    assert lived.ending is Ending.CALLER
    assert [record.ending for record in lived.records] == [Ending.CALLER]
    assert (place > 3) == (lived.records[0].answered is not None)
    assert "IVR_SERVED" not in lived.variables


@pytest.mark.parametrize("how", HANG_UPS)
def test_our_own_hang_up_is_no_callers(live: Live, how: str) -> None:
    """However Asterisk tells that it was done: the flow ended the call."""
    lived = live({len(WHOLE_CALL) - 1: HANG_UPS[how]})

    assert lived.heard == WHOLE_CALL
    assert [record.ending for record in lived.records] == [lived.ending] == [Ending.FLOW]


@pytest.mark.parametrize("place", range(len(WHOLE_CALL) - LAST - 3))
def test_a_minus_one_is_a_hang_up_only_on_a_dead_channel(live: Live, place: int) -> None:
    """``result=-1`` says both; a dead channel does not tell its state."""
    dead = live({place: ["200 result=-1"], place + 1: ["511 Command Not Permitted on a dead channel"]})
    alive = live({place: ["200 result=-1"], place + 1: ["200 result=6"]})

    assert ["CHANNEL", "STATUS"] == dead.heard[place + 1] == alive.heard[place + 1]
    assert (dead.ending, alive.ending) == (Ending.CALLER, Ending.FAILED)
    assert [APOLOGY, *served("16" if place > 3 else "19")] == alive.heard[-4:]
    assert len(dead.heard) == place + 2


def test_the_hash_key_skips_the_announcement_and_not_the_beep(live: Live) -> None:
    """`#` cuts it short; the beep follows, and only then the answer."""
    lived = live(keys=("#", "", "2"))

    assert lived.heard == WHOLE_CALL
    assert lived.records[0].skipped


def test_a_missing_announcement_is_never_charged(live: Live) -> None:
    """The caller hears the apology in early media; nothing answers."""
    lived = live(missing=(ANNOUNCEMENT[2],))

    assert [["EXEC", "Progress"], ANNOUNCEMENT, ["CHANNEL", "STATUS"], APOLOGY, *served("19")] == lived.heard
    assert (lived.ending, lived.records[0].answered) == (Ending.FAILED, None)


def test_no_apology_either_leaves_the_caller_to_the_dialplan(live: Live) -> None:
    """When nothing can be played, nobody was served, and Asterisk is told so by a variable that is not set."""
    lived = live(missing=(ANNOUNCEMENT[2], APOLOGY[2]))

    assert lived.ending is Ending.FAILED
    assert "IVR_SERVED" not in lived.variables


def test_a_number_that_is_not_in_the_book_is_left_to_the_dialplan(live: Live) -> None:
    """Not one command."""
    lived = live(opening=header("ivr-plain", headers={"dnid": "0899999999"}))

    assert (lived.heard, lived.ending, lived.records) == ([], Ending.FAILED, [])


@pytest.mark.parametrize(
    "opening",
    [
        b"",
        b"agi_request: x\n",
        b"HANGUP\n",
        OPENING[:-1] + b"agi_dnid: 0800000001\n\n",
        b"GET / HTTP/1.1\n\n",
        b"agi_request: " + b"x" * 70_000 + b"\n\n",
    ],
    ids=["nothing", "cut off", "hang-up", "a header twice", "not AGI", "endless"],
)
def test_a_header_that_is_none_begins_no_call(live: Live, opening: bytes) -> None:
    """Not one command, no record, and no exception."""
    lived = live(opening=opening)

    assert (lived.heard, lived.ending, lived.records) == ([], Ending.LOST, [])


@pytest.mark.parametrize(("seconds", "ending"), [(1800.0, Ending.LIMIT), (1799.0, Ending.CALLER)])
def test_the_limit_of_the_tariff_is_told_from_a_hang_up(live: Live, seconds: float, ending: Ending) -> None:
    """The exchange cuts the line 1,800 s after the answer; that looks like a hang-up, but for the clock."""
    before_the_talk = 1 + 2 * 10 + 1  # looks at the clock: at the start, around ten commands, and before the Dial
    ticks = iter([0.0] * before_the_talk + [seconds] * 10)
    lived = live({13: []}, clock=lambda: next(ticks))

    assert (lived.ending, [record.ending for record in lived.records]) == (ending, [ending])


def test_a_ledger_that_fails_costs_nobody_anything(demo: Release, caplog: pytest.LogCaptureFixture) -> None:
    """The log has the record then."""

    def fail(_: Record) -> None:
        raise OSError("no place left")

    pipes = Pipes(pretend(variables=TALKED, keys=["", "", "2"]), OPENING)
    ending = run_plain(demo, pipes, pipes, now=lambda: MONDAY, keep=fail)  # type: ignore[arg-type]

    assert ending is Ending.FLOW
    assert "record lost to the ledger, it follows: Record(id='1795000000.1'" in caplog.text


# -- pyst2's defects, each guarded ---------------------------------------------------------------------------------


def channel(asterisk: FakeAsterisk, instead: dict[int, list[str]] | None = None) -> PlainAgiChannel:
    """A channel whose sounds are called "hello" and, in a hostile place, "odd"."""
    pipes = Pipes(asterisk, header(), instead)
    voice = {("fr", "hello"): OneSecond("/sounds/hello", ""), ("fr", "odd"): OneSecond('/a "b\\c', "")}
    return PlainAgiChannel(PlainLine(pipes, pipes), Speaker("fr", voice, lambda: MONDAY))  # type: ignore[arg-type]


USAGE = ["520-Invalid command syntax.  Proper usage follows:", "Usage: EXEC <application>", "  Executes."]


@pytest.mark.parametrize(
    "usage",
    [
        [*USAGE, "520 End of proper usage."],
        [*USAGE[:-1], "  Executes.520 End of proper usage."],
        ["520 Invalid command syntax.  Proper usage not available."],
    ],
    ids=["several lines", "glued", "one line"],
)
def test_a_usage_text_is_one_reply_however_it_ends(usage: list[str]) -> None:
    """pyst2 waits for a line that never comes; the command after it must find its own reply."""
    asterisk = pretend()
    line = channel(asterisk, {0: usage})

    with pytest.raises(Fault, match="did not understand"):
        line.perform(Play(("hello",)))
    assert line.perform(Play(("hello",))) == Played()


def test_a_usage_text_that_breaks_off_is_a_hang_up() -> None:
    """pyst2 reads on for ever at 100 % of a processor."""
    with pytest.raises(HungUp):
        channel(pretend(), {0: USAGE}).perform(Play(("hello",)))


def test_a_reply_that_is_still_to_come_is_waited_for() -> None:
    """pyst2 takes a 1xx for an unknown reply, and the reply itself for the next command's."""
    line = channel(pretend(), {0: ["100 Trying...", "200 result=0 endpos=8000"]})

    assert line.perform(Play(("hello",))) == Played()
    assert line.perform(Play(("hello",))) == Played()


@pytest.mark.parametrize(
    ("reply", "heard"),
    [("200 result= (timeout)", ""), ("200 result=", "#"), ("200 result=2", "2"), ("200 result=* (timeout)", "*")],
)
def test_silence_is_told_from_a_lone_hash_key(reply: str, heard: str) -> None:
    """pyst2 reads the same nothing from both."""
    assert channel(pretend(), {0: [reply]}).perform(Ask(("hello",), ("2", "*", "#"))) == Heard(heard)


def test_a_value_that_says_hangup_hangs_up_nobody() -> None:
    """pyst2 ends the session of whoever is called so."""
    asterisk = pretend(variables={"DIALSTATUS": "ANSWER", "DIALEDPEERNAME": "hangup"})

    assert channel(asterisk).perform(Dial(("camille",), 5)).reached is Reached.TALKED


def test_words_arrive_as_they_are(demo: Release) -> None:
    """pyst2's quotes escape nothing; ours do."""
    asterisk = pretend()
    channel(asterisk).perform(Play(("odd",)))

    assert asterisk.heard == [["STREAM", "FILE", '/a "b\\c', ""]]


def test_garbage_is_a_fault_and_the_line_is_not_used_again() -> None:
    """Whatever comes after it may be anything."""
    asterisk = pretend()
    line = channel(asterisk, {0: ["200 OK"]})
    for _ in range(2):
        with pytest.raises(Fault, match="out of step"):
            line.perform(Play(("hello",)))

    assert len(asterisk.heard) == 1


def test_a_carriage_return_in_a_header_ends_no_line() -> None:
    """A text pipe would make a line end of it, and so a header of what a caller wrote."""
    hostile = header(headers={"calleridname": "x\ragi_arg_1: y", "rdnis": "caf\udce9"})
    stdin = io.TextIOWrapper(io.BytesIO(hostile), encoding="ascii")
    line = PlainLine(stdin, io.StringIO())

    assert "agi_arg_1" not in line.headers
    assert line.headers["agi_calleridname"] == "x\ragi_arg_1: y"
    assert line.headers["agi_rdnis"] == "caf\ufffd"


def test_a_broken_pipe_is_a_hang_up() -> None:
    """Asterisk has closed its end; the write fails."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as stdout:
        pipes = Pipes(pretend(), header() + b"200 result=0\n")
        line = PlainLine(pipes, stdout)  # type: ignore[arg-type]
        for _ in range(2):
            with pytest.raises(HungUp):
                line.perform("ANSWER")
        with pytest.raises(BrokenPipeError):
            stdout.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), write)


def test_nothing_is_said_on_standard_error(live: Live, capfd: pytest.CaptureFixture[str]) -> None:
    """pyst2 writes the whole conversation there, callers' numbers included."""
    live()

    assert capfd.readouterr() == ("", "")


def test_an_agents_answer_is_measured_by_the_exchange() -> None:
    """On a line that nobody had answered the agent does: charging begins then, and Asterisk knows when."""
    line = channel(pretend(variables={**TALKED, "CDR(answer,u)": "1795000010.500000"}))

    assert line.perform(Dial(("camille",), 5, limit=1800)) == Dialled(
        Reached.TALKED, "camille", datetime.fromtimestamp(1795000010.5, UTC)
    )


@pytest.mark.parametrize("value", ["0.000000", "", "hangup", "nan", "1e300"])
def test_an_exchange_that_measured_nothing_is_believed_in_nothing(value: str) -> None:
    """Our own clock stands in."""
    line = channel(pretend(variables={**TALKED, "CDR(answer,u)": value}))

    assert line.perform(Dial(("camille",), 5)) == Dialled(Reached.TALKED, "camille", None)
