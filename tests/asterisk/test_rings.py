"""Whom queues ring, sorted to the calls that wait."""

from ivr.asterisk.rings import EVENT, Rings


def test_who_is_rung_comes_to_the_call_that_waits() -> None:
    """In order, and to no other call, however alike its id."""
    rings = Rings()
    mine, other = rings.expect("17.1"), rings.expect("17.10")
    for call, agent in (("17.1", "camille"), ("17.2", "karim"), ("17.1", "karim"), ("17.1", "")):
        rings.hear(EVENT, {"Uniqueid": call, "MemberName": agent})
    rings.hear(EVENT, {})

    assert (mine, other) == (["camille", "karim"], [])


def test_a_call_that_is_over_is_told_nothing() -> None:
    """Nor kept."""
    rings = Rings()
    mine = rings.expect("17.1")
    rings.forget("17.1")
    rings.forget("17.1")
    rings.hear(EVENT, {"Uniqueid": "17.1", "MemberName": "camille"})

    assert mine == []
