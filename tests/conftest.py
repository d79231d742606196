"""What several rooms' tests need: a controller's state as `ivr prepare` leaves it."""

import fcntl
import gc
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

CHECKOUT = Path(__file__).parents[1]
MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3
"""Bytes that must be free there: a run of all takes some 500 MB, and pytest keeps the last three."""
SOUNDS = (".alaw", ".ulaw", ".g722", ".sln48")

gc.disable()  # while tests are collected, what is made stays


def pytest_pycollect_makemodule(module_path: Path) -> None:
    """Before the first module that has examples made: hypothesis takes a while to load, and whoever places calls needs
    none of it.
    """
    if "hypothesis" not in sys.modules and b"hypothesis" in module_path.read_bytes():
        from hypothesis import settings

        # Machines have other work: how long one example takes says nothing of the code.
        settings.register_profile("house", deadline=None)
        settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """`--cache-clear` drops what is kept; `-p no:cacheprovider` keeps nothing.

    Where no container has to see them, what tests write lies in memory if there is room: a file is made there in a
    tenth of the time.
    """
    if "not live" in config.option.markexpr and _roomy(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    if cache := getattr(config, "cache", None):
        from tests import kept

        kept.keep_in(cache.mkdir("kept"))


def _roomy(folder: Path) -> bool:
    """Whether tests may write, and run programs, in a folder; in a container it is often small, or forbids these."""
    if not os.access(folder, os.W_OK):
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize >= ROOM and not found.f_flag & os.ST_NOEXEC


def pytest_collection_finish() -> None:
    """What all tests share stays to the end: no looking through it for garbage (a twelfth of all time), and seldom
    through the rest.
    """
    if hypothesis := sys.modules.get("hypothesis"):
        assert hypothesis.settings.default.deadline is None, "loaded before its settings"
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


def laid(source: Path, target: Path) -> None:
    """Copy a state, or its sounds: 200 MB, so links where these can be, for nobody writes into one of these files; who
    bakes it anew puts another in its place.
    """
    shutil.copytree(source, target, copy_function=_copied)


def _copied(source: str, target: str) -> None:
    if source.endswith(SOUNDS):
        with suppress(OSError):  # on another disk
            os.link(source, target)
            return
    shutil.copy2(source, target)


def _sounds(folder: Path) -> set[tuple[str, int, int]]:
    """Which there are: what is baked anew is of another time, and what is copied is not."""
    found = ((path, path.stat()) for path in folder.rglob("*") if path.suffix in SOUNDS)
    return {(path.relative_to(folder).as_posix(), stat.st_size, stat.st_mtime_ns) for path, stat in found}


def _shared(base: Path) -> Path:
    """Where those find each other's work who run side by side: workers of one run, or runs of one number, of which the
    last one's work is dropped.
    """
    if number := os.environ.get("IVR_TEST_RUN"):
        runs = base.parent / f"runs{CHECKOUT.as_posix().replace('/', '-')}"
        runs.mkdir(exist_ok=True)
        with (runs / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for one in runs.iterdir():
                if one.is_dir() and one.name != number:
                    shutil.rmtree(one)
            (runs / number).mkdir(exist_ok=True)
        return runs / number
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The state directory after `ivr prepare` with the demo book; for reading, or to be copied.

    Made once: whoever comes first makes it for all who run side by side (see ``_shared``), the others wait.  pytest's
    cache keeps the sounds from one run to the next (`--cache-clear` drops them): a bake makes only those that are new.
    """
    from ivr.cli import main  # takes a while: only for those who ask for it

    shared = _shared(tmp_path_factory.getbasetemp())
    state, made = shared / "prepared", shared / "prepared.made"
    with (shared / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            assert pytestconfig.cache is not None
            kept = pytestconfig.cache.mkdir("sounds")
            laid(kept, state / "sounds")
            done = CliRunner().invoke(main, ["prepare"], env={"IVR_BOOK": str(CHECKOUT), "IVR_STATE": str(state)})
            assert done.exit_code == 0, done.output
            if _sounds(kept) != _sounds(state / "sounds"):
                shutil.rmtree(kept)
                laid(state / "sounds", kept)
            made.touch()
    return state
