"""Agents over HTTP: GET `/agents`, POST `/agents/NAME/ORDER`; on loopback, with a token.

ORDER is login, logout, pause or unpause.  Answers and errors are JSON; an error is ``{"error": "what is wrong"}``.
"""

from typing import Any

from aiohttp import web

from ivr.service.agents import ORDERS, Agents, NoAgent, Refused
from ivr.web.access import Answer, guarded


def routes(agents: Agents, token: str) -> list[web.AbstractRouteDef]:
    """What is to be added to the application; ``token`` is what the header ``Authorization: Bearer …`` must have."""

    async def every(_: web.Request) -> Any:
        return [one.plain() for one in await agents.all()]

    async def order(request: web.Request) -> Any:
        name, wanted = request.match_info["name"], request.match_info["order"]
        if wanted not in ORDERS:
            raise Answer(404, f'"{wanted}" is no order: {", ".join(ORDERS)}')
        try:
            return (await agents.order(name, wanted)).plain()
        except NoAgent as error:
            raise Answer(404, str(error)) from None
        except Refused as error:
            raise Answer(409, str(error)) from None

    return [
        web.get("/agents", guarded(token, every)),
        web.post("/agents/{name}/{order}", guarded(token, order)),
    ]
