"""Calendars for people: a year at a glance, why we are open or closed, and opening and closing by hand."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.text import Text

from ivr import fittings
from ivr.book.book import read_book
from ivr.ledger.cabinet import Cabinet
from ivr.service.overrides import Lasting, Overrides, Refused, Standing
from ivr.settings import settings
from ivr.terminal import year as drawn
from ivr.values.calendar import Override
from ivr.verbs.amount import Whole
from ivr.verbs.instant import Instant
from ivr.verbs.manners import example, says


@click.command(
    epilog=example("ivr calendar office", "ivr calendar office --year 2027 --at 2027-05-07T10:00"),
)
@click.argument("name")
@click.option("--year", type=Whole(1970, 9000), default=None, help="the year that is shown [this one]")
@click.option("--at", type=Instant(), default=None, help="the instant that is explained [now]")
@says
def calendar(name: str, year: int | None, at: datetime | None) -> None:
    """A year of the calendar NAME at a glance, its next change, and why it is open or closed at an instant."""
    with _overrides(look=True) as overrides:
        here = overrides.standing(name)
        found, now = here.calendar, here.at.astimezone(here.calendar.zone)
        if at is not None:
            asked = at if at.tzinfo else at.replace(tzinfo=found.zone)
            override = here.override if here.override and here.override.holds(asked) else None
            here = Standing(found, asked, found.opening(asked, override), override)
    shown = year or here.at.astimezone(found.zone).year
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{name}, {found.zone.key}, {_kept(found.holidays, found.bridges)}", style="bold", markup=False)
    console.print()
    for line in drawn.glance(found, shown, now.date(), console.width):
        console.print(line)
    console.print("\nEvery week")
    for line in drawn.week(found):
        console.print(line)
    console.print(f"\nIn {shown}")
    for line in [*drawn.special(found, shown)] or [Text("  every week is like the others")]:
        console.print(line)
    console.print()
    for line in drawn.standing(here):
        console.print(line)


def _kept(holidays: str | None, bridges: bool) -> str:
    if holidays is None:
        return "no public holidays"
    return f"public holidays {holidays}" + (" and their bridging days" if bridges else "")


@click.command(
    epilog=example(
        "ivr override",
        "ivr override office closed --why 'fuite d'eau'",
        "ivr override office open --until 2026-12-24T18:00",
        "ivr override office clear",
    )
)
@click.argument("name", required=False)
@click.argument("order", required=False, type=click.Choice(["open", "closed", "clear"]))
@click.option("--next", "next_", is_flag=True, help="until the hours change next [the default]")
@click.option("--until", default=None, metavar="WHEN", help="until an instant, 2026-12-24T18:00, or the next 18:00")
@click.option("--for-good", is_flag=True, help="until it is cleared")
@click.option("--why", default=None, help="the reason, for people")
@click.option("--json", "json_", is_flag=True, help="as JSON")
@says
def override(
    name: str | None, order: str | None, next_: bool, until: str | None, for_good: bool, why: str | None, json_: bool
) -> None:
    """Open or close the calendar NAME by hand, or `clear` that; without an ORDER, show how calendars stand.

    Calls that ask from now on are told, and within seconds who waits in a queue of that calendar.  It survives a
    restart.
    """
    if sum((next_, until is not None, for_good)) > 1:
        raise click.UsageError("say one of --next, --until and --for-good")
    if order not in ("open", "closed") and (next_ or until or for_good or why):
        raise click.UsageError("--next, --until, --for-good and --why go with open or closed")
    with _overrides(look=order is None) as overrides:
        if name is None:
            stand = overrides.all()
        elif order is None:
            stand = [overrides.standing(name)]
        elif order == "clear":
            stand = [overrides.clear(name)]
        else:
            lasting: Lasting = "good" if for_good else "next"
            if until is not None:
                here = overrides.standing(name)
                lasting = _instant(until, here.at.astimezone(here.calendar.zone))
            stand = [overrides.put(name, order == "open", lasting, why or "ordered from the command line")]
    if json_:
        click.echo(json.dumps([one.plain() for one in stand], ensure_ascii=False, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    indent = max((len(one.calendar.name) for one in stand), default=0)
    for one in stand:
        hand = f"by hand: {drawn.lasting(one.override, one.calendar)}" if one.override else one.opening.why
        line = f"{one.calendar.name:{indent}}  {'open' if one.opening.open else 'closed':6}  {hand}"
        change = _next(one)
        folded = console.is_terminal and len(line) + len(change) > console.width
        click.echo(f"{line}\n{'':{indent + 10}}{change.removeprefix('; ')}" if folded else line + change)


class _Nothing:
    """Fulfils the port ``Drawer`` where nothing was ever kept: whoever only looks leaves no files behind."""

    def overrides(self, at: datetime) -> dict[str, Override]:
        return {}

    def set_override(self, calendar: str, override: Override | None) -> None:
        raise AssertionError("for looking only")


@contextmanager
def _overrides(*, look: bool = False) -> Iterator[Overrides]:
    """The overrides of the book on disk and of this installation; ``look``: none will be put in force."""
    configured = settings()
    book = read_book(configured.book)
    if look and not configured.cabinet.exists():
        yield Overrides(lambda: book.calendars, _Nothing(), fittings.clock(configured))
        return
    cabinet = Cabinet(configured.cabinet, configured.ledger)
    try:
        yield Overrides(lambda: book.calendars, cabinet, fittings.clock(configured))
    finally:
        cabinet.close()


def _instant(text: str, now: datetime) -> datetime:
    """``18:00``, the next there is, or an instant in ISO 8601; on the wall clock of ``now``."""
    try:
        if len(text) == 5:
            hour = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 - only the hour is taken
            found = now.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0, fold=0)
            return found if found > now else found + timedelta(days=1)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(f'"{text}" is no instant: write it like 2026-12-24T18:00, or 18:00') from None
    return instant if instant.tzinfo else instant.replace(tzinfo=_zone(now))


def _zone(now: datetime) -> ZoneInfo:
    assert isinstance(now.tzinfo, ZoneInfo)  # noqa: S101 - calendars have named zones
    return now.tzinfo


def _next(one: Standing) -> str:
    if one.opening.until is None or (one.override and one.override.until == one.opening.until):
        return ""
    changes = "closes" if one.opening.open else "opens"
    return f"; {changes} {drawn.instant(one.opening.until.astimezone(one.calendar.zone))}"
