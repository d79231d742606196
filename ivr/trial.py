"""A trial call: a real phone dials one of our numbers, and what it saw and heard is held against the book.

What should be heard is not written down anywhere: the simulator lives through the same call on the same book, and
its tape is the expectation.
"""

import socket
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivr import secret
from ivr.book.book import Book, Service, read_book
from ivr.book.given import ALL, Given, Press
from ivr.flow.commands import Ask, Play, Reached
from ivr.phone import booth, ear, timeline
from ivr.phone.complaining import Due, complained
from ivr.phone.events import Event
from ivr.phone.report import CallReport, Samples
from ivr.phone.script import Agent, CallScript, Step
from ivr.service.library import Release
from ivr.service.record import Record
from ivr.settings import Settings
from ivr.terminal.cast import Cast
from ivr.terminal.simulate import Simulator, service_of
from ivr.terminal.verdict import in_languages, said, sound_name, turns
from ivr.values.announcement import BEEP
from ivr.values.phone import Phone
from ivr.values.tariff import Money
from ivr.voice.catalogue import Catalogue

CALLER_TONE = 660.0  # Hz; what the trial caller says once an agent is there to hear it


@dataclass(frozen=True)
class Trial:
    """A trial call that is over: the report of its phone, the timeline, what was expected and not seen, what a
    caller would complain of."""

    report: CallReport
    rows: tuple[timeline.Row, ...]
    missing: tuple[str, ...]
    complaints: tuple[str, ...]
    owed: Money


def trial(
    settings: Settings,
    number: str,
    *,
    host: str,
    caller: str,
    keys: tuple[Step, ...],
    agent: str | None,
    hang_up_after: float | None,
    listen: Callable[[Event], None],
) -> Trial:
    """Place the call and hold it against the book.  With an ``agent``, a second phone registers under that name,
    answers when it rings, and hangs up after three seconds.
    """
    release = Release(read_book(settings.book), Catalogue.load(settings.sounds).sounds)
    service = service_of(release.book, number).at(datetime.now(UTC))
    agents = () if agent is None else (_agent(settings, release.book, agent),)
    script = CallScript(
        number=service.number,
        host=host,
        port=settings.sip_port,
        from_=caller,
        keys=keys,
        hang_up_after=hang_up_after,
        tone=CALLER_TONE if agent else 0.0,
        agents=agents,
    )
    _knock(host, settings.sip_port)
    report = booth.place(script, listen)
    record = in_languages(_lived(release, service, caller, keys, agent), release.voice)
    known = _known(release, frozenset(said(record)), script.rate)
    found = timeline.findings(report, script, known)
    expected = _expected(record, service, keys, agent, known)
    due = Due(frozenset(said(record)), turns(record))
    owed = service.tariff.charge(timedelta(seconds=report.spoken) if report.answered_t is not None else None)
    return Trial(
        report,
        tuple(timeline.rows(report.events, found, f"the caller owes {owed}")),
        tuple(timeline.missing(report.events, found, expected)),
        tuple(complained(report, found, known, due)),
        owed,
    )


def _known(release: Release, expected: frozenset[str], rate: int) -> dict[str, Samples]:
    """All sounds of the languages that callers of this book hear: what is expected first, for where another language
    has the very same one, the ear keeps to the first."""
    files = {
        sound_name(language, name): Path(f"{sound.path}.alaw")
        for (language, name), sound in release.voice.items()
        if language in release.book.languages and not name.startswith("slot/")
    }
    return {name: ear.sound(files[name], rate) for name in sorted(files, key=lambda name: (name not in expected, name))}


def _knock(host: str, port: int) -> None:
    """Raises ``NoCall`` where surely nobody listens, rather than have the phone wait for half a minute.

    An empty line keeps a SIP connection alive and asks nothing (RFC 5626, 3.5.1); a closed port is told by ICMP.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as knock:
        knock.settimeout(0.3)
        try:
            knock.connect((host, port))
            knock.send(b"\r\n\r\n")
            knock.recv(16)
        except TimeoutError:
            pass  # somebody who does not answer to this
        except OSError as error:
            raise booth.NoCall(f"no Asterisk at {host}:{port} ({error.strerror or error}): is it started?") from None


def _agent(settings: Settings, book: Book, name: str) -> Agent:
    phone = book.phones.get(name)
    if phone is Phone.BROWSER:
        raise booth.NoCall(f"the phone of {name} is a browser, which no phone of ours can be; name another agent")
    secure = phone is Phone.SECURE
    return Agent(name, secret.derive(settings.secret, f"agent:{name}"), hang_up_after=3.0, secure=secure)


def _lived(release: Release, service: Service, caller: str, keys: tuple[Step, ...], agent: str | None) -> Record:
    """The call as the simulator lives it, who presses the same keys."""
    given = Given(
        keys=tuple(Press(step.keys) for step in keys),
        agents={ALL: Reached.TALKED if agent else Reached.UNAVAILABLE},
    )
    return Simulator(release).call(service.number, caller, datetime.now(UTC), Cast(given)).record


def _expected(
    record: Record, service: Service, keys: tuple[Step, ...], agent: str | None, known: Collection[str]
) -> timeline.Expected:
    """What the simulator heard, of what the ear knows."""
    announcement = service.terms.announcement
    spoken = [entry.command for entry in record.tape if isinstance(entry.command, Play | Ask)]
    names = [name for command in spoken for name in command.phrase]
    return timeline.Expected(
        surcharged=announcement is not None,
        announcement=announcement or "",
        beep=BEEP,
        menus=tuple(name for name in names if name in known and name not in (announcement, BEEP)),
        keys="".join(step.keys for step in keys),
        agent=agent or "",
        answered=record.answered is not None,
    )
