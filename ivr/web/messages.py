"""Messages that callers left, over HTTP: GET `/messages` (`?mailbox=NAME`), GET `/messages/ID/sound` (a WAV file),
DELETE `/messages/ID`; on loopback, with a token.

Answers and errors are JSON, an error ``{"error": "what is wrong"}``.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from ivr.service.mailboxes import Mailboxes, NoMessage
from ivr.web.access import Answer, Handler, guarded


def routes(mailboxes: Mailboxes, token: str) -> list[web.AbstractRouteDef]:
    """What is to be added to the application; ``token`` is what the header ``Authorization: Bearer …`` must have."""

    def told(work: Callable[[web.Request], Awaitable[Any]]) -> Handler:
        async def answer(request: web.Request) -> Any:
            try:
                return await work(request)
            except NoMessage as error:
                raise Answer(404, str(error)) from None

        return guarded(token, answer)

    async def every(request: web.Request) -> Any:
        return [one.plain() for one in await mailboxes.all(request.query.get("mailbox"))]

    async def sound(request: web.Request) -> Any:
        return web.Response(body=await mailboxes.sound(request.match_info["id"]), content_type="audio/wav")

    async def delete(request: web.Request) -> Any:
        await mailboxes.delete(request.match_info["id"])
        return {}

    return [
        web.get("/messages", told(every)),
        web.get("/messages/{id}/sound", told(sound)),
        web.delete("/messages/{id}", told(delete)),
    ]
