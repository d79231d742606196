"""What can be called of a book's cases on a running stack, and how; the calls themselves are in tests/live."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ivr import secret
from ivr.book.book import read_book
from ivr.book.cases import read_cases
from ivr.phone.script import Step
from ivr.service.library import Release
from ivr.settings import Settings
from ivr.terminal.simulate import Simulator
from ivr.verbs.planning import Planned, plan
from ivr.verbs.stage import Claim, Stage
from tests.terminal.calls import write_book

# Open on one Thursday of the past, and never since.
ONCE = "office:\n  zone: Europe/Paris\n  week: {}\n  exceptions: {2026-01-08: {why: opening, hours: [09:00-18:00]}}\n"
CASE = '- name: One\n  dial: "0899000004"\n  at: 2026-01-08T10:00\n  goes_to: {to}\n'


@pytest.fixture
def stack(tmp_path: Path) -> Settings:
    """A book, its secrets, and nobody who answers."""
    write_book(tmp_path, calendars=ONCE)
    settings = Settings(book=tmp_path, state=tmp_path / "state", test_clock=tmp_path / "clock")
    secret.make(settings.secret)
    return settings


def planned(stack: Settings, text: str) -> Planned | str:
    simulator = Simulator(Release(read_book(stack.book), {}))
    path = stack.book / "case.yaml"
    path.write_text(text, encoding="utf-8")
    (case,) = read_cases(simulator.release.book, stack.book, [path])
    return plan(case, stack, simulator, simulator, "127.0.0.1")


def test_keys_become_steps_of_a_phone(stack: Settings) -> None:
    """Heard, in silence, early; the announcement's key by its moment."""
    made = planned(stack, CASE.format(to="agent") + '  keys: ["#", silence, "9", 1@early]\n')

    assert isinstance(made, Planned)
    assert made.script.keys == (Step("#", 2.0, "early_media"), Step(""), Step("9"), Step("1", 0.7, "key"))
    assert made.script.hang_up_after is None
    assert made.script.from_.startswith("063998")


def test_agents_are_there_as_the_case_says(stack: Settings) -> None:
    """One who talks, one who is engaged; who is unavailable has no phone."""
    made = planned(stack, CASE.format(to="agent") + '  keys: "1"\n  agents: {camille: busy, karim: no_answer}\n')
    assert isinstance(made, Planned)
    camille, karim = made.agents
    gone = planned(stack, CASE.format(to="agent") + '  keys: "1"\n  agents: {camille: unavailable}\n')
    assert isinstance(gone, Planned)

    assert (camille.name, camille.engaged) == ("camille", True)
    assert (karim.name, karim.engaged) == ("karim", False)
    assert karim.answer_after > made.script.limit
    assert [agent.name for agent in gone.agents] == ["karim"]
    assert gone.claims == {"camille": Claim.AWAY, "karim": Claim.THERE}


def test_the_first_of_several_who_talk_is_the_quickest(stack: Settings) -> None:
    """As in the simulator, where the first one answers."""
    made = planned(stack, CASE.format(to="agent") + '  keys: "1"\n')

    assert isinstance(made, Planned)
    assert [agent.name for agent in made.agents] == ["camille", "karim"]
    assert made.agents[0].answer_after + 2 < made.agents[1].answer_after


def test_a_caller_hangs_up_in_the_pause_after_the_question(stack: Settings) -> None:
    """Where the case gives no more keys."""
    made = planned(stack, CASE.format(to="menu"))

    assert isinstance(made, Planned)
    lasted = made.simulated.record.ended - made.simulated.record.started
    assert made.script.hang_up_after is not None
    assert 0 < made.script.hang_up_after - lasted.total_seconds() < 5


def test_a_case_of_another_time_needs_a_test_clock(stack: Settings) -> None:
    """Without one it is refused in a sentence; what goes so at any time is not."""
    clockless = replace(stack, test_clock=None)

    assert isinstance(planned(stack, CASE.format(to="agent") + '  keys: "1"\n'), Planned)
    assert planned(clockless, CASE.format(to="agent") + '  keys: "1"\n') == (
        "it goes otherwise at this time of day, and this stack has no test clock (IVR_TEST_CLOCK)"
    )
    assert isinstance(planned(clockless, CASE.format(to="bye")), Planned)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("remembered: {language: en}", "it gives remembered: that is given to a stack for tests only (IVR_TEST_CLOCK)"),
        ("override: {office: open}", "it gives override: that is given to a stack for tests only (IVR_TEST_CLOCK)"),
    ],
)
def test_only_a_stack_for_tests_is_given_memory_and_orders(stack: Settings, line: str, why: str) -> None:
    """Another one has callers, whom it would meet."""
    text = CASE.format(to="agent") + f"  {line}\n"

    assert planned(replace(stack, test_clock=None), text) == why
    assert isinstance(planned(stack, text), Planned)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("calls: 11", "it gives calls: so many calls of one caller would have to be placed before"),
        ("at_once: 21", "it gives at_once: so many calls at once would have to be placed beside it"),
        ("codes: no", "it gives codes: whether codes are left to sell is the matter of the stack"),
        ("speaks: 0", "it gives speaks: the phone that calls leaves no messages"),
        (
            'spent: "299.50"',
            "it gives spent: the ledger of a stack says what its callers have spent, and takes nothing else",
        ),
    ],
)
def test_what_no_stack_can_be_given_is_said(stack: Settings, line: str, why: str) -> None:
    """By the word of the case that gives it."""
    assert planned(stack, CASE.format(to="agent") + f"  {line}\n") == why


@dataclass(frozen=True)
class Wants:
    claims: Mapping[str, Claim]


def test_calls_go_together_that_claim_the_same(stack: Settings) -> None:
    """An agent's phone serves many, or is away for many; a queue wants him for itself, and the next is looked for."""
    stage = Stage(stack, read_book(stack.book))
    alone, there, away, other = (
        Wants({"camille": Claim.ALONE}), Wants({"camille": Claim.THERE}), Wants({"camille": Claim.AWAY}), Wants({})
    )  # fmt: skip
    waiting = [there, alone, away, there, other]

    with stage.first(waiting) as one, stage.first(waiting) as two, stage.first(waiting) as three:
        assert (one, two, three) == (there, there, other)
        assert waiting == [alone, away]
    with stage.first(waiting) as one:
        assert one is alone
    with stage.first(waiting) as one:
        assert (one, waiting) == (away, [])
