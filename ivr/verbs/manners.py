"""How every command behaves: an example in its help, and one sentence for what people may meet."""

import contextlib
import os
import select
import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

P = ParamSpec("P")
R = TypeVar("R")


def _what_people_may_meet() -> tuple[type[Exception], ...]:
    """What is told in one sentence; anything else is a fault of ours and may show its traceback.

    Rooms that take a second to enter are among them, so this is asked only when something went wrong.
    """
    from ivr import secret
    from ivr.asterisk.provision import UnsafeError
    from ivr.book.problems import BadBook
    from ivr.ledger.cabinet import NoLetter
    from ivr.ledger.certificate import BadCertificate
    from ivr.ledger.head import BadHead
    from ivr.ledger.messages import NoMessage
    from ivr.ledger.reading import BadLedger
    from ivr.ledger.refunds import BadRefund
    from ivr.ledger.seal import NoKey
    from ivr.ledger.statement import BadMonth
    from ivr.ledger.tapefile import BadTape
    from ivr.ledger.told import BadStatement
    from ivr.ledger.vault import NoTalk
    from ivr.ledger.witness import NoWitness
    from ivr.phone.booth import NoCall
    from ivr.phone.script import BadScript
    from ivr.service.agents import NoAgent
    from ivr.service.crises import NoCrisis
    from ivr.service.nuisances import NoCaller
    from ivr.service.overrides import NoCalendar, Refused
    from ivr.settings import BadSetting
    from ivr.terminal.keeping import NoTests
    from ivr.terminal.simulate import NotOurs
    from ivr.tls import BadTls
    from ivr.voice.catalogue import BadCatalogue

    return (
        BadBook,
        BadSetting,
        BadScript,
        BadLedger,
        BadCertificate,
        BadHead,
        BadMonth,
        BadRefund,
        BadStatement,
        BadTls,
        BadTape,
        NoTalk,
        NoKey,
        BadCatalogue,
        NoCall,
        NoLetter,
        NoWitness,
        NoMessage,
        NotOurs,
        NoAgent,
        NoCalendar,
        NoCaller,
        NoCrisis,
        Refused,
        NoTests,
        UnsafeError,
        secret.NoSecret,
        OSError,
    )


def says(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what people may meet into one sentence, each problem of a book into its own, and exit status 1."""

    @wraps(command)
    def said(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            done = command(*args, **kwargs)
            sys.stdout.flush()  # what nobody reads any more is met here, not when Python ends
            return done
        except Exception as error:
            if not isinstance(error, _what_people_may_meet()) or (isinstance(error, BrokenPipeError) and _unread()):
                raise  # click ends in silence where the reader of our output has gone
            problems = getattr(error, "problems", None)
            for sentence in map(str, problems) if problems is not None else [f"ivr: {_sentence(error)}"]:
                click.echo(sentence, err=True)
            raise SystemExit(1) from None

    return said


def tell(line: str, *, dim: bool = False) -> None:
    """Print a line amid what would take a failure of it for its own: where nobody reads any more, the command ends."""
    try:
        click.secho(line, dim=dim)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains of it when it ends
        raise SystemExit(1) from None


def _unread() -> bool:
    """Whether it is our own output that nobody reads any more, as `head` that has seen enough, and no socket."""
    output = select.poll()
    with contextlib.suppress(OSError, ValueError):  # under a test there is no file
        output.register(sys.stdout, 0)
        return bool(output.poll(0))  # of a pipe without a reader POLLERR is told, whatever is asked for: poll(2)
    return False


def _sentence(error: Exception) -> str:
    """What went wrong; of a file its name, and what to look at, instead of a number."""
    if isinstance(error, OSError) and isinstance(error.filename, str | os.PathLike):
        return f"{os.fspath(error.filename)}: {error.strerror}; check the path, and that you may use what is there"
    return str(error)


def example(*lines: str) -> str:
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)
