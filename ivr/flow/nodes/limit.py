"""Bound the calls: at once to a number, or of one caller within a time."""

from datetime import timedelta
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ivr.flow.commands import Talk
from ivr.flow.errands import Tally
from ivr.flow.node import Node, Scene, Way


class Limit(Node):
    """Leave by `within` or `over`; callers who withhold their number are not told apart, and always within.

    Neither answers nor makes a sound.
    """

    leaves: ClassVar[tuple[str, ...]] = ("within", "over")

    kind: Literal["limit"]
    at_once: int | None = Field(
        default=None, ge=1, description="calls in progress to the number dialled, this one included"
    )
    per_caller: int | None = Field(
        default=None, ge=1, description="calls of one caller within the last hours, this one included"
    )
    hours: float = Field(default=24, gt=0, le=24 * 366, description="the time within which a caller's calls count")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.at_once is None) == (self.per_caller is None):
            raise ValueError("a limit bounds one thing; write either at_once or per_caller")
        return self

    def run(self, scene: Scene) -> Talk[Way]:
        if self.at_once is not None:
            return "within" if (yield from Tally("now")) <= self.at_once else "over"
        # The ledger counts finished calls; this one comes on top.
        before = yield from Tally("caller", timedelta(hours=self.hours))
        return "within" if before < (self.per_caller or 0) else "over"
