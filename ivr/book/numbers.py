"""What can be wrong between numbers, tariffs and flows; the services that come of what is right."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from ivr.book.book import Period, Service
from ivr.book.bounds import Bounds
from ivr.book.ceilings import Ceilings
from ivr.book.dates import in_order_of_time
from ivr.book.problems import did_you_mean
from ivr.book.tree import Way
from ivr.book.written import WrittenNumber, WrittenPeriod
from ivr.flow.commands import Warn
from ivr.flow.flow import Flow
from ivr.flow.terms import Terms
from ivr.values.announcement import BEEP, USUAL, Manner, announcement
from ivr.values.number import Family, Number, parse
from ivr.values.numerals import base
from ivr.values.plan import EACH_ITS_OWN
from ivr.values.profile import FRANCE, Profile
from ivr.values.purpose import Purpose
from ivr.values.tariff import Mode, Tariff, cap_of
from ivr.values.whisper import tariff_name

# Tells a problem: the way to it in numbers.yaml, its rule, what is wrong, what to do.
Tell = Callable[[Way, str, str, str], None]


def services(
    numbers: Mapping[str, WrittenNumber],
    tariffs: Mapping[str, Tariff],
    tariff_names: Iterable[str],
    flows: Mapping[str, Flow | None],
    ceilings: Ceilings,
    bounds: Bounds,
    tell: Tell,
) -> Iterator[Service]:
    """The services of a book.  A tariff or flow that is named but broken has been told, and is not told again."""
    seen: dict[str, str] = {}
    law = bounds.profiles[FRANCE.name]  # ours are French numbers, whatever else binds them
    profiles = {name: profile.within(law) for name, profile in bounds.profiles.items()}
    for written, entry in numbers.items():
        number = parse(written)
        if number.national is None or number.family is Family.EMERGENCY:
            hint = "write it as it is dialled in France: 0899000004, 3615, 118000"
            tell((written,), "IVR220", f'"{written}" is not a number that can be ours', hint)
            continue
        if number.national in seen:
            tell((written,), "IVR221", f'"{written}" is the same number as "{seen[number.national]}"', "")
            continue
        seen[number.national] = written
        if entry.family and number.family not in EACH_ITS_OWN:
            hint = "leave family out: only 32xx, 34xx, 36xx, 39xx, 10xx and 118xxx have one each"
            tell(
                (written, "family"), "IVR480", f"the family of {number.display} is {number.family}, by its digits", hint
            )
        named = [(_way(written, entry, place), "tariff", one.tariff) for place, one in enumerate(entry.periods)]
        for way, what, name in (*named, ((written, "flow"), "flow", entry.flow)):
            known = tariff_names if what == "tariff" else flows
            if name not in known:
                tell(way, "IVR201", f'there is no {what} "{name}"', did_you_mean(name, known, "known are"))
        flow, sound = flows.get(entry.flow), in_order_of_time(written, entry, tell)
        if (profile := profiles.get(entry.profile)) is None:
            hint = did_you_mean(entry.profile, profiles, "known are")
            tell((written, "profile"), "IVR201", f'there is no profile "{entry.profile}"', hint)
            continue
        for place, period in enumerate(entry.periods):
            tariff = tariffs.get(period.tariff)
            unlawful = tariff and _unlawful(number, tariff, entry.declared, profile, bounds)
            if unlawful:
                tell(_way(written, entry, place), *unlawful)
            sound = sound and tariff is not None and not unlawful
        free = all(one.tariff in tariffs and not tariffs[one.tariff].surcharged for one in entry.periods)
        if unspoken := _unspoken(entry, free=free):
            key, rule, message, hint = unspoken
            tell((written, key), rule, message, hint)
        elif sound and flow:
            yield _service(written, number, entry, tariffs, flow, ceilings, profile)


def _way(written: str, entry: WrittenNumber, place: int) -> Way:
    """Where the name of a tariff stands."""
    return (written, "tariff") if isinstance(entry.tariff, str) else (written, "tariff", place, "tariff")


def _unlawful(
    number: Number, tariff: Tariff, declared: Family | None, profile: Profile, bounds: Bounds
) -> tuple[str, str, str] | None:
    """Why a number of this family may not bear this tariff: rule, sentence, what to do; see values/tariff.py."""
    digits = number.national or ""
    family = number.priced_as(declared) or number.family
    wanted = {Family.FREE: Mode.FREE, Family.PLAIN: Mode.PLAIN}.get(family)
    if wanted and tariff.mode is not wanted:
        return "IVR230", f"{digits} is a {family} number and cannot be {tariff.mode}", ""
    if family is Family.SURCHARGED and not tariff.surcharged:
        return "IVR230", f"{digits} is a surcharged number and cannot be {tariff.mode}", ""
    if tariff.surcharged and family not in {Family.SURCHARGED, *EACH_ITS_OWN}:
        return "IVR230", f"{digits} is a {number.family} number and cannot be surcharged", ""
    if not tariff.surcharged:
        return None
    cap = cap_of(digits, bounds.caps)
    whole = profile.most_in_all if tariff.mode is Mode.PER_CALL else None  # no call may cost more than any call may
    caps = [most for most in (cap.of(tariff.mode) if cap else None, whole) if most is not None]
    if not caps or tariff.price <= min(caps):
        return None
    if cap is not None and cap.nothing:
        hint = (
            "take a number of 32xx, 34xx, 36xx or 39xx, or let it cost nothing; who read that it may cost writes so "
            "into dialplans/caps.yaml, with the source and verified: yes"
        )
        return "IVR231", f"{number.display} may not cost anything: {cap.source}", hint
    each = "a minute" if tariff.mode is Mode.PER_MINUTE else "a call"
    unread = cap is not None and not cap.verified and min(caps) != whole
    hint = "nobody read that cap in a text that binds: who has, corrects it in dialplans/caps.yaml" if unread else ""
    return "IVR231", f"{digits} may cost {min(caps)} € {each} at most, not {tariff.price} €", hint


def _service(
    written: str,
    number: Number,
    entry: WrittenNumber,
    tariffs: Mapping[str, Tariff],
    flow: Flow,
    ceilings: Ceilings,
    profile: Profile,
) -> Service:
    periods = tuple(
        _period(number, entry, one, profile.bound(tariffs[one.tariff]), ceilings, profile) for one in entry.periods
    )
    return Service(
        number=number.national or "",
        label=entry.label,
        tariff=periods[0].tariff,
        flow=flow,
        terms=periods[0].terms,
        family=entry.declared,
        owner=entry.owner or "",
        purpose=entry.purpose,
        description=entry.description,
        connects=entry.connects or "",
        periods=periods,
        written=written,
        recording=entry.recording.value() if entry.recording else None,
        language=entry.language,
    )


def _period(
    number: Number,
    entry: WrittenNumber,
    written: WrittenPeriod,
    tariff: Tariff,
    ceilings: Ceilings,
    profile: Profile,
) -> Period:
    silence = _silence(entry, tariff, profile)
    manner = USUAL if silence else _manner(entry, number)
    alike = replace(USUAL, variant=manner.variant) if manner.plain else manner  # one for all numbers of the price
    said = announcement(tariff, alike, profile)
    terms = Terms(
        announcement=None if silence else said.name,
        beep=BEEP if said.beep and not silence else None,
        skip=profile.skip if tariff.surcharged else "",
        limit=tariff.limit.total_seconds() if tariff.limit else None,
        unanswered_limit=entry.unanswered_limit,
        ceiling=ceilings(entry.ceiling, tariff) if tariff.surcharged else None,
        music=entry.music or "",
        told=tariff_name(tariff),
        free_wait=profile.free_queue and tariff.mode is Mode.PER_MINUTE,
        park=entry.park_wait if not (profile.free_queue and tariff.mode is Mode.PER_MINUTE) else None,
        warn=Warn(entry.warn_before, entry.warn_prompt) if entry.warn_before is not None else None,
    )
    return Period(written.since, tariff, terms, written.entered, manner, profile, silence)


def _silence(entry: WrittenNumber, tariff: Tariff, profile: Profile) -> str:
    """Why nothing is announced, if so."""
    if entry.announcement == "operator":
        return "operator"
    if entry.exempt:
        return entry.exempt
    if entry.announcement == "always" or profile.announces(tariff):
        return ""
    return tariff.mode.value


def _manner(entry: WrittenNumber, number: Number) -> Manner:
    connection = entry.purpose is Purpose.CONNECTION
    french = base(entry.language) == FRANCE.language != entry.language
    variant = entry.language if french else ""
    name = entry.announce_name.strip()
    return Manner(number.national or "", name, entry.announce_english, connection, variant=variant)


def _unspoken(entry: WrittenNumber, *, free: bool) -> tuple[str, str, str, str] | None:
    """What would never be heard, because we do not announce: key, rule, sentence, what to do.

    Never twice, and not at all where the law excepts the number: RD SVA 2024, p. 18 and 29; arrêté of 10 June 2009,
    art. 5.
    """
    if entry.announcement == "operator" and entry.exempt:
        return "exempt", "IVR430", "a number that is exempt has no announcement for the operator to say", "keep one"
    if entry.announcement == "always" and entry.exempt:
        return "exempt", "IVR430", "a number that always announces its price cannot be exempt from it", "keep one"
    said = "announce_name" if entry.announce_name else "announce_english" if entry.announce_english else ""
    if said and (entry.exempt or entry.announcement == "operator"):
        why = "the number is exempt" if entry.exempt else "the operator says the announcement"
        return said, "IVR430", f"{said} is never heard: {why}", f"take {said} out"
    if said and free and entry.announcement == "self":
        return said, "IVR450", f"{said} is never heard: the number charges nothing", "write announcement: always"
    return None
