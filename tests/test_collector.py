"""The collector of cycles looks away while what stays is made, and only then."""

import contextlib
import gc

import pytest

from ivr.collector import uncollected


@pytest.mark.parametrize("collects", [True, False])
def test_the_collector_is_afterwards_as_it_was(*, collects: bool) -> None:
    """Also where what was made could not be; whoever has put it off for longer goes on doing so."""
    (gc.enable if collects else gc.disable)()
    try:
        with contextlib.suppress(LookupError), uncollected():
            assert not gc.isenabled()
            raise LookupError
        assert gc.isenabled() == collects
    finally:
        gc.enable()


def test_what_was_made_is_not_looked_at_later() -> None:
    """It is frozen."""
    with uncollected():
        made = [[number] for number in range(1000)]
        looked_at = {id(one) for one in gc.get_objects()}
        assert id(made[0]) in looked_at

    assert id(made[0]) not in {id(one) for one in gc.get_objects()}
