"""`recording:` of a number, a transfer or a queue, as people write it."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ivr.flow.node import PromptName
from ivr.values.taping import Taping


class Recording(BaseModel):
    """How conversations with agents are recorded: the announcement is heard to its end first, and who presses the key
    `refuse`, then or during the talk, is not recorded.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    announce: PromptName | None = Field(
        default=None, description="said before, and heard to its end: that the talk is recorded, why, and how not to be"
    )
    refuse: str = Field(
        default="",
        pattern=r"^[0-9]?$",
        description="the digit of who does not want that, pressed then or while they talk",
    )
    refused: PromptName | None = Field(default=None, description="said to who has pressed it before they talk")
    keep_days: int = Field(default=30, ge=1, le=3650, description="days after which the recording is deleted")

    @model_validator(mode="after")
    def _is_announced(self) -> Self:
        if self.announce is None:
            raise ValueError("nobody is recorded unawares; write the prompt that says so first: announce: PROMPT")
        if self.refused is not None and not self.refuse:
            raise ValueError('nobody can refuse without a key; write which: refuse: "9", or leave out refused')
        return self

    def value(self) -> Taping:
        assert self.announce is not None  # noqa: S101 - see _is_announced
        return Taping(self.announce, self.refuse, self.refused or "", self.keep_days)


# Of a node: its own way, `off` where its number records, or that of its number.
Recorded = Recording | Literal["off"] | None


def taping(recording: Recorded) -> Taping | Literal["off"] | None:
    """What the commands of a node say of it."""
    return recording.value() if isinstance(recording, Recording) else recording
