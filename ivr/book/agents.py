"""Agents as people write them: who answers, and by what kind of phone.

IVR650  an agent whose phone is both a browser and a telephone
"""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from ivr.book.accounts import wrong_accounts
from ivr.book.written import Name, Written
from ivr.flow.check import Finding
from ivr.values.phone import Phone
from ivr.values.queue import BEST

AGENTS = "dialplans/agents.yaml"


Level = Annotated[int, Field(ge=1, le=BEST)]


class WrittenAgent(Written):
    """One agent of agents.yaml."""

    label: str = Field(description="who it is, in words", min_length=1)
    secure: bool = Field(
        default=False, description="whether the phone must come by TLS, its sound by SRTP; by UDP it is refused"
    )
    webrtc: bool = Field(
        default=False,
        description="whether the phone is a browser (WebRTC), which is always encrypted; no other may come",
    )

    lot: Name = Field(
        default="house", description="who can take back whom this agent parks: the agents of the same lot, a site say"
    )
    skills: dict[Name, Level] = Field(
        default_factory=dict,
        description="what he can do, and how well, from 1 to 9: {english: 2, boilers: 9}",
    )

    @property
    def phone(self) -> Phone:
        """The way by which the phone registers."""
        return Phone.BROWSER if self.webrtc else Phone.SECURE if self.secure else Phone.PLAIN


def wrong_agents(agents: Mapping[str, WrittenAgent]) -> Iterator[Finding]:
    """What is wrong with agents in themselves."""
    yield from wrong_accounts(agents)
    for name, agent in agents.items():
        if agent.webrtc and agent.secure:
            hint = "a browser is always encrypted: take `secure` away, or have another agent for the telephone"
            yield Finding(
                "IVR650", (name, "secure"), f'the phone of "{name}" cannot be a browser and come by TLS', hint
            )
