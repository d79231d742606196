"""Whether a caller and an agent heard each other: each says a tone of his own."""

from ivr.phone import tone
from ivr.phone.report import Recording
from tests.live.stack import CALLER_TONE, Placed

AGENT_TONE = 550.0
"""Hz; what an agent's phone says that is not told otherwise."""


def hear_each_other(
    placed: Placed,
    phone: Placed,
    agent: str,
    agents_tone: float = AGENT_TONE,
    *,
    callers_tone: float = CALLER_TONE,
    least: float = 0.5,
) -> None:
    """Both directions; ``phone`` is the call whose phones are the agents'."""
    hears(placed.report.recording, agents_tone, f"the caller heard no {agent}", least)
    hears(phone.report.agent(agent).recording, callers_tone, f"{agent} heard no caller", least)


def hears(side: Recording, hertz: float, otherwise: str, least: float = 0.5) -> None:
    """One direction: half a second of that tone."""
    assert tone.tones(side.samples, side.rate, hertz, least), otherwise
