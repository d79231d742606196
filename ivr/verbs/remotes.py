"""The other systems that flows reach, and the access codes that flows sell."""

import re
import sys

import click

from ivr import secret
from ivr.ledger.codes import CodeStore
from ivr.remote.signature import key_of
from ivr.settings import settings
from ivr.verbs.manners import example, says
from ivr.verbs.shown import show

NAME = r"[a-z][a-z0-9-]{0,40}"


@click.group()
def remotes() -> None:
    """The other systems of remotes.yaml: their tokens and keys, which are not in the book."""


@remotes.command("list", epilog=example("ivr remotes list"))
@says
def list_remotes() -> None:
    """The systems that the book names."""
    from ivr.book.book import read_book

    configured = settings()
    rows = []
    for site in read_book(configured.book).sites.values():
        token = "none wanted" if not site.token else "stored" if configured.token(site.token).exists() else "missing"
        rows.append((site.name, "private" if site.private else "public", token, site.url))
    show(("name", "network", "token", "address"), rows, "The book names no other system.")


@remotes.command(epilog=example("ivr remotes key shop"))
@click.argument("name")
@says
def key(name: str) -> None:
    """Print the key by which the system NAME checks that notices are ours (Standard Webhooks)."""
    click.echo(key_of(secret.derive(settings().secret, f"remote:{name}")))


@remotes.command(epilog=example("ivr remotes token shop-token < token.txt"))
@click.argument("name")
@says
def token(name: str) -> None:
    """Store the token NAME, read from standard input; the next look-up sends it."""
    text = sys.stdin.read().strip()
    if not re.fullmatch(NAME, name) or not re.fullmatch(r"[!-~]{1,4000}", text):
        raise click.UsageError("a token has a name like shop-token, and is one word of visible ASCII characters")
    secret.keep(settings().token(name), text)
    click.echo(f"The token {name} is stored.")


@click.group()
def codes() -> None:
    """The access codes that flows sell, and the pools that they are taken from."""


@codes.command("list", epilog=example("ivr codes list"))
@says
def list_codes() -> None:
    """How many codes each pool has left, and how many were sold."""
    store = CodeStore(settings().cabinet)
    try:
        pools = store.pools().items()
    finally:
        store.close()
    rows = [(pool or "(made here)", str(left) if pool else "-", str(sold)) for pool, (left, sold) in pools]
    show(("pool", "left", "sold"), rows, "No codes.")


@codes.command(epilog=example("ivr codes load summer < codes.txt"))
@click.argument("pool")
@says
def load(pool: str) -> None:
    """Put codes into POOL, one a line, read from standard input; digits only, because they are spoken."""
    lines = [line.strip() for line in sys.stdin.read().splitlines() if line.strip()]
    wrong = next((place for place, line in enumerate(lines, start=1) if not re.fullmatch(r"[0-9]{4,20}", line)), None)
    if not re.fullmatch(NAME, pool):
        raise click.UsageError("a pool has a name like summer")
    if wrong is not None:
        raise click.UsageError(f"code {wrong} is not 4 to 20 digits; nothing was loaded")
    store = CodeStore(settings().cabinet)
    try:
        new = store.load(pool, lines)
    finally:
        store.close()
    click.echo(f"{new} codes loaded into {pool}, {len(lines) - new} were known.")
