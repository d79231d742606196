"""Which live tests are of one worker, because they share calls; a plugin of pytest (``-p tests.live.together``).

``xdist_group`` marks tests by their node ids, which pytest 9.2 does not let it change.
"""

from pathlib import PurePosixPath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

GROUPS = {"test_calls": "calls", "test_certificate": "calls", "test_tariffs": "tariffs", "test_hostile": "hostile"}


class Together(LoadScopeScheduling):
    """Tests of a group one after the other, with one worker; all others one by one, with whoever is free."""

    def _split_scope(self, nodeid: str) -> str:
        return GROUPS.get(PurePosixPath(nodeid.partition("::")[0]).stem, nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    return Together(config, log)
