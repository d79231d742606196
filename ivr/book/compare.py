"""Two books compared: what changes for callers, in sentences.  What callers do not notice is not told."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from ivr.book.book import LANGUAGE, ZONE, Book, Service
from ivr.book.worlds import world_of
from ivr.flow.callers import Callers
from ivr.flow.instants import Hours, together
from ivr.flow.lockstep import Beginning, Lockstep, beginnings
from ivr.flow.node import Node
from ivr.flow.references import references
from ivr.values.calendar import Calendar, State
from ivr.values.number import parse
from ivr.values.tariff import Mode, Tariff

_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
OFTEN = 20  # so many of one weekday in 400 days are a rule, fewer are dates
MOST_TIMES = 2  # hours of the week that are told for a difference; of more, the state of the calendars

# From and to in minutes after midnight, and what we were and are.
_Span = tuple[int, int, State, State]


def changes(old: Book, new: Book, since: datetime) -> Iterator[str]:
    """Every change that callers notice, from ``since`` on."""
    later = {number: list(_to_come(one, since)) for number, one in new.services.items()}
    before = {number: list(_to_come(one, since)) for number, one in old.services.items()}
    old, new = old.at(since), new.at(since)
    for number in old.services.keys() - new.services.keys():
        yield f"{number} is no longer ours"
    for number in new.services.keys() - old.services.keys():
        yield f"{number} is new: {new.services[number].label}"
    both = [number for number in old.services if number in new.services]
    for number in both:
        yield from _prices(number, old.services[number], new.services[number])
        yield from _coming(number, before[number], later[number])
    used = {number: _named(new, new.services[number], "calendar") for number in both}
    for name in sorted(old.calendars.keys() & new.calendars.keys()):
        if old.calendars[name] == new.calendars[name]:
            continue
        numbers = ", ".join(number for number in both if name in used[number])
        for sentence in hours(old.calendars[name], new.calendars[name], since):
            yield f"calendar {name}{f' ({numbers})' if numbers else ''}: {sentence}"
    yield from _texts(old, new)
    told: dict[str, list[str]] = {}
    texts = cache(lambda: (_spoken(old), _spoken(new)))
    for number in both:
        for sentence in _calls(old, new, number, since, texts):
            told.setdefault(sentence, []).append(number)
    for sentence, of in told.items():
        yield f"{', '.join(of)}, {sentence}"


# -- prices and texts --------------------------------------------------------------------------------------------


def _prices(number: str, was: Service, now: Service) -> Iterator[str]:
    if (was.tariff.mode, was.tariff.price) != (now.tariff.mode, now.tariff.price):
        yield f"{number}: costs {_price(now.tariff)} instead of {_price(was.tariff)}"
    if was.terms.unanswered_limit != now.terms.unanswered_limit:
        yield (
            f"{number}: may ring unanswered for {now.terms.unanswered_limit:g} s "
            f"instead of {was.terms.unanswered_limit:g} s"
        )
    if was.terms.ceiling and now.terms.ceiling and was.terms.ceiling.most != now.terms.ceiling.most:
        yield f"{number}: one caller may spend {now.terms.ceiling.most} € a month instead of {was.terms.ceiling.most} €"


def _to_come(service: Service, since: datetime) -> Iterator[tuple[date, str]]:
    """Its later prices, each with its first day."""
    for begin, then in service.to_come(since)[1:]:
        yield begin.astimezone(ZONE).date(), _price(then.tariff)


def _coming(number: str, was: list[tuple[date, str]], now: list[tuple[date, str]]) -> Iterator[str]:
    planned, dropped = dict(now), dict(was)
    for day in sorted(planned.keys() | dropped.keys()):
        if day not in planned:
            yield f"{number}: will no longer change to {dropped[day]} on {day}"
        elif planned[day] != dropped.get(day):
            instead = f" instead of {dropped[day]}" if day in dropped else ""
            yield f"{number}: will cost {planned[day]}{instead} from {day} on"


def _price(tariff: Tariff) -> str:
    if not tariff.surcharged:
        return "nothing" if tariff.mode is Mode.FREE else "a plain call"
    return f"{tariff.price:.2f} € a {'minute' if tariff.mode is Mode.PER_MINUTE else 'call'}"


def _texts(old: Book, new: Book) -> Iterator[str]:
    for language in sorted(old.prompts.keys() & new.prompts.keys()):
        was, now = old.prompts[language], new.prompts[language]
        for name in sorted(was.keys() & now.keys()):
            if was[name] != now[name]:
                where = "" if language == LANGUAGE else f" in {language}"
                yield f"the prompt {name}{where} says “{now[name]}” instead of “{was[name]}”"
    for language in sorted(new.prompts.keys() - old.prompts.keys()):
        yield f"there are texts in {language}"


# -- hours -------------------------------------------------------------------------------------------------------


def hours(old: Calendar, new: Calendar, since: datetime) -> Iterator[str]:
    """When the coming 400 days differ: weekdays where it is a rule, else dates."""
    found: dict[tuple[int, _Span], list[date]] = {}
    for at, after, (was, now) in together([old, new], since):
        if was != now:
            for day, span in _days(new, at, after, was, now):
                found.setdefault((day.weekday(), span), []).append(day)
    weekly: dict[_Span, list[int]] = {}
    single: dict[_Span, list[date]] = {}
    for (weekday, span), days in found.items():
        if len(days) >= OFTEN:
            weekly.setdefault(span, []).append(weekday)
        else:
            single.setdefault(span, []).extend(days)
    for span, weekdays in weekly.items():
        yield f"on {_and([_DAYS[day] for day in sorted(weekdays)])} {_in_words(span)}"
    for span, days in single.items():
        some = [f"{day:%Y-%m-%d}" for day in sorted(days)]
        dates = _and(some) if len(some) <= 4 else f"{', '.join(some[:3])} and {len(some) - 3} days more"
        yield f"on {dates} {_in_words(span)}"


def _days(calendar: Calendar, at: datetime, after: datetime, was: Hours, now: Hours) -> Iterator[tuple[date, _Span]]:
    for day, begin, end in _parts(calendar.zone, at, after):
        yield day, (begin, end, was[0], now[0])


def _parts(zone: ZoneInfo, at: datetime, after: datetime) -> Iterator[tuple[date, int, int]]:
    """A stretch of time day by day, in minutes after midnight."""
    begin, end = (one.astimezone(zone).replace(tzinfo=None) for one in (at, after))
    day = begin.date()
    while day <= end.date():
        first = max(begin, datetime.combine(day, datetime.min.time()))
        last = min(end, datetime.combine(day + timedelta(days=1), datetime.min.time()))
        if first < last:
            midnight = datetime.combine(day, datetime.min.time())
            minutes = [round((one - midnight) / timedelta(minutes=1)) for one in (first, last)]
            yield day, minutes[0], minutes[1]
        day += timedelta(days=1)


def _in_words(span: _Span) -> str:
    begin, end, was, now = span
    clock = _span(begin, end)
    return f"{clock}: {now.value} instead of {was.value}" if was is not now else f"{clock}: {now.value} otherwise"


def _span(begin: int, end: int) -> str:
    return "all day" if (begin, end) == (0, 1440) else f"from {_clock(begin)} to {_clock(end)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


# -- calls -------------------------------------------------------------------------------------------------------


def _spoken(book: Book) -> Mapping[str, str]:
    return {text.name: text.text for text in book.utterances() if text.language == LANGUAGE}


def _calls(
    old: Book, new: Book, number: str, since: datetime, texts: Callable[[], Sequence[Mapping[str, str]]]
) -> Iterator[str]:
    was, now = old.services[number], new.services[number]
    if _same(old, new, was, now):
        return
    one, other = world_of(old, was, since), world_of(new, now, since)
    callers = dict.fromkeys(
        caller
        for book, service in ((old, was), (new, now))
        for caller in Callers.of(
            parse(number), _nodes(book, service), book.calendars, book.lists, book.departments, book.mailboxes
        ).each
    )
    names = sorted(_named(old, was, "calendar")), sorted(_named(new, now, "calendar"))
    before, after = texts()
    pair = Lockstep(one, other, lambda name: before.get(name, name), lambda name: after.get(name, name))
    calendars = {name: book.calendars[name] for book, of in zip((old, new), names, strict=True) for name in of}
    for found in pair.differences(beginnings(one, other, names, list(callers))):
        when = f"{_when(found.only, calendars, since)}, " if found.only else ""
        yield f"{when}{found.where}: {found.what}" if found.where else f"every call: {found.what}"
    if not pair.whole:
        yield "and perhaps more: not every pair of states was compared"


def _when(only: Sequence[Beginning], calendars: Mapping[str, Calendar], since: datetime) -> str:
    """When calls begin that notice a difference which others do not: "on Mondays from 18:00 to 19:00", or by the state
    of the calendars where that would be long.
    """
    wanted = [begun.hours for begun in only]
    zone = next(iter(calendars.values())).zone
    spans: list[tuple[datetime, datetime]] = []
    for at, after, states in together(list(calendars.values()), since):
        if dict(zip(calendars, (state for state, _, _ in states), strict=True)) not in wanted:
            continue
        if spans and spans[-1][1] == at:
            at = spans.pop()[0]
        spans.append((at, after))
    often: dict[tuple[int, int, int], int] = {}
    for at, after in spans:
        for day, begin, end in _parts(zone, at, after):
            one = day.weekday(), begin, end
            often[one] = often.get(one, 0) + 1
    weekly: dict[tuple[int, int], list[str]] = {}
    for weekday, begin, end in sorted(one for one, times in often.items() if times >= OFTEN):
        weekly.setdefault((begin, end), []).append(_DAYS[weekday])
    if not 0 < len(weekly) <= MOST_TIMES:
        return " or ".join(dict.fromkeys(begun.words for begun in only))
    return " and ".join(f"on {_and(days)} {_span(begin, end)}" for (begin, end), days in weekly.items())


def _same(old: Book, new: Book, was: Service, now: Service) -> bool:
    """Whether everything that calls can come to is written alike on both sides."""
    if was.entry.flow != now.entry.flow or was.terms.beep != now.terms.beep:
        return False
    flows = _flows(old, was)
    same_flows = flows == _flows(new, now) and all(old.drawing.flows[name] == new.drawing.flows[name] for name in flows)
    lists, boxes = _named(old, was, "list"), _named(old, was, "mailbox")
    return (
        same_flows
        and was.recording == now.recording
        and all(old.mailboxes.get(name) == new.mailboxes.get(name) for name in boxes)
        and old.departments == new.departments
        and all(old.lists.get(name) == new.lists.get(name) for name in lists)
        and (was.tariff.surcharged is now.tariff.surcharged)
    )


def _flows(book: Book, service: Service) -> set[str]:
    return {place.flow for place in book.drawing.reachable(book.drawing.start(service.entry.flow))}


def _nodes(book: Book, service: Service) -> list[Node]:
    places = book.drawing.reachable(book.drawing.start(service.entry.flow))
    return list({id(node): node for node in map(book.drawing.node, places)}.values())


def _named(book: Book, service: Service, what: str) -> set[str]:
    return {name for node in _nodes(book, service) for to, name, _ in references(node) if to == what}
