"""A price that changes during a call, as `ivr explore` lives through it: told again, and charged as told."""

import shlex
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ivr.book.book import read_book
from ivr.book.promises import broken
from ivr.book.worlds import changing, world_of
from ivr.cli import main
from ivr.flow.explore import explore
from ivr.flow.flow import Drawing
from ivr.flow.line import Line
from ivr.flow.onlooker import Change, World
from ivr.flow.paths import Paths
from ivr.flow.property import understood
from ivr.flow.retell import command
from ivr.flow.terms import Terms
from ivr.values.number import parse
from ivr.values.tariff import Mode, Tariff
from tests.conftest import CHECKOUT

from .play import CALENDARS, flow_of

SINCE = datetime(2026, 11, 28, 9, tzinfo=UTC)
MIDNIGHT = datetime(2026, 12, 31, 23, tzinfo=UTC)
OLD, NEW = Tariff("old", Mode.PER_MINUTE, Decimal("0.60")), Tariff("new", Mode.PER_MINUTE, Decimal("0.80"))
TRANSFER: Mapping[str, Any] = {
    "t": {"kind": "transfer", "to": "a", "ring": 20, "exits": dict.fromkeys(("busy", "no_answer", "unavailable"), "b")},
    "b": {"kind": "bye"},
}


def midway(nodes: Mapping[str, Any], before: Terms | None = None) -> Paths:
    """Of calls in which the price changes; every sound takes two seconds."""
    flow = flow_of(nodes)
    terms = before or Terms("old", "beep", 1800, 90)
    world = World(parse("0899000004"), flow, Drawing({flow.flow: flow}), terms, CALENDARS, {}, {}, lambda _: 2.0, SINCE)
    change = Change(MIDNIGHT, Terms("new", "beep", 1800, 90), NEW)
    return Paths(explore(replace(world, change=change)))


def heard(paths: Paths) -> set[tuple[str, ...]]:
    return {
        tuple(name for said in path.heard for name in said.phrase if name in ("old", "new")) for path in paths.each()
    }


def test_who_is_still_rung_for_is_told_the_new_price_and_pays_it() -> None:
    """In the announcement, or in a ring, which is cut there; who was answered before keeps the old one."""
    found = midway(TRANSFER)
    talked = {
        (path.root.at, tuple(one.phrase[0] for one in path.heard if one.phrase[0] in ("old", "new"))): path.price(OLD)
        for path in found.each()
        if path.ends.startswith("after a conversation")
    }

    assert sorted((*at_and_told, str(owed)) for at_and_told, owed in talked.items()) == [
        (datetime(2026, 12, 31, 22, 59, 54, tzinfo=UTC), ("old",), "0.60 €"),
        (datetime(2026, 12, 31, 22, 59, 54, tzinfo=UTC), ("old", "new"), "0.80 €"),
        (datetime(2026, 12, 31, 22, 59, 58, tzinfo=UTC), ("old", "new"), "0.80 €"),
    ]


def test_a_menu_is_answered_at_the_price_told_last() -> None:
    """And no later change is told in it: a call has one price."""
    menu = {"kind": "menu", "prompt": "m", "options": {"1": "b"}, "exits": {"silence": "b", "wrong": "b"}}
    found = midway({"m": menu, "b": {"kind": "bye"}})

    assert heard(found) == {("old",), ("old", "new")}
    assert {path.changed for path in found.each()} == {None, NEW}


def test_a_line_that_would_not_tell_it_again_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof looks for the price that is charged, not for any that was told."""
    wanted = understood("never", "charged before announcement")
    assert wanted is not None
    assert wanted.broken(midway(TRANSFER), OLD) is None

    monkeypatch.setattr(Line, "_keep_to_the_price", Line._take_up)
    assert wanted.broken(midway(TRANSFER), OLD) is not None


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demonstration, with new prices on the first of January."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / part)
    numbers, tariffs = tmp_path / "dialplans" / "numbers.yaml", tmp_path / "dialplans" / "tariffs.yaml"
    text = numbers.read_text("utf-8")
    for old, new in (("advice", "dear"), ("guide-code", "more")):
        then = f"  tariff:\n    - tariff: {old}\n    - {{from: 2027-01-01, tariff: {new}, entered: 2026-11-30}}\n"
        text = text.replace(f"  tariff: {old}\n", then)
    numbers.write_text(text, "utf-8")
    new = "\nmore: {mode: per_call, price: 2.99}\ndear: {mode: per_minute, price: 0.20}\n"
    tariffs.write_text(tariffs.read_text("utf-8") + new, "utf-8")
    monkeypatch.setenv("IVR_BOOK", str(tmp_path))
    monkeypatch.setenv("IVR_STATE", str(tmp_path / "state"))
    return tmp_path


@pytest.mark.parametrize("number", ["0825000003", "0891000107"])
def test_such_calls_go_the_same_way_in_the_simulator(number: str, book: Path) -> None:
    """Steps and price are what the command that retells the path shows, to the second."""
    read = read_book(book)
    service = read.services[number]
    world = changing(service, SINCE, world_of(read, service.at(SINCE), SINCE))
    assert world is not None
    found = Paths(explore(world))
    told = [found.at(place) for place in range(0, found.count, max(1, found.count // 6))]
    assert {one.changed is None for one in told} == {True, False}
    for path in told:
        retold = command(number, path)
        last = CliRunner().invoke(main, shlex.split(retold)[1:]).output.splitlines()[-1]
        assert last.endswith(f"steps {' '.join(path.steps)}; owed {path.price(service.at(SINCE).tariff)}"), retold


def test_explore_tells_of_the_new_price(book: Path) -> None:
    """And what the dearest of such calls costs; as JSON too; a free number has none."""
    told = CliRunner().invoke(main, ["explore", "0891000107", "--at=2026-11-28T10:00", "--paths"]).output

    assert (
        "  new price       more from 2027-01-01T00:00 on: a call that is not answered by then is told it first" in told
    )
    assert "as 1 of 7 paths of calls in which it begins" in told
    assert "at most 2.99 €    ivr simulate 0891000107 --at=2026-12-31T23:59:" in told
    assert "2.99 €  code:sold bye:done" in told
    assert "new price" not in CliRunner().invoke(main, ["explore", "0800000001"]).output
    json_ = CliRunner().invoke(main, ["explore", "0891000107", "--at=2026-11-28T10:00", "--json"]).output
    assert '"tariff": "more"' in json_


def test_a_property_is_held_against_calls_in_which_a_price_changes(book: Path) -> None:
    """Two announcements take longer than one: only such a call is so long."""
    read = read_book(book)
    service = read.services["0825000003"]
    steady = [Paths(explore(world_of(read, then, begin))) for begin, then in service.to_come(SINCE)]
    longest = max(path.seconds for paths in steady for path in paths.each())
    wanted = [
        one
        for minutes in (longest / 60 + 0.01, longest / 60 + 2)
        if (one := understood("never", f"longer than {minutes:.2f} minutes", ("0825000003",)))
    ]

    assert len(wanted) == 2
    (found,) = broken(read, wanted, SINCE)
    assert found.holds_not == wanted[0]
    assert "--at=2026-12-31T23:59:" in found.command
