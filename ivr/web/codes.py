"""`POST /codes/check`: whoever opens the door for sold access codes asks here; on loopback only, with a password.

The password is `ivr secrets show codes`, sent as ``Authorization: Bearer …``.  Asking uses the code up: an answer
``"valid": true`` is given once.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol

from aiohttp import web

from ivr.web.access import Answer, guarded

LARGEST = 1024  # bytes of a question


class Checked(Protocol):
    """What became of a code."""

    @property
    def valid(self) -> bool: ...
    @property
    def used(self) -> bool: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def product(self) -> str | None: ...


def check_route(check: Callable[[str], Awaitable[Checked]], password: str) -> web.RouteDef:
    """The route; ``check`` uses a code up."""

    async def answer(request: web.Request) -> Any:
        text = await request.content.read(LARGEST + 1)
        try:
            code = json.loads(text)["code"]
        except (ValueError, TypeError, KeyError, RecursionError):
            code = None
        if not isinstance(code, str) or not code.isascii() or not 0 < len(code) <= 64 or len(text) > LARGEST:
            raise Answer(400, 'ask like this: {"code": "12345678"}')
        found = await check(code)
        until = found.until.isoformat(timespec="seconds") if found.until else None
        return {"valid": found.valid, "until": until, "used": found.used, "product": found.product}

    return web.post("/codes/check", guarded(password, answer, "codes"))
