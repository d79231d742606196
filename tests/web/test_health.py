"""The two pages, over HTTP: what operators and Prometheus read in them."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from ivr import secret
from ivr.cli import main
from ivr.service.status import Status
from ivr.web.health import application

WELL = Status("0123456789abcdef", (), 2, {"flow": 7, "caller": 3}, None, 1, 0)


async def page(status: Status, path: str) -> tuple[int, str, str]:
    """Status, kind and text of a page."""
    async with TestClient(TestServer(application(lambda: status))) as client, client.get(path) as answer:
        return answer.status, answer.content_type, await answer.text()


async def metrics(status: Status) -> dict[str, float]:
    """What Prometheus makes of the page: a name, with its labels, to a number."""
    code, kind, text = await page(status, "/metrics")
    assert (code, kind) == (200, "text/plain")
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_a_house_that_is_well_says_ok() -> None:
    """As JSON, with everything that it knows."""
    code, kind, text = await page(WELL, "/health")

    assert (code, kind) == (200, "application/json")
    assert json.loads(text) | {"letters_waiting": 0} == {
        "status": "ok",
        "book": "0123456789abcdef",
        "book_problems": [],
        "calls": 2,
        "endings": {"flow": 7, "caller": 3},
        "exchange_problem": None,
        "reconnects": 1,
        "unsaved_records": 0,
        "letters_waiting": 0,
        "crises": [],
        "trunk_problems": [],
        "agent_problems": [],
        "mail_problem": None,
        "recording_problem": None,
    }


@pytest.mark.parametrize(
    ("amiss", "said"),
    [
        (replace(WELL, exchange_problem="127.0.0.1:5038: refused"), "127.0.0.1:5038: refused"),
        (replace(WELL, book_problems=("a.yaml:1:1: x",)), "a.yaml:1:1: x"),
        (replace(WELL, unsaved_records=1), "1 wait for the ledger"),
        (replace(WELL, trunk_problems=("main: does not answer",)), "main: does not answer"),
        (replace(WELL, agent_problems=("karim was logged out of the queues",)), "karim was logged out of the queues"),
        (replace(WELL, mail_problem="2 e-mails wait: refused"), "2 e-mails wait: refused"),
        (replace(WELL, recording_problem="conversations are not recorded: full"), "are not recorded: full"),
    ],
    ids=["exchange", "book", "ledger", "trunk", "agent", "mail", "recording"],
)
async def test_a_house_where_something_is_amiss_is_degraded_and_still_serves(
    amiss: Status, said: str, tmp_path: Path
) -> None:
    """200 all the same: whoever restarts on anything else would cut off the calls and mend nothing.  `ivr status` says
    what it is.
    """
    code, _, text = await page(amiss, "/health")
    async with TestServer(application(lambda: amiss)) as server:
        secret.make(tmp_path / "secrets" / "master")
        environment = {"IVR_HTTP_PORT": f"{server.port}", "IVR_STATE": f"{tmp_path}"}
        told = await asyncio.to_thread(lambda: CliRunner().invoke(main, ["status"], env=environment))

    assert (code, json.loads(text)["status"]) == (200, "degraded")
    assert (told.exit_code, said in told.output) == (1, True), told.output


async def test_metrics_are_in_prometheus_words() -> None:
    """Counters end in _total, gauges do not; endings are a label."""
    assert (await metrics(WELL)).items() >= {
        "ivr_calls": 2.0,
        "ivr_calls_ended_total flow": 7.0,
        "ivr_calls_ended_total caller": 3.0,
        "ivr_exchange_up": 1.0,
        "ivr_exchange_reconnects_total": 1.0,
        "ivr_book_reload_ok": 1.0,
        "ivr_records_unsaved": 0.0,
    }.items()


async def test_metrics_tell_what_is_amiss() -> None:
    """So that an alarm can be set on each."""
    amiss = replace(WELL, exchange_problem="gone", book_problems=("x",), unsaved_records=5, endings={})

    assert (await metrics(amiss)).items() >= {
        "ivr_exchange_up": 0.0,
        "ivr_book_reload_ok": 0.0,
        "ivr_records_unsaved": 5.0,
    }.items()


async def test_each_look_is_a_new_one() -> None:
    """The page says how things are now."""
    calls = iter([1, 2])
    async with TestClient(TestServer(application(lambda: replace(WELL, calls=next(calls))))) as client:
        looks = [(await (await client.get("/health")).json())["calls"] for _ in range(2)]

    assert looks == [1, 2]


@pytest.mark.parametrize("path", ["/", "/healthz", "/metrics/x"])
async def test_there_is_nothing_else(path: str) -> None:
    """404."""
    assert (await page(WELL, path))[0] == 404
