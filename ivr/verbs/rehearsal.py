"""The cases of a book on a real line: a phone calls the running stack, and what it heard is held against the case.

Where the call went is in the ledger of the stack, so this runs where that is: `docker/ivr test --live`.
"""

import contextlib
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from ivr import app
from ivr.book.book import LANGUAGE
from ivr.book.cases import NOTHING, Case
from ivr.flow.commands import Dialled, Queued, Speak
from ivr.flow.errands import Recall, Remember
from ivr.flow.tape import Entry
from ivr.kept import calls_kept
from ivr.ledger.rows import Kept
from ivr.phone import booth, ear, timeline
from ivr.phone.complaining import Due, complained
from ivr.phone.report import CallReport
from ivr.phone.script import CallScript
from ivr.settings import Settings
from ivr.terminal.simulate import Simulator
from ivr.terminal.verdict import Failure, Seen, charged_as_written, failures, in_languages, said, sound_name, turns
from ivr.values.call import Ending
from ivr.values.number import parse
from ivr.values.tariff import Money, Tariff
from ivr.verbs.desks import Desks
from ivr.verbs.planning import Planned, plan
from ivr.verbs.played import Played
from ivr.verbs.stage import Claim, Stage
from ivr.verbs.telling import tell

LINES = min(6 * (os.cpu_count() or 1), 24)  # calls at once: more processes than that the container may not have
STARTING = 2  # at once: a phone takes a second of processor to start
MEEK = 10  # niceness of listening to recordings: the calls in progress go first
SETTLING = 15.0  # seconds for a record to be in the ledger
SLACK = timedelta(
    seconds=5
)  # by which a phone on a busy machine may differ from the exchange; less than an announcement


def rehearse(settings: Settings, bare: Simulator, cases: Sequence[Case], host: str) -> bool:
    """Call all cases that can be; print each as it ends; whether none failed."""
    simulator = app.simulator(settings)
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
    stage = Stage(settings, simulator.release.book)
    with _played(simulator, planned) as systems, Desks(settings, host) as desks:
        calls = _Calls(settings, simulator, stage, systems, desks)
        for scenery in sorted({one.scenery for one in planned}):
            with stage.scenery(scenery), ThreadPoolExecutor(LINES) as lines:
                # Who wants agents for himself comes first: later many would keep him waiting.
                waiting = sorted((one for one in planned if one.scenery == scenery), key=_modest)
                placed = [lines.submit(calls.call, waiting) for _ in range(len(waiting))]
                for call in as_completed(placed):
                    one, found, complaints = call.result()
                    failed += bool(found)
                    _tell(one, found, complaints)
    took = time.monotonic() - began
    click.echo(f"{len(planned)} cases called, {failed or 'none'} failed, {refused} not run, in {took:.0f} s")
    return not failed


@contextlib.contextmanager
def _played(simulator: Simulator, planned: Sequence[Planned]) -> Iterator[Mapping[str, Played]]:
    """The other systems that calls will ask.  Raises ``click.ClickException`` where somebody else is at the address."""
    sites = simulator.release.book.sites
    with contextlib.ExitStack() as stack:
        systems: dict[str, Played] = {}
        for name in sorted({fetch.remote for one in planned for fetch, _ in one.fetches}):
            try:
                systems[name] = Played(sites[name])
            except OSError as error:
                message = f"{name} cannot be played at {sites[name].url}, where somebody else is: {error.strerror}"
                raise click.ClickException(message) from None
            stack.callback(systems[name].close)
        yield systems


class _Calls:
    """Places the calls, and looks at what came of them in the ledger."""

    def __init__(
        self, settings: Settings, simulator: Simulator, stage: Stage, systems: Mapping[str, Played], desks: Desks
    ) -> None:
        self._settings = settings
        self._simulator = simulator
        self._stage = stage
        self._systems = systems
        self._desks = desks
        self._starting = threading.Semaphore(STARTING)
        self._ears = ThreadPoolExecutor(1, initializer=_meekly)

    def call(self, waiting: list[Planned]) -> tuple[Planned, list[Failure], list[str]]:
        """Place the call of the first case that can be had now; hold it against what was heard and where it went."""
        with self._stage.first(waiting) as plan, self._remembered(plan):
            for fetch, fetched in plan.fetches:
                self._systems[fetch.remote].expect(fetch, fetched)
            began = datetime.now(UTC)
            before = {kept.id for kept in self._kept(plan, began)}
            try:
                self._desks.staff(plan.claims, parse(plan.script.from_).e164 or "", plan.agents)
                report = self._place(plan.script)
            except booth.NoCall as error:
                return plan, [Failure("dial", plan.script.number, str(error))], []
            deadline = time.monotonic() + SETTLING
            while not (new := [kept for kept in self._kept(plan, began) if kept.id not in before]):
                if time.monotonic() > deadline:
                    return plan, [Failure("dial", "a record in the ledger", f"none within {SETTLING:g} s")], []
                time.sleep(0.3)
        tariff = self._simulator.release.book.tariffs[plan.simulated.record.tariff]
        seen, complaints = self._ears.submit(self._seen, plan, report, new[0]).result()
        found = failures(plan.case, seen, _same_charge(tariff, report))
        return plan, [_explained(one, tariff, report) for one in found], complaints

    def _place(self, script: CallScript) -> CallReport:
        """Place the call, once not too many others are about to begin."""
        with contextlib.ExitStack() as starting:
            starting.enter_context(self._starting)
            return booth.place(script, lambda _: starting.close())

    def _remembered(self, plan: Planned) -> contextlib.AbstractContextManager[None]:
        """What the call may recall is what its case says, else nothing."""
        commands = (entry.command for entry in plan.simulated.record.tape)
        asked = (command.key for command in commands if isinstance(command, Recall | Remember))
        values = {**dict.fromkeys(asked), **plan.case.written.remembered}
        return self._stage.remembering(parse(plan.script.from_).e164, values, plan.case.at)

    def _kept(self, plan: Planned, began: datetime) -> list[Kept]:
        """The records of this caller to this number, from a little before ``began``; a test clock moves no record."""
        caller = parse(plan.script.from_).e164 or plan.simulated.record.caller
        kept = calls_kept(self._settings, None, None, began - timedelta(minutes=1), plan.script.number)
        return [one for one in kept if one.caller == caller]

    def _seen(self, plan: Planned, report: CallReport, kept: Kept) -> tuple[Seen, list[str]]:
        known = self._known(plan)
        found = timeline.findings(report, plan.script, known)
        nodes = tuple(step.partition(":")[0] for step in kept.steps)
        left = plan.simulated.left
        # Where a caller hung up is in no step: it is where the simulator's did, if both came the same way.
        if left is not None and kept.ending is Ending.CALLER and kept.steps == plan.simulated.record.steps:
            nodes += (left.node,)
        results = (entry.result for entry in map(Entry.read, kept.tape))
        agents = tuple(told.agent for told in results if isinstance(told, Dialled | Queued) and told.agent)
        heard = tuple(one.name.rpartition(":")[2] for one in sorted(found.heard, key=lambda one: one.start))
        record = in_languages(plan.simulated.record, self._simulator.release.voice)
        complaints = complained(report, found, known, Due(frozenset(said(record)), turns(record)))
        return Seen(heard, nodes, kept.steps, agents, kept.ending, kept.amount), complaints

    def _known(self, plan: Planned) -> dict[str, Any]:
        """The sounds to listen for: what the case expects and the simulator says, in the languages that it speaks.

        Among all sounds of a book, the ear would take one sentence that begins like another for both.
        """
        spoken = [entry.command for entry in plan.simulated.record.tape]
        languages = {LANGUAGE, *(command.language for command in spoken if isinstance(command, Speak))}
        names = {*plan.case.written.hears, *said(plan.simulated.record)}
        expected = said(in_languages(plan.simulated.record, self._simulator.release.voice))
        files = {
            sound_name(language, name): Path(f"{sound.path}.alaw")
            for (language, name), sound in self._simulator.release.voice.items()
            if language in languages and name in names and not name.startswith("slot/")
        }
        # Where another language has the very same sound, the ear keeps to the first.
        order = sorted(files, key=lambda name: (name not in expected, name))
        return {name: ear.sound(files[name], plan.script.rate) for name in order}


def _meekly() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), MEEK)


def _modest(plan: Planned) -> tuple[bool, bool]:
    """Sorts calls by what they claim of agents."""
    claims = {claim for name, claim in plan.claims.items() if " " not in name}
    return Claim.ALONE not in claims, Claim.AWAY not in claims


def _same_charge(tariff: Tariff, report: CallReport) -> Any:
    """Whether the ledger charges what a case says: the amount for the time that the phone was answered for."""

    def same(said: str, owed: Money) -> bool:
        if report.answered_t is None:
            return said == NOTHING and owed.amount == 0
        least, most = _bounds(tariff, report)
        if not least <= owed <= most:
            return False
        # The amount of a case is that of the simulator's clock; on a real line only whether there is one.
        return charged_as_written(NOTHING if said == NOTHING else "something", owed)

    return same


def _bounds(tariff: Tariff, report: CallReport) -> tuple[Money, Money]:
    """What a call may cost that was answered for as long as the phone saw it."""
    spoken = timedelta(seconds=report.spoken)
    return tariff.charge(max(timedelta(0), spoken - SLACK)), tariff.charge(spoken + SLACK)


def _explained(failure: Failure, tariff: Tariff, report: CallReport) -> Failure:
    """Of an amount, what it would have to be by the phone's own measure."""
    if failure.key != "charged" or report.answered_t is None:
        return failure
    least, most = _bounds(tariff, report)
    measured = f"{least.amount:.2f} to {most.amount:.2f} for the {report.spoken:.1f} s that the phone was answered"
    return replace(failure, expected=f"{failure.expected}: {measured}")


def _tell(plan: Planned, found: Sequence[Failure], complaints: Sequence[str]) -> None:
    """Complaints fail no case: where many calls are placed at once, the phones' machine tears holes itself."""
    if found:
        tell(plan.case, found)
    else:
        click.echo(f"ok       {plan.case.mark.file}:{plan.case.mark.line}: {plan.case.written.name}")
    for sentence in complaints:
        click.echo(f"         complaint: {sentence}")
