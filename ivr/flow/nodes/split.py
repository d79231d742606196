"""Share calls out by percent."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ivr.flow.commands import Talk
from ivr.flow.errands import Draw
from ivr.flow.node import Node, NodeName, Scene, Way


class Share(BaseModel):
    """One share of the calls."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    percent: int = Field(ge=0, le=100, description="how many calls of a hundred")
    to: NodeName = Field(description="where they go")


class Split(Node):
    """Leave by one of the shares (its place in the list, from 1), at random in the proportion of their percents.

    Neither answers nor makes a sound.
    """

    leaves: ClassVar[tuple[str, ...]] = ()

    kind: Literal["split"]
    shares: tuple[Share, ...] = Field(min_length=2, description="percents and where they lead; they sum up to 100")
    sticky: bool = Field(default=False, description="whether a caller always gets the same share")

    @model_validator(mode="after")
    def _sums_up(self) -> Self:
        total = sum(share.percent for share in self.shares)
        if total != 100:
            raise ValueError(f"the percents sum up to {total}, not to 100")
        return self

    def doors(self) -> Mapping[str, str]:
        return {**{str(place): share.to for place, share in enumerate(self.shares, start=1)}, **self.exits}

    def run(self, scene: Scene) -> Talk[Way]:
        # Where the shares lead is what tells this split from others; a change of percents moves few callers.
        drawn = yield from Draw(self.sticky, " ".join(share.to for share in self.shares))
        below = 0
        for place, share in enumerate(self.shares, start=1):
            below += share.percent
            if drawn * 100 < below:
                return str(place)
        raise AssertionError("a draw is less than one")
