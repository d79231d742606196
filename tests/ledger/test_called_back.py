"""Calls that we made ourselves stand in the ledger with the others, and count as none of them."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.flow.placing import Placing
from ivr.kept import calls_kept
from ivr.ledger.audit import audit
from ivr.ledger.certificate import BadCertificate, issue
from ivr.ledger.engine import at
from ivr.ledger.erasing import erase
from ivr.ledger.reading import Reader
from ivr.ledger.seal import NAME, Seal
from ivr.ledger.statement import Month
from ivr.ledger.store import Store
from ivr.ledger.witness import CURRENT, Witness
from ivr.service.attempts import Attempt, Came, Outcome
from ivr.service.called_back import record
from ivr.service.record import Record
from ivr.settings import Settings
from tests.ledger.records import NOON, made

PHONE = "+33612345678"
DAY = date(2026, 11, 23)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def back(came: Came, outcome: Outcome = Outcome.TALKED, first: str = "agent", place: int = 1) -> Record:
    """The record of an attempt that began at noon, looked at a minute later."""
    placing = Placing.model_validate({"queue": "parts", "through": "gateway", "first": first, "ring": 20})
    attempt = Attempt(f"{'0' * 32}-{place}", "0" * 32, place, NOON)
    facts = {"number": "0899000004", "phone": PHONE, "node": "again", "book": "0123456789abcdef"}
    return record(attempt, came, outcome, placing, later(60), **facts)


TALKED = Came(Outcome.TALKED, "karim", later(10), later(50), 30.0, (2.5,))


@pytest.mark.parametrize(
    ("came", "outcome", "first", "told"),
    [
        # The agent took it after 10 s, heard the number, and talked from the 20th second on.
        (TALKED, Outcome.TALKED, "agent", (20, 50, 10, 30.0, "karim")),
        # The caller answered then, and was put through 10 s later.
        (TALKED, Outcome.TALKED, "caller", (10, 50, 10, 30.0, "karim")),
        (Came(Outcome.WAITED, "", later(10), later(50)), Outcome.WAITED, "caller", (10, 50, 40, None, None)),
        (Came(Outcome.DECLINED, "", later(10), later(15)), Outcome.DECLINED, "caller", (10, 15, None, None, None)),
        (Came(Outcome.BUSY, "karim", later(10), later(25)), Outcome.BUSY, "agent", (None, 25, 10, None, "karim")),
        (Came(None, "", None, later(25)), Outcome.NOBODY, "agent", (None, 25, 25, None, None)),
        # Rung, and nobody was there any more; or picked up, and heard nobody.
        (Came(Outcome.GONE, "karim", later(10), later(25)), Outcome.GONE, "agent", (None, 25, 10, None, "karim")),
        (Came(Outcome.GONE, "karim", later(10), later(25), 4.0), Outcome.GONE, "agent", (21, 25, 10, 4.0, "karim")),
        # Nothing is kept of who did not answer: it was over when the ring was, or when it was looked at.
        (Came(), Outcome.NO_ANSWER, "caller", (None, 20, None, None, None)),
        (Came(), Outcome.NOBODY, "agent", (None, 60, 60, None, None)),
    ],
)
def test_an_attempt_is_a_record(
    came: Came, outcome: Outcome, first: str, told: tuple[float | None, float, float | None, float | None, str | None]
) -> None:
    """Who was called, by whom, when, why it ended; for how long anybody waited for the agent, and the two talked."""
    answered, ended, waited, talked, agent = told
    found = back(came, outcome, first)

    assert (found.id, found.number, found.caller) == (f"callback-{'0' * 32}-1", "0899000004", PHONE)
    assert (found.kind, found.steps) == ("callback", (f"again:{outcome.name.lower()}",))
    assert found.answered == (None if answered is None else later(answered))
    assert (found.ended, found.waited, found.talked, found.agent) == (later(ended), waited, talked, agent)
    assert (found.amount.amount, found.billed_seconds, found.price) == (Decimal(0), 0, Decimal(0))


async def test_it_is_kept_and_chained(store: Store, tmp_path: Path) -> None:
    """It comes back as it went in, and whoever changes it is found out."""
    await store.append(made(1))
    await store.append(back(TALKED))
    path = tmp_path / "ledger.sqlite"
    (found,) = [one for one in Reader(at(path)).last(5) if one.kind]
    assert (found.agent, found.waited, found.talked, found.held) == ("karim", 10.0, 30.0, (2.5,))
    assert found.answered == later(20)
    assert audit(at(path), None).fault is None
    store.close()
    import sqlite3

    with sqlite3.connect(path) as base:
        base.execute("UPDATE calls SET talked = 1 WHERE place = 2")
    base.close()

    assert str(audit(at(path), None).fault) == f"record 2 (call {found.id}) was changed"


async def test_it_is_no_call_of_the_caller_and_nothing_that_was_sold(store: Store, tmp_path: Path) -> None:
    """Not in statements, nor among his calls, short or silent or any; nobody certifies or replays it."""
    await store.append(made(1))
    await store.append(back(TALKED))
    reader, month = Reader(at(tmp_path / "ledger.sqlite")), Month(2026, 11)
    day = NOON - timedelta(days=1)

    assert [one["id"] for one in reader.figures(month.begin, month.end)] == [made(1).id]
    assert reader.count(PHONE, day) == 1
    assert reader.bothers(PHONE, day, timedelta(hours=1)) == 1
    assert reader.spent(PHONE, day) == Decimal("0.81")
    settings = Settings(state=tmp_path)
    assert [one.id for one in calls_kept(settings, None, 10, None, None)] == [made(1).id]
    row = reader.row(back(TALKED).id)
    assert row is not None
    assert calls_kept(settings, row["id"], None, None, None) == []
    with pytest.raises(BadCertificate, match="was made by us and costs nobody anything"):
        issue(row, reader.head(), Seal.made(tmp_path / NAME), datetime.now(UTC), None, with_caller=False)


async def test_it_is_erased_with_its_caller(store: Store, tmp_path: Path) -> None:
    """His number goes, the chain holds."""
    await store.append(made(1))
    await store.append(back(TALKED))
    url, seal = at(tmp_path / "ledger.sqlite"), Seal.made(tmp_path / NAME)

    assert erase(url, PHONE, "asked", seal) == 2
    assert {one.caller for one in Reader(url).last(5)} == {"erased"}
    assert audit(url, seal.public).fault is None


async def test_the_last_calls_show_it(store: Store, tmp_path: Path) -> None:
    """With whom of ours, and what came of it; whole as JSON.  Of a caller, where he hung up."""
    await store.append(made(1, steps=("load:else",), hung_up_in="agents"))
    await store.append(back(TALKED))

    def ivr(*words: str) -> str:
        done = CliRunner().invoke(main, words, env={"IVR_STATE": str(tmp_path), "COLUMNS": "200"})
        assert done.exit_code == 0, done.output
        return done.output

    assert " ".join(ivr("calls").splitlines()[-1].split()) == (
        "2026-11-23 12:00:00 0899000004 → 0612****78 - +20.0 s - 0 s 0.00 € again:talked (karim)"
    )
    assert ivr("calls").splitlines()[-2].endswith("load:else (agents: hung up)")
    told, abandoned = map(json.loads, ivr("calls", "--json", "--with-callers").splitlines()[::-1])
    assert (abandoned["steps"], abandoned["hung_up_in"]) == (["load:else"], "agents")
    assert (told["kind"], told["waited"], told["talked"]) == ("callback", 10.0, 30.0)


BEFORE = f"CHAN_START,{later(-1).timestamp():.6f},1.5,1.5,PJSIP/anonymous-00000001,public,0899000004\n"
"""A call that came before and goes on: from then on Asterisk has noted."""


def events(*, met: float | None = 20, ended: float = 50, answered: float | None = 10, agent: str = "karim") -> str:
    """What Asterisk notes of it: the half that hears the agent, his phone, and the account that dials."""
    call, half = back(TALKED).id, "Local/queue@callback-agents-00000001;1"

    def line(event: str, after: float, channel: str = call, name: str = half, context: str = "callback") -> str:
        return f"{event},{later(after).timestamp():.6f},{channel},{call},{name},{context},start\n"

    text = line("CHAN_START", 0.1, context="default")
    text += line("CHAN_START", 0.1, f"{call}-other", f"{half[:-1]}2", "callback-agents")
    text += "" if answered is None else line("ANSWER", answered)
    text += line("BRIDGE_ENTER", 10, "1.7", f"PJSIP/{agent}-00000002", "agents")
    if met is not None:
        text += line("BRIDGE_ENTER", met) + line("BRIDGE_ENTER", met, "1.8", "PJSIP/gateway-00000003", "agents")
    return text + line("HANGUP", ended)


@pytest.mark.parametrize(
    ("noted", "differs"),
    [
        (events(), []),
        (events(met=21.4, ended=50.4), []),
        (events(met=None), ["talked for 30.0 s by the ledger, for 0.0 s by Asterisk"]),
        (events(met=23), ["talked for 30.0 s by the ledger, for 27.0 s by Asterisk"]),
        (events(ended=51), ["ended at 12:00:50.12 by the ledger, at 12:00:51.12 by Asterisk"]),
        (events(agent="zoe"), ["talked with karim by the ledger, with zoe and gateway by Asterisk"]),
        ("", ["only the ledger has it"]),
    ],
)
async def test_it_is_held_against_what_asterisk_noted(
    store: Store, tmp_path: Path, noted: str, differs: list[str]
) -> None:
    """Whether the two talked, for how long, and with whom; when it ended."""
    await store.append(back(TALKED))
    (tmp_path / CURRENT).write_text(BEFORE + noted, encoding="ascii")
    found, _ = Witness(tmp_path, Reader(at(tmp_path / "ledger.sqlite"))).check(DAY)

    assert [one.partition(": ")[2] for one in found.differences] == differs
    assert found.agreed == (not differs)


async def test_what_one_side_lacks_is_told(store: Store, tmp_path: Path) -> None:
    """Not of whom no channel was made for, as his gateway had no address: he was tried, and not reached."""
    (tmp_path / CURRENT).write_text(BEFORE + events(), encoding="ascii")
    await store.append(back(Came(), Outcome.NO_ANSWER, "caller", place=2))
    found, _ = Witness(tmp_path, Reader(at(tmp_path / "ledger.sqlite"))).check(DAY)

    (told,) = found.differences
    assert told.endswith(f"call {back(TALKED).id}: only Asterisk has it: nobody served it, or its record was lost")
    assert found.agreed == 1
