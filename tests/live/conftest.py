"""Real calls: a PJSUA2 phone dials the Asterisk of a stack that `tests/run` has started; each worker has its own."""

import os
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.settings import settings
from tests.live.aftermath import look_back
from tests.live.ami import Manager
from tests.live.batch import Batch, place
from tests.live.beside import Beside
from tests.live.beside import place as place_beside
from tests.live.containers import run
from tests.live.stack import ROOT, Stack

LONG = (
    "test_calls", "test_certificate", "test_cases_of_the_book", "edits", "ceilings", "transfers",
    "test_warning_and_cut", "test_ten_callers", "deaths", "queues", "test_twenty_callers", "test_a_call_",
    "test_the_money_of_a_real_call", "test_a_site_a_number", "test_hostile", "test_at_closing_time", "test_failures",
)  # fmt: skip
"""Groups, files and tests that take long, the longest first, by how they begin: so the workers end together.  First of
all what counts its callers' records.  A worker that has begun with a single test is given the next at once: so behind
the first six, and the longest of all is one, comes a short one.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    live = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in live:
        item.add_marker(pytest.mark.live)
    rest = [item for item in items if item not in live]
    items[:] = sorted(live, key=_turn) + rest


BESIDE = pytest.StashKey[Beside]()


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Tests that go on side by side, see `tests/live/beside.py`, have begun, or begin now."""
    if place_beside(pyfuncitem.nodeid) is None:
        return None
    begun = pyfuncitem.session.stash.setdefault(BESIDE, Beside())
    begun.attend(pyfuncitem, pyfuncitem.funcargs["stack"])
    return True


def _turn(item: pytest.Item) -> int:
    beside = place_beside(item.nodeid)
    names = (beside[0] if beside else "", item.path.stem, item.name)
    return next((turn for turn, long in enumerate(LONG) if any(name.startswith(long) for name in names)), len(LONG))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Stack]:
    # `tests/run` describes the stack of each worker, for Docker's scripts as for these tests, in a file of settings.
    described = Path(os.environ.get("IVR_TEST_STACKS", "")) / os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    if described.is_file():
        os.environ.update(line.split("=", 1) for line in shlex.split(described.read_text(encoding="utf-8")))
    project = os.environ.get("IVR_PROJECT", "")
    assert project, "the stack's name is not set: live tests are started by `bash tests/run`"
    here = tmp_path_factory.mktemp("stack")
    book = Path(os.environ.get("IVR_BOOK_DIR") or ROOT)
    stack = Stack(project, settings({**os.environ, "IVR_STATE": str(here), "IVR_BOOK": str(book)}), read_book(book))
    controller = stack.container("controller")
    stack.have_sounds(Path(os.environ["IVR_TEST_SOUNDS"]))
    run("docker", "cp", f"{controller}:/var/lib/ivr/secrets", str(stack.settings.secret.parent))
    stack.ready()
    for service in ("asterisk", "controller"):
        stack.favour(service)
    yield stack
    stack.clock(None)
    stack.leave()
    told = getattr(request.config, "workeroutput", {})  # what a worker says to who started it
    told["judged"] = look_back(stack)


@pytest.fixture(scope="session")
def calls(stack: Stack) -> Batch:
    """Calls that need nothing of one another, placed all at once when the first test asks for them."""
    return place(stack)


@pytest.fixture
def secrets_of_stack(stack: Stack) -> dict[str, str]:
    """Everything that nobody may find: the master secret, and each password made of it."""
    return stack.secrets()


@pytest.fixture
def manager(stack: Stack) -> Callable[[], Manager]:
    """Logs in to Asterisk's manager interface as the controller does."""
    return lambda: Manager(stack.settings.ami_port, "controller", stack.password("ami:controller"))
