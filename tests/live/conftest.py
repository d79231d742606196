"""Real calls: a PJSUA2 phone dials the Asterisk of the stack that `tests/run` has started."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.settings import settings
from ivr.voice.catalogue import Catalogue
from tests.live.ami import Manager
from tests.live.batch import Batch, place
from tests.live.stack import ROOT, Stack, run

ORDER = (
    "test_image",
    "test_calls",
    "test_certificate",
    "test_tariffs",
    "test_hostile",
    "test_load",
    "test_rehearsal",
    "test_queues",
    "test_limits",
    "test_failures",
    "test_aftermath",
)
"""What disturbs nobody first, while the calls of `test_calls` go on; what kills the stack's processes last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    live = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in live:
        item.add_marker(pytest.mark.live)
    rest = [item for item in items if item not in live]
    items[:] = rest + sorted(live, key=lambda item: ORDER.index(item.path.stem))


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    project = os.environ.get("IVR_PROJECT", "")
    assert project, "the stack's name is not set: live tests are started by `bash tests/run`"
    here = tmp_path_factory.mktemp("stack")
    book = Path(os.environ.get("IVR_BOOK_DIR") or ROOT)
    stack = Stack(project, settings({**os.environ, "IVR_STATE": str(here), "IVR_BOOK": str(book)}), read_book(book))
    controller = stack.container("controller")
    run("docker", "cp", f"{controller}:/var/lib/ivr-sounds", str(stack.settings.sounds))
    run("docker", "cp", f"{controller}:/var/lib/ivr/secrets", str(stack.settings.secret.parent))
    stack.sounds = Catalogue.load(stack.settings.sounds)
    stack.ready()
    for service in ("asterisk", "controller"):
        stack.favour(service)
    yield stack
    stack.clock(None)


@pytest.fixture(scope="session")
def calls(stack: Stack) -> Batch:
    """Calls that need nothing of one another, placed all at once when the first test asks for them."""
    return place(stack)


@pytest.fixture
def secrets_of_stack(stack: Stack) -> dict[str, str]:
    """Everything that nobody may find: the master secret, and each password made of it."""
    purposes = ["ami:controller", *(f"agent:{name}" for name in stack.book.agents)]
    master = stack.settings.secret.read_text(encoding="ascii").strip()
    return {"master": master, **{purpose: stack.password(purpose) for purpose in purposes}}


@pytest.fixture
def manager(stack: Stack) -> Callable[[], Manager]:
    """Logs in to Asterisk's manager interface as the controller does."""
    return lambda: Manager(stack.settings.ami_port, "controller", stack.password("ami:controller"))
