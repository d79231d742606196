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


# What is told in one sentence, beside what the system says (OSError); anything else is a fault of ours and may show its
# traceback.  By name: whoever raises one of them has loaded it, and the others take most of a second to load.
MET = frozenset(
    (
        "ivr.asterisk.tokens.UnsafeError",
        "ivr.book.problems.BadBook",
        "ivr.ledger.cabinet.NoLetter",
        "ivr.ledger.certificate.BadCertificate",
        "ivr.ledger.head.BadHead",
        "ivr.ledger.messages.NoMessage",
        "ivr.ledger.reading.BadLedger",
        "ivr.ledger.refunds.BadRefund",
        "ivr.ledger.seal.NoKey",
        "ivr.ledger.statement.BadMonth",
        "ivr.ledger.tapefile.BadTape",
        "ivr.ledger.told.BadStatement",
        "ivr.ledger.vault.NoTalk",
        "ivr.ledger.witness.NoWitness",
        "ivr.phone.booth.NoCall",
        "ivr.phone.script.BadScript",
        "ivr.secret.NoSecret",
        "ivr.service.agents.NoAgent",
        "ivr.service.crises.NoCrisis",
        "ivr.service.nuisances.NoCaller",
        "ivr.service.overrides.NoCalendar",
        "ivr.service.overrides.Refused",
        "ivr.settings.BadSetting",
        "ivr.terminal.keeping.NoTests",
        "ivr.terminal.simulate.NotOurs",
        "ivr.tls.BadTls",
        "ivr.voice.catalogue.BadCatalogue",
    )
)


def may_be_met(error: Exception) -> bool:
    """Whether people may meet this error, and so are told in one sentence."""
    kinds = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return isinstance(error, OSError) or any(kind in MET for kind in kinds)


def says(command: Callable[P, R]) -> Callable[P, R]:
    """Turn what people may meet into one sentence, each problem of a book into its own, and exit status 1."""

    @wraps(command)
    def said(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            done = command(*args, **kwargs)
            sys.stdout.flush()  # what nobody reads any more is met here, not when Python ends
            return done
        except Exception as error:
            if not may_be_met(error) or (isinstance(error, BrokenPipeError) and _unread()):
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
