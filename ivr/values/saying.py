"""Amounts, dates, times, durations, waiting times and phone numbers in words, as a person says them on the phone.

Every function takes a language: ``fr``, ``fr-BE``, ``fr-CH`` or ``en``.  In another language, numbers are said by
``num2words`` and the small words are those of English.
"""

from datetime import date, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

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
    """A phone number as it is read out: in French in pairs, special numbers (08) and short ones by their groups.

    ``0320…`` -> ``zéro trois, vingt, …``; ``0 800 123 456`` -> ``zéro, huit cents, cent vingt-trois, …``;
    ``3949`` -> ``trente-neuf, quarante-neuf``; ``+33…`` is said as it is dialled in France; in English digit by digit.
    Groups: as these numbers are printed (0 8AB XXX XXX, 3X XX, 118 XXX); no text that prescribes them was read.
    """
    text = "".join(character for character in number if character.isdigit() or character == "+")
    plus = text.startswith(("+", "00"))
    plain = text.lstrip("+").removeprefix("00") if plus else text
    if plus and plain.startswith("33") and len(plain) == 11:
        plain, plus = f"0{plain[2:]}", False
    groups = _groups(plain, language, plus)
    if base(language) != "fr":
        said = [digits(group, language) for group in groups]
        return ", ".join(["plus", *said] if plus else said)
    said = [_group(group, language) for group in groups]
    if plus:
        said[0] = f"plus {said[0]}"
    return ", ".join(said)


# How long the groups are: of a number from abroad by its country's code, of a number at home by language and length.
_ABROAD = {"1": (3, 3, 2, 2), "41": (2, 3, 2, 2), "32": (3, 2, 2, 2)}
_HOME = {("fr-CH", 10): (3, 3, 2, 2), ("fr-BE", 10): (4, 2, 2, 2), ("fr-BE", 9): (3, 2, 2, 2)}


def _groups(plain: str, language: str, international: bool) -> list[str]:
    if international:
        code = 1 if plain[:1] in ("1", "7") else 2
        rest = plain[code:]
        return [plain[:code], *(_cut(rest, _ABROAD.get(plain[:code], ())) if rest else [])]
    if (language, len(plain)) in _HOME and plain.startswith("0"):
        return _cut(plain, _HOME[language, len(plain)])
    if len(plain) == 10 and plain.startswith("08"):
        return _cut(plain, (1, 3, 3, 3))
    if len(plain) == 6 and plain.startswith("118"):
        return _cut(plain, (3, 3))
    return [plain] if len(plain) <= 3 else _cut(plain, ())


def _cut(plain: str, lengths: tuple[int, ...]) -> list[str]:
    """By these lengths where they fit, else in pairs, the first of three if need be."""
    if sum(lengths) != len(plain):
        first = 3 if len(plain) % 2 and len(plain) > 1 else 0
        return [*filter(None, [plain[:first]]), *(plain[at : at + 2] for at in range(first, len(plain), 2))]
    ends = [sum(lengths[: at + 1]) for at in range(len(lengths))]
    return [plain[end - length : end] for end, length in zip(ends, lengths, strict=True)]


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
