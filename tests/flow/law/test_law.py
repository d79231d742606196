"""The law pack: every rule with its examples, its source, and the verdicts that come of both."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ivr.flow import law
from ivr.flow.law import RULES
from ivr.flow.law.case import example
from ivr.flow.law.rule import Off, Rule, Verdict, judged
from ivr.flow.law.view import View

TODAY = date(2026, 11, 25)
each = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


@each
def test_the_failing_example_breaks_the_rule(rule: Rule) -> None:
    """And says what is wrong and what to do."""
    found = judged(rule, rule.breaks(), {}, TODAY)

    assert found.verdict is Verdict.BROKEN
    assert all(one.message and one.hint for one in found.found if one.verdict is Verdict.BROKEN)


@each
def test_the_passing_example_keeps_it(rule: Rule) -> None:
    """By what is seen, or by what its owner declares."""
    assert judged(rule, rule.keeps(), {}, TODAY).verdict in (Verdict.HOLDS, Verdict.DECLARED)


@each
def test_every_rule_has_its_facts(rule: Rule) -> None:
    """One sentence, a source, and a file of its own named after it."""
    file = Path(law.__file__).parent / f"{rule.id.replace('-', '_')}.py"

    assert file.is_file()
    assert rule.text.endswith(".")
    assert rule.text.count(". ") == 0
    assert rule.source


@each
def test_every_source_says_where_and_when_or_that_nobody_read_it(rule: Rule) -> None:
    """A page or an article, and a date; AF2M's rules of 2024 and Arcep's page were read, all else was not."""
    for text in rule.source.split("; "):
        read = text.startswith(("AF2M, RD SVA 2024 (in force 1 May 2024), p. ", "Arcep, list of emergency numbers"))

        assert read or rule.unread, text
        assert re.search(r"p\. \d|art\. [A-Z]?\d|list of|decision \d|ISO \d|calls that", text)
        assert re.search(r"20\d\d", rule.source)
    assert ";" in rule.source or "both" in rule.unread or not rule.unread


def test_every_file_of_the_pack_is_listed() -> None:
    """A rule that nobody lists would never be held against a book."""
    files = {path.stem for path in Path(law.__file__).parent.glob("*.py")} - {"__init__", "rule", "view", "case"}

    assert files == {rule.id.replace("-", "_") for rule in RULES}
    assert len({rule.code for rule in RULES}) == len(RULES)


def test_a_rule_not_yet_in_force_says_nothing() -> None:
    """Nor one that has been repealed."""
    rule = RULES[0]

    assert judged(rule, rule.breaks(), {}, rule.since - timedelta(days=1)).verdict is Verdict.NOT_APPLICABLE
    repealed = replace(rule, until=TODAY)
    assert judged(repealed, rule.breaks(), {}, TODAY).verdict is Verdict.BROKEN
    assert judged(repealed, rule.breaks(), {}, TODAY + timedelta(days=1)).verdict is Verdict.NOT_APPLICABLE


def test_a_switch_counts_until_its_day() -> None:
    """After it the rule is in force again."""
    rule, off = RULES[0], Off("asked the lawyer on Monday", "Camille", TODAY)

    assert judged(rule, rule.breaks(), {rule.id: off}, TODAY).verdict is Verdict.OFF
    assert judged(rule, rule.breaks(), {rule.id: off}, TODAY + timedelta(days=1)).verdict is Verdict.BROKEN


def test_a_free_number_has_few_duties() -> None:
    """What concerns surcharged numbers does not concern it."""
    view = example(number="0800000001", mode="free", purpose=None, owner=None)

    verdicts = {rule.id: judged(rule, view, {}, TODAY).verdict for rule in RULES}
    assert {verdict for name, verdict in verdicts.items() if name != "emergency"} == {Verdict.NOT_APPLICABLE}


def test_owners_sharing_a_flow_each_have_a_service() -> None:
    """Two numbers that start the same drawing are two services, not one."""
    view = example()
    twin = replace(view.numbers[0], written="0899000005", owner=replace(view.numbers[0].owner, name="them"))  # type: ignore[type-var]
    rule = next(one for one in RULES if one.id == "one-service")
    view.numbers = (*view.numbers, twin)

    assert judged(rule, view, {}, TODAY).verdict is Verdict.HOLDS


def test_a_connection_service_that_queues_tells_the_number_at_every_way_out() -> None:
    """Not only where a transfer reaches nobody."""
    (rule,) = (one for one in RULES if one.id == "connection-number")
    ways = dict.fromkeys(("timeout", "full", "empty", "emptied"), "no")
    nodes = {"q": {"kind": "queue", "queue": "a", "exits": ways}, "no": {"kind": "bye", "prompt": "no"}}

    def verdict(words: str) -> Verdict:
        made = example(purpose="connection", connects="0145000000", nodes=nodes, texts={"no": words})
        return judged(rule, made, {}, TODAY).verdict

    assert verdict("Appelez le 01 45 00 00 00.") is Verdict.HOLDS
    assert verdict("Au revoir.") is Verdict.BROKEN


def test_who_declines_a_connection_is_no_answer() -> None:
    """A way out that only some transfers have says the number too."""
    (rule,) = (one for one in RULES if one.id == "connection-number")
    exits = {"busy": "no", "no_answer": "no", "unavailable": "no", "declined": "bye"}
    nodes = {
        "to": {"kind": "transfer", "to": "a", "accept": "take", "exits": exits},
        "no": {"kind": "bye", "prompt": "no"},
        "bye": {"kind": "bye", "prompt": "bye"},
    }
    texts = {"no": "Appelez le 01 45 00 00 00.", "bye": "Au revoir.", "take": "Tapez 1."}
    silent = example(purpose="connection", connects="0145000000", nodes=nodes, texts=texts)
    told = example(purpose="connection", connects="0145000000", nodes=nodes, texts={**texts, "bye": texts["no"]})

    assert judged(rule, silent, {}, TODAY).verdict is Verdict.BROKEN
    assert judged(rule, told, {}, TODAY).verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("menu", "verdict"),
    [
        ({"options": {"9": "legal", "1": "bye"}}, Verdict.HOLDS),
        ({"options": {"1": "bye"}, "exits": {"silence": "legal", "wrong": "bye"}}, Verdict.BROKEN),
        ({"options": {"1": "bye"}, "exits": {"silence": "bye", "wrong": "legal"}}, Verdict.BROKEN),
    ],
)
def test_who_runs_the_service_is_told_by_a_key(menu: dict[str, object], verdict: Verdict) -> None:
    """What silence leads to is no choice of the main menu."""
    (rule,) = (one for one in RULES if one.id == "identity")
    nodes = {
        "m": {"kind": "menu", "prompt": "m", **menu},
        "legal": {"kind": "bye", "prompt": "legal"},
        "bye": {"kind": "bye"},
    }

    texts = {"m": "Tapez un.", "legal": "Chaleur, 01 99 00 12 34."}
    assert judged(rule, example(nodes=nodes, texts=texts), {}, TODAY).verdict is verdict


def verdict_of(name: str, view: View) -> Verdict:
    (rule,) = (one for one in RULES if one.id == name)
    return judged(rule, view, {}, TODAY).verdict


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        (
            "Deux appels à un euro cinquante, trois euros en tout, ouvrent la porte pendant vingt-quatre heures.",
            "holds",
        ),
        ("2 appels, 3,00 €, valable 24 h.", "holds"),
        ("2 appels, 3 euros, valable un jour.", "holds"),
        ("Cet appel ne coûte pas un euro, ni une minute.", "broken"),
        ("Un appel, trois euros, vingt-quatre heures.", "broken"),
        ("Deux appels, un euro cinquante, vingt-quatre heures.", "broken"),
        ("Deux appels, trois euros cinquante, vingt-quatre heures.", "broken"),
        ("Deux appels, trois euros, vingt-quatre minutes.", "broken"),
        ("Deux appels, trois euros, cent vingt-quatre heures.", "broken"),
    ],
)
def test_an_access_code_is_sold_for_what_it_takes(words: str, verdict: str) -> None:
    """The words are held against the calls and minutes of the node and the price of the number."""
    exits = {"sold": "b", "none_left": "b"}
    code = {"kind": "pay_code", "product": "p", "prompt": "c", "minutes": 1440, "calls": 2, "exits": exits}
    view = example(nodes={"c": code, "b": {"kind": "bye"}}, texts={"c": words}, price="1.50")

    assert verdict_of("access-code", view) == verdict


def test_codes_that_no_node_sells_are_declared() -> None:
    """An agent may tell them, who cannot be read."""
    assert verdict_of("access-code", example(purpose="access-code")) is Verdict.DECLARED


@pytest.mark.parametrize(
    ("number", "mode", "behind", "ring", "verdict"),
    [
        ("0806000002", "plain", True, 25, Verdict.BROKEN),
        ("0806000002", "plain", False, 25, Verdict.HOLDS),
        ("0806000002", "plain", False, 40, Verdict.BROKEN),
        ("0800000001", "free", True, 40, Verdict.HOLDS),
        ("0899000004", "per_call", False, 25, Verdict.BROKEN),
    ],
)
def test_an_operators_customers_wait_free(number: str, mode: str, behind: bool, ring: int, verdict: Verdict) -> None:
    """Where the call has a price, no menu answers before a person does, nor a wait past what the carrier bears."""
    vain = dict.fromkeys(("busy", "no_answer", "unavailable"), "b")
    menu = {"kind": "menu", "prompt": "m", "options": {"1": "t"}, "exits": {"silence": "b", "wrong": "b"}}
    rest = {"t": {"kind": "transfer", "to": "a", "ring": ring, "exits": vain}, "b": {"kind": "bye"}}
    nodes = {"m": menu, **rest} if behind else rest

    view = example(number=number, mode=mode, purpose="operator-hotline", nodes=nodes)
    assert verdict_of("operator-hotline", view) is verdict


@pytest.mark.parametrize(
    ("first", "second", "way", "more", "verdict"),
    [
        (10, 18, "no_answer", {}, Verdict.HOLDS),
        (10, 20, "no_answer", {}, Verdict.BROKEN),  # with the sentence in between
        (25, 25, "no_answer", {}, Verdict.BROKEN),
        (25, 25, "busy", {}, Verdict.BROKEN),  # a phone may ring for long and then be refused
        (25, 25, "talked", {}, Verdict.HOLDS),  # a person has answered
        (25, 25, "no_answer", {"past_limit": "leave"}, Verdict.HOLDS),
        (25, 5, "again", {}, Verdict.BROKEN),  # round and round
    ],
)
def test_waits_of_a_hotline_in_a_row_are_added_up(
    first: int, second: int, way: str, more: dict[str, str], verdict: Verdict
) -> None:
    """The carrier counts from the beginning of the call, whoever rings: 25 s and 25 s are more than its 30, and so are
    10 s and 20 s with a sentence of 1.3 s.
    """
    vain = dict.fromkeys(("busy", "no_answer", "unavailable"), "b")
    leaves = {"past_limit": "b"} if more else {}
    nodes = {
        "t": {
            "kind": "transfer",
            "to": "a",
            "ring": first,
            "exits": {**vain, "no_answer" if way == "again" else way: "s"},
        },
        "s": {"kind": "say", "prompt": "s", "exits": {"done": "u"}},
        "u": {"kind": "transfer", "to": "a", "ring": second, **more, "exits": {**vain, **leaves}},
        "b": {"kind": "bye"},
    }
    if way == "again":
        nodes["u"]["exits"]["no_answer"] = "t"  # type: ignore[index]

    view = example("0806000002", "plain", "operator-hotline", nodes=nodes, texts={"s": "Encore un instant."})
    assert verdict_of("operator-hotline", view) is verdict
    (rule,) = (one for one in RULES if one.id == "operator-hotline")
    told = [one.message for one in rule.check(view) if one.message]
    if (first, way) == (25, "no_answer") and verdict is Verdict.BROKEN:
        after = "after up to 26 s of sentences and waits,"
        assert told == [f'"u" has callers wait 25 s, {after} and is answered after 30 s in all']


@pytest.mark.parametrize(
    ("said", "more", "ring", "verdict"),
    [
        (5, {}, 25, Verdict.HOLDS),
        (6, {}, 25, Verdict.BROKEN),
        (6, {}, 24, Verdict.HOLDS),
        (3, {"prompt": "s"}, 25, Verdict.BROKEN),
        (3, {"recording": {"announce": "s"}}, 25, Verdict.BROKEN),
        (31, {}, 5, Verdict.BROKEN),
    ],
)
def test_what_a_hotline_says_before_it_rings_is_time_of_the_carriers(
    said: int, more: dict[str, Any], ring: int, verdict: Verdict
) -> None:
    """Of its 30 s a welcome, what is said before the ring, and that the talk is recorded leave less to wait in."""
    vain = dict.fromkeys(("busy", "no_answer", "unavailable"), "b")
    nodes: dict[str, Any] = {
        "w": {"kind": "say", "prompt": "s", "exits": {"done": "t"}},
        "t": {"kind": "transfer", "to": "a", "ring": ring, "exits": vain, **more},
        "b": {"kind": "bye"},
    }

    view = example("0806000002", "plain", "operator-hotline", nodes=nodes, texts={"s": "a" * (14 * said)})
    assert verdict_of("operator-hotline", view) is verdict


def test_a_hotline_without_persons_charges_for_nobody() -> None:
    """A menu that leads to words alone."""
    menu = {"kind": "menu", "prompt": "m", "options": {"1": "b"}, "exits": {"silence": "b", "wrong": "b"}}
    view = example("0806000002", "plain", "operator-hotline", nodes={"m": menu, "b": {"kind": "bye"}})

    assert verdict_of("operator-hotline", view) is Verdict.BROKEN


@pytest.mark.parametrize(
    ("silence", "purpose", "verdict"),
    [
        ("", "information", Verdict.HOLDS),
        ("operator", "information", Verdict.DECLARED),
        ("operator", "game", Verdict.DECLARED),
        ("professionals", "support", Verdict.DECLARED),
        ("professionals", "withdrawal", Verdict.BROKEN),
        ("machines", "chat", Verdict.BROKEN),
    ],
)
def test_who_says_no_price_answers_for_it(silence: str, purpose: str, verdict: Verdict) -> None:
    """That the operator does, or that no consumer calls, cannot be seen in a flow."""
    assert verdict_of("announced", example(silence=silence, purpose=purpose)) is verdict
