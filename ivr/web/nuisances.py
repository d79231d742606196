"""Callers noted as a nuisance over HTTP: GET `/nuisance`, PUT and DELETE `/nuisance/NUMBER`; on loopback, with a token.

PUT may take ``{"days": 30, "why": "insultes"}``.  Answers and errors are JSON, an error ``{"error": "what is wrong"}``.
"""

import asyncio
from typing import Any

from aiohttp import web
from pydantic import Field

from ivr.service.nuisances import LONGEST, NoCaller, Nuisances
from ivr.values.noted import KEPT
from ivr.web.access import Answer, Order, guarded, ordered


class Note(Order):
    """What PUT takes."""

    days: int = Field(default=KEPT.days, ge=1, le=LONGEST, description="how long he stays on the list")
    why: str = Field(default="noted over HTTP", description="the reason, for people", min_length=1, max_length=200)


def routes(nuisances: Nuisances, token: str) -> list[web.AbstractRouteDef]:
    """What is to be added to the application; ``token`` is what the header ``Authorization: Bearer …`` must have."""

    async def every(_: web.Request) -> Any:
        return [one.plain() for one in await asyncio.to_thread(nuisances.all)]

    async def put(request: web.Request) -> Any:
        order = await ordered(request, Note)
        try:
            number = request.match_info["number"]
            return (await asyncio.to_thread(nuisances.add, number, order.days, order.why)).plain()
        except NoCaller as error:
            raise Answer(400, str(error)) from None

    async def delete(request: web.Request) -> Any:
        try:
            await asyncio.to_thread(nuisances.remove, request.match_info["number"])
        except NoCaller as error:
            raise Answer(404, str(error)) from None
        return {}

    place = "/nuisance/{number}"
    return [
        web.get("/nuisance", guarded(token, every)),
        web.put(place, guarded(token, put)),
        web.delete(place, guarded(token, delete)),
    ]
