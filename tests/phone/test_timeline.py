"""A call is told in order, and what it did not show is said."""

from dataclasses import replace

import pytest

from ivr.phone.ear import Heard
from ivr.phone.events import Event
from ivr.phone.timeline import Expected, Findings, Talk, missing, rows


def sound(name, start, length, cut=None, offset=0.0):
    """A sound as the ear reports it."""
    had = length - offset if cut is None else cut
    return Heard(start, start + had, name, offset, offset + had, had, had, 0.0, length, 0.99)


EVENTS = (
    Event(0.0, "calling", at=1e9),
    Event(0.06, "early_media", code=183),
    Event(0.06, "media_changed", reason="PCMA/8000"),
    Event(13.22, "answered", code=200),
    Event(16.0, "key", keys="2"),
    Event(17.0, "agent_ringing", code=180, agent="camille"),
    Event(17.5, "agent_answered", agent="camille"),
    Event(20.0, "agent_ended", code=200, by="agent", agent="camille"),
    Event(20.1, "ended", code=200, by="far", reason="Q.850;cause=16"),
)
FOUND = Findings(
    (sound("tariff", 0.1, 12.3), sound("beep", 12.7, 0.5), sound("welcome", 13.8, 6.0, cut=2.2)),
    (Talk("camille", 17.6, 17.7),),
)
EXPECTED = Expected(True, "tariff", "beep", ("welcome",), "2", "camille")


def test_a_call_is_told_in_order():
    """A person reads what happened, when, and what it costs."""
    told = [str(row) for row in rows(EVENTS, FOUND, "you owe 0.09 €")]

    assert told == [
        "   0.00 s  INVITE sent",
        "   0.06 s  183 early media",
        "   0.10 s  heard tariff, 12.3 s of 12.3 s",
        "  12.70 s  heard beep, 0.5 s of 0.5 s",
        "  13.22 s  200 answered",
        "  13.80 s  heard welcome, 2.2 s of 6.0 s",
        "  16.00 s  key 2",
        "  17.00 s  camille's phone rang",
        "  17.50 s  camille answered",
        "  17.70 s  talking with camille (both directions heard)",
        "  20.00 s  camille's call ended",
        "  20.10 s  hung up by the other side (Q.850;cause=16)",
        "  20.10 s  you owe 0.09 €",
    ]


def test_a_good_call_is_proved():
    """Nothing is missing."""
    assert missing(EVENTS, FOUND, EXPECTED) == []


def without(name):
    """The findings without one sound."""
    return replace(FOUND, heard=tuple(one for one in FOUND.heard if one.name != name))


def instead(one):
    """The findings with one sound heard otherwise."""
    return replace(FOUND, heard=(*without(one.name).heard, one))


def but(name, **facts):
    """The events with one changed, or left out when nothing is given."""
    return tuple(replace(e, **facts) if e.event == name else e for e in EVENTS if e.event != name or facts)


@pytest.mark.parametrize(
    ("events", "found", "sentence"),
    [
        (EVENTS, without("tariff"), "The announcement tariff was not heard before the answer."),
        (EVENTS, instead(sound("tariff", 0.1, 12.3, cut=11.0)), "not heard whole: 11.0 s of 12.3 s"),
        (EVENTS, instead(sound("tariff", 0.1, 12.3, offset=0.1)), "not heard whole: 12.2 s of 12.3 s"),
        (EVENTS, instead(sound("tariff", 0.1, 8.0)), "heard for 8.0 s, less than 10 s"),
        (EVENTS, instead(sound("tariff", 13.5, 12.3)), "was not heard before the answer"),
        (EVENTS, without("beep"), "The beep was not heard."),
        (EVENTS, instead(sound("beep", 5.0, 0.5)), "The beep was heard before the end of the announcement."),
        (but("answered", t=13.1), FOUND, "The answer came at 13.10 s, before the end of the beep at 13.20 s."),
        (but("answered", t=0.08), FOUND, "not heard before the answer"),
        (but("answered"), FOUND, "never answered"),
        (but("early_media"), FOUND, "no early media"),
        (EVENTS, without("welcome"), "welcome was not heard where it was expected."),
        (EVENTS, instead(sound("welcome", 13.8, 6.0, offset=1.0)), "welcome was not heard from its start."),
        (EVENTS, instead(sound("welcome", 5.0, 6.0)), "welcome was not heard where it was expected."),
        (but("key"), FOUND, 'Keys "2" were not pressed'),
        (but("agent_ringing"), FOUND, "camille's phone did not ring."),
        (but("agent_answered"), FOUND, "camille did not answer."),
        (EVENTS, replace(FOUND, talks=(Talk("camille", None, 17.0),)), "The caller did not hear camille."),
        (EVENTS, replace(FOUND, talks=(Talk("camille", 17.0, None),)), "camille did not hear the caller."),
        (but("ended"), FOUND, "The call did not end."),
    ],
)
def test_each_fault_is_said(events, found, sentence):
    """One thing is wrong: it is among the sentences."""
    assert any(sentence in said for said in missing(events, found, EXPECTED))


def test_a_skipped_announcement_need_not_be_whole():
    """The caller pressed # at 3 s: what was played until then must have been heard."""
    events = (*EVENTS[:3], Event(3.1, "key", keys="#"), *but("answered", t=4.0)[3:])
    heard = (sound("tariff", 0.1, 12.3, cut=3.1), sound("beep", 3.4, 0.5), sound("welcome", 4.5, 6.0))

    assert missing(events, replace(FOUND, heard=heard), EXPECTED) == []
    late = (sound("tariff", 0.1, 12.3, cut=1.1), *heard[1:])
    assert "1.1 s only before it was skipped" in missing(events, replace(FOUND, heard=late), EXPECTED)[0]


def test_a_free_number_must_not_announce():
    """What is right for a surcharged number is a fault on a free one."""
    free = replace(EXPECTED, surcharged=False)

    assert len(missing(EVENTS, FOUND, free)) == 2
    assert missing(EVENTS, replace(FOUND, heard=FOUND.heard[2:]), free) == []


def test_a_closed_service_must_not_answer():
    """Out of hours: the message is heard, and no 200 comes."""
    closed = Expected(False, menus=("closed",), answered=False)
    events = (*EVENTS[:2], Event(7.0, "ended", code=603, by="far", reason="Decline"))
    found = Findings((sound("closed", 0.1, 6.0),), ())

    assert missing(events, found, closed) == []
    assert "should not have been" in missing(EVENTS, found, closed)[0]
    assert str(rows(events, found)[-1]) == "   7.00 s  refused: 603 Decline"
