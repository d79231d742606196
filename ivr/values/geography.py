"""Where a caller's geographic number was first given out: region and department.

Theory
------
The first two digits of a geographic number name one of five regions; overseas, three to five digits name a department
each.  Below that nothing is a rule: blocks of ten thousand numbers were given to operators town by town, and only the
prefixes of the former incumbent still lie in one department.  So departments are a table that people can edit
(``dialplans/departments.yaml``), longest prefix first.

Since 1 January 2023 a geographic number can be used in the whole of its territory and kept when moving: it tells
where the number came from, no longer where the caller is.  Good enough to choose an agency, never to prove a place.
Mobiles, 09, foreign and unknown numbers have no place at all.

Sources: numbering plan, version of 1 September 2022 (regions; the end of the geographic constraint); overseas
prefixes: ``plan.py``.
"""

from collections.abc import Mapping
from enum import StrEnum

from ivr.values.number import Family, Number


class Region(StrEnum):
    """The regions of the numbering plan; they are not those of the administration."""

    ILE_DE_FRANCE = "ile-de-france"
    NORD_OUEST = "nord-ouest"
    NORD_EST = "nord-est"
    SUD_EST = "sud-est"
    SUD_OUEST = "sud-ouest"
    OVERSEAS = "outre-mer"


_REGIONS = {
    "01": Region.ILE_DE_FRANCE,
    "02": Region.NORD_OUEST,
    "03": Region.NORD_EST,
    "04": Region.SUD_EST,
    "05": Region.SUD_OUEST,
}

# Departments overseas whose numbers have ten digits.
_OVERSEAS = ("971", "972", "973", "974", "976")

# Codes of the departments; "20" is Corsica, whose prefixes do not tell its two departments apart.
DEPARTMENTS = frozenset([*(f"{number:02}" for number in range(1, 96)), "2A", "2B", *_OVERSEAS])


def place(number: Number) -> str | None:
    """The digits of a geographic number in the French form (``0262…``), ``None`` for every other number."""
    return number.national if number.family is Family.GEOGRAPHIC else None


def region(number: Number) -> Region | None:
    """The region that a geographic number names; ``None`` for every other number."""
    digits = place(number)
    if digits is None:
        return None
    return Region.OVERSEAS if number.territory else _REGIONS.get(digits[:2])


def department(number: Number, table: Mapping[str, str]) -> str | None:
    """The department that a geographic number names; ``None`` for every other number, and where nobody knows.

    ``table`` maps prefixes of four to six digits to departments; the longest that fits wins.
    """
    digits = place(number)
    if digits is None:
        return None
    for length in (6, 5, 4):
        if found := table.get(digits[:length]):
            return found
    return number.territory.department if number.territory else None
