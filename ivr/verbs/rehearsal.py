"""The cases of a book on a real line: a phone calls the running stack, and what it heard is held against the case.

Where the call went is in the ledger of the stack, so this runs where that is: `docker/ivr test --live`.
"""

import contextlib
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from ivr import app, secret
from ivr.book.book import LANGUAGE
from ivr.book.cases import NOTHING, Case
from ivr.book.given import Given
from ivr.flow.commands import Capture, Dial, Dialled, Enqueue, Queued, Reached, Speak
from ivr.flow.errands import Draw, Fetch, Verify
from ivr.flow.tape import Entry
from ivr.ledger.tables import Kept
from ivr.phone import booth, ear, timeline
from ivr.phone.report import CallReport
from ivr.phone.script import Agent, CallScript, Step
from ivr.settings import Settings
from ivr.terminal.cast import Cast
from ivr.terminal.simulate import Lived, Simulator
from ivr.terminal.verdict import Failure, Seen, charged_as_written, failures, said, seen
from ivr.values.call import Ending
from ivr.values.number import parse
from ivr.values.tariff import Money, Tariff
from ivr.verbs.telling import tell

LINES = 4  # calls at once: a phone takes a second of processor to start
WAITING = 24  # calls that may wait for their agents meanwhile
TALK = 3.0  # seconds for which an agent talks
QUICK, NEVER = 0.5, 3600.0  # seconds until an agent answers
TONE = 660.0  # Hz; what a caller says who is put through
EARLY = 0.7  # seconds after the answer or the key before, at which an early key is pressed
SETTLING = 15.0  # seconds for a record to be in the ledger
SLACK = timedelta(seconds=2)  # by which phone and exchange may differ about how long a call lasted

# What a stack knows by itself, by the word of a case that gives it.
_OURS = ("queue", "lookup", "remembered", "override", "crisis", "calls", "at_once", "draw", "codes", "speaks")
_UNKNOWN = {Fetch: "asks another system", Verify: "wants a PIN", Draw: "draws a share", Capture: "records a message"}


@dataclass(frozen=True)
class Planned:
    """A case that can be called: its script, the agents that it rings, and how it goes in the simulator."""

    case: Case
    script: CallScript
    rings: Mapping[str, bool]
    """By name: whether his phone must be there."""
    simulated: Lived


def rehearse(settings: Settings, bare: Simulator, cases: Sequence[Case], host: str) -> bool:
    """Call all cases that can be; print each as it ends; whether none failed."""
    simulator = app.simulator(settings)
    stage = _Stage(settings, simulator)
    planned: list[Planned] = []
    refused = 0
    for case in cases:
        made = plan(case, settings, simulator, bare, host)
        if isinstance(made, str):
            refused += 1
            click.echo(f"not run  {case.mark.file}:{case.mark.line}: {case.written.name}: {made}")
        else:
            planned.append(made)
    began, failed = time.monotonic(), 0
    with stage.clock_given_back():
        for at in sorted({one.case.at for one in planned}):
            stage.set_clock(at)
            with ThreadPoolExecutor(WAITING) as lines:
                calls = [lines.submit(stage.call, one) for one in planned if one.case.at == at]
                for call in as_completed(calls):
                    one, found = call.result()
                    failed += bool(found)
                    _tell(one, found)
    took = time.monotonic() - began
    click.echo(f"{len(planned)} cases called, {failed or 'none'} failed, {refused} not run, in {took:.0f} s")
    return not failed


def plan(case: Case, settings: Settings, simulator: Simulator, bare: Simulator, host: str) -> Planned | str:
    """How to call a case; or, in a sentence, why it cannot be called here."""
    written = case.written
    if given := [word for word in _OURS if word in written.model_fields_set]:
        return f"it gives {given[0]}, which a running stack knows by itself"
    now = datetime.now(UTC)
    if settings.test_clock is None:
        again = bare.call(written.dial, written.from_, now, Cast(case.given))
        if failures(case, seen(again), lambda said, owed: (said == NOTHING) == (owed.amount == 0)):
            return "it goes otherwise at this time of day, and this stack has no test clock (IVR_TEST_CLOCK)"
    at = case.at.astimezone(UTC) if settings.test_clock else now
    lived = simulator.call(written.dial, written.from_, at, Cast(replace(case.given, talk=TALK)))
    commands = [entry.command for entry in lived.record.tape]
    for kind, why in _UNKNOWN.items():
        if any(isinstance(command, kind) for command in commands):
            return f"the call {why}, and what comes of that is not the case's to say on a running stack"
    rung = [name for command in commands for name in _rung(command, simulator)]
    rings = {name: _reached(case.given, name) for name in rung}
    return Planned(
        case,
        CallScript(
            number=lived.record.number,
            host=host,
            port=settings.sip_port,
            from_=_caller(case),
            keys=tuple(_steps(case)),
            hang_up_after=_patience(lived),
            limit=_seconds(lived) * 1.5 + 60,
            tone=TONE if any(reached is Reached.TALKED for reached in rings.values()) else 0.0,
            agents=tuple(_agents(settings, rings)),
        ),
        {name: reached is not Reached.UNAVAILABLE for name, reached in rings.items()},
        lived,
    )


def _rung(command: Any, simulator: Simulator) -> Sequence[str]:
    """Whose phones a command may ring."""
    if isinstance(command, Enqueue):
        return simulator.release.book.served.get(command.queue, ())
    return command.agents if isinstance(command, Dial) else ()


def _reached(given: Given, agent: str) -> Reached:
    return given.agents.get(agent, given.agents.get("all", Reached.TALKED))


def _agents(settings: Settings, rings: Mapping[str, Reached]) -> Iterator[Agent]:
    """The phones that are there.  Of several who would talk, the first is the quickest, as in the simulator."""
    wait = QUICK
    for name, reached in rings.items():
        if reached is Reached.UNAVAILABLE:
            continue
        answer_after = NEVER if reached is Reached.NO_ANSWER else wait
        if reached is Reached.TALKED:
            wait += QUICK * 10
        password = secret.derive(settings.secret, f"agent:{name}")
        yield Agent(name, password, answer_after, hang_up_after=TALK, engaged=reached is Reached.BUSY)


def _caller(case: Case) -> str:
    """Who calls: a number kept for films, of nobody whom a stack remembers, unless the case says who."""
    if "from_" in case.written.model_fields_set:
        return case.written.from_ if case.written.from_ != "anonymous" else ""
    return f"063998{secrets.randbelow(9000) + 1000}"


def _steps(case: Case) -> Iterator[Step]:
    keys = case.given.keys
    for place, press in enumerate(keys):
        if place == 0 and press.keys == "#" and len(keys) > 1:
            yield Step("#", 2.0, "early_media")  # skips the announcement
        elif press.early:
            yield Step(press.keys, EARLY, "key")
        else:
            yield Step(press.keys)


def _seconds(lived: Lived) -> float:
    return (lived.record.ended - lived.record.started).total_seconds()


def _patience(lived: Lived) -> float | None:
    """When the caller hangs up, in the pause after the question that he does not answer; ``None``: the flow does."""
    if lived.record.ending is not Ending.CALLER:
        return None
    return _seconds(lived) + 2.5


class _Stage:
    """The running stack: its clock, its agents' names, its ledger."""

    def __init__(self, settings: Settings, simulator: Simulator) -> None:
        self._settings = settings
        self._simulator = simulator
        self._agents: dict[str, list[bool]] = {}
        self._free = threading.Condition()
        self._lines = threading.Semaphore(LINES)

    def set_clock(self, at: datetime) -> None:
        """What time it is for the callers of a stack that has a test clock."""
        if self._settings.test_clock is not None:
            self._settings.test_clock.write_text(at.isoformat(), encoding="ascii")

    @contextlib.contextmanager
    def clock_given_back(self) -> Iterator[None]:
        """Afterwards the true time."""
        try:
            yield
        finally:
            if self._settings.test_clock is not None:
                self._settings.test_clock.unlink(missing_ok=True)

    def call(self, plan: Planned) -> tuple[Planned, list[Failure]]:
        """Place the call of a case and hold it against what was heard and where it went."""
        with self._having(plan.rings), self._lines:
            began = datetime.now(UTC)
            before = {kept.id for kept in self._kept(plan, began)}
            try:
                report = booth.place(plan.script)
            except booth.NoCall as error:
                return plan, [Failure("dial", plan.script.number, str(error))]
            deadline = time.monotonic() + SETTLING
            while not (new := [kept for kept in self._kept(plan, began) if kept.id not in before]):
                if time.monotonic() > deadline:
                    return plan, [Failure("dial", "a record in the ledger", f"none within {SETTLING:g} s")]
                time.sleep(0.3)
        tariff = self._simulator.release.book.tariffs[plan.simulated.record.tariff]
        return plan, failures(plan.case, self._seen(plan, report, new[0]), _same_charge(tariff, report))

    @contextlib.contextmanager
    def _having(self, rings: Mapping[str, bool]) -> Iterator[None]:
        """Have the agents of a call for it alone; those whose phone must not be there, together with others such."""

        def free() -> bool:
            taken = ((there, self._agents.get(name, ())) for name, there in rings.items())
            return all(not users or not (there or any(users)) for there, users in taken)

        with self._free:
            self._free.wait_for(free)
            for name, there in rings.items():
                self._agents.setdefault(name, []).append(there)
        try:
            yield
        finally:
            with self._free:
                for name, there in rings.items():
                    self._agents[name].remove(there)
                self._free.notify_all()

    def _kept(self, plan: Planned, began: datetime) -> list[Kept]:
        """The records of this caller to this number, from a little before ``began``; a test clock moves no record."""
        caller = parse(plan.script.from_).e164 or plan.simulated.record.caller
        kept = app.calls_kept(self._settings, None, None, began - timedelta(minutes=1), plan.script.number)
        return [one for one in kept if one.caller == caller]

    def _seen(self, plan: Planned, report: CallReport, kept: Kept) -> Seen:
        found = timeline.findings(report, plan.script, self._known(plan))
        nodes = tuple(step.partition(":")[0] for step in kept.steps)
        left = plan.simulated.left
        # Where a caller hung up is in no step: it is where the simulator's did, if both came the same way.
        if left is not None and kept.ending is Ending.CALLER and kept.steps == plan.simulated.record.steps:
            nodes += (left.node,)
        results = (entry.result for entry in map(Entry.read, kept.tape))
        agents = tuple(told.agent for told in results if isinstance(told, Dialled | Queued) and told.agent)
        heard = tuple(one.name.partition(":")[2] for one in sorted(found.heard, key=lambda one: one.start))
        return Seen(heard, nodes, kept.steps, agents, kept.ending, kept.amount)

    def _known(self, plan: Planned) -> dict[str, Any]:
        """The sounds to listen for: what the case expects and the simulator says, in the languages that it speaks.

        Among all sounds of a book, the ear would take one sentence that begins like another for both.
        """
        spoken = (entry.command for entry in plan.simulated.record.tape)
        languages = {LANGUAGE, *(command.language for command in spoken if isinstance(command, Speak))}
        names = {*plan.case.written.hears, *said(plan.simulated.record)}
        return {
            f"{language}:{name}": ear.sound(Path(f"{sound.path}.wav"), plan.script.rate)
            for (language, name), sound in self._simulator.release.voice.items()
            if language in languages and name in names and not name.startswith("slot/")
        }


def _same_charge(tariff: Tariff, report: CallReport) -> Any:
    """Whether the ledger charges what a case says: the amount for the time that the phone was answered for."""

    def same(said: str, owed: Money) -> bool:
        if report.answered_t is None:
            return said == NOTHING and owed.amount == 0
        spoken = timedelta(seconds=report.spoken)
        least, most = tariff.charge(max(timedelta(0), spoken - SLACK)), tariff.charge(spoken + SLACK)
        if not least <= owed <= most:
            return False
        # The amount of a case is that of the simulator's clock; on a real line only whether there is one.
        return charged_as_written(NOTHING if said == NOTHING else "something", owed)

    return same


def _tell(plan: Planned, found: Sequence[Failure]) -> None:
    if found:
        tell(plan.case, found)
    else:
        click.echo(f"ok       {plan.case.mark.file}:{plan.case.mark.line}: {plan.case.written.name}")
