"""Values that only the call knows, in words: what a look-up gave, what the caller typed, what was remembered of him.

What is said of a value has a *name*, ``said/amount/12.50``, which a tape can show; its words depend on the language.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

from ivr.values import saying
from ivr.values.numerals import decimal, digits, ordinal

Manner = Literal[
    "text", "digits", "number", "feminine-number", "ordinal", "feminine-ordinal", "amount", "francs", "date", "time",
    "duration", "wait", "phone",
]  # fmt: skip
SAID = "said/"
LONGEST = 200  # characters of a value; more is nothing that anybody listens to


def said(manner: Manner, value: str) -> str | None:
    """The name of a value, said in a manner; ``None`` for what cannot be said so."""
    name = f"{SAID}{manner}/{' '.join(value.split())}"
    return name if words(name, "fr") is not None else None


def words(name: str, language: str) -> str | None:
    """``said/amount/12.50`` -> ``douze euros cinquante``; ``None`` for what is no name of a value."""
    manner, found, value = name.removeprefix(SAID).partition("/")
    if not (name.startswith(SAID) and found and manner in _MANNERS) or not 0 < len(value) <= LONGEST:
        return None
    try:
        return _MANNERS[manner](value, language) or None
    except (ValueError, InvalidOperation, OverflowError):
        return None


def _text(value: str, language: str) -> str:
    return value if value.isprintable() and any(character.isalnum() for character in value) else ""


def _digits(value: str, language: str) -> str:
    return digits(_digital(value), language)


def _digital(value: str) -> str:
    plain = value.replace(" ", "")
    if not (plain.isascii() and plain.isdigit()):
        raise ValueError(value)
    return plain


def _decimal(value: str) -> Decimal:
    """Of what people and systems write: ``12.50``, ``12,50``, ``1 250``, ``1'250``."""
    number = Decimal(re.sub("[ \u00a0\u202f'\u2019]", "", value).replace(",", "."))
    if not number.is_finite() or abs(number) >= 10**12:
        raise ValueError(value)
    return number


def _number(value: str, language: str) -> str:
    return decimal(_decimal(value), language)


def _feminine(value: str, language: str) -> str:
    """Of what is feminine in French: ``vingt et une`` personnes."""
    return decimal(_decimal(value), language, feminine=True)


def _amount(value: str, language: str) -> str:
    """In the currency that stands before or behind it, else in euros: ``12.50``, ``12.50 €``, ``CHF 1'250.00``."""
    amount, currency = _priced(value, "EUR")
    return saying.amount(amount, language, currency)


def _francs(value: str, language: str) -> str:
    """In Swiss francs; what says that it is of another currency is none."""
    amount, currency = _priced(value, "CHF")
    if currency != "CHF":
        raise ValueError(value)
    return saying.amount(amount, language, currency)


def _priced(value: str, usual: str) -> tuple[Decimal, str]:
    found = _CURRENCY.search(value)
    return _decimal(_CURRENCY.sub("", value, count=1)), _CURRENCIES[found[0].upper()] if found else usual


_CURRENCIES = {"€": "EUR", "EUR": "EUR", "CHF": "CHF", "FR.": "CHF"}
_CURRENCY = re.compile(r"^(?:€|eur|chf|fr\.)|(?:€|eur|chf|fr\.)$", re.IGNORECASE)


def _date(value: str, language: str) -> str:
    """``2026-12-24``, with or without an hour behind it, and ``24122026`` as callers type it."""
    typed = value.isascii() and value.isdigit() and len(value) == 8
    on = date(int(value[4:]), int(value[2:4]), int(value[:2])) if typed else date.fromisoformat(value[:10])
    return saying.day(on, language)


def _time(value: str, language: str) -> str:
    """``14:30``, alone or in an instant."""
    return saying.clock(time.fromisoformat(value.partition("T")[2][:5] or value), language)


def _seconds(value: str) -> timedelta:
    return timedelta(seconds=float(_decimal(value)))


def _phone(value: str, language: str) -> str:
    """In any usual spelling: ``06 12 34 56 78``, ``+41 (0)79 123 45 67``, ``36-30``."""
    if not _PHONE.fullmatch(value):
        raise ValueError(value)
    return saying.phone(value, language)


_PHONE = re.compile(r"[+(]*[0-9][0-9 .\-/()]*")


_MANNERS: Mapping[str, Callable[[str, str], str]] = {
    "text": _text,
    "digits": _digits,
    "number": _number,
    "feminine-number": _feminine,
    "ordinal": lambda value, language: ordinal(int(_digital(value)), language),
    "feminine-ordinal": lambda value, language: ordinal(int(_digital(value)), language, feminine=True),
    "amount": _amount,
    "francs": _francs,
    "date": _date,
    "time": _time,
    "duration": lambda value, language: saying.duration(_seconds(value), language),
    "wait": lambda value, language: saying.waiting(_seconds(value), language),
    "phone": _phone,
}
