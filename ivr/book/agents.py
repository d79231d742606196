"""Agents as people write them: who answers, and by what kind of phone."""

from pydantic import Field

from ivr.book.written import Written
from ivr.values.phone import Phone

AGENTS = "dialplans/agents.yaml"


class WrittenAgent(Written):
    """One agent of agents.yaml."""

    label: str = Field(description="who it is, in words", min_length=1)
    secure: bool = Field(
        default=False, description="whether the phone must come by TLS, its sound by SRTP; by UDP it is refused"
    )

    @property
    def phone(self) -> Phone:
        """The way by which the phone registers."""
        return Phone.SECURE if self.secure else Phone.PLAIN
