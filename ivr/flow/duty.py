"""What an agent hears who dials a code from his own phone: the state that he is in now."""

from ivr.flow.commands import Hangup, Need, Play, Talk
from ivr.flow.line import Line
from ivr.flow.terms import Terms
from ivr.values.duty import Duty

TERMS = Terms(announcement=None, beep=None, limit=None, unanswered_limit=30.0)  # a call within the house costs nothing


def told(duty: Duty) -> Talk[None]:
    """Say how he stands, and hang up."""
    return Line(TERMS).carry(_said(duty))


def _said(duty: Duty) -> Talk[None]:
    yield from Play((duty.spoken,), needs=Need.ANSWERED)
    yield from Hangup()
