"""Who may give orders over HTTP: whoever has the token; errors are JSON, one sentence each."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

LARGEST = 4096  # bytes of an order

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Answer(Exception):
    """An answer that is not 200: its status and what is wrong, in one sentence."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


class Order(BaseModel):
    """What a PUT takes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Given = TypeVar("Given", bound=Order)


async def ordered(request: web.Request, model: type[Given]) -> Given:
    """The order in the body of a request; an empty body is one that says nothing.  Raises :class:`Answer`."""
    try:
        text = await request.read()  # whole, in however many pieces it comes
    except web.HTTPRequestEntityTooLarge:
        text = b" " * (LARGEST + 1)
    if len(text) > LARGEST:
        raise Answer(400, f"an order of more than {LARGEST} bytes")
    try:
        return model.model_validate_json(text or b"{}")
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors())
        raise Answer(400, said) from None


def guarded(token: str, work: Callable[[web.Request], Awaitable[Any]], printed: str = "web:operator") -> Handler:
    """``work`` for those whose header ``Authorization: Bearer …`` has ``token``; what it gives is answered as JSON,
    unless it is an answer already.

    ``printed`` is the name under which ``ivr secrets show`` prints the token, for whoever sent another.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {token}".encode()):
            said = f"a token is needed: `ivr secrets show {printed}`, sent as Authorization: Bearer TOKEN"
            return web.json_response({"error": said}, status=401, headers={"WWW-Authenticate": "Bearer"})
        try:
            told = await work(request)
            return told if isinstance(told, web.StreamResponse) else web.json_response(told)
        except Answer as refused:
            return web.json_response({"error": str(refused)}, status=refused.status)

    return answer
