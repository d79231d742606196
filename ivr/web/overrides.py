"""Opening and closing calendars over HTTP: `/calendars` and `/calendars/NAME/override`, on loopback, with a token.

PUT takes ``{"open": false, "until": "2026-12-24T18:00", "why": "panne"}``; ``until`` may also be ``"next"`` (the
default: until the hours change next) or ``"good"``.  An instant without an offset is on the calendar's wall clock.
Answers and errors are JSON; an error is ``{"error": "what is wrong"}``.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import Field

from ivr.service.overrides import Lasting, NoCalendar, Overrides, Refused
from ivr.web.access import Answer, Handler, Order, guarded, ordered


class Override(Order):
    """What PUT takes."""

    open: bool = Field(description="whether callers find us open")
    until: str = Field(default="next", description="an instant in ISO 8601, next or good", max_length=40)
    why: str = Field(default="ordered over HTTP", description="the reason, for people", min_length=1, max_length=200)


def routes(overrides: Overrides, token: str) -> list[web.AbstractRouteDef]:
    """What is to be added to the application; ``token`` is what the header ``Authorization: Bearer …`` must have."""

    def told(work: Callable[[web.Request], Awaitable[Any]]) -> Handler:
        async def answer(request: web.Request) -> Any:
            try:
                return await work(request)
            except NoCalendar as error:
                raise Answer(404, str(error)) from None
            except Refused as error:
                raise Answer(400, str(error)) from None

        return guarded(token, answer)

    async def every(_: web.Request) -> Any:
        return [one.plain() for one in await asyncio.to_thread(overrides.all)]

    async def get(request: web.Request) -> Any:
        return (await asyncio.to_thread(overrides.standing, request.match_info["name"])).plain()

    async def put(request: web.Request) -> Any:
        name = request.match_info["name"]
        order = await ordered(request, Override)
        zone = (await asyncio.to_thread(overrides.standing, name)).calendar.zone
        lasting = _lasting(order.until, zone)
        return (await asyncio.to_thread(overrides.put, name, order.open, lasting, order.why)).plain()

    async def delete(request: web.Request) -> Any:
        return (await asyncio.to_thread(overrides.clear, request.match_info["name"])).plain()

    place = "/calendars/{name}/override"
    return [
        web.get("/calendars", told(every)),
        web.get(place, told(get)),
        web.put(place, told(put)),
        web.delete(place, told(delete)),
    ]


def _lasting(until: str, zone: ZoneInfo) -> Lasting:
    match until:
        case "next" | "good":
            return until
    try:
        instant = datetime.fromisoformat(until)
    except ValueError:
        raise Refused(f'"{until}" is no instant: write it like 2026-12-24T18:00, or next, or good') from None
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)
