"""Which live tests are of one worker, because they share calls, and what all workers together must have listened to; a
plugin of pytest (``-p tests.live.together``).

``xdist_group`` marks tests by their node ids, which pytest 9.2 does not let it change.
"""

import os
from pathlib import PurePosixPath
from typing import Any

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests.live.beside import place, unknown
from tests.live.fairness import SHARED, look_out

GROUPS = {
    "test_calls": "calls",
    "test_certificate": "calls",
    "test_hostile": "hostile",
    "test_ear::test_a_caller_has": "ear",
    "test_ear::test_nothing_is_computed": "ear",
    "test_tariffs::test_a_call_": "midnight",
    "test_tariffs::test_the_money": "midnight",
    "test_tariffs::test_each_family": "families",
}
"""By file, or by the beginning of their names."""


class Together(LoadScopeScheduling):
    """Tests of a group one after the other, with one worker; all others one by one, with whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        if beside := place(nodeid):
            return beside[0]
        file, _, test = nodeid.partition("::")
        name = f"{PurePosixPath(file).stem}::{test}"
        return next((group for begins, group in GROUPS.items() if name.startswith(begins)), nodeid)


def pytest_sessionstart(session: pytest.Session) -> None:
    """One lookout for all workers, which are started next."""
    if not hasattr(session.config, "workerinput"):
        os.environ[SHARED] = look_out()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)


LEAST, MOST = 40, 0.6
"""How many calls of a whole run are judged, and what share of those that are to be: else judging has stopped, unheard
of.  Some have no record, for nobody lived to write one.
"""

WHOLE = 100
"""More tests than these are all of them."""


@pytest.hookimpl(tryfirst=True)  # before any is deselected
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who is to have others beside him is there."""
    lost = unknown(item.nodeid for item in items) if len(items) > WHOLE else set()
    if lost:
        raise pytest.UsageError(f"no live test begins like {', '.join(sorted(lost))}: see LANES in beside.py")


judged: list[tuple[int, int, int]] = []
"""Of each worker that is over: how many calls were to be judged, how many were, and how many prompts in them."""


def pytest_testnodedown(node: Any) -> None:
    if "judged" in (told := getattr(node, "workeroutput", {})):
        judged.append(tuple(told["judged"]))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run of which too little was judged."""
    if hasattr(session.config, "workerinput") or session.config.option.keyword or session.testscollected < WHOLE:
        return
    due, calls, prompts = (sum(figures) for figures in zip(*judged, strict=True)) if judged else (0, 0, 0)
    if calls < max(LEAST, MOST * due) or not prompts:
        print(f"\nFAILED: {calls} of {due} calls were judged, {prompts} prompts in them")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    else:
        print(f"\n{calls} of {due} calls were judged, {prompts} prompts in them")
