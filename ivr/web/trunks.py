"""Trunks over HTTP: GET `/trunks`; on loopback, with a token."""

from typing import Any

from aiohttp import web

from ivr.service.spending import Spending
from ivr.service.trunks import Trunks
from ivr.web.access import guarded


def routes(trunks: Trunks, spending: Spending, token: str) -> list[web.AbstractRouteDef]:
    """What is to be added to the application."""

    async def every(_: web.Request) -> Any:
        return [
            {
                "trunk": one.name,
                "state": one.state.value,
                "why": one.why,
                "calls": spending.today(one.name).calls,
                "cost": str(spending.today(one.name).cost),
            }
            for one in await trunks.look()
        ]

    return [web.get("/trunks", guarded(token, every))]
