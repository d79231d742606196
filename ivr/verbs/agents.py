"""Agents for whoever supervises them: who is on duty, and putting them on or off it."""

import json
from typing import Any
from urllib.parse import quote

import click

from ivr.verbs.manners import example, says
from ivr.verbs.serving import ask
from ivr.verbs.softphones import add, qr


@click.group()
def agents() -> None:
    """Who takes calls: add, give a softphone what it needs, log in and out of queues, pause.  It survives restarts."""


agents.add_command(add)
agents.add_command(qr)


@agents.command("list", epilog=example("ivr agents list", "ivr agents list --json"))
@click.option("--json", "json_", is_flag=True, help="as JSON lines")
@says
def list_(json_: bool) -> None:
    """Every agent: on duty, paused or logged out, his kind of phone (udp, tls, wss), and the queues that he serves."""
    found: Any = ask("GET", "/agents")
    for one in found:
        click.echo(json.dumps(one, ensure_ascii=False) if json_ else _line(one))


@agents.command(epilog=example("ivr agents login camille"))
@click.argument("name")
@says
def login(name: str) -> None:
    """NAME takes calls from now on; a pause is over."""
    _order(name, "login")


@agents.command(epilog=example("ivr agents logout camille"))
@click.argument("name")
@says
def logout(name: str) -> None:
    """NAME serves no queue any more; a talk goes on to its end."""
    _order(name, "logout")


@agents.command(epilog=example("ivr agents pause camille"))
@click.argument("name")
@says
def pause(name: str) -> None:
    """NAME is not rung for a while."""
    _order(name, "pause")


@agents.command(epilog=example("ivr agents unpause camille"))
@click.argument("name")
@says
def unpause(name: str) -> None:
    """NAME is rung again."""
    _order(name, "unpause")


def _order(name: str, order: str) -> None:
    click.echo(_line(ask("POST", f"/agents/{quote(name, safe='')}/{order}")))


def _line(one: dict[str, Any]) -> str:
    return f"{one['agent']:12}  {one['state']:10}  {one['phone']:6}  {', '.join(one['queues']) or 'no queue'}"
