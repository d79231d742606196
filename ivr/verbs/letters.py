"""What callers have left for people: messages and answers to surveys; and throwing away what is old."""

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from ivr.fittings import HERE, make_vault
from ivr.ledger.cabinet import GIVEN_UP, Cabinet, NoLetter
from ivr.ledger.callbacks import CallbackStore
from ivr.ledger.messages import MessageStore
from ivr.ledger.retention import forget_talks, throw_away
from ivr.service.mailroom import EMAIL, HOOK
from ivr.settings import settings
from ivr.values.number import parse
from ivr.verbs.amount import Whole
from ivr.verbs.manners import example, says
from ivr.verbs.shown import show


class Letter:
    """A letter as people read it."""

    def __init__(self, identity: str, body: str, attempts: int = 0) -> None:
        self.attempts = attempts
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
    found = list(letters("message"))
    if json_:
        return tell(found)
    told = _told()
    rows = (
        (
            *(one.id, clock(one.at), one.body["number"], _masked(one.body["caller"]), _length(store, one)),
            *(one.facts["box"], told.get(one.whole_id, "")),
        )
        for one in found
    )
    return show(("id", "left", "number", "caller", "length", "box", "told"), rows, "No messages.")


@messages.command(epilog=example("ivr messages export 3f2a9c1e message.wav", "ivr messages export 3f2a9c1e - > m.wav"))
@click.argument("identity", metavar="ID")
@click.argument("to", type=click.Path(dir_okay=False, allow_dash=True))
@says
def export(identity: str, to: str) -> None:
    """Copy a message to the WAV file TO, or to standard output."""
    kept, store = letter("message", identity), MessageStore(settings().messages)
    if to == "-":
        sys.stdout.buffer.write(store.path(kept.facts["name"]).read_bytes())
    else:
        store.export(kept.facts["name"], Path(to))


@messages.command("delete", epilog=example("ivr messages delete 3f2a9c1e", "ivr messages delete --older-than 30"))
@click.argument("identity", metavar="[ID]", required=False)
@click.option("--older-than", type=Whole(0), metavar="DAYS", help="all that are older, and sounds nobody knows")
@says
def delete_messages(identity: str | None, older_than: int | None) -> None:
    """Delete a message for good, or all that are too old."""
    if (identity is None) == (older_than is None):
        raise click.UsageError("write either an ID or --older-than")
    store = MessageStore(settings().messages)
    waiting = list(letters("message"))
    doomed = (
        [letter("message", identity)]
        if identity is not None
        else [one for one in waiting if (datetime.now(UTC) - one.at).days >= (older_than or 0)]
    )
    for one in doomed:
        store.delete(one.facts["name"])
        _take_back(one.whole_id)
        done(one)
    click.echo(f"{len(doomed)} deleted.")


@click.command(
    epilog=example(
        "ivr surveys", "ivr surveys --since 2026-11-01 --number 0809000106", "ivr surveys --by agent --queue parts"
    )
)
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="answers of this day and later")
@click.option("--number", help="of this number only")
@click.option("--agent", help="of callers who had talked with this agent only")
@click.option("--queue", help="of callers who had waited in this queue only")
@click.option("--by", type=click.Choice(["agent", "queue"]), help="one row for each; - where there was none")
@click.option("--json", "json_", is_flag=True, help="the answers one by one, as JSON lines")
@says
def surveys(
    since: datetime | None, number: str | None, agent: str | None, queue: str | None, by: str | None, json_: bool
) -> None:
    """What callers answered: counts, and averages where the answers are marks."""
    first = since.replace(tzinfo=HERE) if since else None
    ours = parse(number).national if number else None
    found = [
        one
        for one in letters("survey")
        if (first is None or one.at >= first)
        and (ours is None or one.body["number"] == ours)
        and (agent is None or one.facts.get("agent") == agent)
        and (queue is None or one.facts.get("queue") == queue)
    ]
    if json_:
        return tell(found)
    head = ("number", "flow", "node", *([by] if by else []), "question", "answers", "average", "counts")
    return show(head, summed(found, by), "No answers.")


def summed(given: Iterable[Letter], by: str | None = None) -> Iterator[tuple[str, ...]]:
    """One row for each question and, ``by`` them, each agent or queue."""
    answers: dict[tuple[str, ...], list[Letter]] = defaultdict(list)
    for letter in given:
        body = letter.body
        whose = (letter.facts.get(by, "-"),) if by else ()
        answers[body["number"], body["flow"], body["node"], *whose, letter.facts["question"]].append(letter)
    for question, same in sorted(answers.items()):
        counts = Counter((one.facts["answer"], one.facts["meaning"]) for one in same)
        marks = [int(one.facts["answer"]) for one in same if not one.facts["meaning"]]
        average = f"{sum(marks) / len(marks):.2f}" if marks else "-"
        told = ", ".join(f"{meaning or answer}: {count}" for (answer, meaning), count in sorted(counts.items()))
        yield *question, str(len(same)), average, told


@click.command(epilog=example("ivr prune --older-than 90"))
@click.option("--older-than", "days", type=Whole(0), metavar="DAYS", help="[IVR_KEEP_DAYS]")
@says
def prune(days: int | None) -> None:
    """Delete for good all that callers left more than so many days ago, done or not; and the recordings of
    conversations whose own time is over.
    """
    days = days if days is not None else settings().keep_days
    recorded = forget_talks(make_vault(settings()), datetime.now(UTC))
    if not days and click.get_current_context().get_parameter_source("days") is ParameterSource.DEFAULT:
        raise click.UsageError("after how many days? (--older-than, or the setting IVR_KEEP_DAYS)")
    opened, attempts = cabinet(), CallbackStore(settings().cabinet)
    try:
        thrown = throw_away(opened, MessageStore(settings().messages), attempts, datetime.now(UTC), days)
    finally:
        attempts.close()
        opened.close()
    talks = f", {recorded} conversation{'s' * (recorded != 1)}" if recorded else ""
    click.echo(f"Deleted: {thrown}{talks}.")


def cabinet() -> Cabinet:
    """The cabinet of this installation."""
    configured = settings()
    return Cabinet(configured.cabinet, configured.ledger)


def letters(kind: str, *, over: bool = False) -> Iterator[Letter]:
    """Those that wait, or, if ``over``, those about which nothing is to be done any more."""
    opened = cabinet()
    try:
        for waiting in opened.letters(kind, done=over):
            yield Letter(waiting.id, waiting.body, waiting.attempts)
    finally:
        opened.close()


def letter(kind: str, identity: str, *, over: bool = False) -> Letter:
    """The one letter whose id begins so: of those that wait, or of all.  Raises ``NoLetter``."""
    known: list[Letter] = [*letters(kind), *(letters(kind, over=True) if over else ())]
    found = [one for one in known if one.whole_id.startswith(identity)]
    if len(found) != 1:
        raise NoLetter(f'{len(found)} {kind}s have an id that begins with "{identity}"; `ivr {kind}s list` shows them')
    return found[0]


def done(letter: Letter) -> None:
    """Nothing is to be done about it any more."""
    opened = cabinet()
    try:
        opened.done(letter.whole_id, datetime.now(UTC))
    finally:
        opened.close()


def tell(found: Iterable[Letter]) -> None:
    """As JSON lines."""
    for one in found:
        click.echo(json.dumps(one.plain(), ensure_ascii=False))


def clock(at: datetime) -> str:
    """An instant as people here read it."""
    return f"{at.astimezone(HERE):%Y-%m-%d %H:%M}"


def _told() -> dict[str, str]:
    """What became of telling people and systems of each message, by its id."""
    found: dict[str, list[str]] = defaultdict(list)
    for kind, word in ((EMAIL, "e-mail"), (HOOK, "notice")):
        for over in (False, True):
            for one in letters(kind, over=over):
                tried = f", tried {one.attempts} times" if one.attempts and not over else ""
                refused = f"refused: {one.facts[GIVEN_UP]}" if GIVEN_UP in one.facts else "sent"
                found[one.facts["message"]].append(f"{word} {refused if over else f'waits{tried}'}")
    return {message: "; ".join(f"{count} × {one}" if count > 1 else one for one, count in Counter(same).items())
            for message, same in found.items()}  # fmt: skip


def _take_back(message: str) -> None:
    """Tell nobody any more of a message that is deleted."""
    opened = cabinet()
    try:
        for kind in (EMAIL, HOOK):
            asyncio.run(opened.withdraw(kind, "message", message))
    finally:
        opened.close()


def _masked(caller: str) -> str:
    return parse(caller).masked


def _length(store: MessageStore, letter: Letter) -> str:
    seconds = store.length(letter.facts["name"])
    return f"{seconds:.0f} s" if seconds else "no sound"
