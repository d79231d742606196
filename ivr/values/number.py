"""A phone number as the French numbering plan sees it: parsed once, at the door.

The plan is in ``plan.py``; ``phonenumbers`` serves for foreign numbers only.
"""

import re
from dataclasses import dataclass

import phonenumbers

from ivr.values.plan import (
    COLOURS,
    EACH_ITS_OWN,
    WIDER,
    Colour,
    Family,
    Territory,
    international,
    national_of,
    range_of,
    territory_of,
    territory_under,
)

__all__ = ["ANONYMOUS", "Family", "Number", "parse"]


@dataclass(frozen=True)
class Number:
    """A phone number, or the fact that there is none.

    ``national`` is the French national form in digits (``0899000004``, ``3615``), ``None`` for foreign and
    anonymous callers.  ``e164`` is ``+…``; short numbers have no international form.
    """

    raw: str
    national: str | None
    e164: str | None
    family: Family

    @property
    def families(self) -> frozenset[Family]:
        """All that the number is: 118xxx and 10xx are short too, 116xxx free, and a number of Réunion overseas."""
        overseas = (Family.OVERSEAS,) if self.territory else ()
        return frozenset((self.family, *WIDER.get(self.family, ()), *overseas))

    @property
    def territory(self) -> Territory | None:
        """Where in France overseas; ``None`` for all other numbers."""
        if self.national is not None:
            return territory_of(self.national)
        return territory_under(self.country or "") if self.family is Family.OVERSEAS else None

    @property
    def country(self) -> str | None:
        """The ISO code of the country or territory; ``None`` where nobody can tell."""
        if self.national is not None:
            return territory.iso if (territory := self.territory) else "FR"
        return phonenumbers.region_code_for_number(phonenumbers.parse(self.e164)) if self.e164 else None

    @property
    def is_plain_abroad(self) -> bool:
        """Whether it is fixed or mobile by the plan of its country, which ours does not know: not at a price of its own
        (+32 900…, +44 70…, +262 89…), nor of help (+32 112), a satellite's, or such as nobody has.
        """
        if self.national is not None or self.e164 is None or self.country in (None, _NO_COUNTRY):
            return False
        return phonenumbers.number_type(phonenumbers.parse(self.e164)) in _ORDINARY

    def priced_as(self, declared: Family | None = None) -> Family | None:
        """Free, plain or surcharged: by its range, or as ``declared`` where each number has its own; else ``None``."""
        if self.family in EACH_ITS_OWN:
            return declared
        if self.family is Family.HARMONISED:
            return Family.FREE
        return self.family if self.family in COLOURS else None

    def cartouche(self, declared: Family | None = None) -> Colour | None:
        """The colour of its label; ``None`` for numbers that have none, and where it depends on what is declared."""
        family = self.priced_as(declared)
        return COLOURS[family] if family else None

    @property
    def display(self) -> str:
        """As people in France read it: ``0 899 000 004`` for 08, pairs for the others, ``118 218``.

        The numbering plan writes its letters 0 8AB PQ MC DU, as `phonenumbers` does its digits, but owners write
        threes, the State's own service for consumers too (DGCCRF, RéponseConso: 0 809 540 550; read 2026-11).  No text
        that was read prescribes a form.
        """
        digits = self.national
        if digits is None:
            return _foreign_display(self.e164) or ("anonyme" if self.family is Family.ANONYMOUS else self.raw)
        if len(digits) == 6:
            return f"{digits[:3]} {digits[3:]}"
        if len(digits) < 10:
            return digits
        if digits.startswith("08"):
            return f"{digits[0]} {digits[1:4]} {digits[4:7]} {digits[7:]}"
        return " ".join(digits[i : i + 2] for i in range(0, len(digits), 2))

    def display_in(self, country: str) -> str:
        """As people of this country (ISO code) read it: a number of their own as they dial it, else as in France."""
        if self.national is None and self.e164 is not None and self.country == country:
            return phonenumbers.format_number(phonenumbers.parse(self.e164), phonenumbers.PhoneNumberFormat.NATIONAL)
        return self.display

    @property
    def dialled(self) -> str:
        """The digits as one dials them in France; of what is no number, those that it has."""
        if self.national is not None:
            return self.national
        return f"00{self.e164.removeprefix('+')}" if self.e164 else re.sub(r"[^0-9]", "", self.raw)

    @property
    def masked(self) -> str:
        """For logs and screens: ``06 12 ** ** 78``; enough to recognise a caller, too little to call him."""
        if self.family is Family.ANONYMOUS:
            return "anonymous"
        digits = self.national or self.e164
        if digits is None:
            return self.family.value  # what was sent instead of a number is nobody's business, and may be anything
        if len(digits) < 7:
            return "*" * len(digits)
        return digits[:4] + "*" * (len(digits) - 6) + digits[-2:]


# `number_type` says unknown of what is not valid.
_ORDINARY = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.VOIP,
    }
)

ANONYMOUS = Number("", None, None, Family.ANONYMOUS)

_WITHHELD = frozenset({"", "anonymous", "unknown", "restricted", "unavailable", "private", "withheld"})


def parse(text: str) -> Number:
    """Read a number in any usual spelling (``+33…``, ``0033…``, spaces, dots, ``33…``); never raises.

    What is no number at all comes back with the family ``UNKNOWN``: a call is never refused for its caller ID.
    """
    if text.strip().lower() in _WITHHELD:
        return ANONYMOUS
    digits = re.sub(r"[\s.\-/()\u00a0\u202f]", "", text)
    national = _national(digits)
    if national is not None and (found := range_of(national)):
        e164 = international(national)
        family = Family.OVERSEAS if e164 and e164.startswith("+508") else found.family
        return Number(text, national, e164, family)
    # What bears the code 33 and is in no range of the plan is no foreign number either.
    return (
        _foreign(text, digits) if national is None or national == digits else Number(text, None, None, Family.UNKNOWN)
    )


_FRANCE = 33
_NO_COUNTRY = "001"  # of satellites and of services the world over, to phonenumbers

# A country code of France and the right number of digits after it, with no sign in front.
_BARE = re.compile(r"33[1-9]\d{8}|33700\d{10}|(?:262|59[046])[1-9]\d{8}|508[1-9]\d{5}", re.ASCII)


def _national(digits: str) -> str | None:
    for prefix in ("+", "00"):
        if digits.startswith(prefix):
            return national_of(digits.removeprefix(prefix))
    return national_of(digits) if _BARE.fullmatch(digits) else digits


def _foreign(text: str, digits: str) -> Number:
    international = "+" + digits[2:] if digits.startswith("00") else digits
    if international.startswith("+"):
        try:
            found = phonenumbers.parse(international)
        except phonenumbers.NumberParseException:
            return Number(text, None, None, Family.UNKNOWN)
        if found.country_code == _FRANCE:  # our plan has not taken it for its own: ++33…, which is lenient there only
            return Number(text, None, None, Family.UNKNOWN)
        e164 = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
        overseas = territory_under(phonenumbers.region_code_for_number(found) or "") is not None
        return Number(text, None, e164, Family.OVERSEAS if overseas else Family.FOREIGN)
    return Number(text, None, None, Family.UNKNOWN)


def _foreign_display(e164: str | None) -> str | None:
    if e164 is None:
        return None
    return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
