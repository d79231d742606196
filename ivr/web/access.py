"""Who may give orders over HTTP: whoever has the token; errors are JSON, one sentence each."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Answer(Exception):
    """An answer that is not 200: its status and what is wrong, in one sentence."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


def guarded(token: str, work: Callable[[web.Request], Awaitable[Any]], printed: str = "web:operator") -> Handler:
    """``work`` for those whose header ``Authorization: Bearer …`` has ``token``; what it gives is answered as JSON.

    ``printed`` is the name under which ``ivr secrets show`` prints the token, for whoever sent another.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode()):
            said = f"a token is needed: `ivr secrets show {printed}`, sent as Authorization: Bearer TOKEN"
            return web.json_response({"error": said}, status=401, headers={"WWW-Authenticate": "Bearer"})
        try:
            return web.json_response(await work(request))
        except Answer as refused:
            return web.json_response({"error": str(refused)}, status=refused.status)

    return answer
