"""How a callback that was booked is placed: by whom, through what, how often, and whose number is shown.

People are called back by us only where their number may be dialled without surprise: never special, short or emergency
numbers, and foreign ones only where the writer of the flow wants that, and only fixed and mobile ones.  The number
shown is one that costs nobody more than an ordinary call (no 089, no 118xxx, no surcharged short number:
AF2M, RD SVA 2024, p. 20 and 21).
"""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ivr.flow.node import LineName, PhoneName, QueueName, Sentence
from ivr.values.number import Family, Number
from ivr.values.outside import callable_abroad

CALLABLE = frozenset({Family.GEOGRAPHIC, Family.MOBILE, Family.NON_GEOGRAPHIC})
SHOWN = CALLABLE | {Family.FREE, Family.PLAIN}


class Placing(BaseModel):
    """What is done about a callback by itself; without it a callback is a task for people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: QueueName | None = Field(
        default=None, description="the queue whose agents talk to the caller, who keeps the place that he had in it"
    )
    agents: tuple[PhoneName, ...] = Field(default=(), description="or these agents, who all ring at once")
    through: LineName = Field(
        description="the trunk by which the caller is dialled, or the account in agents.yaml of a gateway that does it"
    )
    first: Literal["agent", "caller"] = Field(
        default="agent",
        description="who is called first: the agent, who hears the number and starts the call by a key; or the caller, "
        "who is put through by a key, so that no machine is",
    )
    caller_id: str = Field(
        default="",
        description="the number shown to the caller, if not the one that he had called; never a surcharged one",
    )
    tries: int = Field(default=3, ge=1, le=9, description="how often the caller is dialled at most")
    pause: int = Field(default=15, ge=1, le=1440, description="minutes between two tries")
    ring: int = Field(default=30, ge=10, le=120, description="seconds for which the caller's phone rings")
    expires: int = Field(default=48, ge=1, le=720, description="hours after which nobody is called back any more")
    brief: Sentence = Field(default=("callback-brief",), description="said to the agent before the number")
    brief_choices: Sentence = Field(
        default=("callback-brief-choices",), description="said after it: 1 call, 2 later, 3 not at all"
    )
    hello: Sentence = Field(
        default=("callback-hello",), description="said to a caller who is called first: 1 talk, 3 no longer needed"
    )

    @model_validator(mode="after")
    def _somebody_talks(self) -> Self:
        if (self.queue is None) == (not self.agents):
            raise ValueError("write who talks to the caller: either a queue or agents")
        return self


def callable_(number: Number, *, foreign: bool) -> bool:
    """Whether we may call ``number`` back."""
    if number.e164 is None or not callable_abroad(number):
        return False
    return number.family in CALLABLE or (foreign and number.family is Family.FOREIGN)


def may_be_shown(number: Number) -> bool:
    """Whether ``number`` may be shown to people whom we call."""
    return number.national is not None and number.family in SHOWN
