"""`ivr secrets`: passwords that people need."""

import click

from ivr import secret
from ivr.settings import settings
from ivr.verbs.manners import example, says

KINDS = {kind: f"{kind}:NAME" for kind in ("agent", "pin", "ami")} | {"web": "web:operator", "codes": "codes"}
NAMES = {"web": ("operator",), "codes": ("",), "ami": ("controller", "deploy", "caller")}
"""Of those whose names do not stand in a book."""


@click.group()
def secrets() -> None:
    """The passwords, all derived from one secret made on the first start."""


@secrets.command("show", epilog=example("ivr secrets show agent:camille"))
@click.argument("purpose")
@says
def secrets_show(purpose: str) -> None:
    """Print the password for PURPOSE: agent:NAME for a softphone, pin:NAME for orders by phone, web:operator for those
    over HTTP, codes for asking about access codes, ami:controller for the manager interface.
    """
    kind, _, name = purpose.partition(":")
    if kind not in KINDS or name not in NAMES.get(kind, (name or None,)):
        raise click.ClickException(f'"{purpose}" opens nothing: write {", ".join(KINDS.values())}')
    if kind == "pin" and (pins := _pins()) is not None and name not in pins:
        raise click.ClickException(f'no flow asks for the PIN "{name}"; there is {", ".join(sorted(pins)) or "none"}')
    click.echo(secret.derive(settings().secret, purpose))


def _pins() -> set[str] | None:
    """The PINs for which flows ask; ``None`` where the book cannot be read: a password is needed then, too."""
    from ivr.book.book import read_book  # takes half a second, which other passwords need not
    from ivr.book.problems import BadBook
    from ivr.flow.guarded import Guarded

    try:
        flows = read_book(settings().book).drawing.flows.values()
    except BadBook:
        return None
    return {node.pin for flow in flows for node in flow.nodes.values() if isinstance(node, Guarded)}
