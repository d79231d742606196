"""`ivr number`: all that the numbering plan, the law and the book say of a phone number."""

import json
from datetime import datetime
from decimal import Decimal

import click

from ivr.book.book import ZONE, Book, Service, read_book
from ivr.book.bounds import SHIPPED
from ivr.book.problems import BadBook
from ivr.settings import settings
from ivr.values.geography import department, region
from ivr.values.number import Family, Number, parse
from ivr.values.plan import EACH_ITS_OWN, range_of
from ivr.values.profile import FRANCE, Profile
from ivr.values.tariff import Cap, Mode, Tariff, cap_of
from ivr.verbs.instant import Instant, meant
from ivr.verbs.manners import example, says

LIMITS = "AF2M, RD SVA 2024 (1 May 2024), p. 16"


@click.command(epilog=example("ivr number 0899000004", "ivr number +33262123456 --json"))
@click.argument("number")
@click.option("--at", type=Instant(), default=None, help="with the tariff in force then, and those to come [now]")
@click.option("--json", "json_", is_flag=True, help="for programs")
@says
def number(number: str, at: datetime | None, json_: bool) -> None:
    """What NUMBER is: family, forms, label, caps, whether it is ours; in whatever spelling."""
    found = parse(number)
    if found.family is Family.UNKNOWN:
        click.echo(
            f'ivr: "{number}" is no phone number; write it as it is dialled, or with + and the country', err=True
        )
        raise SystemExit(1)
    try:
        book: Book | None = read_book(settings().book)
    except BadBook:
        book = None  # the plan knows the number all the same
    facts = _facts(found, book, meant(at))
    if json_:
        return click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
    width = max(map(len, facts))
    for name, value in facts.items():
        for place, line in enumerate(value if isinstance(value, list) else [value]):
            click.echo(f"{'' if place else name:<{width}}  {line}")
    return None


def _facts(found: Number, book: Book | None, at: datetime) -> dict[str, str | list[str]]:
    """Name to value, those that there are."""
    service = book.services.get(found.national or "") if book else None
    sort = range_of(found.national) if found.national else None
    declared = service.family if service else None
    territory, bounds = found.territory, book.bounds if book else SHIPPED
    cap = cap_of(found.national or "", bounds.caps)
    nothing = cap is not None and cap.nothing
    costly = _may_cost(found, declared) and not nothing
    profile = service.periods[0].profile if service else bounds.profiles[FRANCE.name]
    facts: dict[str, str | list[str] | None] = {
        "family": ", ".join([found.family, *sorted(found.families - {found.family})]),
        "use": sort.use if sort else None,
        "display": found.display,
        "e164": found.e164 or "none: it cannot be dialled from abroad" if found.national else found.e164,
        "country": found.country,
        "territory": f"{territory.name} ({territory.department})" if territory else None,
        "region": region(found),
        "department": department(found, book.departments if book else {}),
        "cartouche": _cartouche(found, declared, nothing=nothing),
        "cap": _cap(cap) if costly else "0 €: that it may cost anything was not found" if nothing else None,
        "limit": _limit(profile) if costly else None,
        "book": _ours(found, book, at),
        "sources": _sources(found, profile if costly else None, cap if costly or nothing else None),
    }
    return {name: str(value) if isinstance(value, str) else value for name, value in facts.items() if value}


def _cartouche(found: Number, declared: Family | None, *, nothing: bool) -> str | None:
    """``nothing``: it may not cost anything, and no label is known for what is neither free nor plain by its range."""
    colour = found.cartouche(declared)
    if colour is None and found.family in EACH_ITS_OWN:
        if nothing:
            return "not known, nor what this number is for"
        return "green, grey or violet: this number has a family of its own, which its operator knows"
    return colour


def _may_cost(found: Number, declared: Family | None) -> bool:
    family = found.priced_as(declared)
    return family is Family.SURCHARGED or (family is None and found.family in EACH_ITS_OWN)


def _cap(cap: Cap | None) -> str:
    said = [f"{most} € a {each}" for most, each in _most(cap)]
    return f"{', or '.join(said)}, taxes included" if said else "none found"


def _most(cap: Cap | None) -> list[tuple[Decimal, str]]:
    found = ((cap.per_minute, "minute"), (cap.per_call, "call")) if cap else ()
    return [(most, each) for most, each in found if most is not None]


def _limit(profile: Profile) -> str:
    """The ends of a number of this country."""
    priced = profile.bound(Tariff("", Mode.PER_MINUTE))
    cuts = [
        f"{longest.total_seconds() / 60:g} minutes where a minute costs more than {above} €"
        for above, longest in priced.cuts
    ]
    return ", and ".join([f"{priced.most} € a call", *cuts])


def _ours(found: Number, book: Book | None, at: datetime) -> list[str]:
    if book is None:
        return ["not known: the book has problems, which `ivr check` tells"]
    service = book.services.get(found.national or "")
    if service is None:
        return ["no"]
    held, *later = service.to_come(at)
    tariffs = [_tariff(held[1]), *(f"from {begin.astimezone(ZONE).date()}: {_tariff(then)}" for begin, then in later)]
    return [service.label, *tariffs, f"flow {service.flow.flow}"]


def _tariff(service: Service) -> str:
    price = f" {service.tariff.price} €" if service.tariff.surcharged else ""
    limit = service.tariff.limit
    cut = f", cut after {limit.total_seconds():.0f} s" if limit else ""
    return f"tariff {service.tariff.name}: {service.tariff.mode}{price}{cut}"


def _sources(found: Number, profile: Profile | None, cap: Cap | None) -> list[str]:
    """``profile``: of a number that may cost something."""
    sort = range_of(found.national) if found.national else None
    told = [f"family: {sort.source}"] if sort else []
    if found.family is Family.FOREIGN:
        told = ["country and form: metadata of the package phonenumbers"]
    if profile:
        told.append(f"limit: {LIMITS if profile.french else f'{LIMITS}; {profile.source}'}")
    if cap:
        told.append(f"cap: {cap.source}{'' if cap.verified else '; not verified'}")
    return told
