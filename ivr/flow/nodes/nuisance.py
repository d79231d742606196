"""Tell callers apart who trouble us: on a list, learnt from our agents, withheld, again and again, or silent."""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, Field

from ivr.flow.commands import Talk
from ivr.flow.errands import Bothers, Learnt
from ivr.flow.node import OR_ONE, ListName, Node, Scene, Way, one_or_many
from ivr.flow.nodes.match import listed
from ivr.values.number import Family

Lists = Annotated[tuple[ListName, ...], BeforeValidator(one_or_many), Field(json_schema_extra=OR_ONE)]


class Nuisance(Node):
    """Leave by the first that holds: `blocked` (on a list, or learnt), `anonymous`, `repeated` (short calls), `silent`
    (calls in which nothing was ever pressed); else by `fine`.  Only what is linked is looked at.

    Neither answers nor makes a sound.  What the office does not know in time lets the caller through.
    """

    leaves: ClassVar[tuple[str, ...]] = ("fine", "blocked", "anonymous", "repeated", "silent")
    optional: ClassVar[frozenset[str]] = frozenset(leaves) - {"fine"}

    kind: Literal["nuisance"]
    trusted: Lists = Field(default=(), description="lists of callers who are always fine")
    lists: Lists = Field(default=(), description="lists of callers who are blocked")
    learnt: bool = Field(
        default=True, description="whether those are blocked too whom agents have noted: *9 in a talk, `ivr nuisance`"
    )
    calls: int = Field(default=5, ge=2, le=1000, description="so many within `minutes` are `repeated`, or `silent`")
    minutes: float = Field(default=15, gt=0, le=60 * 24 * 31, description="the time within which they count")
    shorter_than: float = Field(default=15, ge=1, le=600, description="seconds: longer calls are no short ones")

    def run(self, scene: Scene) -> Talk[Way]:
        caller = scene.call.caller
        within = timedelta(minutes=self.minutes)
        if any(listed(caller, scene.lists[name]) for name in self.trusted):
            return "fine"
        if "blocked" in self.exits:
            if any(listed(caller, scene.lists[name]) for name in self.lists):
                return "blocked"
            if self.learnt and (yield from Learnt()):
                return "blocked"
        if "anonymous" in self.exits and caller.family is Family.ANONYMOUS:
            return "anonymous"
        # The ledger counts finished calls; this one comes on top.
        if "repeated" in self.exits and (yield from Bothers("short", within, self.shorter_than)) >= self.calls - 1:
            return "repeated"
        if "silent" in self.exits and (yield from Bothers("silent", within)) >= self.calls - 1:
            return "silent"
        return "fine"
