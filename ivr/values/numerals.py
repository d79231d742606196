"""Numbers in words: cardinal and ordinal, in French of France, Belgium and Switzerland, and in English.

The only file that asks ``num2words``.  Its French of France is right and is used; its Belgian and Swiss are not
(``deux cents un``, ``un millions``, ``quatre-vingt``), and so are made from that of France; its ordinals are not
either (``quatre-vingtsième``), and so are made from the cardinals.  Spelling is that of before 1990
(``vingt et un``, no hyphens around ``et``), which speech engines know.
"""

import re
from decimal import Decimal
from functools import cache, lru_cache

from num2words import num2words

MOST = 10**12
"""Numbers from here on are no number that anybody says: digits are said instead."""

VARIANTS = ("fr", "fr-BE", "fr-CH", "en")

_ONES = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix",
    "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
# Where a variant has a word of its own.  Belgium says `quatre-vingts` as France does.
_TENS = {"fr-BE": {70: "septante", 90: "nonante"}, "fr-CH": {70: "septante", 80: "huitante", 90: "nonante"}}


def base(language: str) -> str:
    """``fr-BE`` -> ``fr``: what a language is apart from its country."""
    return language.partition("-")[0]


@lru_cache(
    maxsize=4096, typed=True
)  # num2words works them out anew, and a book of hours has the same few again and again
def cardinal(number: int, language: str = "fr", *, feminine: bool = False) -> str:
    """``80`` -> ``quatre-vingts``; ``feminine`` for what is counted: ``vingt et une`` commandes."""
    if abs(number) >= MOST:
        return digits(str(abs(number)), language)
    if number < 0:
        minus = {"fr": "moins", "en": "minus"}.get(base(language), "-")
        return f"{minus} {cardinal(-number, language, feminine=feminine)}"
    if base(language) != "fr":
        return str(num2words(number, lang=base(language))).replace(",", "")
    words = _local(str(num2words(number, lang="fr")), language)
    return re.sub(r"\bun$", "une", words) if feminine else words


def decimal(number: Decimal, language: str = "fr", *, feminine: bool = False) -> str:
    """``12.5`` -> ``douze virgule cinq``; zeros behind the point are said one by one, as are more than two digits."""
    if number == number.to_integral_value():
        return cardinal(int(number), language, feminine=feminine)
    whole, _, rest = f"{abs(number):f}".rstrip("0").partition(".")
    spoken = base(language)
    zero, point = ("zero", "point") if spoken == "en" else ("zéro", "virgule")
    said = [cardinal(int(whole), language), point]
    if spoken == "en" or len(rest) > 2:
        said += [cardinal(int(digit), language) for digit in rest]
    else:
        said += [zero] * (len(rest) - len(rest.lstrip("0"))) + [cardinal(int(rest), language)]
    sign = [] if number > 0 else ["minus" if spoken == "en" else "moins"]
    return " ".join(sign + said)


@lru_cache(maxsize=1024, typed=True)
def ordinal(number: int, language: str = "fr", *, feminine: bool = False) -> str:
    """``1`` -> ``premier`` or ``première``, ``80`` -> ``quatre-vingtième``, ``21`` -> ``vingt et unième``."""
    if number < 1 or number >= MOST:
        return cardinal(number, language, feminine=feminine)
    if base(language) != "fr":
        return str(num2words(number, lang=base(language), to="ordinal")).replace(",", "")
    if number == 1:
        return "première" if feminine else "premier"
    words = cardinal(number, language)
    if number in (10**6, 10**9):  # un million: millionième
        words = words.removeprefix("un ")
    # Quatre-vingts millions: quatre-vingt millionième.
    words = re.sub(r"(vingt|cent)s(?= (?:million|milliard)s$)|(million|milliard|vingt|cent)s$", r"\1\2", words)
    words = re.sub(r"cinq$", "cinqu", re.sub(r"neuf$", "neuv", words))
    return re.sub(r"e$", "", words) + "ième"


def digits(text: str, language: str = "fr") -> str:
    """``0612`` -> ``zéro six un deux``: one by one; what is no digit is left out."""
    return " ".join(cardinal(int(digit), language) for digit in text if digit.isascii() and digit.isdigit())


def _local(words: str, language: str) -> str:
    """The words of France as another country says them."""
    table = _table(language)
    if not table:
        return words
    found = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(map(re.escape, table), key=len, reverse=True))})(?![\w-])")
    return found.sub(lambda match: table[match[0]], words)


@cache
def _table(language: str) -> dict[str, str]:
    """France's words from 70 to 99 to those of the variant."""
    table: dict[str, str] = {}
    for ten, word in _TENS.get(language, {}).items():
        for one in range(10):
            france = str(num2words(ten + one, lang="fr"))
            local = word if not one else f"{word} et un" if one == 1 else f"{word}-{_ONES[one]}"
            table[france] = local
            # Before `mille` the -s falls: quatre-vingt mille.
            table[re.sub(r"vingts$", "vingt", france)] = local
    return table
