"""Tests that look on late, as those of a busy machine do; a plugin of pytest (``-p tests.live.sluggish``).

Whatever they ask of a stack takes up to ``IVR_TEST_SLUGGISH`` seconds longer (2 if not said), before it is done or
after, by chance, and so does each phone to start.  The stack itself is as quick as ever; so a test that fails only then
waited for something that passes by itself, or held two clocks against each other.
"""

import os
import random
import time

import pytest

from ivr.phone.report import CallReport
from tests.live.stack import Placed, Stack
from tests.live.warm import Host


def pytest_configure(config: pytest.Config) -> None:
    longest = float(os.environ.get("IVR_TEST_SLUGGISH", "2"))
    ask = Host.ask
    place = Stack._place

    def asked_late(self: Host, order: str, *, end: str = "") -> list[str]:
        before = random.uniform(0.0, longest) * random.randrange(2)
        time.sleep(before)
        answer = ask(self, order, end=end)
        time.sleep(random.uniform(0.0, longest - before) * random.randrange(2))
        return answer

    def placed_late(self: Stack, placed: Placed) -> CallReport:
        time.sleep(random.uniform(0.0, longest) * random.randrange(2))
        return place(self, placed)

    Host.ask = asked_late  # type: ignore[method-assign]
    Stack._place = placed_late  # type: ignore[method-assign]
