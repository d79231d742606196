"""Commands that look at a whole book at once: every path of a number, and what must hold of every call."""

import json
from datetime import datetime
from itertools import islice

import click

from ivr.book.book import LANGUAGE, Book, read_book
from ivr.book.promises import Broken, broken
from ivr.book.worlds import Measured, changing, not_measured, world_of
from ivr.flow.explore import explore as lived_through
from ivr.flow.paths import Paths
from ivr.flow.property import FORMS, understood
from ivr.settings import Settings, settings
from ivr.terminal import explored
from ivr.terminal.simulate import NotOurs, service_of
from ivr.values.number import parse
from ivr.verbs.amount import Whole
from ivr.verbs.instant import Instant, meant
from ivr.verbs.manners import example, says


@click.command(
    epilog=example(
        "ivr explore 0899000004",
        "ivr explore 0899000004 --paths --limit 20",
        'ivr explore 0899000004 --property "always: human within 4 keys"',
        "ivr explore --property",
    )
)
@click.argument("number", required=False)
@click.option("--paths", "list_", is_flag=True, help="each path: what is pressed, the steps, what is heard and owed")
@click.option("--limit", default=100, show_default=True, type=Whole(1, 1_000_000), help="paths shown at most")
@click.option("--json", "json_", is_flag=True, help="as JSON, for programs")
@click.option(
    "--at", "since", type=Instant(), default=None, help="the tariff of then; the 400 days of calendars begin here [now]"
)
@click.option(
    "--from", "from_", default=None, metavar="CALLER", help='calls of this caller only; "" withholds the number'
)
@click.option("--crisis", default=None, metavar="NAME", help="as calls go while this crisis is on")
@click.option(
    "--property",
    "wanted",
    is_flag=False,
    flag_value="",
    default=None,
    help='verify "always: …" or "never: …"; without a sentence those of properties.yaml',
)
@says
def explore(
    number: str | None,
    list_: bool,
    limit: int,
    json_: bool,
    since: datetime | None,
    from_: str | None,
    crisis: str | None,
    wanted: str | None,
) -> None:
    """Live through every path of NUMBER and tell how many, how long, how soon a human, and at what price."""
    configured = settings()
    book = read_book(configured.book)
    measured = _measured(configured)
    at = meant(since).replace(second=0, microsecond=0)
    if wanted is not None:
        _verify(book, number, wanted, at, measured, json_)
        return
    if number is None:
        raise click.UsageError("which number? (or --property, to verify what properties.yaml says)")
    service = service_of(book, number).at(at)
    if crisis is not None and crisis not in service.fronts:
        known = ", ".join(service.fronts) or "none"
        raise click.UsageError(f'no crisis "{crisis}" is prepared for {service.number}; known are {known}')
    callers = None if from_ is None else [parse(from_)]
    world = world_of(book, service, at, measured, crisis)
    paths = Paths(lived_through(world, callers))
    then = changing(service_of(book, number), at, world)
    midway = Paths(lived_through(then, callers)) if then else None
    found = [path for paths_ in (paths, midway) if paths_ for path in islice(paths_.each(), limit)][:limit]
    if json_:
        texts = {one.name: one.text for one in book.utterances() if one.language == LANGUAGE}
        told = explored.figures(paths, service, midway)
        told["paths_shown"] = [explored.plain(one, service, crisis, texts) for one in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    for line in explored.summary(paths, service, midway, crisis):
        click.echo(line)
    if list_:
        for one in found:
            click.echo(explored.line(one, service.tariff))
        if (more := paths.count + (midway.count if midway else 0) - limit) > 0:
            click.echo(f"… and {more} more; --limit shows more of them")


def _measured(configured: Settings) -> Measured:
    """Lengths of the sounds that were baked here, if any were."""
    from ivr.voice.catalogue import BadCatalogue, Catalogue  # numpy; only for those who explore

    try:
        sounds = Catalogue.load(configured.sounds).sounds
    except (BadCatalogue, OSError):
        return not_measured
    lengths = {name: sound.seconds for (language, name), sound in sounds.items() if language == "fr"}
    return lengths.get


# -- properties --------------------------------------------------------------------------------------------------


def _verify(book: Book, number: str | None, wanted: str, at: datetime, measured: Measured, json_: bool) -> None:
    only = (service_of(book, number).number,) if number else ()
    if wanted:
        sense, _, sentence = wanted.partition(":")
        one = understood("never" if sense.strip() == "never" else "always", sentence.strip(), only)
        if one is None or sense.strip() not in ("always", "never"):
            known = "\n  ".join(f"{kind}: {form}" for kind, form, _ in FORMS)
            raise click.UsageError(f'"{wanted}" is not a property; known are\n  {known}')
        if one.when and one.when.calendar not in book.calendars:
            raise NotOurs(f'there is no calendar "{one.when.calendar}"')
        properties = [one]
    else:
        properties = [one for one, _ in book.properties if not only or not one.numbers or only[0] in one.numbers]
    found = list(broken(book, properties, at, measured, only))
    if json_:
        click.echo(json.dumps([_told(one) for one in found], ensure_ascii=False, indent=2))
    else:
        for one in properties:
            breaks = [each for each in found if each.holds_not == one]
            click.echo(f"{'BROKEN' if breaks else 'holds ':6}  {one}")
            for each in breaks:
                click.echo(f"        {each.number}: {each.command}")
    if found:
        raise SystemExit(1)


def _told(one: Broken) -> dict[str, str]:
    return {"property": str(one.holds_not), "number": one.number, "simulate": one.command}
