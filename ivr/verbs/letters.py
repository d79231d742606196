"""What callers have left for people: messages, callbacks to make, answers to surveys."""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from click.core import ParameterSource

from ivr.ledger.cabinet import Cabinet, NoLetter
from ivr.ledger.messages import MessageStore
from ivr.ledger.retention import throw_away
from ivr.settings import settings
from ivr.values.number import parse
from ivr.verbs.manners import example, says
from ivr.verbs.shown import show

HERE = ZoneInfo("Europe/Paris")


class Letter:
    """A letter as people read it."""

    def __init__(self, identity: str, body: str) -> None:
        self.id = identity[:8]
        self.whole_id = identity
        # `Any`: JSON of our own, which asdict made of ports.Letter.
        self.body: dict[str, Any] = json.loads(body)
        self.facts: dict[str, str] = self.body["facts"]
        self.at = datetime.fromisoformat(self.body["at"])

    def plain(self) -> dict[str, Any]:
        """As JSON wants it."""
        return {"id": self.whole_id, **self.body}


@click.group()
def messages() -> None:
    """The messages that callers have left."""


@messages.command("list", epilog=example("ivr messages list"))
@click.option("--json", "json_", is_flag=True, help="as JSON lines, callers' numbers included")
@says
def list_messages(json_: bool) -> None:
    """The messages that wait, oldest first; callers masked."""
    store = MessageStore(settings().messages)
    found = list(_letters("message"))
    if json_:
        return _print(found)
    rows = (
        (one.id, _clock(one.at), one.body["number"], _masked(one.body["caller"]), _length(store, one), one.facts["box"])
        for one in found
    )
    return show(("id", "left", "number", "caller", "length", "box"), rows, "No messages.")


@messages.command(epilog=example("ivr messages export 3f2a9c1e message.wav", "ivr messages export 3f2a9c1e - > m.wav"))
@click.argument("identity", metavar="ID")
@click.argument("to", type=click.Path(dir_okay=False, allow_dash=True))
@says
def export(identity: str, to: str) -> None:
    """Copy a message to the WAV file TO, or to standard output."""
    letter, store = _letter("message", identity), MessageStore(settings().messages)
    if to == "-":
        sys.stdout.buffer.write(store.path(letter.facts["name"]).read_bytes())
    else:
        store.export(letter.facts["name"], Path(to))


@messages.command("delete", epilog=example("ivr messages delete 3f2a9c1e", "ivr messages delete --older-than 30"))
@click.argument("identity", metavar="[ID]", required=False)
@click.option(
    "--older-than", type=click.IntRange(0), metavar="DAYS", help="all that are older, and sounds nobody knows"
)
@says
def delete_messages(identity: str | None, older_than: int | None) -> None:
    """Delete a message for good, or all that are too old."""
    if (identity is None) == (older_than is None):
        raise click.UsageError("write either an ID or --older-than")
    store = MessageStore(settings().messages)
    waiting = list(_letters("message"))
    doomed = (
        [_letter("message", identity)]
        if identity is not None
        else [one for one in waiting if (datetime.now(UTC) - one.at).days >= (older_than or 0)]
    )
    for letter in doomed:
        store.delete(letter.facts["name"])
        _done(letter)
    click.echo(f"{len(doomed)} deleted.")


@click.group()
def callbacks() -> None:
    """The callers who want to be called back."""


@callbacks.command("list", epilog=example("ivr callbacks list"))
@click.option("--json", "json_", is_flag=True, help="as JSON lines")
@says
def list_callbacks(json_: bool) -> None:
    """The callbacks to make, oldest first; a number waits once."""
    found = list(_letters("callback"))
    if json_:
        return _print(found)
    rows = (
        (one.id, _clock(one.at), parse(one.facts["phone"]).display, _due(one), one.body["number"], one.facts["subject"])
        for one in found
    )
    return show(("id", "asked", "call", "from", "number", "subject"), rows, "Nobody waits for a call.")


@callbacks.command("done", epilog=example("ivr callbacks done 3f2a9c1e"))
@click.argument("identity", metavar="ID")
@says
def callback_done(identity: str) -> None:
    """Note that a caller was called back, or need not be."""
    _done(_letter("callback", identity))
    click.echo("Done.")


@click.command(epilog=example("ivr surveys", "ivr surveys --since 2026-11-01 --number 0809000106"))
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="answers of this day and later")
@click.option("--number", help="of this number only")
@click.option("--json", "json_", is_flag=True, help="the answers one by one, as JSON lines")
@says
def surveys(since: datetime | None, number: str | None, json_: bool) -> None:
    """What callers answered: counts, and averages where the answers are marks."""
    first = since.replace(tzinfo=HERE) if since else None
    ours = parse(number).national if number else None
    found = [
        one
        for one in _letters("survey")
        if (first is None or one.at >= first) and (ours is None or one.body["number"] == ours)
    ]
    if json_:
        return _print(found)
    head = ("number", "flow", "node", "question", "answers", "average", "counts")
    return show(head, summed(found), "No answers.")


def summed(letters: Iterable[Letter]) -> Iterator[tuple[str, ...]]:
    """One row for each question."""
    answers: dict[tuple[str, ...], list[Letter]] = defaultdict(list)
    for letter in letters:
        body = letter.body
        answers[body["number"], body["flow"], body["node"], letter.facts["question"]].append(letter)
    for question, given in sorted(answers.items()):
        counts = Counter((one.facts["answer"], one.facts["meaning"]) for one in given)
        marks = [int(one.facts["answer"]) for one in given if not one.facts["meaning"]]
        average = f"{sum(marks) / len(marks):.2f}" if marks else "-"
        told = ", ".join(f"{meaning or answer}: {count}" for (answer, meaning), count in sorted(counts.items()))
        yield *question, str(len(given)), average, told


@click.command(epilog=example("ivr prune --older-than 90"))
@click.option("--older-than", "days", type=click.IntRange(0), metavar="DAYS", help="[IVR_KEEP_DAYS]")
@says
def prune(days: int | None) -> None:
    """Delete for good all that callers left more than so many days ago, done or not."""
    days = days if days is not None else settings().keep_days
    if not days and click.get_current_context().get_parameter_source("days") is ParameterSource.DEFAULT:
        raise click.UsageError("after how many days? (--older-than, or the setting IVR_KEEP_DAYS)")
    cabinet = _cabinet()
    try:
        thrown = throw_away(cabinet, MessageStore(settings().messages), datetime.now(UTC), days)
    finally:
        cabinet.close()
    click.echo(f"Deleted: {thrown}.")


def _cabinet() -> Cabinet:
    configured = settings()
    return Cabinet(configured.cabinet, configured.ledger)


def _letters(kind: str) -> Iterator[Letter]:
    cabinet = _cabinet()
    try:
        for waiting in cabinet.letters(kind):
            yield Letter(waiting.id, waiting.body)
    finally:
        cabinet.close()


def _letter(kind: str, identity: str) -> Letter:
    """The one letter that waits and whose id begins so.  Raises ``NoLetter``."""
    found = [one for one in _letters(kind) if one.whole_id.startswith(identity)]
    if len(found) != 1:
        raise NoLetter(f'{len(found)} {kind}s have an id that begins with "{identity}"; `ivr {kind}s list` shows them')
    return found[0]


def _done(letter: Letter) -> None:
    cabinet = _cabinet()
    try:
        cabinet.done(letter.whole_id, datetime.now(UTC))
    finally:
        cabinet.close()


def _print(found: Iterable[Letter]) -> None:
    for one in found:
        click.echo(json.dumps(one.plain(), ensure_ascii=False))


def _clock(at: datetime) -> str:
    return f"{at.astimezone(HERE):%Y-%m-%d %H:%M}"


def _due(letter: Letter) -> str:
    due = datetime.fromisoformat(letter.facts["due"])
    return "now" if due <= letter.at else _clock(due)


def _masked(caller: str) -> str:
    return parse(caller).masked


def _length(store: MessageStore, letter: Letter) -> str:
    seconds = store.length(letter.facts["name"])
    return f"{seconds:.0f} s" if seconds else "no sound"
