"""`ivr serve`: on which event loop the controller runs."""

import asyncio
import sys
from collections.abc import Coroutine
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.verbs import running


@pytest.mark.parametrize(("uvloop", "loop"), [(True, "uvloop"), (False, "asyncio")])
def test_the_controller_runs_on_uvloop_where_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, uvloop: bool, loop: str
) -> None:
    """And on asyncio's own loop elsewhere."""
    ran: list[tuple[str, str]] = []

    def run(name: str, controller: Coroutine[object, object, object]) -> None:
        ran.append((name, controller.__qualname__))
        controller.close()

    monkeypatch.setattr(running, "_log_to_stderr", lambda: None)
    monkeypatch.setattr(asyncio, "run", lambda controller: run("asyncio", controller))
    there = SimpleNamespace(run=lambda controller: run("uvloop", controller)) if uvloop else None
    monkeypatch.setitem(sys.modules, "uvloop", there)
    done = CliRunner().invoke(main, ["serve"])

    assert (done.exit_code, ran) == (0, [(loop, "serve")])
