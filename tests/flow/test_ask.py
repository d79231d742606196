"""Questions for digits and for a language, by tape: what is asked, what is noted, and what nobody may see."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ivr.flow.commands import Ask, Gather, Hangup, Heard, Play, Played, Speak
from ivr.flow.errands import Fetch, Fetched, Recall, Remember
from ivr.flow.flow import Flow
from ivr.flow.node import Scene
from ivr.flow.nodes.ask import is_date, is_luhn
from ivr.flow.nodes.say import ANY_KEY
from ivr.flow.tape import Entry
from ivr.values.hidden import Hidden

from .play import CALENDARS, CALL, OffScript, flow_of, play

ENDS = {"exits": {"done": "end", "silence": "nobody", "wrong": "lost"}}
BYES: dict[str, Any] = {name: {"kind": "bye"} for name in ("end", "nobody", "lost")}
END = (Hangup(), None)
SILENCE = Heard("")


def ask(**fields: Any) -> Flow:
    size = {} if "most" in fields else {"digits": 6}
    return flow_of({"ask": {"kind": "ask", "prompt": "which", "note": "order"} | size | ENDS | fields, **BYES})


def gather(*phrase: str, most: int = 6, typed: str = "", secret: bool = False) -> Gather:
    return Gather(phrase, most, 5, 3, typed, secret)


def heard(flow: Flow, *script: tuple[Any, Any]) -> tuple[str, dict[str, str]]:
    """How the question is left, and the notes then taken."""
    scene = Scene(CALL, CALENDARS)
    trail = play(flow, [*script, END], scene=scene)
    return trail[0], scene.notes


def test_digits_are_noted() -> None:
    """Left by `done`; the note has them as they were typed."""
    assert heard(ask(), (gather("which"), Heard("012345"))) == ("ask:done", {"order": "012345"})


def test_no_answer_is_asked_again_three_times() -> None:
    """Left by `silence`, with words of its own before each."""
    again = (gather("sorry-silence", "which"), SILENCE)

    assert heard(ask(), (gather("which"), SILENCE), again, again) == ("ask:silence", {})


@pytest.mark.parametrize("typed", ["12345", "1", "12345*", "1234567"])
def test_what_is_not_six_digits_is_wrong(typed: str) -> None:
    """Left by `wrong` after three of them; nothing is noted."""
    again = (gather("sorry-wrong", "which"), Heard(typed))

    assert heard(ask(), (gather("which"), Heard(typed)), again, again) == ("ask:wrong", {})


def test_the_number_of_digits_may_vary() -> None:
    """From `least` to `most`; the hash key has ended it, or silence."""
    flow = ask(least=2, most=4)
    again = gather("sorry-wrong", "which", most=4)

    assert heard(flow, (gather("which", most=4), Heard("12"))) == ("ask:done", {"order": "12"})
    assert heard(flow, (gather("which", most=4), Heard("1")), (again, Heard("1234"))) == ("ask:done", {"order": "1234"})


CONFIRM = {"before": "you-typed", "after": "confirm-digits"}
READ_BACK = Ask(("you-typed", *(f"slot/digit-{digit}" for digit in "123456"), "confirm-digits"), ("1", "2"))


def test_the_digits_are_read_back_one_by_one() -> None:
    """1 confirms."""
    script = [(gather("which"), Heard("123456")), (READ_BACK, Heard("1"))]

    assert heard(ask(confirm=CONFIRM), *script) == ("ask:done", {"order": "123456"})


def test_digits_may_be_corrected() -> None:
    """2 asks again without a reproach, and nothing of the first answer stays."""
    other = Ask(("you-typed", *["slot/digit-0"] * 6, "confirm-digits"), ("1", "2"))
    script = [(READ_BACK, Heard("2")), (gather("which"), Heard("000000")), (other, Heard("1"))]

    assert heard(ask(confirm=CONFIRM), (gather("which"), Heard("123456")), *script) == (
        "ask:done",
        {"order": "000000"},
    )


def test_corrections_have_an_end() -> None:
    """The fifth hearing is the last; then it is left by `wrong`."""
    script = [(gather("which"), Heard("123456")), (READ_BACK, Heard("2"))] * 5

    assert heard(ask(confirm=CONFIRM), *script) == ("ask:wrong", {})


def test_who_does_not_confirm_is_asked_once_more_then_anew() -> None:
    """Silence at the confirmation is a silence, a wrong key a wrong key."""
    once_more = Ask(("sorry-silence", *READ_BACK.phrase), ("1", "2"))
    wrong = Ask(("sorry-wrong", *READ_BACK.phrase), ("1", "2"))
    typed = Heard("123456")
    script = [
        *[(gather("which"), typed), (READ_BACK, SILENCE), (once_more, SILENCE)],
        *[(gather("sorry-silence", "which"), typed), (READ_BACK, Heard("7")), (wrong, Heard("1"))],
    ]

    assert heard(ask(confirm=CONFIRM), *script) == ("ask:done", {"order": "123456"})


def test_a_key_typed_ahead_begins_the_answer() -> None:
    """As at a menu: the question is then not spoken by the channel."""
    scene = Scene(CALL, CALENDARS, ahead=["1"])

    assert play(ask(), [(gather("which", typed="1"), Heard("123456")), END], scene=scene)[0] == "ask:done"


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ({"length": 8}, "12345678", "123456789"),
        ({"length": [8, 10]}, "1234567890", "123456789"),
        ({"luhn": True}, "4970101234567893", "4970101234567894"),
        ({"one_of": ["75001", "59000"]}, "59000", "59001"),
        ({"range": "1-500"}, "500", "501"),
        ({"range": "1-500"}, "007", "0"),
        ({"date": True}, "29022024", "29022026"),
        ({"luhn": True, "range": "10-20"}, "18", "26"),
    ],
)
def test_what_is_checked(check: dict[str, Any], right: str, wrong: str) -> None:
    """Each rule, and two together."""
    flow = ask(most=16, check=check)
    again = gather("sorry-wrong", "which", most=16)

    assert heard(flow, (gather("which", most=16), Heard(wrong)), (again, Heard(right))) == (
        "ask:done",
        {"order": right},
    )


def luhn(body: str) -> str:
    """With the check digit of the standard, computed as its text says: from the right, every second one doubled."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        twice = int(digit) * (2 if place % 2 == 0 else 1)
        total += twice // 10 + twice % 10
    return body + str(-total % 10)


@given(st.text("0123456789", min_size=1, max_size=30), st.integers(0, 9))
def test_luhn_finds_the_one_right_digit(body: str, digit: int) -> None:
    """Of ten last digits one is right, and the oracle knows which."""
    assert is_luhn(body + str(digit)) == (body + str(digit) == luhn(body))


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_is_a_date(day: date) -> None:
    """Day, month, year."""
    assert is_date(f"{day:%d%m%Y}")


@pytest.mark.parametrize("digits", ["31042026", "00012026", "01132026", "2412202", "241220266", "24121899", "20261224"])
def test_what_is_no_date(digits: str) -> None:
    """No thirty-first of April, no year before 1900, no other order."""
    assert not is_date(digits)


@pytest.mark.parametrize(
    "fields",
    [
        {"digits": 6, "most": 8},
        {"digits": None},
        {"most": 3, "least": 4},
        {"digits": 6, "least": 7},
        {"secret": True, "confirm": CONFIRM},
        {"check": {"range": "9-1"}},
        {"check": {"range": "a-b"}},
        {"check": {"one_of": ["12a"]}},
        {"note": "Order 1"},
        {"digits": 33},
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any]) -> None:
    """Told by the book at its place."""
    with pytest.raises(ValidationError):
        ask(**fields)


# -- secrets -----------------------------------------------------------------------------------------------------


def test_a_secret_is_noted_where_nobody_sees_it() -> None:
    """It equals what was typed, and shows itself as bullets, also within other things."""
    way, notes = heard(ask(most=6, secret=True), (gather("which", secret=True), Heard("4711")))

    assert way == "ask:done"
    assert notes == {"order": "4711"}
    assert "4711" not in repr(notes)
    assert isinstance(notes["order"], Hidden)


def test_keys_typed_before_a_secret_question_are_dropped() -> None:
    """They were heard by something that keeps no secrets."""
    scene = Scene(CALL, CALENDARS, ahead=["4"])
    script = [(gather("which", secret=True), Heard("471123")), END]

    assert play(ask(secret=True), script, scene=scene)[0] == "ask:done"
    assert scene.ahead == []


def test_a_secret_is_on_no_tape() -> None:
    """Neither where it was heard nor where it is sent; also not in the tape's own words, which a log may print."""
    secret = Hidden("4711")
    tape = [
        Entry(0, 1, Gather(("a",), 6, typed="47", secret=True), Heard("4711")),
        Entry(1, 1, Fetch("shop", fields=(("code", secret), ("order", "12"))), Fetched("found", {"echo": secret})),
    ]
    plain = json.dumps([entry.plain() for entry in tape], ensure_ascii=False)

    assert "47" not in plain + repr(tape)
    assert plain.count("••••") == 3
    assert '"12"' in plain


# -- language ----------------------------------------------------------------------------------------------------


def language(**fields: Any) -> Flow:
    options = {"1": "fr", "2": "en"}
    return flow_of({"in": {"kind": "language", "prompt": "choose", "options": options} | ENDS | fields, **BYES})


OFFER = Play(("choose",), until=ANY_KEY)
CHOICE = Ask((), ("1", "2"))
OFFERED: list[tuple[Any, Any]] = [(Speak("fr"), None), (OFFER, Played()), (Speak("en"), None), (OFFER, Played())]


def test_each_language_is_offered_in_itself() -> None:
    """The call goes on in the one chosen."""
    assert heard(language(), *OFFERED, (CHOICE, Heard("2")), (Speak("en"), None)) == ("in:done", {})


def test_a_key_cuts_the_offer_short() -> None:
    """Who knows his key need not hear the other languages."""
    typed = Ask((), ("1", "2"), typed="2")
    script = [(Speak("fr"), None), (OFFER, Played("2")), (typed, Heard("2")), (Speak("en"), None)]

    assert heard(language(), *script)[0] == "in:done"


@pytest.mark.parametrize(("answer", "exit"), [("", "silence"), ("7", "wrong")])
def test_without_an_answer_the_call_goes_on_as_it_began(answer: str, exit: str) -> None:
    """Asked again after a word in that language; left by `silence` or `wrong` in the end."""
    sorry = (Play((f"sorry-{exit}",), until=ANY_KEY), Played())
    once: list[tuple[Any, Any]] = [*OFFERED, (CHOICE, Heard(answer)), (Speak("fr"), None)]

    assert heard(language(), *once, sorry, *once, sorry, *once)[0] == f"in:{exit}"


def test_the_word_before_asking_again_can_be_cut_short_too() -> None:
    """By the answer itself."""
    sorry = (Play(("sorry-silence",), until=ANY_KEY), Played("1"))
    script = [*OFFERED, (CHOICE, SILENCE), (Speak("fr"), None), sorry, (Ask((), ("1", "2"), typed="1"), Heard("1"))]

    assert heard(language(), *script, (Speak("fr"), None))[0] == "in:done"


def test_a_language_is_remembered() -> None:
    """And then not asked for again; one that is no longer offered is."""
    flow = language(remember=True, days=30)
    keep = (Remember("language", "en", timedelta(days=30)), None)

    assert heard(flow, (Recall("language"), None), *OFFERED, (CHOICE, Heard("2")), (Speak("en"), None), keep)[0]
    assert heard(flow, (Recall("language"), "en"), (Speak("en"), None))[0] == "in:done"
    other = (Remember("language", "fr", timedelta(days=30)), None)
    gone = [(Recall("language"), "de"), *OFFERED, (CHOICE, Heard("1")), (Speak("fr"), None), other]
    assert heard(flow, *gone)[0] == "in:done"


def test_nothing_is_remembered_unless_the_writer_says_so() -> None:
    """The helper of these tests would tell of a command that the script lacks."""
    with pytest.raises(OffScript):
        heard(language(), (Recall("language"), None))
