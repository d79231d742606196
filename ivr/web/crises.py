"""Crises over HTTP: GET `/crises`, PUT and DELETE `/crises/NAME`; on loopback, with a token.

PUT puts one on and may take ``{"why": "panne"}``, DELETE takes it away.  Answers and errors are JSON; an error is
``{"error": "what is wrong"}``.
"""

import asyncio
from typing import Any

from aiohttp import web
from pydantic import Field

from ivr.service.crises import Crises, NoCrisis
from ivr.web.access import Answer, Order, guarded, ordered


class Put(Order):
    """What PUT takes."""

    why: str = Field(default="ordered over HTTP", description="the reason, for people", min_length=1, max_length=200)


def routes(crises: Crises, token: str) -> list[web.AbstractRouteDef]:
    """What is to be added to the application; ``token`` is what the header ``Authorization: Bearer …`` must have."""

    async def every(_: web.Request) -> Any:
        return [one.plain() for one in await asyncio.to_thread(crises.all)]

    async def put(request: web.Request) -> Any:
        order = await ordered(request, Put)
        try:
            return (await asyncio.to_thread(crises.put, request.match_info["name"], order.why)).plain()
        except NoCrisis as error:
            raise Answer(404, str(error)) from None

    async def delete(request: web.Request) -> Any:
        try:
            return (await asyncio.to_thread(crises.clear, request.match_info["name"])).plain()
        except NoCrisis as error:
            raise Answer(404, str(error)) from None

    place = "/crises/{name}"
    return [
        web.get("/crises", guarded(token, every)),
        web.put(place, guarded(token, put)),
        web.delete(place, guarded(token, delete)),
    ]
