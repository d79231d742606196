"""Money that has moved: the statement of a month, what was given back, and what an operator says of it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import click

from ivr import secret
from ivr.book.book import Book, read_book
from ivr.ledger.engine import at
from ivr.ledger.head import REFUNDS
from ivr.ledger.reading import Reader
from ivr.ledger.refunds import refund as refund_
from ivr.ledger.seal import NAME, Seal
from ivr.ledger.statement import Holder, Line, Month, Statement, as_csv, callers_csv, pseudonyms
from ivr.ledger.statement import statement as statement_
from ivr.settings import settings
from ivr.terminal.table import table
from ivr.values.number import parse
from ivr.verbs.manners import example, says

FILE = click.Path(path_type=Path, dir_okay=False, allow_dash=True)


@click.command(
    epilog=example(
        "ivr statement 2026-11",
        "ivr statement 2026-11 --owner chaleur --csv november.csv --pdf november.pdf",
        "ivr statement 2026-11 --number 0899000004 --callers callers.csv",
    )
)
@click.argument("month")
@click.option("--number", default=None, help="of this number only")
@click.option("--owner", default=None, help="of the numbers of this owner of owners.yaml only")
@click.option("--csv", "csv_", type=FILE, help="a line for each number and rate of tax, for programs")
@click.option("--pdf", type=FILE, help="pages for the owner, in French")
@click.option("--callers", type=FILE, help="what each caller spent, as CSV; by pseudonyms of that month alone")
@says
def statement(
    month: str, number: str | None, owner: str | None, csv_: Path | None, pdf: Path | None, callers: Path | None
) -> None:
    """Calls, charged seconds, amounts with tax and without, payouts and refunds of a MONTH (2026-11)."""
    of, configured = Month.of(month), settings()
    book = read_book(configured.book)
    if owner is not None and owner not in book.owners:
        raise click.BadParameter(f'there is no owner "{owner}"; known are {", ".join(sorted(book.owners)) or "none"}')
    wanted = (parse(number).national or number) if number else None
    reader, now = Reader(at(configured.ledger)), datetime.now(UTC)
    calls = reader.figures(of.begin, of.end, wanted)
    back = reader.refunds(of.begin, of.end)
    told = statement_(of, now, calls, back, holders(book), book.vat, owner, wanted)
    if csv_:
        _put(csv_, as_csv(told).encode())
    if callers:
        key = secret.derive(configured.secret, pseudonyms(of))
        _put(callers, callers_csv(calls, key, {one.number for one in told.lines}).encode())
    if pdf:
        from ivr.ledger.statement_page import pdf as pages  # fpdf takes a while to load

        _put(pdf, pages(told, now))
    if not (csv_ or pdf or callers):
        for line in _shown(told):
            click.echo(line)


def holders(book: Book) -> dict[str, Holder]:
    """Whose each number is, by the book."""
    found = {}
    for number, service in book.services.items():
        owner = book.owners.get(service.owner)
        found[number] = Holder(service.owner, owner.company if owner else "", service.label)
    return found


def _shown(told: Statement) -> list[str]:
    if not told.lines:
        return [f"No call in {told.month}."]
    headings = (
        *("number", "owner", "territory", "VAT", "calls", "answered", "seconds"),
        *("TTC", "HT", "payout", "refunded"),
    )
    rows = [_cells(one) for one in told.lines]
    total = _cells(_total(told))
    lines = list(table(headings, [*rows, total], 10_000))
    if not told.over:
        lines.append(f"{told.month} is not over: so far.")
    if told.unverified:
        lines.append(f"* rates of VAT that nobody verified (dialplans/vat.yaml): {', '.join(told.unverified)}")
    if any(one.unpaid for one in told.lines):
        lines.append("? the tariff of some calls says no payout (dialplans/tariffs.yaml)")
    lines += [
        f"refund {one['at'][:10]}  call {one['call']}  {Decimal(one['amount_cents']).scaleb(-2)} €  {one['reason']}"
        for one in told.refunds
    ]
    return lines


def _cells(one: Line) -> tuple[str, ...]:
    percent = "" if one.percent is None else f"{one.percent.normalize():f} %{'' if one.verified else ' *'}"
    untaxed = "?" if one.untaxed is None else f"{one.untaxed:.2f}"
    return (
        one.number,
        one.holder.owner or "-",
        one.territory or "-",
        percent or "-",
        str(one.calls),
        str(one.answered),
        str(one.seconds),
        f"{one.taxed:.2f}",
        untaxed,
        f"{one.payout:.2f}{' ?' if one.unpaid else ''}",
        f"{one.refunded:.2f}",
    )


class _Total(Line):
    """The last line of a table: what is not known of a line is not known of the sum."""

    parts: tuple[Line, ...] = ()

    @property
    def untaxed(self) -> Decimal | None:
        known = [one.untaxed for one in self.parts]
        return None if None in known else sum((one for one in known if one is not None), Decimal(0))

    @property
    def payout(self) -> Decimal:
        return sum((one.payout for one in self.parts), Decimal(0))


def _total(told: Statement) -> Line:
    total = _Total("total", Holder("", "", ""), "", None, verified=True)
    total.parts = told.lines
    for name in ("calls", "answered", "seconds", "taxed", "unpaid", "refunds", "refunded"):
        setattr(total, name, told.total(name))
    return total


@click.command(
    epilog=example(
        'ivr refund 1764000000.12 --reason "cut off after a minute, letter of 3 November"',
        'ivr refund 1764000000.12 --amount 0.40 --reason "half of it was waiting"',
    )
)
@click.argument("call")
@click.option("--reason", required=True, help="kept for good, shown in the statement and the certificate")
@click.option("--amount", default=None, help="in euros: 0.40 [all that is left of the call]")
@says
def refund(call: str, reason: str, amount: str | None) -> None:
    """Note that a CALL is given back: written once, chained, signed.  It moves no money."""
    if len(reason.strip()) < 3:
        raise click.BadParameter("say why, in a few words", param_hint="--reason")
    euros = _amount(amount) if amount is not None else None
    configured = settings()
    seal, beside = Seal.made(configured.state / NAME), configured.ledger.with_name(REFUNDS)
    done = refund_(at(configured.ledger), call, reason.strip(), seal, euros, beside)
    left = f"; {done.left} of the call are left" if done.left.amount else ""
    click.echo(f"{done.amount} of call {done.call} noted as given back{left}.")


def _amount(text: str) -> Decimal:
    euros, dot, cents = text.replace(",", ".").partition(".")
    if not (euros.isascii() and euros.isdigit() and len(euros) <= 4) or (
        dot and not (cents.isascii() and cents.isdigit() and len(cents) <= 2)
    ):
        raise click.BadParameter(f'"{text}" is no amount in euros and cents: write it like 0.40', param_hint="--amount")
    return Decimal(f"{euros}.{cents or 0}")


def _put(path: Path, content: bytes) -> None:
    with click.open_file(str(path), "wb") as file:
        file.write(content)
