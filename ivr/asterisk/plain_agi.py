"""The same call as a plain AGI script, for when no controller answers: one process, one call, no event loop.

Asterisk starts the script, speaks AGI on its standard input and output, and the flow is carried out by the same
generators as over FastAGI: only the loop differs.  Nobody else may write to standard output.

The exchange's own measure of the charge is asked from the exchange where an agent's answer began it; where the
caller hangs up while he still talks to that agent, it can no longer be asked, and the record then says unanswered.
"""

import contextlib
import logging
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TextIO

from ivr.asterisk.agi_order import Refused
from ivr.asterisk.agi_talk import Speaker
from ivr.asterisk.agi_wire import Outcome, WireError
from ivr.asterisk.arrival import arrival
from ivr.asterisk.plain_line import PlainLine
from ivr.flow.commands import Talk
from ivr.flow.errands import Errand
from ivr.flow.line_commands import LineCommand
from ivr.service.attendance import Attendance
from ivr.service.closed import closed
from ivr.service.library import Release
from ivr.service.ports import Fault, HungUp
from ivr.service.record import Record
from ivr.values.call import Ending
from ivr.values.outside import outside

log = logging.getLogger(__name__)


class PlainAgiChannel:
    """Carries out the commands of one call on a plain line; the port ``Channel`` without its event loop."""

    def __init__(self, line: PlainLine, speaker: Speaker) -> None:
        self._line = line
        self._speaker = speaker

    def perform(self, command: LineCommand) -> Any:
        """Carry out ``command``.  Raises ``HungUp`` when the caller is gone, ``Fault`` when it cannot be done."""
        talk = self._speaker.talk(command)
        try:
            order = next(talk)
            while True:
                try:
                    reply = self._line.perform(*order.words)
                except HungUp as gone:
                    order = talk.throw(gone)  # it may be what was asked for
                else:
                    order = talk.send(reply)
        except StopIteration as done:
            return done.value
        except Refused as refused:
            raise self._reason(refused) from refused
        except (WireError, OSError) as lost:
            raise Fault(f"the line to Asterisk is out of step: {lost}") from lost
        finally:
            talk.close()

    def _reason(self, refused: Refused) -> Exception:
        """Gone, or unable?  Only a live channel tells its state."""
        try:
            reply = self._line.perform("CHANNEL", "STATUS")
        except HungUp as gone:
            return gone
        except (WireError, OSError):
            return Fault(str(refused))
        return Fault(str(refused)) if reply.outcome is Outcome.done else HungUp()


def run_plain(
    release: Release,
    stdin: TextIO,
    stdout: TextIO,
    *,
    now: Callable[[], datetime],
    keep: Callable[[Record], None],
    clock: Callable[[], float] = time.monotonic,
) -> Ending:
    """Live through the one call that Asterisk started this process for; in the main thread.

    ``now`` is the callers' clock, ``keep`` puts the record where it is safe, ``clock`` counts seconds.  What goes
    wrong is logged, never raised: the caller hears the apology, or Asterisk's dialplan sees that nobody served him.
    """
    try:
        line = PlainLine(stdin, stdout)
        call = arrival(line.headers, datetime.now(UTC))
    except HungUp:
        log.warning("call lost before it began: the header broke off")
        return Ending.LOST
    except WireError as error:
        log.warning("call refused: %s", error)
        return Ending.LOST
    service = release.book.services.get(call.dialled.national or "")
    if service is None:
        log.warning("call refused number=%.40r is not in the book", call.dialled.raw)
        return Ending.FAILED
    beyond = outside(release.book.destinations, call)
    channel = PlainAgiChannel(line, Speaker(call.language, release.voice, now, beyond, release.book.queues))
    log.info("call began number=%s caller=%s", service.number, call.caller.masked)
    attendance = Attendance(replace(call, language=service.language), release, service, now(), clock)
    ending = Ending.SHUTDOWN
    try:
        ending = _drive(attendance.talk(), channel)
    finally:
        _write(attendance, ending, keep)
        _leave(stdout)
    return ending


def _drive(talk: Talk[Ending], channel: PlainAgiChannel) -> Ending:
    """``service/drive.py`` without ``await``."""
    try:
        command = next(talk)
        while True:
            try:
                result = closed(command) if isinstance(command, Errand) else channel.perform(command)  # type: ignore[arg-type]
            except Exception as error:  # noqa: BLE001 - the talk decides: a hang-up, a fault, or ours
                command = talk.throw(error)
            else:
                command = talk.send(result)
    except StopIteration as done:
        ending: Ending = done.value
        return ending
    finally:
        talk.close()


def _write(attendance: Attendance, ending: Ending, keep: Callable[[Record], None]) -> None:
    ended = datetime.now(UTC)
    record = attendance.record(None, ended, ending)
    log.info("call ended ending=%s billed=%ds amount=%s", ending, record.billed_seconds, record.amount)
    try:
        keep(record)
    except Exception:
        log.exception("record lost to the ledger, it follows: %s", record)


def _leave(stdout: TextIO) -> None:
    """Let what could not be written be forgotten, lest the interpreter complain of a broken pipe at its exit."""
    try:
        stdout.flush()
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stdout.fileno())
            os.close(nowhere)
