"""Tapes as plain data, and read back."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args

import pytest

from ivr.flow.commands import (
    Answer,
    Ask,
    Capture,
    Captured,
    Command,
    Dial,
    Dialled,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Limit,
    Now,
    Play,
    Played,
    Progress,
    Queued,
    Reachable,
    Reached,
    Served,
    Speak,
    There,
    Warn,
)
from ivr.flow.errands import (
    Adopt,
    Bothers,
    Declare,
    Discard,
    Draw,
    Errand,
    Fetch,
    Fetched,
    InForce,
    Issue,
    Learnt,
    Load,
    Numbered,
    Overridden,
    Overrule,
    Post,
    Pronounce,
    Recall,
    Remember,
    Room,
    Spent,
    Tally,
    Verify,
)
from ivr.flow.line_commands import LineCommand, Tap, Tapped, Untap
from ivr.flow.tape import Entry
from ivr.values.calendar import Override
from ivr.values.hidden import Hidden
from ivr.values.queue import Door
from ivr.values.recorded import Prompt

NOW = datetime(2026, 11, 26, 9, 0, 0, 123456, UTC)
HAND = Override(False, "stock", NOW)

EXCHANGES: list[tuple[Command[Any], Any]] = [
    (Tap(7, "9", "recorded"), Tapped("1.1-1", seconds=12.5, refused=True, paused=2)),
    (Tap(7), Tapped(None, "the disk is full")),
    (Untap(), None),
    (Now(), NOW),
    (Progress(), None),
    (Answer(), None),
    (Limit(1800.0), None),
    (Hangup(), None),
    (Speak("en"), None),
    (Play(("welcome", "slot/monday"), "#"), Played("#")),
    (Play(("welcome",)), Played()),
    (Ask(("menu",), ("1", "12"), 5.0, 3.0, "1"), Heard("12")),
    (Gather(("code",), 6), Heard("123456")),
    (Capture("message/1", 60.0, 3.0, 2.0, "box"), Captured("message/1", 12.5)),
    (Dial(("camille", "karim"), 25.0, 1800.0), Dialled(Reached.TALKED, "karim", NOW)),
    (Dial(("camille",), 25.0), Dialled(Reached.BUSY)),
    (
        Enqueue("parts", 30.0, 2, "1", False, 3, 1800.0),
        Queued(Served.TALKED, "karim", NOW, 12.5, 1, ("camille", "karim"), True),
    ),
    (Enqueue("parts", 30.0), Queued(Served.FULL)),
    (Dial(("camille",), 25.0, 60.0, Warn(20.0, "soon")), Dialled(Reached.TALKED, "camille", NOW, True)),
    (Reachable(("camille", "karim")), There(("karim",))),
    (Reachable(("camille",), (Door("parts", 3),)), There((), ("parts",), True)),
    (Recall("language"), "en"),
    (Recall("language"), None),
    (Remember("language", "en", timedelta(days=30, seconds=5)), None),
    (Remember("language", None), None),
    (Fetch("shop", "/x", "POST", (("a", "b"),), (("c", "d.e"),), filler=("wait",)), Fetched("found", {"c": "1"})),
    (Post("notify", (("a", "b"),), "shop", "/y", flow="f", node="n"), None),
    (Capture("message/1", 60.0, 3.0, 2.0, "Ventes", "sales"), Captured("message/1", 12.5)),
    (Discard("message/1"), None),
    (Room("sales", 100), True),
    (Issue("guide", timedelta(hours=24), 8), "12345678"),
    (Issue("guide", timedelta(hours=24), 8), None),
    (Tally("caller", timedelta(hours=1)), 3),
    (Spent(NOW), Decimal("299.50")),
    (Spent(NOW), None),
    (Draw(True, "salt"), 0.125),
    (Overridden("office"), HAND),
    (Overridden("office"), None),
    (Overrule("office", HAND), True),
    (Bothers("short", timedelta(minutes=15), 15.0), 4),
    (Learnt(), True),
    (Load("parts", "expected", 120, more=False), 38.5),
    (Load("parts", "waiting", 5), None),
    (InForce(("flood", "fire")), "fire"),
    (InForce(("flood",)), None),
    (Declare("flood", True), True),
    (Numbered("63417"), Prompt("fr", "goodbye")),
    (Numbered("11111"), None),
    (Adopt("message/take-1", Prompt("en", "goodbye")), True),
    (Pronounce("said/amount/12.50"), True),
    (Verify("boss", Hidden("123456")), False),
]


def through_json(entry: Entry) -> dict[str, Any]:
    """As the ledger keeps it."""
    plain: dict[str, Any] = json.loads(json.dumps(entry.plain(), default=str))
    return plain


@pytest.mark.parametrize(("command", "result"), EXCHANGES, ids=lambda one: type(one).__name__)
def test_what_was_written_is_read_back(command: Command[Any], result: Any) -> None:
    """The same text again, and but for secrets the same values."""
    entry = Entry(1.5, 0.25, command, result)
    read = Entry.read(through_json(entry))

    assert through_json(read) == through_json(entry)
    if not isinstance(command, Verify):
        assert read == entry


def test_every_command_is_among_them() -> None:
    """Whoever adds one sees here whether a tape of it can be read."""
    assert {type(command) for command, _ in EXCHANGES} == {*get_args(LineCommand), *get_args(Errand)}


def test_what_was_cut_off_is_read_back_so() -> None:
    entry = Entry(1.5, 0.25, Ask(("menu",), ("1",)), done=False)

    assert Entry.read(through_json(entry)) == entry


def test_secrets_are_bullets_on_the_tape_and_back() -> None:
    """In questions, in what was typed before them, and in what was sent."""
    for command, result in (
        (Gather(("code",), 4, typed="47", secret=True), Heard("4711")),
        (Fetch("shop", fields=(("code", Hidden("4711")),)), Fetched("failed")),
        (Verify("boss", Hidden("4711")), True),
    ):
        plain = through_json(Entry(0.0, 1.0, command, result))

        assert "4711" not in json.dumps(plain)
        assert "••••" in json.dumps(plain, ensure_ascii=False)
        assert through_json(Entry.read(plain)) == plain
