"""Who was put on hold in a talk, as Asterisk tells: each time, by whichever phone, for its own call only."""

from ivr.asterisk.holds import HOLD, UNHOLD, Holds


def test_each_hold_is_told_once_with_its_seconds() -> None:
    """Two phones may hold at once; one that is on when the talk ends was until then; the next talk begins anew."""
    now = 0.0
    holds = Holds(lambda: now)
    call = holds.expect("17.1")

    def hear(event: str, at: float, channel: str = "PJSIP/karim-2", linked: str = "17.1") -> None:
        nonlocal now
        now = at
        holds.hear(event, {"Linkedid": linked, "Channel": channel})

    hear(HOLD, 1.0)
    hear(HOLD, 2.0)
    hear(HOLD, 3.0, "PJSIP/caller-1")
    hear(UNHOLD, 5.5)
    hear(UNHOLD, 5.5)
    hear(HOLD, 6.0, linked="99.9")
    now = 7.0
    assert call.taken() == (4.5, 4.0)
    assert call.taken() == ()
    holds.forget("17.1")
    hear(HOLD, 8.0)

    assert holds.expect("17.1").taken() == ()
