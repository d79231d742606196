"""`ivr law`: the rules of law, and what each says of the book."""

import json
from datetime import datetime
from pathlib import Path
from textwrap import fill

import click

from ivr.book.book import ZONE, Book, Service, read_book
from ivr.book.bounds import CAPS_FILE
from ivr.book.lawful import verdicts
from ivr.book.problems import did_you_mean
from ivr.flow.law import RULES
from ivr.flow.law.rule import Judged, Verdict
from ivr.settings import settings
from ivr.values.profile import Profile
from ivr.values.tariff import Cap, cap_of
from ivr.verbs.instant import Instant, meant
from ivr.verbs.manners import example, says

WIDTH = 100
BELOW = " " * 36


@click.command(epilog=example("ivr law", "ivr law --rule identity", "ivr law /etc/ivr --json"))
@click.argument("directory", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--rule", default=None, help="one rule, with its source and all that it found")
@click.option("--at", type=Instant(), default=None, help="on the tariffs and rules in force then [now]")
@click.option("--json", "json_", is_flag=True, help="for programs")
@says
def law(directory: Path | None, rule: str | None, at: datetime | None, json_: bool) -> None:
    """The rules of law with their verdicts on the book in DIRECTORY; status 1 if one of weight is broken.

    declared: cannot be seen in a flow, the owner answers for it.
    """
    known = [one.id for one in RULES]
    if rule is not None and rule not in known:
        raise click.BadParameter(f'there is no rule "{rule}"; {did_you_mean(rule, known, "known are")}')
    directory = directory or settings().book
    book = read_book(directory)
    found = verdicts(book, meant(at).astimezone(ZONE).date())
    chosen = [one for one in found if rule in (None, one.rule.id)]
    if json_:
        click.echo(json.dumps([_plain(one) for one in chosen], ensure_ascii=False, indent=2))
    elif rule:
        _tell(chosen[0])
    else:
        for one in chosen:
            head = f"{one.rule.id:<20} {one.verdict:<14} "
            click.echo(fill(one.rule.text, WIDTH, initial_indent=head, subsequent_indent=BELOW))
            for line in _told(one):
                click.echo(fill(f"- {line}", WIDTH, initial_indent=BELOW, subsequent_indent=BELOW))
        count = {verdict: sum(one.verdict is verdict for one in chosen) for verdict in Verdict}
        click.echo(", ".join(f"{number} {verdict}" for verdict, number in count.items() if number))
        for line in (*_abroad(book), *_unread(book)):
            click.echo(fill(line, WIDTH, subsequent_indent="  "))
    if any(one.verdict is Verdict.BROKEN and one.rule.severity == "error" for one in chosen):
        raise SystemExit(1)


def _abroad(book: Book) -> list[str]:
    """The profiles of other countries that numbers use, and what is missing of each."""
    used = {period.profile.name: period.profile for one in book.services.values() for period in one.periods}
    return [
        f"profile of {one.country} ({', '.join(number for number, held in book.services.items() if _uses(held, one))}):"
        f" {'missing ' + '; '.join(one.missing) if one.missing else 'not verified'} ({one.source})"
        for one in used.values()
        if one.missing or not one.verified
    ]


def _unread(book: Book) -> list[str]:
    """The caps of the book's numbers that nobody has read in a text that binds."""
    held: dict[Cap, list[str]] = {}
    for number, service in book.services.items():
        cap = cap_of(number, book.bounds.caps)
        if cap and not cap.verified and any(period.tariff.surcharged for period in service.periods):
            held.setdefault(cap, []).append(number)
    return [f"cap of {', '.join(numbers)}: not verified ({cap.source}; {CAPS_FILE})" for cap, numbers in held.items()]


def _uses(service: Service, profile: Profile) -> bool:
    return any(period.profile is profile for period in service.periods)


def _told(one: Judged) -> list[str]:
    """What a table says below a rule: what is broken, and why it is switched off."""
    if one.off:
        return [f"until {one.off.until}, {one.off.by}: {one.off.reason}"]
    return [found.message for found in one.found if found.verdict is Verdict.BROKEN]


def _tell(one: Judged) -> None:
    rule = one.rule
    until = f" to {rule.until}" if rule.until else ""
    click.echo(f"{rule.id} ({rule.code}, {rule.severity}): {rule.text}")
    click.echo(f"  source    {rule.source}")
    click.echo(f"  in force  from {rule.since}{until}")
    click.echo(f"  verdict   {one.verdict}")
    for line in _told(one) if one.off else []:
        click.echo(f"  off       {line}")
    for found in one.found:
        said = f": {found.message}" if found.message else ""
        click.echo(f"  {found.held.number.display:<16} {found.verdict}{said}")


def _plain(one: Judged) -> dict[str, object]:
    rule = one.rule
    return {
        "id": rule.id,
        "code": rule.code,
        "text": rule.text,
        "source": rule.source,
        "severity": rule.severity,
        "from": rule.since.isoformat(),
        "to": rule.until.isoformat() if rule.until else None,
        "verdict": one.verdict,
        "off": {"reason": one.off.reason, "by": one.off.by, "until": one.off.until.isoformat()} if one.off else None,
        "found": [
            {"number": found.held.written, "verdict": found.verdict, "message": found.message, "hint": found.hint}
            for found in one.found
        ],
    }
