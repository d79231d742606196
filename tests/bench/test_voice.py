"""The bench of the bake fails where a figure is missed."""

import pytest

from tests.bench.voice import missed


@pytest.mark.parametrize(
    ("what", "count", "wall", "processors", "idle", "sentence"),
    [
        ("from nothing", 2000, 170.0, 330.0, True, ""),
        ("from nothing", 2000, 190.0, 330.0, True, "from nothing: 190.00 s, and 180 s are allowed"),
        ("from nothing", 2000, 400.0, 330.0, False, ""),
        ("from nothing", 2000, 170.0, 370.0, False, "from nothing: 185.00 s, and 180 s are allowed"),
        ("from nothing", 0, 37.0, 74.0, True, "from nothing: 37.00 s, and 36 s are allowed"),
        ("nothing changed", 2000, 1.9, 1.8, True, ""),
        ("nothing changed", 2000, 2.1, 1.8, True, "nothing changed: 2.10 s, and 2 s are allowed"),
        ("nothing changed", 2000, 5.0, 1.8, False, ""),
        ("nothing changed", 2000, 5.0, 2.5, False, "nothing changed: 2.50 s, and 2 s are allowed"),
    ],
)
def test_a_missed_figure_is_said(what, count, wall, processors, idle, sentence):
    """Three minutes from nothing and two seconds where nothing changed: on an idle machine by the wall, too."""
    assert missed(what, count, wall, processors, idle=idle) == sentence
