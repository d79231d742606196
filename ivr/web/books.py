"""The book in force over HTTP, on loopback, with a token: `/books`, `/reload` to take up, `/rollback` to take back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from ivr.book.problems import BadBook
from ivr.book.shelf import NotKept, Shelf
from ivr.service.library import KeepingLibrary
from ivr.web.access import Answer, guarded


def routes(
    library: KeepingLibrary,
    shelf: Shelf,
    reload: Callable[[], Awaitable[bool]],
    after: Callable[[], Awaitable[None]],
    token: str,
) -> list[web.AbstractRouteDef]:
    """What is to be added to the application; ``after`` is done when another book was taken back."""

    def standing() -> dict[str, Any]:
        return {
            "book": library.current.book.digest,
            "taken_back": library.pinned is not None,
            "problems": [str(problem) for problem in library.problems],
            "kept": [{"book": digest, "taken_up": at.isoformat(timespec="seconds")} for digest, at in shelf.books()],
        }

    async def books(_: web.Request) -> Any:
        return await asyncio.to_thread(standing)

    async def take_up(_: web.Request) -> Any:
        taken = await reload()
        return {"taken": taken, **await asyncio.to_thread(standing)}

    async def take_back(request: web.Request) -> Any:
        digest = request.query.get("to", "")
        try:
            await asyncio.to_thread(library.take_back, digest)
        except NotKept as error:
            raise Answer(404, str(error)) from None
        except BadBook as bad:
            raise Answer(409, f"the book {digest} is no good to this version: {bad.problems[0]}") from None
        await after()
        return await asyncio.to_thread(standing)

    return [
        web.get("/books", guarded(token, books)),
        web.post("/reload", guarded(token, take_up)),
        web.post("/rollback", guarded(token, take_back)),
    ]
