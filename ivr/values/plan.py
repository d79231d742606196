"""The French numbering plan as tables: which digits are what, whose colour, which place overseas.

Theory
------
A number is read by our own table rather than by ``phonenumbers``.  That library still splits 081, 082 and 089 between
"shared cost" and "premium rate" as before the reform of 1 October 2015, does not know that 32xx, 34xx, 36xx, 39xx,
10xx and 118xxx may be free, and takes overseas numbers under +33, where no call from abroad arrives.

Which four-digit prefixes are allocated today was not found (Arcep's file MAJNUM), so ranges are matched by three
digits.  Each range names its source; what no source says is not in the table.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Family(StrEnum):
    """What a number is, for the price of a call and for the law."""

    FREE = "free"
    PLAIN = "plain"
    SURCHARGED = "surcharged"
    SHORT = "short"  # 32xx, 34xx, 36xx, 39xx: free, plain or surcharged, each number on its own
    ENQUIRIES = "enquiries"  # 118xxx, on its own too
    OPERATOR = "operator"  # 10xx, on its own too
    HARMONISED = "harmonised"  # 116xxx, of social value in all Europe: free
    EMERGENCY = "emergency"
    GEOGRAPHIC = "geographic"
    MOBILE = "mobile"
    NON_GEOGRAPHIC = "non-geographic"
    TECHNICAL = "technical"  # platforms, automated calls, machines
    OVERSEAS = "overseas"  # French territories with a numbering plan of their own
    FOREIGN = "foreign"
    ANONYMOUS = "anonymous"
    UNKNOWN = "unknown"


# Families whose numbers each have a tariff family of their own: free, plain or surcharged.
EACH_ITS_OWN = frozenset({Family.SHORT, Family.ENQUIRIES, Family.OPERATOR})

# What else a number of a family is, for who asks in wider words.
WIDER: Mapping[Family, frozenset[Family]] = {
    Family.ENQUIRIES: frozenset({Family.SHORT}),
    Family.OPERATOR: frozenset({Family.SHORT}),
    Family.HARMONISED: frozenset({Family.FREE}),
}


class Colour(StrEnum):
    """The cartouche: the coloured label that goes with a special number wherever it is printed.

    Source: AF2M, RD SVA 2024, p. 11 and 16; violet: service-public.fr F33278 (7 April 2021).  The graphic charter
    (af2m.org) was not obtained.
    """

    GREEN = "green"
    GREY = "grey"
    VIOLET = "violet"


COLOURS: Mapping[Family, Colour] = {
    Family.FREE: Colour.GREEN,
    Family.HARMONISED: Colour.GREEN,
    Family.PLAIN: Colour.GREY,
    Family.SURCHARGED: Colour.VIOLET,
}

_RD = "AF2M, RD SVA 2024 (1 May 2024), p. 16"
_PLAN_2022 = "Arcep, decision 2022-1583 (1 September 2022), numbering plan"
_NEVER_SURCHARGED = "Arcep, decision 2008-0512 (6 May 2008), § 1.3"
_ARCEP_GUIDE = 'Arcep, "Les numéros 08 et les numéros courts", fig. 1 (read 2026-11)'


@dataclass(frozen=True)
class Range:
    """Numbers of one sort: their national form, family, use in words, and where that is written."""

    digits: re.Pattern[str]
    family: Family
    use: str
    source: str

    def __contains__(self, national: object) -> bool:
        return isinstance(national, str) and self.digits.fullmatch(national) is not None


def _range(digits: str, family: Family, use: str, source: str) -> Range:
    # ASCII digits only: a caller may send any digit of Unicode.
    return Range(re.compile(digits, re.ASCII), family, use, source)


# First match wins.
RANGES: tuple[Range, ...] = (
    _range(
        r"1[578]|11[2459]|19[167]|116000|116117",
        Family.EMERGENCY,
        "emergency services: free, never billed, never ours",
        "Arcep, list of emergency numbers (arcep.fr, read 2026-11; no date)",
    ),
    _range(r"080[0-5]\d{6}", Family.FREE, "special number, call and service free", f"{_RD}; {_ARCEP_GUIDE}"),
    _range(r"080[6-9]\d{6}", Family.PLAIN, "special number, service free, plus a plain call", f"{_RD}; {_ARCEP_GUIDE}"),
    _range(
        r"0895\d{6}",
        Family.SURCHARGED,
        "special number, surcharged, for content that may offend the young, and only for it",
        "AF2M, RD SVA 2024 (1 May 2024), p. 23 and 28",
    ),
    _range(r"08[129]\d{7}", Family.SURCHARGED, "special number, surcharged service", f"{_RD}; {_ARCEP_GUIDE}"),
    _range(
        r"(?:016[23]|027[01]|037[78]|042[45]|056[89]|094[89])\d{6}|0947[5-9]\d{5}",
        Family.TECHNICAL,
        "verified numbers, for automated calls",
        f"{_PLAN_2022}, § 2.3.7; prefixes from boursorama.com (January 2023)",
    ),
    _range(
        r"093[789]\d{6}",
        Family.TECHNICAL,
        "numbers of technical platforms: messages of brands, deliveries, short-lived numbers",
        f"{_PLAN_2022}, § 2.3.9; Arcep, press release of 5 September 2022",
    ),
    _range(r"0700\d{10}", Family.TECHNICAL, "mobile numbers of 14 digits, for machines", f"{_PLAN_2022}, § 2.3.5"),
    _range(
        r"0[1-5]\d{8}",
        Family.GEOGRAPHIC,
        "geographic number, never surcharged",
        f"{_PLAN_2022}, § 2.3.3; {_NEVER_SURCHARGED}",
    ),
    _range(
        r"0[67]\d{8}", Family.MOBILE, "mobile number, never surcharged", f"{_PLAN_2022}, § 2.3.4; {_NEVER_SURCHARGED}"
    ),
    _range(
        r"09\d{8}",
        Family.NON_GEOGRAPHIC,
        "number of any use, never surcharged",
        f"{_PLAN_2022}, § 2.3.6; {_NEVER_SURCHARGED}",
    ),
    _range(
        r"3008|317\d",
        Family.SHORT,
        "short number taken out of the free range; what for was not found",
        f"{_PLAN_2022}, § 2.4.9",
    ),
    _range(r"3[01]\d\d", Family.FREE, "short number, call and service free", f"{_PLAN_2022}, § 2.4.9"),
    _range(r"3[2469]\d\d", Family.SHORT, "short number: free, plain or surcharged, each on its own", _RD),
    _range(r"10\d\d", Family.OPERATOR, "assistance of an operator: free, plain or surcharged, each on its own", _RD),
    _range(
        r"118\d{3}",
        Family.ENQUIRIES,
        "directory enquiries only: free, plain or surcharged, each on its own",
        "AF2M, RD SVA 2024 (1 May 2024), p. 16, 26 and 27",
    ),
    _range(
        r"116\d{3}",
        Family.HARMONISED,
        "harmonised number of social value, free",
        f"{_NEVER_SURCHARGED}; that the call is free, too: not verified (senioractu.com; phonenumbers; read 2026-11)",
    ),
)


def range_of(national: str) -> Range | None:
    """The range of a number in the national form; ``None`` if the plan has none."""
    return next((one for one in RANGES if national in one), None)


@dataclass(frozen=True)
class Territory:
    """A part of France: the name people use, its department or collectivity, its country code and ISO code."""

    name: str
    department: str
    country_code: str
    iso: str


_TERRITORIES = {
    one.iso: one
    for one in (
        Territory("Guadeloupe, Saint-Martin, Saint-Barthélemy", "971", "590", "GP"),
        Territory("Guyane", "973", "594", "GF"),
        Territory("Martinique", "972", "596", "MQ"),
        Territory("La Réunion", "974", "262", "RE"),
        Territory("Mayotte", "976", "262", "YT"),
        Territory("Saint-Pierre-et-Miquelon", "975", "508", "PM"),
        Territory("Wallis-et-Futuna", "986", "681", "WF"),
        Territory("Polynésie française", "987", "689", "PF"),
        Territory("Nouvelle-Calédonie", "988", "687", "NC"),
    )
}

# Territories whose numbers are in the plan with ten digits, by prefix; all other such numbers are metropolitan.
# 0976, 0947 and 0939: non-geographic and technical numbers of the territory.  063998 is for works of fiction.
# Sources: metadata of the package phonenumbers 9.0 for GP, GF, MQ, RE and YT; Arcep, "La numérotation outre-mer".
_PREFIXES: Mapping[str, str] = {
    "GP": "0590|05987|069[01]|07090|0976[018]|0939[5-7]|09475",
    "GF": "0594|05988|0694|07093[0-3]|0976[45]|09476",
    "MQ": "0596|05989|069[67]|07091|0976[67]|09477",
    "RE": "0262|0263|02688|069[23]|07092|0976[23]|09399|09479",
    "YT": "0269|02689|0639(?!98)|07093[5-7]|09769|09398|09478",
}
_OVERSEAS = tuple((re.compile(prefixes, re.ASCII), _TERRITORIES[iso]) for iso, prefixes in _PREFIXES.items())

# Saint-Pierre-et-Miquelon is dialled 0508 and six digits from the rest of France, and has the six alone as its own.
_MIQUELON = re.compile(r"0508(\d{6})", re.ASCII)


def territory_of(national: str) -> Territory | None:
    """The territory overseas of a number in the national form; ``None`` for metropolitan and special ones."""
    if _MIQUELON.fullmatch(national):
        return _TERRITORIES["PM"]
    if len(national) != 10:
        return None
    return next((territory for prefix, territory in _OVERSEAS if prefix.match(national)), None)


def territory_under(iso: str) -> Territory | None:
    """The territory with this ISO code; Saint-Barthélemy and Saint-Martin count with Guadeloupe."""
    return _TERRITORIES.get({"BL": "GP", "MF": "GP"}.get(iso, iso))


def international(national: str) -> str | None:
    """The E.164 form; short numbers have none.  Overseas has country codes of its own: 0262… is +262 262…"""
    if len(national) < 10:
        return None
    territory = territory_of(national)
    if territory and territory.iso == "PM":
        return f"+{territory.country_code}{national[4:]}"
    return f"+{territory.country_code if territory else 33}{national[1:]}"


def national_of(digits: str) -> str | None:
    """The national form of digits that begin with a French country code; ``None`` if they are of no such number.

    Carriers also write overseas numbers under 33, and after 33 the 0 that belongs to the national form only.
    """
    if digits.startswith("33"):
        return "0" + digits[2:].removeprefix("0")
    if digits.startswith("508") and (found := "0508" + digits[3:]) and _MIQUELON.fullmatch(found):
        return found
    national = "0" + digits[3:]
    territory = territory_of(national)
    return national if territory and digits.startswith(territory.country_code) else None
