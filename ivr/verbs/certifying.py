"""`ivr certificate`: what a caller was told and charged, signed; and whether such a paper is true."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.book.shelf import NotKept, Shelf
from ivr.ledger.certificate import BadCertificate, issue, written
from ivr.ledger.certificate import verify as verify_
from ivr.ledger.engine import at
from ivr.ledger.reading import Reader
from ivr.ledger.seal import NAME, PublicKey, Seal
from ivr.settings import settings
from ivr.verbs.manners import example, says

FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)
THERE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(
    epilog=example(
        "ivr certificate 1764000000.12 --pdf call.pdf --json call.json",
        "ivr certificate --public-key > our-key.pem",
        "ivr certificate --verify call.json --key our-key.pem",
    )
)
@click.argument("call", required=False)
@click.option("--json", "json_", type=FILE, help="the certificate itself, which can be verified [standard output]")
@click.option("--html", type=FILE, help="a page to read")
@click.option("--pdf", type=FILE, help="a page to print")
@click.option("--with-caller", is_flag=True, help="with the caller's whole number, and what proves it")
@click.option("--owner", default=None, help="who holds the number [the owner in the book of the call]")
@click.option("--verify", "verify", type=THERE, help="is this certificate true?")
@click.option("--key", type=THERE, help="the public key that it must bear [ours]")
@click.option("--public-key", is_flag=True, help="print the public key, for whoever is to verify")
@says
def certificate(
    call: str | None,
    json_: Path | None,
    html: Path | None,
    pdf: Path | None,
    with_caller: bool,
    owner: str | None,
    verify: Path | None,
    key: Path | None,
    public_key: bool,
) -> None:
    """Certify a call of the ledger, answered or not; or verify a certificate (exit status 1: it is not true)."""
    if (call is not None) + (verify is not None) + public_key != 1:
        raise click.UsageError("name one CALL, or say --verify FILE, or --public-key")
    configured = settings()
    seal = Seal(configured.state / NAME)
    if public_key:
        click.echo(seal.public.pem, nl=False)
        return
    if verify is not None:
        ours = seal.public if (configured.state / NAME).exists() else None
        verdict = verify_(verify.read_bytes(), PublicKey.read(key.read_bytes()) if key else ours)
        click.echo(f"{'True' if verdict.true else 'False'}: {verdict.why}.")
        if not verdict.true:
            raise SystemExit(1)
        return
    reader = Reader(at(configured.ledger))
    row = reader.row(call or "")
    if row is None:
        raise BadCertificate(f'there is no call "{call}" in the ledger: ivr calls --json shows the ids')
    named, silence = _of_the_book(configured.state / "books", row)
    holder = owner if owner is not None else named
    told = issue(
        row,
        reader.head(),
        seal,
        datetime.now(UTC),
        holder,
        with_caller=with_caller,
        refunds_head=reader.refunds_head(),
        refunds=reader.refunds_of(row["id"]),
        silence=silence,
    )
    if html or pdf:
        from ivr.ledger import certificate_page as page  # fpdf takes a while to load

        if html:
            _put(html, page.html(told).encode())
        if pdf:
            _put(pdf, page.pdf(told))
    if json_ or not (html or pdf):
        _put(json_ or Path("-"), written(told).encode())


def _of_the_book(kept: Path, row: Mapping[Any, Any]) -> tuple[str | None, str | None]:
    """Who held the number by the book that served the call, and why its price is not announced by us, if so; ``None``
    where the book does not say or is gone.
    """
    try:
        found = read_book(Shelf(kept).path(row["book"]))
    except (NotKept, BadBook, OSError):
        return None, None
    service = found.services.get(row["number"])
    if service is None:
        return None, None
    owner = found.owners.get(service.owner)
    silence = next((one.silence for one in service.periods if one.tariff.name == row["tariff"]), None)
    return owner.company if owner else None, silence or None


def _put(path: Path, content: bytes) -> None:
    with click.open_file(str(path), "wb") as file:
        file.write(content)
