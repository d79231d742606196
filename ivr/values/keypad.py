"""Names as they are spelt on a keypad: `Éloïse` is 356473, as ITU-T E.161 puts letters on keys."""

import unicodedata

_KEYS = {letter: key for key, letters in zip("23456789", ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), strict=True) for letter in letters}  # fmt: skip  # noqa: E501
_JOINED = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})


def folded(name: str) -> str:
    """Small letters without accents, and nothing else but blanks: ``Zoé D'Ange`` -> ``zoe dange``."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_JOINED))
    return " ".join("".join(one for one in word if one in _KEYS) for word in plain.split()).strip()


def spelt(name: str) -> str:
    """The keys of a name, one a letter."""
    return "".join(_KEYS[one] for one in folded(name).replace(" ", ""))


def parts(name: str) -> tuple[str, tuple[str, ...]]:
    """The keys of the first name, and those of the last: of the whole and from each of its words on, so that nobody
    need know how `de la Tour` is filed.
    """
    first, *last = name.split()
    return spelt(first), tuple(keys for at in range(len(last)) if (keys := spelt(" ".join(last[at:]))))


def person_name(name: str) -> str:
    """The name of the utterance that says who it is."""
    return f"person/{folded(name).replace(' ', '-')}"
