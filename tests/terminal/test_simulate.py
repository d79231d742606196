"""Calls without a phone: what is heard, what it costs, where in the book it is written."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.given import Given, fetched, override, press, served
from ivr.flow.commands import Enqueue, Reached, Served
from ivr.service.library import Release
from ivr.terminal.asking import AskingCast
from ivr.terminal.cast import Cast
from ivr.terminal.simulate import NotOurs, Simulator
from ivr.values.call import Ending

from .calls import FLOW, MORNING, call, demo, given, small, write_book

FREE_WAITING = """\
flow: tried
start: agent
nodes:
  agent: {kind: transfer, to: camille, exits: {busy: bye, no_answer: bye, unavailable: bye}}
  bye: {kind: bye}
"""


@pytest.fixture
def simulator(tmp_path: Path) -> Simulator:
    return small(tmp_path)


def steps(lived: object) -> str:
    return " ".join(lived.record.steps)  # type: ignore[attr-defined]


def test_each_step_is_told_with_the_line_on_which_it_is_written(simulator: Simulator) -> None:
    """As editors take it."""
    _, lines = call(simulator, "1")
    told = [line.partition("· ")[2] for line in lines if "· " in line]
    marked = {name: 1 + FLOW.splitlines().index(f"  {name}:") for name in ("hours", "welcome", "menu", "agent")}

    assert told == [
        f"dialplans/flows/tried.yaml:{marked['hours']} hours → open",
        f"dialplans/flows/tried.yaml:{marked['welcome']} welcome → done",
        f"dialplans/flows/tried.yaml:{marked['menu']} menu → 1",
        f"dialplans/flows/tried.yaml:{marked['agent']} agent → talked",
    ]


def test_the_place_where_a_caller_hangs_up_is_told(simulator: Simulator) -> None:
    """He left no step there."""
    lived, lines = call(simulator)

    assert lived.left is not None
    assert lived.left.node == "menu"
    assert lived.record.ending is Ending.CALLER
    assert lines[-1].endswith("menu, where the call ends")


def test_the_price_runs_with_the_clock(simulator: Simulator) -> None:
    """The last line of a call shows what is owed, which is what the record has."""
    lived, lines = call(simulator, "1")
    shown = [Decimal(found[1]) for line in lines if (found := re.search(r"(\d+\.\d\d) €", line))]

    assert shown[0] == 0
    assert shown == sorted(shown)
    assert shown[-1] == lived.record.amount.amount > 0


@pytest.mark.parametrize(
    ("agents", "expected"),
    [
        ({}, "agent:talked"),
        ({"camille": Reached.BUSY}, "agent:talked"),
        ({"all": Reached.BUSY}, "agent:busy busy:done"),
        ({"all": Reached.BUSY, "karim": Reached.NO_ANSWER}, "agent:no_answer bye:done"),
        ({"camille": Reached.UNAVAILABLE, "karim": Reached.BUSY}, "agent:busy busy:done"),
    ],
)
def test_each_agent_has_an_outcome_of_his_own(simulator: Simulator, agents: dict[str, Reached], expected: str) -> None:
    """Of several who ring, the first who talks answers; then who lets it ring decides, then who is busy."""
    lived, _ = call(simulator, "1", agents=agents)

    assert steps(lived) == f"hours:open welcome:done menu:1 {expected}"


def test_a_menu_with_nobody_behind_it_costs_nothing(simulator: Simulator) -> None:
    """Its one option rings agents who are all away: it is not asked, and the call goes on as theirs would."""
    lived, lines = call(simulator, "1", agents={"all": Reached.UNAVAILABLE})

    assert steps(lived) == "hours:open welcome:done menu:unavailable bye:done"
    assert any("cannot be reached: no price is announced" in line for line in lines)
    assert lived.record.answered is None


def test_an_early_key_cuts_the_welcome_short_and_answers_the_menu(simulator: Simulator) -> None:
    """So it costs less than to hear all of it."""
    early, lines = call(simulator, "1@early", agents={"all": Reached.BUSY})
    late, _ = call(simulator, "1", agents={"all": Reached.BUSY})

    assert steps(early) == steps(late)
    assert any('key "1" cuts it short' in line for line in lines)
    assert not any("Pour un conseiller" in line for line in lines)
    assert early.record.billed_seconds < late.record.billed_seconds


def test_an_early_key_where_nothing_can_be_cut_short_is_pressed_in_the_question(tmp_path: Path) -> None:
    """It is not lost, and the caller does not wait for the end."""
    simulator = small(tmp_path, FLOW.replace("prompt: welcome\n", "prompt: welcome\n    barge_in: no\n"))
    early, _ = call(simulator, "1@early", agents={"all": Reached.BUSY})
    late, _ = call(simulator, "1", agents={"all": Reached.BUSY})

    assert steps(early) == steps(late)
    assert early.record.ended < late.record.ended


def test_silence_is_something_else_than_hanging_up(simulator: Simulator) -> None:
    """The one is an answer, the other an end."""
    silent, _ = call(simulator, "silence,,silence")
    gone, _ = call(simulator, "silence")

    assert steps(silent).endswith("menu:silence bye:done")
    assert silent.record.ending is Ending.FLOW
    assert gone.record.ending is Ending.CALLER


def test_the_key_of_the_announcement_skips_it(simulator: Simulator) -> None:
    """Before anything is charged."""
    lived, _ = call(simulator, "#,1")

    assert lived.record.skipped
    assert steps(lived) == "hours:open welcome:done menu:1 agent:talked"


def test_secret_digits_are_not_shown(simulator: Simulator) -> None:
    """Over shoulders people look."""
    lived, lines = call(simulator, "2,4711")

    assert steps(lived).endswith("menu:2 code:done agent:talked")
    assert not any("4711" in line for line in lines)
    assert any("••••" in line for line in lines)


def test_a_calendar_can_be_closed_by_hand(simulator: Simulator) -> None:
    """As the staff would; the call is then free."""
    lived, _ = call(simulator, "1", overrides={"office": override("closed")})

    assert steps(lived) == "hours:closed bye:done"
    assert lived.record.amount.amount == 0


def test_a_number_that_is_not_ours_is_told_with_those_that_are(simulator: Simulator) -> None:
    with pytest.raises(NotOurs, match="0899000004"):
        simulator.call("0812345678", "", MORNING)


LOOKING = """\
flow: tried
start: look
nodes:
  look:
    kind: lookup
    remote: shop
    take: {state: state}
    exits: {found: match, not_found: bye, failed: bye}
  match:
    kind: match
    cases: [{to: share, note: state, equals: gold}]
    exits: {else: bye}
  share:
    kind: split
    shares: [{percent: 50, to: known}, {percent: 50, to: often}]
  known:
    kind: recall
    key: vip
    exits: {known: often, unknown: bye}
  often:
    kind: limit
    per_caller: 3
    hours: 1
    exits: {within: crowd, over: bye}
  crowd:
    kind: limit
    at_once: 2
    exits: {within: bye, over: bye}
  bye:
    kind: bye
"""
REMOTES = "shop: {url: http://127.0.0.1:9/, private: yes}\n"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "look:failed bye:done"),
        ({"lookups": {"all": fetched("not_found")}}, "look:not_found bye:done"),
        ({"lookups": {"shop": fetched("found:state=gold")}}, "look:found match:1 share:1 known:unknown bye:done"),
        (
            {"lookups": {"shop": fetched("found:state=gold")}, "remembered": {"vip": "yes"}},
            "look:found match:1 share:1 known:known often:within crowd:within bye:done",
        ),
        (
            {"lookups": {"shop": fetched("found:state=gold")}, "draw": 0.7, "calls": 4},
            "look:found match:1 share:2 often:over bye:done",
        ),
        (
            {"lookups": {"shop": fetched("found:state=gold")}, "draw": 0.7, "at_once": 3},
            "look:found match:1 share:2 often:within crowd:over bye:done",
        ),
    ],
)
def test_the_office_answers_as_it_is_told(tmp_path: Path, facts: dict[str, object], expected: str) -> None:
    """Look-ups, memory, the draw, and the counts."""
    (tmp_path / "dialplans").mkdir()
    (tmp_path / "dialplans" / "remotes.yaml").write_text(REMOTES)
    lived, _ = call(small(tmp_path, LOOKING), **facts)  # type: ignore[arg-type]

    assert steps(lived) == expected


def test_a_person_is_asked_at_each_question_and_ring(simulator: Simulator) -> None:
    """What makes no sense is asked again; what was played can be played again."""
    answers = iter(["nonsense", "2", "4711", "x", "b", ""])
    asked: list[str] = []
    told: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return next(answers)

    cast = AskingCast(given(), told.append, answer)
    lived = simulator.call("0899000004", "0612345678", MORNING, cast)

    assert steps(lived) == "hours:open welcome:done menu:2 code:done agent:talked"
    assert [
        question.strip().removeprefix("? ")[: len(start)]
        for question, start in zip(
            asked,
            ["keys (1, 2", "keys (1, 2", "keys (up to 4", "camille rings", "camille rings", "karim rings"],
            strict=True,
        )
    ] == ["keys (1, 2", "keys (1, 2", "keys (up to 4", "camille rings", "camille rings", "karim rings"]
    assert len(told) == 2
    again, _ = call(simulator, keys="2,4711", agents=cast.played.agents)
    assert again.record.steps == lived.record.steps
    assert cast.played.keys == (press("2"), press("4711"))


def test_q_hangs_up_at_any_question(simulator: Simulator) -> None:
    """While an agent rings too."""
    answers = iter(["1", "q"])
    lived = simulator.call(
        "0899000004", "0612345678", MORNING, AskingCast(given(), lambda _: None, lambda _: next(answers))
    )

    assert lived.record.ending is Ending.CALLER
    assert lived.left is not None
    assert lived.left.node == "agent"


def test_who_talks_too_long_is_warned_and_cut() -> None:
    """A minute before; the record says that it was the limit."""
    lived, lines = call(Simulator(Release(demo(), {})), "2", talk=2000.0)

    assert lived.record.ending is Ending.LIMIT
    assert lived.record.amount.amount == Decimal("24.00")
    assert [line for line in lines if "sera coupé dans une minute" in line]


def test_agents_whose_phones_are_away_are_not_announced(tmp_path: Path) -> None:
    """The flow learns it at once; nothing was told of a price, nobody rang."""
    directory = tmp_path / "book"
    write_book(directory, FREE_WAITING)
    away = {"camille": Reached.UNAVAILABLE}
    lived, lines = call(Simulator(Release(read_book(directory), {})), agents=away)

    assert lived.record.steps == ("agent:unavailable", "bye:done")
    assert lived.record.announced_from is None
    assert [line for line in lines if "camille cannot be reached" in line]


def test_a_conversation_begun_by_the_agent_is_cut_there(tmp_path: Path) -> None:
    """The agent's own answer began the charge; two euros are left of the month."""
    directory = tmp_path / "book"
    write_book(directory, FREE_WAITING)
    lived, lines = call(Simulator(Release(read_book(directory), {})), talk=2000.0, spent=Decimal(298))

    assert lived.record.ending is Ending.LIMIT
    assert lived.record.steps == ()
    assert lived.record.amount.amount == Decimal("2.00")
    assert [line for line in lines if line.endswith("the limit cuts the conversation")]


def test_who_waits_for_one_agent_is_served_by_no_other() -> None:
    """Where that one does not come, all of the queue are next."""
    cast = Cast(Given(agents={"karim": Reached.NO_ANSWER}))
    cast.queues = {"parts": ("camille", "karim")}

    assert cast.serve(Enqueue("parts", 20, part="last-karim")) == (Served.TIMEOUT, None)
    assert cast.serve(Enqueue("parts", 20, part="last-camille")) == (Served.TALKED, "camille")
    assert cast.serve(Enqueue("parts", 300)) == (Served.TALKED, "camille")


CLOSING = """\
flow: tried
start: welcome
nodes:
  welcome: {kind: say, prompt: welcome, exits: {done: agents}}
  agents:
    kind: queue
    queue: parts
    calendar: office
    exits: {timeout: bye, full: bye, empty: bye, emptied: bye, closed: busy}
  busy: {kind: bye, prompt: busy}
  bye: {kind: bye}
"""


@pytest.mark.parametrize("name", ["all", "parts"])
def test_who_waits_until_closing_time_leaves_by_its_exit(tmp_path: Path, name: str) -> None:
    """The call begins as late as that takes; where it does so of itself it begins when it was to begin."""
    queues = write_book(tmp_path, CLOSING, queues="parts: {label: Pièces, agents: camille}\n")
    simulator = Simulator(Release(read_book(queues), {}))
    lived, lines = call(simulator, queues={name: served("closed")})

    assert steps(lived) == "welcome:done agents:closed busy:done"
    assert re.match(r"the call begins at 17:59:3\d: closing time comes while the caller waits", lines[0])
    began = lived.record.started
    again = simulator.call("0899000004", "0612345678", began, Cast(given(queues={name: served("closed")})))
    assert (steps(again), again.record.started) == (steps(lived), began)
    assert steps(call(simulator)[0]) == "welcome:done agents:talked"


def test_a_queue_that_closes_never_is_waited_in_for_nothing(tmp_path: Path) -> None:
    """Nobody answers, and there is no closing time to wait for."""
    flow = CLOSING.replace("    calendar: office\n", "").replace(", closed: busy", "")
    queues = write_book(tmp_path, flow, queues="parts: {label: Pièces, agents: camille}\n")
    lived, _ = call(Simulator(Release(read_book(queues), {})), queues={"all": served("closed")})

    assert steps(lived) == "welcome:done agents:timeout bye:done"
    assert lived.record.started == MORNING
