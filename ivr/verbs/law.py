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
from ivr.flow.law.rule import NEXT_EDITION, RD_SVA, Judged, Rule, Verdict
from ivr.settings import settings
from ivr.values.profile import Profile
from ivr.values.tariff import Cap, cap_of
from ivr.verbs.instant import Instant, meant
from ivr.verbs.manners import example, says

WIDTH = 100
BELOW = " " * 36
MOST = 5  # lines, or numbers in one, that are told below a rule of the table
EDITION = (
    f"The rules are those of {RD_SVA}, where they name no other text; its edition of {NEXT_EDITION} was not read: have"
    " a lawyer do so."
)


@click.command(epilog=example("ivr law", "ivr law --rule identity", "ivr law /etc/ivr --json"))
@click.argument("directory", required=False, type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--rule", default=None, help="one rule, with its source and all that it found")
@click.option("--at", type=Instant(), default=None, help="on the tariffs and rules in force then [now]")
@click.option("--json", "json_", is_flag=True, help="for programs")
@says
def law(directory: Path | None, rule: str | None, at: datetime | None, json_: bool) -> None:
    """The rules of law with their verdicts on the book in DIRECTORY, the worst first; status 1 if an error is broken.

    broken: seen in the book, to be mended.  declared: cannot be seen in a flow, the owner answers for what is written
    below it.  holds: seen.  not applicable: concerns no number of the book.
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
        for one in sorted(chosen, key=lambda one: list(Verdict).index(one.verdict)):
            head = f"{one.rule.id:<20} {one.verdict:<14} "
            click.echo(fill(one.rule.text, WIDTH, initial_indent=head, subsequent_indent=BELOW))
            for line in _told(one):
                click.echo(fill(f"- {line}", WIDTH, initial_indent=BELOW, subsequent_indent=BELOW))
        count = {verdict: sum(one.verdict is verdict for one in chosen) for verdict in Verdict}
        click.echo(", ".join(f"{number} {verdict}" for verdict, number in count.items() if number))
        for line in (*_abroad(book), *_unread(book), EDITION):
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
    """The caps of the book's numbers that nobody has read in a text that binds, or found at all."""
    held: dict[Cap, list[str]] = {}
    for number, service in book.services.items():
        cap = cap_of(number, book.bounds.caps) or Cap()
        if not cap.verified and any(period.tariff.surcharged for period in service.periods):
            held.setdefault(cap, []).append(number)
    said = {cap: f"not verified ({cap.source}; " if cap.source else "none was found (" for cap in held}
    return [f"cap of {', '.join(numbers)}: {said[cap]}{CAPS_FILE})" for cap, numbers in held.items()]


def _uses(service: Service, profile: Profile) -> bool:
    return any(period.profile.name == profile.name for period in service.periods)


def _told(one: Judged) -> list[str]:
    """What a table says below a rule: what is broken or declared, of which numbers, and why it is switched off."""
    if one.off:
        return [f"until {one.off.until}, {one.off.by}: {one.off.reason}"]
    of: dict[str, list[str]] = {}
    for found in one.found:
        if found.verdict is one.verdict and found.message:
            of.setdefault(found.message, []).append(found.held.number.display)
    lines = [message if numbers[0] in message else f"{_some(numbers)}: {message}" for message, numbers in of.items()]
    return [*lines[:MOST], *([f"and {len(lines) - MOST} more: ivr law --rule {one.rule.id}"] if lines[MOST:] else [])]


def _some(numbers: list[str]) -> str:
    more = f" and {len(numbers) - MOST} more" if len(numbers) > MOST else ""
    return ", ".join(dict.fromkeys(numbers[:MOST])) + more


def _tell(one: Judged) -> None:
    rule = one.rule
    until = f" to {rule.until}" if rule.until else ""
    click.echo(f"{rule.id} ({rule.code}, {rule.severity}): {rule.text}")
    click.echo(f"  source    {rule.source}")
    if unread := _not_read(rule):
        click.echo(f"  not read  {unread}")
    click.echo(f"  in force  from {rule.since}{until}")
    click.echo(f"  verdict   {one.verdict}")
    for line in _told(one) if one.off else []:
        click.echo(f"  off       {line}")
    told = ((found.held.number.display, found.verdict, found.message) for found in one.found)
    for number, verdict, message in dict.fromkeys(told):
        click.echo(f"  {number:<16} {verdict}{': ' if message else ''}{message}")


def _not_read(rule: Rule) -> str:
    """What of its sources nobody who wrote the rule has read himself."""
    later = f"RD SVA, edition of {NEXT_EDITION}" if RD_SVA in rule.source else ""
    return "; ".join(filter(None, (rule.unread, later)))


def _plain(one: Judged) -> dict[str, object]:
    rule = one.rule
    return {
        "id": rule.id,
        "code": rule.code,
        "text": rule.text,
        "source": rule.source,
        "not_read": _not_read(rule) or None,
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
