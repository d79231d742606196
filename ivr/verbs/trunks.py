"""The carriers' lines: how each is, and the password that the carrier gave us, which is not in the book."""

import re
import sys
from typing import Any

import click

from ivr import secret
from ivr.settings import settings
from ivr.verbs.manners import example, says
from ivr.verbs.serving import ask
from ivr.verbs.shown import show

PASSWORD = r"[!-:<-~]{1,128}"  # noqa: S105 - as Asterisk's settings can hold one


@click.group(invoke_without_command=True, epilog=example("ivr trunks", "ivr trunks password main < password.txt"))
@click.pass_context
@says
def trunks(context: click.Context) -> None:
    """The carriers' lines of trunks.yaml: how each is now; exit status 1 if one does not work."""
    if context.invoked_subcommand is not None:
        return
    from ivr.book.book import read_book

    written = read_book(settings().book).trunks
    found: Any = ask("GET", "/trunks")
    rows = [
        (one["trunk"], one["state"], _server(written, one["trunk"]), str(one["calls"]), one["cost"], one["why"])
        for one in found
    ]
    show(("trunk", "state", "server", "out today", "euros", "what to do"), rows, "The book has no trunk.")
    if any(one["why"] for one in found):
        raise SystemExit(1)


@trunks.command(epilog=example("ivr trunks password main < password.txt"))
@click.argument("name")
@says
def password(name: str) -> None:
    """Store the password of the trunk NAME, read from standard input; a running stack takes it up at once."""
    from ivr.book.book import read_book

    configured = settings()
    known = read_book(configured.book).trunks
    if name not in known:
        raise click.UsageError(f'there is no trunk "{name}"; the book has {", ".join(known) or "none"}')
    if not known[name].user:
        raise click.UsageError(f'the trunk "{name}" has no user, so it wants no password')
    text = sys.stdin.read().strip()
    if not re.fullmatch(PASSWORD, text):
        raise click.UsageError("a password is one word of up to 128 visible ASCII characters, without a semicolon")
    secret.keep(configured.trunk_password(name), text)
    try:
        taken = ask("POST", "/reload")
    except OSError:
        click.echo(f"The password of {name} is stored; Asterisk is told when the stack starts: docker/up")
        return
    for problem in taken["problems"]:
        click.echo(problem, err=True)
    if not taken["taken"]:
        raise SystemExit(1)
    click.echo(f"The password of {name} is stored, and Asterisk has it.")


def _server(written: Any, name: str) -> str:
    return f"{written[name].host}:{written[name].port}" if name in written else ""
