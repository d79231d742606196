"""What `ivr explore` says of a number: figures of all its paths, and each path, for people and for programs."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from ivr.book.book import Service
from ivr.flow.instants import lasting
from ivr.flow.measures import owed, until_human
from ivr.flow.onlooker import Change, Said
from ivr.flow.paths import ROUND, Path, Paths
from ivr.flow.retell import clock, command, spelled
from ivr.values.tariff import Money, Tariff


def figures(paths: Paths, service: Service, midway: Paths | None) -> dict[str, Any]:
    """What programs want to know of all paths together; ``midway``: of calls in which the next tariff begins."""
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
        "change": _changes(midway, service) if midway else None,
    }


def _changes(midway: Paths, service: Service) -> dict[str, Any]:
    """What programs want to know of the calls in which the next tariff begins."""
    change, dearest = _change(midway), midway.most(owed(service.tariff), whole=True)
    return {
        "from": change.begins.isoformat(),
        "tariff": change.tariff.name,
        "paths": midway.count,
        "charged_by_it": midway.count - midway.counted(lambda passage: passage.changed is None),
        "most_owed": str((dearest[1].price(service.tariff) if dearest else Money(Decimal(0))).amount),
    }


def _change(midway: Paths) -> Change:
    change = midway.explored.world.change
    assert change is not None  # noqa: S101 - they are the paths of a world with one
    return change


def _command(service: Service, path: Path, crisis: str | None) -> str:
    return command(service.number, path) + (f" --crisis={crisis}" if crisis else "")


def _less(one: float, other: float) -> bool:
    return one < other


def summary(paths: Paths, service: Service, midway: Paths | None, crisis: str | None) -> Iterator[str]:
    told = figures(paths, service, midway)
    world = paths.explored
    yield f"{service.number}  {service.label}"
    yield f"  paths           {paths.count}, through {len(world.states)} states of a call"
    if longest := paths.most(lambda passage: (passage.seconds, False), whole=True):
        yield f"  longest         {_time(longest[0])}    {_command(service, longest[1], crisis)}"
    if told["seconds_to_human"]:
        low, high = told["seconds_to_human"]
        few, many = told["keys_to_human"]
        yield f"  to a human      {_time(low)} to {_time(high)}, {few} to {many} keys until an agent rings"
        if late := paths.most(until_human(0), whole=False):
            yield f"                  latest: {_command(service, late[1], crisis)}"
    else:
        yield "  to a human      never"
    dearest = paths.most(lambda passage: (passage.charged, False), whole=True)
    if not service.tariff.surcharged:
        yield f"  price           no surcharge ({service.tariff.mode.value})"
    elif dearest:
        least = Money(Decimal(0)) if told["never_answered"] else _least(paths, service.tariff)
        most = dearest[1].price(service.tariff)
        yield f"  price           {least} to {most}    {_command(service, dearest[1], crisis)}"
    yield from _new_price(midway, service, crisis) if midway else ()
    what = "never charged" if service.tariff.surcharged else "never answered"
    yield f"  {what:15} {told['never_answered']} {'path' if told['never_answered'] == 1 else 'paths'}"
    endings: dict[str, Path] = {}
    for one in islice(paths.each(lambda passage: not passage.answered), 10_000):
        endings.setdefault(" ".join(one.steps), one)
    for steps in islice(endings, 6):
        yield f"                  {steps}"
    if len(endings) > 6:
        yield f"                  … and {len(endings) - 6} more ways"
    yield from _cuts(paths, service)


def _new_price(midway: Paths, service: Service, crisis: str | None) -> Iterator[str]:
    """Of calls in which the next tariff begins."""
    change, falls = _change(midway), _changes(midway, service)
    name = f"{change.tariff.name} from {clock(change.begins)} on"
    yield f"  new price       {name}: a call that is not answered by then is told it first, and pays it,"
    yield f"                  as {falls['charged_by_it']} of {falls['paths']} paths of calls in which it begins"
    if dearest := midway.most(owed(service.tariff), whole=True):
        yield f"                  at most {falls['most_owed']} €    {_command(service, dearest[1], crisis)}"


def _least(paths: Paths, tariff: Tariff) -> Money:
    cheapest = paths.most(lambda passage: (passage.charged, False), _less, whole=True)
    return cheapest[1].price(tariff) if cheapest else Money(Decimal(0))


def _cuts(paths: Paths, service: Service) -> Iterator[str]:
    """What was taken as alike, and so not counted twice."""
    world = paths.explored
    yield "  taken as alike"
    lasts = lasting([world.world.calendars[name] for name in world.roots[0].hours], world.world.since)
    for place, root in enumerate(world.roots):
        if root.caller == world.roots[0].caller:
            hours = ", ".join(f"{name} {state.value}" for name, (state, _, _) in root.hours.items())
            share = lasts[tuple(root.hours.values())] / timedelta(hours=1)
            so = f"{hours}, {share:,.0f} hours of the coming 400 days" if hours else "any"
            yield f"    {'instants' if place == 0 else '        '}      {clock(root.at)}: {so}"
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


def line(path: Path, tariff: Tariff) -> str:
    pressed = ", ".join(choice.outcome.label for choice in path.choices if choice.outcome.label) or "nothing to choose"
    human = f"; rings {', '.join(path.rings)}, the first after {_time(path.human[0])}" if path.human else ""
    begins = path.charged_from if tariff.surcharged else None
    free = _heard(path, False) or "nothing"
    if begins is not None:
        heard = f"free: {free}; charged from {_time(begins)} on: {_heard(path, True) or 'nothing is said'}"
    elif tariff.surcharged:
        heard = f"free: {free}; never charged"
    else:
        heard = f"hears {', '.join(filter(None, (_heard(path, False), _heard(path, True)))) or 'nothing'}; no surcharge"
    sums = f"{_time(path.seconds):>12} {path.price(tariff)!s:>8}"
    return f"{sums}  {' '.join(path.steps)}  [{pressed}; {heard}{human}; {path.ends}]"


def _heard(path: Path, charged: bool) -> str:
    return ", ".join(name for said in path.heard if said.charged is charged for name in said.phrase)


def plain(path: Path, service: Service, crisis: str | None, texts: Mapping[str, str]) -> dict[str, Any]:
    begins = path.charged_from if service.tariff.surcharged else None
    return {
        "from": spelled(path.root.caller),
        "at": path.root.at.isoformat(),
        "inputs": [choice.outcome.label for choice in path.choices if choice.outcome.label],
        "steps": list(path.steps),
        "heard": [_said(one, service.tariff, texts) for one in path.heard],
        "seconds": round(path.seconds, 1),
        "charged_from": None if begins is None else round(begins, 1),
        "rings": list(path.rings),
        "seconds_to_human": round(path.human[0], 1) if path.human else None,
        "keys_to_human": path.human[1] if path.human else None,
        "owed": str(path.price(service.tariff).amount),
        "ends": path.ends,
        "simulate": _command(service, path, crisis),
    }


def _said(said: Said, tariff: Tariff, texts: Mapping[str, str]) -> dict[str, Any]:
    words = " ".join(texts.get(name, name) for name in said.phrase)
    return {"says": list(said.phrase), "words": words, "charged": said.charged and tariff.surcharged}


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
