"""`ivr serve`: the controller itself."""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any

import click

from ivr.collector import uncollected
from ivr.service.attend import call_id
from ivr.settings import settings
from ivr.verbs.manners import example, says


@click.command(epilog=example("ivr serve"))
@says
def serve() -> None:
    """Answer calls: FastAGI for Asterisk, /health and /metrics on loopback.  SIGHUP reloads the book."""
    with uncollected():
        from ivr import controller  # every door at once: for the controller alone

    _log_to_stderr()
    try:
        import uvloop

        runner: Callable[[Any], Any] = uvloop.run
    except ImportError:
        runner = asyncio.run
    runner(controller.serve(settings()))


def _log_to_stderr() -> None:
    """One line a fact, with the call that it is about."""

    def with_call(record: logging.LogRecord) -> bool:
        record.call = call_id.get()
        return True

    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(with_call)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s call=%(call)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
