"""How a conversation with an agent is recorded, where it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Taping:
    """``announce`` is the prompt that must be heard to its end before; ``refuse`` the key of who does not want to be
    recorded, empty where there is none, and ``refused`` the prompt that he then hears; kept for ``days``.
    """

    announce: str
    refuse: str = ""
    refused: str = ""
    days: int = 30
