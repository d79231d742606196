"""Commands that look at a whole book at once: every path of a number, and what must hold of every call."""

import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

import click

from ivr.book.book import Book, Service, read_book
from ivr.book.promises import Broken, broken
from ivr.book.worlds import Measured, not_measured, world_of
from ivr.flow.explore import explore as explored
from ivr.flow.paths import ROUND, Path, Paths, until_human
from ivr.flow.property import FORMS, understood
from ivr.flow.retell import clock, command, spelled
from ivr.settings import Settings, settings
from ivr.terminal.simulate import NotOurs, service_of
from ivr.values.tariff import Money, Tariff
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
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 1_000_000), help="paths shown at most")
@click.option("--json", "json_", is_flag=True, help="as JSON, for programs")
@click.option(
    "--at", "since", type=Instant(), default=None, help="the tariff of then; the 400 days of calendars begin here [now]"
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
    paths = Paths(explored(world_of(book, service, at, measured, crisis)))
    if json_:
        shown = [_plain(one, service, crisis) for one in islice(paths.each(), limit)]
        click.echo(json.dumps({**_figures(paths, service), "paths_shown": shown}, ensure_ascii=False, indent=2))
        return
    for line in _summary(paths, service, crisis):
        click.echo(line)
    if list_:
        for one in islice(paths.each(), limit):
            click.echo(_line(one, service.tariff))
        if paths.count > limit:
            click.echo(f"… and {paths.count - limit} more; --limit shows more of them")


def _measured(configured: Settings) -> Measured:
    """Lengths of the sounds that were baked here, if any were."""
    from ivr.voice.catalogue import BadCatalogue, Catalogue  # numpy; only for those who explore

    try:
        sounds = Catalogue.load(configured.sounds).sounds
    except (BadCatalogue, OSError):
        return not_measured
    lengths = {name: sound.seconds for (language, name), sound in sounds.items() if language == "fr"}
    return lengths.get


# -- figures -----------------------------------------------------------------------------------------------------


def _figures(paths: Paths, service: Service) -> dict[str, Any]:
    """What programs want to know of all paths together."""
    longest = paths.most(lambda passage: (passage.seconds, False), whole=True)
    dearest = paths.most(lambda passage: (passage.charged, False), whole=True)
    soon, late = paths.most(until_human(0), _less, whole=False), paths.most(until_human(0), whole=False)
    few, many = paths.most(until_human(1), _less, whole=False), paths.most(until_human(1), whole=False)
    return {
        "number": service.number,
        "paths": paths.count,
        "states": len(paths.explored.states),
        "complete": paths.explored.whole,
        "longest_seconds": round(longest[0], 1) if longest else None,
        "seconds_to_human": [round(soon[0], 1), round(late[0], 1)] if soon and late else None,
        "keys_to_human": [int(few[0]), int(many[0])] if few and many else None,
        "most_owed": str((dearest[1].price(service.tariff) if dearest else Money(service.tariff.price)).amount),
        "never_answered": paths.counted(lambda passage: not passage.answered),
    }


def _command(service: Service, path: Path, crisis: str | None) -> str:
    return command(service.number, path) + (f" --crisis={crisis}" if crisis else "")


def _less(one: float, other: float) -> bool:
    return one < other


def _summary(paths: Paths, service: Service, crisis: str | None) -> Iterator[str]:
    figures = _figures(paths, service)
    world = paths.explored
    yield f"{service.number}  {service.label}"
    yield f"  paths           {paths.count}, through {len(world.states)} states of a call"
    if longest := paths.most(lambda passage: (passage.seconds, False), whole=True):
        yield f"  longest         {_time(longest[0])}    {_command(service, longest[1], crisis)}"
    if figures["seconds_to_human"]:
        low, high = figures["seconds_to_human"]
        few, many = figures["keys_to_human"]
        yield f"  to a human      {_time(low)} to {_time(high)}, {few} to {many} keys until an agent rings"
        if late := paths.most(until_human(0), whole=False):
            yield f"                  latest: {_command(service, late[1], crisis)}"
    else:
        yield "  to a human      never"
    dearest = paths.most(lambda passage: (passage.charged, False), whole=True)
    if not service.tariff.surcharged:
        yield f"  price           no surcharge ({service.tariff.mode.value})"
    elif dearest:
        least = Money(Decimal(0)) if figures["never_answered"] else _least(paths, service.tariff)
        most = dearest[1].price(service.tariff)
        yield f"  price           {least} to {most}    {_command(service, dearest[1], crisis)}"
    what = "never charged" if service.tariff.surcharged else "never answered"
    yield f"  {what:15} {figures['never_answered']} {'path' if figures['never_answered'] == 1 else 'paths'}"
    endings: dict[str, Path] = {}
    for one in islice(paths.each(lambda passage: not passage.answered), 10_000):
        endings.setdefault(" ".join(one.steps), one)
    for steps in islice(endings, 6):
        yield f"                  {steps}"
    if len(endings) > 6:
        yield f"                  … and {len(endings) - 6} more ways"
    yield from _cuts(paths, service)


def _least(paths: Paths, tariff: Tariff) -> Money:
    cheapest = paths.most(lambda passage: (passage.charged, False), _less, whole=True)
    return cheapest[1].price(tariff) if cheapest else Money(Decimal(0))


def _cuts(paths: Paths, service: Service) -> Iterator[str]:
    """What was taken as alike, and so not counted twice."""
    world = paths.explored
    yield "  taken as alike"
    for place, root in enumerate(world.roots):
        if root.caller == world.roots[0].caller:
            hours = ", ".join(f"{name} {state.value}" for name, (state, _, _) in root.hours.items())
            yield f"    {'instants' if place == 0 else '        '}      {clock(root.at)}: {hours or 'any'}"
    for place, alike in enumerate(world.callers.alike):
        names = ", ".join(spelled(one) or "anonymous" for one in alike[:4])
        more = f" and {len(alike) - 4} more" if len(alike) > 4 else ""
        yield f"    {'callers' if place == 0 else '       '}       {names}{more}"
    yield "    keys          wrong keys; keys pressed early; digits and shares that lead the same way"
    if rounds := len(paths.rounds):
        yield f"    rounds        {rounds} ways back to where the call was before: a path ends there as “{ROUND}”"
    yield "    conversations one minute each; messages ten seconds"
    if not world.whole:
        yield f"    CUT           more states than {len(world.states)}: the paths through the rest are not counted"


def _line(path: Path, tariff: Tariff) -> str:
    pressed = ", ".join(choice.outcome.label for choice in path.choices if choice.outcome.label) or "nothing to choose"
    human = f", human after {_time(path.human[0])}" if path.human else ""
    free = ", ".join(name for said in path.heard if not said.charged for name in said.phrase) or "nothing"
    begins = path.charged_from if tariff.surcharged else None
    charged = f"charged from {_time(begins)} on" if begins is not None else "never charged"
    heard = f"free: {free}; {charged}"
    sums = f"{_time(path.seconds):>12} {path.price(tariff)!s:>8}"
    return f"{sums}  {' '.join(path.steps)}  [{pressed}; {heard}{human}; {path.ends}]"


def _plain(path: Path, service: Service, crisis: str | None) -> dict[str, Any]:
    begins = path.charged_from if service.tariff.surcharged else None
    return {
        "from": spelled(path.root.caller),
        "at": path.root.at.isoformat(),
        "inputs": [choice.outcome.label for choice in path.choices if choice.outcome.label],
        "steps": list(path.steps),
        "heard": [{"says": list(said.phrase), "charged": said.charged} for said in path.heard],
        "seconds": round(path.seconds, 1),
        "charged_from": None if begins is None else round(begins, 1),
        "seconds_to_human": round(path.human[0], 1) if path.human else None,
        "keys_to_human": path.human[1] if path.human else None,
        "owed": str(path.price(service.tariff).amount),
        "ends": path.ends,
        "simulate": _command(service, path, crisis),
    }


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


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
