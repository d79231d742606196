"""`ivr surveys`: counts and averages, of all, of an agent, and apart for each agent and queue."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.ledger.cabinet import Cabinet
from ivr.service.ports import Letter

ANSWERS = [("karim", "", "5"), ("karim", "", "3"), ("camille", "parts", "1"), ("", "", "2")]


@pytest.fixture
async def state(tmp_path: Path) -> Path:
    """Four answers to one question: two of Karim, one of Camille in a queue, one of nobody."""
    cabinet = Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite")
    for place, (agent, queue, mark) in enumerate(ANSWERS):
        facts = {"question": "ease", "answer": mark, "meaning": "", "agent": agent, "queue": queue}
        known = {name: value for name, value in facts.items() if value or name == "meaning"}
        at = datetime(2026, 11, 28, 10, place, tzinfo=UTC)
        await cabinet.post(
            Letter("survey", known, f"17.{place}", "0806000002", "+33612345678", at, "orders", "opinion")
        )
    cabinet.close()
    return tmp_path


def rows(state: Path, *words: str) -> list[list[str]]:
    done = CliRunner().invoke(main, ["surveys", *words], env={"IVR_STATE": str(state), "COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return [line.split()[3:6] for line in done.output.splitlines()[1:]]


async def test_answers_are_summed_for_each_agent_and_queue(state: Path) -> None:
    """Those of nobody stand apart; without `--by` all are one row."""
    assert rows(state) == [["ease", "4", "2.75"]]
    assert rows(state, "--by", "agent") == [["-", "ease", "1"], ["camille", "ease", "1"], ["karim", "ease", "2"]]
    assert rows(state, "--by", "queue") == [["-", "ease", "3"], ["parts", "ease", "1"]]
    assert rows(state, "--agent", "karim") == [["ease", "2", "4.00"]]
    assert rows(state, "--queue", "parts") == [["ease", "1", "1.00"]]
