"""Which live tests are of one worker, because they share calls; a plugin of pytest (``-p tests.live.together``).

``xdist_group`` marks tests by their node ids, which pytest 9.2 does not let it change.
"""

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

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
        file, _, test = nodeid.partition("::")
        name = f"{PurePosixPath(file).stem}::{test}"
        return next((group for begins, group in GROUPS.items() if name.startswith(begins)), nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)
