"""Which keys a text tells the caller to press, in French and English, and whether it says what for first."""

import re
from dataclasses import dataclass
from functools import cache

_NUMBERS = {
    "fr": ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
_SIGNS = {
    "fr": {"étoile": "*", "dièse": "#", "carré": "#"},
    "en": {"star": "*", "asterisk": "*", "pound": "#", "hash": "#", "square": "#"},
}
_VERBS = {
    "fr": r"(?:re)?(?:tap|appuy|compos|press|utilis)(?:ez|er)|(?:re)?fai(?:tes|re)|touche",
    "en": r"press|dial|push|hit|enter|pressing|key",
}
_LITTLE = {
    "fr": r"(?:(?:sur|le|la|les|touches?|chiffres?|numéro|l')\s*)*",
    "en": r"(?:(?:the|on|key|keys|number|digit|button)\s*)*",
}
_OR = {"fr": r"\s*(?:,?\s*(?:ou|et)|,)\s+", "en": r"\s*(?:,?\s*(?:or|and)|,)\s+"}
_FOR = {"fr": r"\s*,?\s*(?:pour|afin|si vous)\b", "en": r"\s*,?\s*(?:for|to|if you)\b"}
# A number in words is a key only where nothing follows that it could count: "faites un choix".
_ENDS = {"fr": r"(?=\s*(?:[.,;:!?]|$|pour\b|ou\b|afin\b|si\b))", "en": r"(?=\s*(?:[.,;:!?]|$|for\b|or\b|to\b|if\b))"}

LONGEST = 4  # keys; what is longer, or an emergency number, is a number to call, not a key to press
_ELSEWHERE = frozenset({"15", "17", "18", "112", "114", "115", "119"})


@dataclass(frozen=True)
class Spoken:
    """The keys of an option as a text says them; ``early`` if it says only afterwards what they are for."""

    keys: tuple[str, ...]
    words: str
    early: bool


def spoken(text: str, language: str) -> list[Spoken]:
    """Every option that ``text`` speaks of; nothing for a language whose verbs we do not know."""
    if language not in _VERBS:
        return []
    found: list[Spoken] = []
    for match in _pattern(language).finditer(text):
        keys = tuple(_key(one, language) for one in _one(language).findall(match["keys"]))
        known = tuple(key for key in keys if len(key) <= LONGEST and key not in _ELSEWHERE)
        if known:
            early = re.match(_FOR[language], text[match.end() :], re.IGNORECASE) is not None
            found.append(Spoken(known, match[0], early and not _said_before(text[: match.start()], language)))
    return found


def _said_before(before: str, language: str) -> bool:
    """Whether the sentence up to here has already said what the key is for."""
    sentence = re.split(r"[.;!?]", before)[-1]
    return re.search(r"\b(?:pour|si|for|to|if)\b", sentence, re.IGNORECASE) is not None


@cache
def _one(language: str) -> re.Pattern[str]:
    """A key, in digits, signs or words."""
    return re.compile(rf"[0-9*#]+|\b(?:{'|'.join((*_NUMBERS[language], *_SIGNS[language]))})\b", re.IGNORECASE)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    numbers, signs = "|".join(_NUMBERS[language]), "|".join(_SIGNS[language])
    digits = r"[0-9*#]+(?![\w€%])(?!\s*(?:chiffres|digits|fois|times)\b)"
    key = rf"(?:{digits}|\b(?:{signs})\b|\b(?:{numbers})\b{_ENDS[language]})"
    little = _LITTLE[language]
    keys = rf"(?P<keys>{key}(?:{_OR[language]}{little}{key})*)"
    return re.compile(rf"(?:\b(?:{_VERBS[language]})|[,;] sur)\s+{little}{keys}", re.IGNORECASE)


def _key(written: str, language: str) -> str:
    word = written.lower()
    if word in _NUMBERS[language]:
        return str(_NUMBERS[language].index(word))
    return _SIGNS[language].get(word, written)
