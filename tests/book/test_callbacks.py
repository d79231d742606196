"""Whose number is shown to people who are called back."""

import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook

DEMO = Path(__file__).parents[2]
PLACE = "place: {queue: parts, through: passerelle}"


def told(book: Path, numbers: str, place: str) -> list[str]:
    """Problems, with another number of the flow `parts` and other words about placing."""
    for file, old, new in (
        ("numbers.yaml", '"0805000028":\n', numbers),
        ("flows/parts.yaml", PLACE, place),
    ):
        path = book / "dialplans" / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
    try:
        read_book(book)
    except BadBook as bad:
        return [f"{problem.rule} {problem.message}" for problem in bad.problems]
    return []


SURCHARGED = '"0899000028":\n  label: x\n  tariff: emergency-repair\n  flow: parts\n"0805000028":\n'
REFUSED = 'IVR485 "callback" of the flow "parts" would show {} to callers of {}'


@pytest.mark.parametrize(
    ("numbers", "place", "problems"),
    [
        ('"0805000028":\n', PLACE, []),
        (SURCHARGED, PLACE, [REFUSED.format("0 899 000 028", "0899000028")]),
        (SURCHARGED, PLACE.replace("}", ', caller_id: "0320000001"}'), []),
        ('"0805000028":\n', PLACE.replace("}", ', caller_id: "118218"}'), [REFUSED.format("118 218", "0805000028")]),
    ],
    ids=["free", "surcharged", "surcharged, shows another", "shows a short one"],
)
def test_no_number_is_shown_that_costs_more(tmp_path: Path, numbers: str, place: str, problems: list[str]) -> None:
    """The one that was called, unless the flow says another."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)

    assert told(tmp_path, numbers, place) == problems
