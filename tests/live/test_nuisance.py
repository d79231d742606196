"""Callers who trouble us: noted by an agent in the talk, and then let through only when they show who they are."""

from tests.live.stack import Placed, Stack, until
from tests.live.talks import hear_each_other

NUMBER, GATE, CALM, LISTED = "0892000043", "0805000044", "0805000045", "0805000046"
ON_A_LIST, TRUSTED = "0639980010", "0639980001"
PRICE = "announcement/per-minute-0-35"


def steps(stack: Stack, placed: Placed, calls: int) -> list[str]:
    """Those of the last of so many ``calls`` of its caller."""
    _ = placed.report
    caller = placed.script.from_
    until(lambda: len(stack.records(caller)) == calls, f"{calls} records of {caller}", within=20.0, every=1.0)
    found: list[str] = max(stack.records(caller), key=lambda record: record["started"])["steps"]
    return found


def last_steps(stack: Stack, placed: Placed) -> list[str]:
    """Of who may have called other numbers of ours."""
    _ = placed.report
    caller, number = placed.script.from_, placed.script.number
    (found,) = until(lambda: [one for one in stack.records(caller) if one["number"] == number], "a record", every=0.3)
    steps_: list[str] = found["steps"]
    return steps_


def order(stack: Stack, *words: str) -> str:
    return stack.inside("controller", "ivr", "nuisance", *words)


def test_who_was_noted_by_an_agent_with_a_key_must_show_that_he_is_a_person(stack):
    """*9 in the talk, which goes on; then a digit that nobody can know, before price and answer, and free."""
    caller = stack.caller()
    agent = stack.agent("nadia", answer_after=0.5, hang_up_after=6.0, keys="*9", keys_after=2.0)
    noted = stack.call(NUMBER, "#@3.0", agent, from_=caller)
    hidden = stack.call(NUMBER, from_="", hang_up_after=25.0)
    assert steps(stack, noted, 1) == ["check:fine", "onward:over", "agent:talked"]
    hear_each_other(noted, noted, "nadia")
    international = f"+33{caller[1:]}"
    until(lambda: international in order(stack, "list"), "the caller is on the list")
    assert "noted by an agent in the talk" in order(stack, "list")

    silent = stack.call(NUMBER, from_=caller, hang_up_after=60.0)
    assert steps(stack, silent, 2) == ["check:blocked", "blocked:failed", "blocked-over:done"]
    assert silent.report.answered_t is None
    found = [one.name for one in stack.heard(silent, "challenge", "challenge-wrong", PRICE).heard]
    assert found[:3] == ["challenge", "challenge-wrong", "challenge"]
    assert PRICE not in found

    assert hidden.report.answered_t is None
    assert [one.name for one in stack.heard(hidden, "nuisance-anonymous", PRICE).heard] == ["nuisance-anonymous"]

    order(stack, "remove", caller)
    assert international not in order(stack, "list")
    again = stack.call(NUMBER, from_=caller, hang_up_after=25.0)
    assert steps(stack, again, 3)[:2] == ["check:fine", "onward:over"]


def test_the_right_key_passes_before_the_answer(stack):
    """Keys 1 to 9 in turn, each within the next question: the one that was drawn lets the caller through."""
    placed = stack.call(GATE, ",".join(f"{digit}@{3.0 * digit}" for digit in range(1, 10)), hang_up_after=50.0)
    _ = placed.report
    record = stack.call_record(placed)
    (drawn,) = [int(float(entry["result"]) * 10) for entry in record["tape"] if "draw" in entry]
    asked = [entry["result"]["keys"] for entry in record["tape"] if "ask" in entry]

    assert asked == [str(digit) for digit in range(1, (drawn or 9) + 1)]
    assert record["steps"][0] == ("gate:passed" if drawn else "gate:failed")
    assert placed.report.answered_t is None


def test_who_calls_again_at_once_is_told_we_are_busy_and_who_never_presses_a_key_is_sent_elsewhere(stack):
    """The second short call of one, and the second silent call of another: each by its own answer.  Who is on a list
    that was imported hears that we are busy at once; who is trusted passes, whatever he was noted for.
    """
    order(stack, "add", TRUSTED, "--why", "a test")
    listed = stack.call(LISTED, from_=ON_A_LIST, hang_up_after=15.0)
    trusted = stack.call(LISTED, from_=TRUSTED, hang_up_after=15.0)
    short, silent = (stack.call(CALM, hang_up_after=seconds) for seconds in (2.0, 20.0))
    assert steps(stack, short, 1)[0] == steps(stack, silent, 1)[0] == "check:fine"
    repeated = stack.call(CALM, from_=short.script.from_, hang_up_after=20.0)
    elsewhere = stack.call(CALM, from_=silent.script.from_, hang_up_after=8.0)

    assert last_steps(stack, listed) == ["check:blocked", "blocked:done"]
    assert (listed.report.answered_t, listed.report.ended.by, listed.report.ended.code) == (None, "far", 486)
    assert last_steps(stack, trusted)[:2] == ["check:fine", "onward:over"]
    assert trusted.report.answered_t is not None
    order(stack, "remove", TRUSTED)
    assert steps(stack, repeated, 2) == ["check:repeated", "repeated:done"]
    assert repeated.report.answered_t is None
    assert (repeated.report.ended.by, repeated.report.ended.code) == ("far", 486)
    assert steps(stack, elsewhere, 2)[:2] == ["check:silent", "silent:over"]
    said = ("welcome-orders", "closed-inventory", "welcome-parts")
    names = [one.name for one in stack.heard(elsewhere, *said, "directory-spell").heard]
    assert names[:2] == list(said[:2])
    assert "directory-spell" not in names, [(one.name, one.start, one.heard) for one in stack.heard(elsewhere).heard]
