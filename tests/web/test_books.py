"""The book in force over HTTP: seen, taken up, taken back; by whoever has the token."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from ivr.book.book import read_book
from ivr.book.shelf import Shelf
from ivr.service.library import KeepingLibrary, Release
from ivr.web.books import routes

DEMO = Path(__file__).parents[2]
TOKEN = {"Authorization": "Bearer open-sesame"}


class Desk:
    """A library over a book of our own, behind its pages."""

    def __init__(self, directory: Path) -> None:
        self.book = directory / "book"
        for part in ("dialplans", "prompts"):
            shutil.copytree(DEMO / part, self.book / part)
        self.shelf = Shelf(directory / "shelf")
        self.library = KeepingLibrary(lambda path: Release(read_book(path), {}), self.book, self.shelf)
        self.told = 0

    async def reload(self) -> bool:
        return self.library.reload()

    async def tell(self) -> None:
        self.told += 1

    def edit(self, old: str, new: str) -> None:
        tariffs = self.book / "dialplans" / "tariffs.yaml"
        text = tariffs.read_text()
        assert old in text
        tariffs.write_text(text.replace(old, new))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[TestClient]:
    application = web.Application()
    application.add_routes(routes(desk.library, desk.shelf, desk.reload, desk.tell, "open-sesame"))
    async with TestClient(TestServer(application)) as client:
        yield client


@pytest.mark.parametrize(("method", "path"), [("GET", "/books"), ("POST", "/reload"), ("POST", "/rollback?to=a")])
async def test_nobody_without_the_token(client: TestClient, method: str, path: str) -> None:
    """Not even on loopback; the answer says how to get it."""
    for headers in ({}, {"Authorization": "Bearer open-sesam"}, {"Authorization": "open-sesame"}):
        answer = await client.request(method, path, headers=headers)
        assert answer.status == 401
        assert "ivr secrets show web:operator" in (await answer.json())["error"]


async def test_an_edit_is_taken_up_and_taken_back(client: TestClient, desk: Desk) -> None:
    """Both books are kept, and Asterisk is told after a step back."""
    first = desk.library.current.book.digest
    desk.edit("0.80", "0.75")
    answer = await (await client.post("/reload", headers=TOKEN)).json()
    second = answer["book"]
    assert answer["taken"]
    assert second != first
    assert {one["book"] for one in answer["kept"]} == {first, second}

    answer = await (await client.post(f"/rollback?to={first[:10]}", headers=TOKEN)).json()
    assert answer["book"] == first == desk.library.current.book.digest
    assert answer["taken_back"]
    assert desk.told == 1


async def test_a_bad_book_is_refused_with_its_problems(client: TestClient, desk: Desk) -> None:
    """And the old one stays in force."""
    first = desk.library.current.book.digest
    desk.edit("0.80", "8.00")
    answer = await (await client.post("/reload", headers=TOKEN)).json()

    assert not answer["taken"]
    assert answer["book"] == first
    assert any("may cost 0.80 € a minute at most" in problem for problem in answer["problems"])


async def test_a_book_that_was_not_kept_cannot_be_taken_back(client: TestClient, desk: Desk) -> None:
    """404, with those that are; nothing changes."""
    answer = await client.post("/rollback?to=ffff", headers=TOKEN)

    assert answer.status == 404
    assert desk.library.current.book.digest in (await answer.json())["error"]
    assert desk.told == 0
