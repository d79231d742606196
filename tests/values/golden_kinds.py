"""How a line of the golden lists is said: a kind (with its options), a value as written, a language."""

from datetime import date, time, timedelta
from decimal import Decimal

from ivr.values import saying
from ivr.values.calendar import Period
from ivr.values.numerals import decimal, digits, ordinal
from ivr.values.week import opening_hours


def minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def week(text: str) -> dict[int, tuple[Period, ...]]:
    """``0-3,5 09:00-12:00 14:00-18:00; 6 …`` as a calendar's weekly hours."""
    weekly: dict[int, tuple[Period, ...]] = {}
    for rule in filter(None, text.split("; ")):
        days, *periods = rule.split()
        made = tuple(Period(*map(minutes, one.split("-"))) for one in periods)
        for part in days.split(","):
            first, _, last = part.partition("-")
            weekly |= dict.fromkeys(range(int(first), int(last or first) + 1), made)
    return weekly


def say(kind: str, value: str, language: str) -> str:
    name, _, option = kind.partition(" ")
    match name:
        case "number":
            return decimal(Decimal(value), language, feminine=option == "f")
        case "digits":
            return digits(value, language)
        case "amount":
            return saying.amount(Decimal(value), language, option or "EUR")
        case "date":
            return saying.day(date.fromisoformat(value), language)
        case "day":
            return saying.day(date.fromisoformat(value), language, year=False)
        case "time":
            return saying.clock(time.fromisoformat(value), language)
        case "duration":
            return saying.duration(timedelta(seconds=int(value)), language)
        case "waiting":
            return saying.waiting(timedelta(seconds=int(value)), language)
        case "phone":
            return saying.phone(value, language)
        case "ordinal":
            return ordinal(int(value), language, feminine=option == "f")
        case "hours":
            return opening_hours(week(value), language)
    raise ValueError(kind)
