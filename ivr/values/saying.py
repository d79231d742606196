"""Amounts, dates, times, durations, waiting times and phone numbers in words, as a person says them on the phone.

Every function takes a language: ``fr``, ``fr-BE``, ``fr-CH`` or ``en``.  In another language, numbers are said by
``num2words`` and the small words are those of English.
"""

import re
from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ivr.values.number import parse
from ivr.values.numerals import base, cardinal, digits, ordinal

JOURS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOIS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# Currency to: one of it, many of it, one part, many parts; by language.
_MONEY = {
    ("fr", "EUR"): ("euro", "euros", "centime", "centimes"),
    ("fr", "CHF"): ("franc", "francs", "centime", "centimes"),
    ("en", "EUR"): ("euro", "euros", "cent", "cents"),
    ("en", "CHF"): ("franc", "francs", "centime", "centimes"),
}
_TIMES = {
    "fr": (("jour", "jours"), ("heure", "heures"), ("minute", "minutes"), ("seconde", "secondes")),
    "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes"), ("second", "seconds")),
}  # fmt: skip
_FEW = 5  # minutes up to which each is said of a wait, and beyond which fives are enough


def amount(value: Decimal, language: str = "fr", currency: str = "EUR") -> str:
    """``0.80`` -> ``quatre-vingts centimes``; ``1.50`` -> ``un euro cinquante``; ``2000000`` -> ``… d'euros``."""
    spoken = "fr" if base(language) == "fr" else "en"
    one, many, part, parts = _MONEY[spoken, currency if (spoken, currency) in _MONEY else "EUR"]
    cents = int((abs(value) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    whole, rest = divmod(cents, 100)
    minus = ("moins " if spoken == "fr" else "minus ") if value < 0 and cents else ""
    if not whole and (rest or spoken == "fr"):
        small = rest < 2 if spoken == "fr" else rest == 1
        if not rest:
            return f"{cardinal(0, language)} {one}"
        return f"{minus}{cardinal(rest, language)} {part if small else parts}"
    of = "d'" if spoken == "fr" and whole and whole % 1_000_000 == 0 and one[0] in "aeiou" else ""
    of = of or ("de " if spoken == "fr" and whole and whole % 1_000_000 == 0 else "")
    words = f"{minus}{cardinal(whole, language)} {of}{one if whole == 1 else many}"
    if not rest:
        return words
    if spoken == "fr":
        return f"{words} {cardinal(rest, language)}"
    return f"{words} and {cardinal(rest, language)} {part if rest == 1 else parts}"


def day(on: date, language: str = "fr", *, year: bool = True) -> str:
    """``le lundi premier juin deux mille vingt-six``; without its ``year``, ``le lundi premier juin``."""
    if base(language) == "fr":
        number = "premier" if on.day == 1 else cardinal(on.day, language)
        words = f"le {JOURS[on.weekday()]} {number} {MOIS[on.month - 1]}"
        return f"{words} {cardinal(on.year, language)}" if year else words
    words = f"{DAYS[on.weekday()]} the {ordinal(on.day, 'en')} of {MONTHS[on.month - 1]}"
    return f"{words} {_english_year(on.year)}" if year else words


def _english_year(year: int) -> str:
    """``1984`` -> ``nineteen eighty-four``, ``2026`` -> ``twenty twenty-six``, ``2005`` -> ``two thousand …``."""
    first, last = divmod(year, 100)
    if not 1000 < year < 10_000 or (first % 10 == 0 and last < 10):
        return cardinal(year, "en")
    if last == 0:
        return f"{cardinal(first, 'en')} hundred"
    return f"{cardinal(first, 'en')} {'oh ' if last < 10 else ''}{cardinal(last, 'en')}"


def clock(at: time, language: str = "fr") -> str:
    """``neuf heures trente``, ``midi``, ``minuit quinze``, ``une heure``; ``half past`` is not said: it is misheard."""
    if base(language) == "fr":
        hour = cardinal(at.hour, language, feminine=True)
        words = {0: "minuit", 12: "midi"}.get(at.hour) or f"{hour} heure{'s' if at.hour > 1 else ''}"
        return f"{words} {cardinal(at.minute, language, feminine=True)}" if at.minute else words
    if at.minute == 0 and at.hour in (0, 12):
        return "midnight" if at.hour == 0 else "noon"
    part = "in the morning" if at.hour < 12 else "in the afternoon" if at.hour < 18 else "in the evening"
    past = f" {'oh ' if at.minute < 10 else ''}{cardinal(at.minute, 'en')}" if at.minute else ""
    return f"{cardinal(at.hour % 12 or 12, 'en')}{past} {part}"


def duration(lasts: timedelta, language: str = "fr") -> str:
    """``une heure et trente minutes``, ``deux jours``, ``vingt et une secondes``: to the second, zeros left out."""
    spoken = "fr" if base(language) == "fr" else "en"
    total = max(0, round(lasts.total_seconds()))
    counts = (total // 86_400, total // 3600 % 24, total // 60 % 60, total % 60)
    said = [
        f"{cardinal(count, language, feminine=one != 'jour')} {one if count == 1 else many}"
        for count, (one, many) in zip(counts, _TIMES[spoken], strict=True)
        if count
    ]
    if not said:
        return f"{cardinal(0, language)} {'seconde' if spoken == 'fr' else 'seconds'}"
    return listed(said, language)


def waiting(lasts: timedelta, language: str = "fr") -> str:
    """A wait as one tells it: ``moins d'une minute``, ``environ dix minutes``; rounded up, never said too short."""
    french = base(language) == "fr"
    minutes = -(-max(0, round(lasts.total_seconds())) // 60)
    if minutes < 1 or lasts < timedelta(minutes=1):
        return "moins d'une minute" if french else "less than a minute"
    if minutes > 60:
        return "plus d'une heure" if french else "more than an hour"
    if minutes > _FEW:
        minutes = -(-minutes // _FEW) * _FEW
    if minutes == 60:
        return "environ une heure" if french else "about an hour"
    return f"{'environ' if french else 'about'} {duration(timedelta(minutes=minutes), language)}"


def phone(number: str, language: str = "fr") -> str:
    """A phone number as it is read out: in French by the groups in which it is written, in English digit by digit.

    ``0320…`` -> ``zéro trois, vingt, …``; ``0 800 123 456`` -> ``zéro, huit cents, cent vingt-trois, …``;
    ``3949`` -> ``trente-neuf, quarante-neuf``.  A French number is said as it is dialled in France, whatever language
    says it, and what has no country code is French: ours are.  A number of the language's own country is said as it is
    dialled there: ``+41 800 123 456`` in ``fr-CH`` as 0800 123 456.
    Groups: as French numbers are printed (0 8AB XXX XXX, 3X XX, 11X XXX; no text that prescribes them was read);
    abroad, as the package phonenumbers writes them.
    """
    text = "".join(character for character in number if character in "+0123456789")
    found = parse(text)
    known = found.national is not None or found.e164 is not None
    written = found.display_in(language.partition("-")[2]) if known else text
    groups = re.findall("[0-9]+", written)
    # Three digits are one number; so are the four of a Swiss or Belgian code behind its 0: 0800, 0470.
    whole = 4 if found.national is None and groups and groups[0].startswith("0") and known else 3
    groups = [part for at, group in enumerate(groups) for part in _cut(group, 3 if at else whole)]
    if base(language) != "fr":
        said = [digits(group, language) for group in groups]
        return ", ".join(["plus", *said] if written.startswith("+") else said)
    said = [_group(group, language) for group in groups]
    return f"{'plus ' if written.startswith('+') else ''}{', '.join(said)}"


def _cut(group: str, whole: int) -> list[str]:
    """In pairs, the first of three if need be, what is longer than can be said as one."""
    if len(group) <= whole:
        return [group]
    first = 3 if len(group) % 2 else 0
    return [*filter(None, [group[:first]]), *(group[at : at + 2] for at in range(first, len(group), 2))]


def _group(group: str, language: str) -> str:
    """``03`` -> ``zéro trois``, ``00`` -> ``zéro zéro``, ``024`` -> ``zéro vingt-quatre``."""
    zeros = len(group) - len(group.lstrip("0"))
    rest = [cardinal(int(group), language)] if zeros < len(group) else []
    return " ".join([cardinal(0, language)] * zeros + rest)


def listed(words: list[str], language: str = "fr") -> str:
    """``a``, ``a et b``, ``a, b et c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {'et' if base(language) == 'fr' else 'and'} {words[-1]}"
