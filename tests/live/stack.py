"""The stack under test, seen from outside: its containers, its console, its ledger, its health, and its sounds."""

import functools
import itertools
import json
import math
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from ivr import secret
from ivr.book.book import Book
from ivr.ledger.told import HERE
from ivr.phone import booth, ear, hearing
from ivr.phone.events import Event
from ivr.phone.report import CallReport
from ivr.phone.script import CUE, Agent, CallScript, Step, keys
from ivr.phone.timeline import Findings, findings
from ivr.settings import Settings
from ivr.terminal.verdict import sound_name
from ivr.voice.catalogue import Catalogue
from tests import forked
from tests.live.containers import SOUNDS, Containers
from tests.live.demanding import Listened, current_test, listened
from tests.live.fairness import Watch
from tests.live.sip import HungUp

PHONE = ("ivr.phone.pjsua",)
"""What a phone loads."""

ROOT = Path(__file__).parents[2]

CALLER_TONE = 660.0
"""Hz; what a caller says who is to talk with an agent."""


def until(fact: Callable[[], Any], what: str, within: float = 10.0, every: float = 0.2) -> Any:
    """Wait until ``fact()`` is true and return it; fails after ``within`` seconds.

    Asking Asterisk takes 10 ms of the processor, the controller 60 and more.
    """
    deadline = time.monotonic() + within
    while not (found := fact()):
        assert time.monotonic() < deadline, f"not within {within:g} s: {what}"
        time.sleep(every)
    return found


def _steps(pressed: str) -> tuple[Step, ...]:
    """Keys as the phone's script has them, and ``1!``: to be pressed when the test says so."""
    parts = pressed.split(",")
    return tuple(
        step for part in parts for step in ((Step(part[:-1], since="cue"),) if part.endswith("!") else keys(part))
    )


@dataclass
class Placed:
    """A call in progress in a thread of its own; the script, the events so far, the report once it is over."""

    script: CallScript
    events: list[Event] = field(default_factory=list)
    future: "Future[CallReport] | None" = None
    starved: float = 0.0
    """Seconds of its worst second in which its phones had to wait: above ``STARVED``, sound has holes."""
    phones: list[int] = field(default_factory=list)
    """The processes of its phones, once it has been dialled."""
    heard: dict[tuple[str, ...], Findings] = field(default_factory=dict)
    """What was listened for, and found."""
    excuse: str = ""  # why its caller may hear what others may not
    test: str = field(default_factory=current_test)
    listened: Listened | None = None
    """What all callers are asked when the tests are over; once the call is."""
    _news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def report(self) -> CallReport:
        """The report; waits until the call is over."""
        assert self.future is not None
        return self.future.result(self.script.limit + 60)

    def leave(self) -> CallReport:
        """Have the caller hang up now, and his agents' phones with him."""
        assert self.future is not None
        self.saw("calling")
        for phone in [] if self.future.done() else self.phones:
            with suppress(ProcessLookupError):
                os.kill(phone, signal.SIGINT)
        return self.report

    def press(self) -> None:
        """Have the caller press the keys of his next step that waits for it (``1!``)."""
        (phone,) = self.phones
        os.kill(phone, CUE)

    def hear(self, event: Event) -> None:
        with self._news:
            self.events.append(event)
            self._news.notify_all()

    def saw(self, name: str, within: float = 30.0) -> Event:
        """The first event of that name; waits for it."""
        with self._news:
            seen = self._news.wait_for(lambda: [one for one in self.events if one.event == name], within)
        assert seen, f"no {name} within {within:g} s: {self.events}"
        return seen[0]


class Stack(Containers):
    """One running stack; ``settings`` point to copies of its sounds and secrets on this side."""

    def __init__(self, project: str, settings: Settings, book: Book) -> None:
        super().__init__(project)
        self.settings = settings
        self.book = book
        self.sounds: Catalogue
        # All records, as they were when some were last asked for.
        self.read: list[dict[str, Any]] = []
        self.began = datetime.now(HERE).date()
        self._reading = threading.Lock()
        self._pool = ThreadPoolExecutor(64)
        # Phones take some work to start: many at once would make those that listen stumble.
        self._starting = threading.Semaphore(2)
        self._callers = itertools.count(secrets.randbelow(10**5) * 100)
        self.callers: list[str] = []
        self.listened: list[Listened] = []
        self._sound = functools.cache(ear.sound)

    def have_sounds(self, kept: Path) -> None:
        """Have here what was baked when the stack was made, of which `tests/run` has kept a copy.

        Not the files for Opus, which are most of all, nor what nobody hears here.
        """
        unheard = shutil.ignore_patterns("*.sln48", "*.ulaw")
        shutil.copytree(kept, self.settings.sounds, copy_function=os.symlink, ignore=unheard)
        self.fetch_sounds("")

    def fetch_sounds(self, language: str) -> None:
        """Have here what is baked by now, and what a language has, once a test has given it texts."""
        self.unpack(SOUNDS, f"{language} catalogue*.json", self.settings.sounds)
        self.sounds = Catalogue.load(self.settings.sounds)

    # -- what goes on -----------------------------------------------------------------------------------------------

    def channels(self) -> int:
        return int(self.asterisk("core show channels count").split()[0])

    def processed(self) -> int:
        """How many calls Asterisk has seen since it started."""
        words = self.asterisk("core show channels count").split()
        return int(words[words.index("processed") - 2])

    def health(self) -> dict[str, Any] | None:
        """What the controller says of itself, ``None`` when it says nothing."""
        try:
            with urlopen(f"http://127.0.0.1:{self.settings.http_port}/health", timeout=5) as answer:
                found: dict[str, Any] = json.load(answer)
                return found
        except (URLError, OSError):
            return None

    def ready(self, within: float = 15.0) -> float:
        """Wait until calls are served and the exchange is heard; the epoch of that moment, within 20 ms."""
        until(lambda: (self.health() or {}).get("status") == "ok", "the controller is well", within, every=0.02)
        return time.time()

    def beside(self, work: Callable[..., Any], *given: Any) -> "Future[Any]":
        """Have something done while the test goes on; ``result()`` raises what was wrong."""
        return self._pool.submit(copy_context().run, work, self, *given)

    def asked(self, path: str, method: str = "GET") -> bytes:
        """What the controller answers over HTTP to who has the operator's token."""
        request = Request(f"http://127.0.0.1:{self.settings.http_port}{path}", method=method)
        request.add_header("Authorization", f"Bearer {self.password('web:operator')}")
        with urlopen(request, timeout=5) as answer:  # noqa: S310 - our own HTTP
            found: bytes = answer.read()
            return found

    def quiet(self, within: float = 10.0) -> None:
        """Wait until no call is left, in Asterisk nor in the controller."""
        until(lambda: self.channels() == 0, "no channel is left", within)
        until(lambda: (self.health() or {"calls": 0})["calls"] == 0, "the controller has no call left")

    def descriptors(self) -> tuple[int, int]:
        """How often the controller holds the ledger's file open, and how many other files and sockets."""
        found = self.opened("controller")
        ledger = [one for one in found if one.endswith("/ledger.sqlite")]
        return len(ledger), len(found) - len(ledger)

    # -- time and ledger -------------------------------------------------------------------------------------------

    def clock(self, instant: str | None) -> None:
        """Set the clock of the callers; ``None`` gives the true one back."""
        file = self.settings.test_clock
        self.inside("controller", "sh", "-c", f"echo {instant} > {file}" if instant else f"rm -f {file}")

    def caller(self) -> str:
        """A mobile number of the mainland from which nobody has called yet."""
        self.callers.append(f"061{next(self._callers):07d}")
        return self.callers[-1]

    def records(self, caller: str) -> list[dict[str, Any]]:
        """The records of a caller's calls; ``anonymous`` for those who withheld their number."""
        return [record for record in self._read(caller) if record["kind"] is None]

    def called_back(self, caller: str) -> dict[str, Any]:
        """The record of the one call that was made to call him back."""
        (one,) = self.calls_back(caller)
        return one

    def calls_back(self, caller: str) -> list[dict[str, Any]]:
        """The records of all calls that were made to call him back, in order."""
        found = [record for record in self._read(caller) if record["kind"] == "callback"]
        return sorted(found, key=lambda record: str(record["started"]))

    def _read(self, caller: str) -> list[dict[str, Any]]:
        caller = f"+33{caller[1:]}" if caller.startswith("0") else caller
        with self._reading:  # what is older must not come after what is newer
            lines = self.inside("controller", "ivr", "calls", "--json", "--with-callers", "--last", "500").splitlines()
            read = self.read = [json.loads(line) for line in lines]
        return [record for record in read if record["caller"] == caller]

    def record(self, caller: str) -> dict[str, Any]:
        """The record of the one call of ``caller``; waits for it."""
        written = f"+33{caller[1:]}"
        found = [record for record in self.read if record["caller"] == written and record["kind"] is None]
        found = found or until(lambda: self.records(caller), f"a record of {caller}", every=0.3)
        assert len(found) == 1, f"{len(found)} records of one call"
        one: dict[str, Any] = found[0]
        return one

    def crosschecked(self) -> list[str]:
        """What Asterisk's own record of the calls of these tests says against the ledger; last, how many agree.

        Of two days, where midnight has come meanwhile.
        """
        differences, agreed = list[str](), 0
        for day in sorted({self.began, datetime.now(HERE).date()}):
            said = self.said("ivr", "crosscheck", "--day", f"{day:%F}")
            assert said.out, said.errors
            *found, sum_ = said.out.splitlines()
            differences += found
            agreed += int(sum_.split()[0])
        return [*differences, f"{agreed} calls agree"]

    def call_record(self, placed: Placed) -> dict[str, Any]:
        """The record of a call that has been placed; waits until it is over."""
        _ = placed.report
        return self.record(placed.script.from_)

    # -- calls -----------------------------------------------------------------------------------------------------

    def password(self, purpose: str) -> str:
        return secret.derive(self.settings.secret, purpose)

    def secrets(self) -> dict[str, str]:
        """Everything that nobody may find: the master secret, and each password made of it."""
        purposes = ["ami:controller", *(f"agent:{name}" for name in self.book.agents)]
        master = self.settings.secret.read_text(encoding="ascii").strip()
        return {"master": master, **{purpose: self.password(purpose) for purpose in purposes}}

    def agent(self, name: str, **options: Any) -> Agent:
        """The softphone of an agent of the book."""
        return Agent(name, self.password(f"agent:{name}"), **options)

    def script(self, number: str, pressed: str = "", *agents: Agent, **options: Any) -> CallScript:
        return CallScript(
            number=number,
            port=self.settings.sip_port,
            from_=options.pop("from_", self.caller()),
            keys=_steps(pressed),
            tone=options.pop("tone", CALLER_TONE if agents else 0.0),
            agents=agents,
            **options,
        )

    def call(self, number: str, pressed: str = "", *agents: Agent, excuse: str = "", **options: Any) -> Placed:
        """Place a call, from a number of its own, and go on; ``report`` waits for its end.

        ``excuse`` says why he may hear two seconds of nothing, two prompts at once, or half a prompt.
        """
        placed = Placed(self.script(number, pressed, *agents, **options), excuse=excuse)
        placed.future = self._pool.submit(self._place, placed)
        return placed

    def die(self, placed: Placed) -> None:
        """Kill the phones of a call with -9: nobody says goodbye for its agents; the call of its own is taken away."""
        placed.saw("calling")
        for phone in placed.phones:
            os.kill(phone, signal.SIGKILL)
        for line in self.asterisk("core show channels concise").splitlines():
            name, *_, caller = line.split("!")[:8]
            if caller == placed.script.from_:
                self.asterisk(f"channel request hangup {name}")

    def hang_up(self, number: str, seconds: float) -> "Future[HungUp]":
        """Call and hang up after that time."""
        return self._pool.submit(HungUp, self.settings.sip_port, number, self.caller(), seconds)

    def _place(self, placed: Placed) -> CallReport:
        self._starting.acquire()
        dialled = threading.Event()

        def hear(event: Event) -> None:
            if not dialled.is_set():
                dialled.set()
                self._starting.release()
            placed.hear(event)

        def start(*given: Any, **named: Any) -> "subprocess.Popen[str]":
            phone = forked.Popen(*given, imports=PHONE, late=(), **named)
            placed.phones = [phone.pid]
            return phone

        watch = Watch()
        try:
            report = booth.place(placed.script, hear, start=start)
        finally:
            placed.starved = watch.over()
            if not dialled.is_set():
                self._starting.release()
        placed.listened = listened(placed.test, placed.script, report, placed.starved, placed.excuse)
        self.listened.append(placed.listened)
        return report

    def heard(self, placed: Placed, *names: str) -> Findings:
        """The sounds of the book (all, or those named or like ``folder/*``) that the caller heard, on his time axis.

        Those of another language than the book's own are named, and told, with it: ``en:closed``.  Whatever is heard is
        held against what no caller may hear, too; see `tests/live/demanding.py`.
        """
        if names not in placed.heard:
            sounds = {sound_name(*key): sound.path for key, sound in self.sounds.sounds.items()}
            known = {
                name: self._sound(Path(f"{path}.alaw"), placed.script.rate)
                for name, path in sounds.items()
                if not names or any(fnmatchcase(name, like) for like in names)
            }
            placed.heard[names] = found = findings(placed.report, placed.script, known)
            assert placed.listened is not None
            placed.listened.hears(placed.report, found, known)
        return placed.heard[names]

    def complaints(
        self, placed: Placed, *said: str, since: float = 0.0, until: float = math.inf, **allowed: float
    ) -> list[str]:
        """What the caller would complain of who was to hear these prompts, one after the other, in a part of his call.

        He may have pressed keys in them, or hung up.  ``allowed``: see :func:`hearing.complaints`.
        """
        side, rate = placed.report.recording.since(since), placed.script.rate
        samples = side.samples if until == math.inf else side.samples[: round((until - side.start_t) * rate)]
        known = {name: self._sound(Path(f"{self.sounds.sounds['fr', name].path}.alaw"), rate) for name in said}
        heard = hearing.told(ear.heard(samples, rate, known), samples, rate, known)
        keys = [event.t - side.start_t for event in placed.events if event.event in ("key", "hang_up")]
        return hearing.complaints(heard, samples, rate, said, keys=keys, **allowed)
