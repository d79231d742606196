"""What is asked of the phone is checked before anything rings."""

import json

import pytest

from ivr.phone.events import Event, parse
from ivr.phone.script import Agent, BadScript, CallScript, Step, dialled, keys


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("", ()),
        ("2", (Step("2"),)),
        ("#@2.0,2", (Step("#", 2.0, "early_media"), Step("2"))),
        (" 12 , *@3 ", (Step("12"), Step("*", 3.0, "early_media"))),
        ("#@0", (Step("#", 0.0, "early_media"),)),
        ("#@5,2@+1.5", (Step("#", 5.0, "early_media"), Step("2", 1.5, "key"))),
    ],
)
def test_keys_are_read(text, steps):
    """Commas separate steps, @ gives the moment."""
    assert keys(text) == steps


@pytest.mark.parametrize("text", ["x", "2,,3", "2@", "@2", "2@-1", "2@+", "2+1", "2@1e3", "2;3", "#@3,2@2"])
def test_bad_keys_give_one_sentence(text):
    """A step that cannot be understood is named, and the way to write it is shown."""
    with pytest.raises(BadScript, match=r"^keys .*\.$") as caught:
        keys(text)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": ""},
        {"number": "08 99"},
        {"number": "0899000004@evil"},
        {"number": "1" * 16},
        {"from_": "Jean"},
        {"from_": '"x" <sip:a@b>'},
        {"host": "a b"},
        {"port": 0},
        {"limit": 0.0},
        {"hang_up_after": 500.0},
    ],
)
def test_what_cannot_be_dialled_is_refused(wrong):
    """A wrong number, host or limit never reaches the wire."""
    with pytest.raises(BadScript):
        CallScript(**({"number": "0899000004"} | wrong))


def test_an_agent_name_cannot_break_an_address():
    """A name with an @ would be another address."""
    with pytest.raises(BadScript):
        Agent("camille@elsewhere", "secret")


def test_a_number_may_be_written_as_people_do():
    """Spaces, dots and dashes go, the plus stays."""
    assert dialled("+33 8.99-00 00 04") == "+33899000004"


def test_a_script_survives_its_journey():
    """What the booth hands to the phone's process is what was asked for."""
    script = CallScript(
        "0899000004", from_="+33612345678", keys=keys("#@2,2"), agents=(Agent("camille", "s"),), codec="g722"
    )

    assert CallScript.from_json(json.loads(json.dumps(script.to_json()))) == script


def test_an_event_is_one_line_of_json():
    """Only what is meant is written; the line gives back the event."""
    event = Event(1.5, "ended", code=603, by="far", reason="Refusé")

    assert event.line() == '{"t": 1.5, "event": "ended", "code": 603, "by": "far", "reason": "Refusé"}'
    assert parse(event.line()) == event
