"""Callers noted as a nuisance, after the talk."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ivr import fittings
from ivr.ledger.cabinet import Cabinet
from ivr.service.live import Live
from ivr.service.nuisances import LONGEST, Nuisances, Standing
from ivr.settings import settings
from ivr.values.noted import KEPT
from ivr.verbs.amount import Whole
from ivr.verbs.manners import example, says


@click.group()
def nuisance() -> None:
    """Who troubles us: noted here, or by an agent with *9 in the talk; what is done with him, nuisance.yaml says."""


@nuisance.command(epilog=example("ivr nuisance add 0612345678", "ivr nuisance add 0612345678 --days 30 --why insultes"))
@click.argument("number")
@click.option("--days", type=Whole(1, LONGEST), default=KEPT.days, show_default=True, help="how long")
@click.option("--why", default="noted by hand", help="the reason, for people")
@says
def add(number: str, days: int, why: str) -> None:
    """Note NUMBER, from the next call on."""
    with _nuisances() as nuisances:
        click.echo(_line(nuisances.add(number, days, why)))


@nuisance.command(epilog=example("ivr nuisance remove 0612345678"))
@click.argument("number")
@says
def remove(number: str) -> None:
    """Forget NUMBER."""
    with _nuisances() as nuisances:
        nuisances.remove(number)
    click.echo("Forgotten.")


@nuisance.command("list", epilog=example("ivr nuisance list", "ivr nuisance list --json"))
@click.option("--json", "json_", is_flag=True, help="as JSON lines")
@says
def list_(json_: bool) -> None:
    """Everybody who is noted, the latest first."""
    if not settings().cabinet.exists():
        return
    with _nuisances() as nuisances:
        for one in nuisances.all():
            click.echo(json.dumps(one.plain(), ensure_ascii=False) if json_ else _line(one))


def _line(one: Standing) -> str:
    noted = one.noted
    since, until = (at.astimezone(fittings.HERE) for at in (noted.since, noted.until))
    return f"{noted.caller:14}  since {since:%Y-%m-%d %H:%M}, until {until:%Y-%m-%d}: {noted.why}"


@contextmanager
def _nuisances() -> Iterator[Nuisances]:
    configured = settings()
    cabinet = Cabinet(configured.cabinet, configured.ledger)
    try:
        yield Nuisances(cabinet, Live(), fittings.clock(configured))
    finally:
        cabinet.close()
