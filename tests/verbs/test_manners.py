"""What is told in one sentence, and what shows a fault of ours."""

from importlib import import_module

import pytest

from ivr.verbs.manners import MET, may_be_met


@pytest.mark.parametrize("name", sorted(MET))
def test_what_people_may_meet_is_there_under_its_name(name: str) -> None:
    """Also what is a kind of it; a name that nobody has would never be met."""
    module, _, kind = name.rpartition(".")
    met = getattr(import_module(module), kind)
    met_too = type("Kind", (met,), {})

    assert may_be_met(met.__new__(met))
    assert may_be_met(met_too.__new__(met_too))


def test_what_the_system_says_is_met_and_a_fault_of_ours_is_not() -> None:
    """A name alone does not do."""
    assert may_be_met(FileNotFoundError(2, "No such file or directory", "x"))
    assert not any(map(may_be_met, (ValueError("x"), KeyError("x"), type("BadBook", (Exception,), {})())))
