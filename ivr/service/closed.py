"""What errands come to where there is no office."""

import random
from typing import Any, assert_never

from ivr.flow.errands import (
    Adopt,
    Bothers,
    Declare,
    Discard,
    Draw,
    Errand,
    Fetch,
    Fetched,
    InForce,
    Issue,
    Learnt,
    Load,
    Numbered,
    Overridden,
    Overrule,
    Post,
    Pronounce,
    Recall,
    Remember,
    Room,
    Spent,
    Tally,
    Verify,
)
from ivr.service.ports import Fault


def closed(errand: Errand) -> Any:
    """What an errand comes to where there is no office (plain AGI): nothing known, nothing found; a task is refused."""
    match errand:
        case Recall() | Remember() | Overridden() | InForce() | Discard() | Issue() | Spent() | Numbered() | Load():
            return None
        case Room() | Overrule() | Declare() | Verify() | Learnt() | Adopt() | Pronounce():
            return False
        case Tally() | Bothers():
            return 0
        case Draw():
            return random.random()  # noqa: S311 - shares, not secrets
        case Fetch():
            return Fetched("failed")
        case Post():
            raise Fault(f"no office to post a {errand.kind} to")
        case _:
            assert_never(errand)
