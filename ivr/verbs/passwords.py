"""`ivr secrets`: passwords that people need."""

import click

from ivr import secret
from ivr.settings import settings
from ivr.verbs.manners import example, says


@click.group()
def secrets() -> None:
    """The passwords, all derived from one secret made on the first start."""


@secrets.command("show", epilog=example("ivr secrets show agent:camille"))
@click.argument("purpose")
@says
def secrets_show(purpose: str) -> None:
    """Print the password for PURPOSE: agent:NAME for a softphone, ami:controller for the manager interface."""
    click.echo(secret.derive(settings().secret, purpose))
