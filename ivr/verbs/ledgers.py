"""`ivr ledger`: is the ledger whole, where does it end, and what to do when a caller wants his data deleted."""

import sys
from pathlib import Path

import click

from ivr.fittings import make_vault
from ivr.ledger.audit import audit
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.callbacks import CallbackStore
from ivr.ledger.engine import at
from ivr.ledger.erasing import erase as erase_
from ivr.ledger.head import HEAD, REFUNDS, read, text
from ivr.ledger.messages import MessageStore
from ivr.ledger.reading import BadLedger, Reader
from ivr.ledger.retention import erase_caller
from ivr.ledger.seal import NAME, NoKey, Seal
from ivr.settings import settings
from ivr.values.number import parse
from ivr.verbs.manners import example, says


@click.group()
def ledger() -> None:
    """The chain over the records of all calls."""


@ledger.command(epilog=example("ivr ledger verify", "ivr ledger verify --against head-of-october.json"))
@click.option(
    "--against",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="a head or a certificate that was kept elsewhere",
)
@says
def verify(against: tuple[Path, ...]) -> None:
    """Walk all records: was one changed, removed, put in?  The first is named.

    Exit status 1 if so, 2 if the ledger cannot be walked.
    """
    configured = settings()
    beside, back = (configured.ledger.with_name(name) for name in (HEAD, REFUNDS))
    kept = [(str(file), *read(file)) for file in ((beside,) if beside.exists() else ()) + against]
    heads = [(where, head) for where, head, _ in kept]
    given_back = [(where, head) for where, _, head in kept if head]
    given_back += [(str(back), read(back)[0])] if back.exists() else []
    key = configured.state / NAME
    try:
        found = audit(at(configured.ledger), Seal(key).public if key.exists() else None, heads, given_back)
    except (BadLedger, NoKey) as error:
        click.echo(f"ivr: {error}", err=True)
        sys.exit(2)
    if found.fault:
        click.echo(f"The chain is broken: {found.fault}.")
        sys.exit(1)
    erased = f"; in {found.erased} the caller's data were erased" if found.erased else ""
    click.echo(f"The chain holds: {found.end.records} records{erased}, the last has hash {found.end.hash}.")
    if not key.exists() and found.end.records:
        click.echo(f"Its head's signature was not looked at: there is no key {key}.")


@ledger.command(epilog=example("ivr ledger head > head-of-november.json"))
@says
def head() -> None:
    """The signed ends of both chains, calls and refunds, to be kept where nobody who can write the ledger can reach."""
    reader = Reader(at(settings().ledger))
    click.echo(text(reader.head(), reader.refunds_head()), nl=False)


@ledger.command(epilog=example('ivr ledger erase 0612345678 --why "asked by letter of 3 November"'))
@click.argument("caller")
@click.option("--why", required=True, help="kept in each record, for whoever asks later")
@says
def erase(caller: str, why: str) -> None:
    """Delete a caller's number, and what he typed, from all records; the chain still holds.  What he left goes, too:
    messages, callbacks, answers, notices, recordings of his conversations, and what is remembered of him.
    """
    configured = settings()
    number = parse(caller)
    known = number.e164 or number.national or caller
    kept = erase_(at(configured.ledger), known, why, Seal(configured.state / NAME))
    left = 0
    if configured.cabinet.exists():
        cabinet, attempts = Cabinet(configured.cabinet, configured.ledger), CallbackStore(configured.cabinet)
        try:
            left = erase_caller(cabinet, MessageStore(configured.messages), attempts, known)
        finally:
            attempts.close()
            cabinet.close()
    talks = make_vault(configured)
    gone = talks.delete(talks.of(known))
    click.echo(
        f"{kept} records no longer know {number.masked}; {gone} recordings of conversations are deleted, and {left} "
        "messages, callbacks, answers and notices."
    )
