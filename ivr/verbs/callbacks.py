"""The callers who want to be called back, and what came of calling them."""

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from ivr.ledger.callbacks import CallbackStore
from ivr.service.attempts import Attempt, Outcome
from ivr.settings import settings
from ivr.values.number import parse
from ivr.verbs.letters import Letter, cabinet, clock, done, letter, letters, tell
from ivr.verbs.manners import example, says
from ivr.verbs.shown import show


@click.group()
def callbacks() -> None:
    """The callers who want to be called back."""


@callbacks.command("list", epilog=example("ivr callbacks list", "ivr callbacks list --over"))
@click.option("--over", is_flag=True, help="those who were called, or are not to be called any more")
@click.option("--json", "json_", is_flag=True, help="as JSON lines")
@says
def list_callbacks(over: bool, json_: bool) -> None:
    """The callbacks to make, oldest first, with what came of the last try."""
    found = list(letters("callback", over=over))
    if json_:
        return tell(found)
    heads = ("id", "asked", "call", "from", "number", "subject", "tries", "last")
    return show(heads, _rows(found), "Nobody waits for a call." if not over else "Nobody was called back.")


def _rows(found: list[Letter]) -> Iterator[tuple[str, ...]]:
    store = CallbackStore(settings().cabinet)
    try:
        for one in found:
            tried = store.all(one.whole_id)
            called = parse(one.facts["phone"]).display
            about = (one.body["number"], one.facts["subject"])
            yield one.id, clock(one.at), called, _due(one), *about, str(len(tried)), _last(tried)
    finally:
        store.close()


def _last(tried: list[Attempt]) -> str:
    if not tried:
        return "-"
    last = tried[-1]
    if last.outcome is None:
        return f"under way since {clock(last.began)}"
    return f"{last.outcome}{f' ({last.agent})' if last.agent else ''}"


def _due(one: Letter) -> str:
    due = datetime.fromisoformat(one.facts["due"])
    return "now" if due <= one.at else clock(due)


@callbacks.command("done", epilog=example("ivr callbacks done 3f2a9c1e"))
@click.argument("identity", metavar="ID")
@says
def callback_done(identity: str) -> None:
    """Note that a caller was called back by somebody."""
    done(letter("callback", identity))
    click.echo("Done.")


@callbacks.command("cancel", epilog=example("ivr callbacks cancel 3f2a9c1e"))
@click.argument("identity", metavar="ID")
@says
def cancel(identity: str) -> None:
    """Call nobody back; agents who are being rung for it are rung no more, a talk goes on."""
    one = letter("callback", identity)
    done(one)
    store = CallbackStore(settings().cabinet)
    try:
        store.noted(one.whole_id, one.facts["phone"], Outcome.CANCELLED, datetime.now(UTC))
    finally:
        store.close()
    click.echo("Cancelled.")


@callbacks.command("retry", epilog=example("ivr callbacks retry 3f2a9c1e"))
@click.argument("identity", metavar="ID")
@says
def retry(identity: str) -> None:
    """Call back at the next moment that its hours allow, whatever came of it before."""
    one, opened = letter("callback", identity, over=True), cabinet()
    try:
        opened.reopen(one.whole_id, datetime.now(UTC))
    finally:
        opened.close()
    click.echo("It is the next to be called.")
