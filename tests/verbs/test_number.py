"""`ivr number`: the plan, the law and the book on one screen."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """What the command says of a number, with the book of the demonstration."""
    monkeypatch.setenv("IVR_BOOK", str(Path(__file__).parents[2]))

    def say(*words: str, status: int = 0) -> str:
        result = CliRunner().invoke(main, ["number", *words])
        assert result.exit_code == status, result.output
        return result.output

    return say


def test_a_number_of_ours_is_told_with_tariff_and_flow(said) -> None:  # type: ignore[no-untyped-def]
    """In whatever spelling; family, display form, E.164, label, cap, limit, and sources."""
    told = re.sub(" +", " ", said("+33 8 99 00 00 04"))

    for line in ("family surcharged", "display 0 899 000 004", "e164 +33899000004", "cartouche violet"):
        assert line in told
    assert "cap 0.80 € a minute, or 3.00 € a call" in told
    assert "limit 24 € a call, and 30 minutes where a minute costs more than 0.20 €" in told
    assert "cut after 1800 s" in told
    assert "p. 16" in told


def test_programs_get_json(said) -> None:  # type: ignore[no-untyped-def]
    """What does not apply is left out."""
    told = json.loads(said("0262123456", "--json"))

    assert told["family"] == "geographic, overseas"
    assert (told["e164"], told["territory"], told["book"]) == ("+262262123456", "La Réunion (974)", ["no"])
    assert "cartouche" not in told
    assert "cap" not in told


def test_a_short_number_that_nobody_declared_has_any_colour(said) -> None:  # type: ignore[no-untyped-def]
    """Its operator knows; we do not guess."""
    assert "green, grey or violet" in said("118218")


def test_what_may_not_cost_has_neither_label_nor_limit_of_a_price(said) -> None:  # type: ignore[no-untyped-def]
    """3008 and 317x are out of the free range, for what nobody found: no colour is guessed, no cap of 0.80 € told."""
    told = json.loads(said("3179", "--json"))

    assert told["cartouche"] == "not known, nor what this number is for"
    assert told["cap"] == "0 €: that it may cost anything was not found"
    assert "limit" not in told
    assert [one.split(":")[0] for one in told["sources"]] == ["family", "cap"]


def test_no_number_is_told_in_a_sentence(said) -> None:  # type: ignore[no-untyped-def]
    """With what to write."""
    assert said("abc", status=1) == (
        'ivr: "abc" is no phone number; write it as it is dialled, or with + and the country\n'
    )
