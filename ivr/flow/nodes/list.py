"""Let callers through, or not, by a list of numbers: ours, or that of another system."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ivr.flow.commands import Need, Talk
from ivr.flow.errands import Fetch
from ivr.flow.given import Path, RemoteName
from ivr.flow.node import ListName, Node, Scene, Sentence, Way, phrase
from ivr.flow.nodes.match import listed

NO = frozenset({"no", "false", "0"})


class List(Node):
    """Leave by `allowed` or `blocked`.

    Another system is asked for the caller's number: 404, or an answer that says `"listed": false`, is not on the
    list; any other good answer is.  A look-up that fails lets the caller through, and so does a withheld number on
    a list that blocks.
    """

    leaves: ClassVar[tuple[str, ...]] = ("allowed", "blocked")

    kind: Literal["list"]
    mode: Literal["block", "allow"] = Field(
        default="block", description="block: who is on the list is blocked; allow: who is not is"
    )
    list: ListName | None = Field(default=None, description="the list in dialplans/lists/")
    remote: RemoteName | None = Field(default=None, description="or the other system that has the list")
    path: Path = Field(default="", description="what is asked for there: /blocked")
    seconds: float = Field(default=2, gt=0, le=3, description="how long all of the look-up may take")
    filler: Sentence | None = Field(default=None, description="what the caller hears meanwhile, after a second")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.list is None) == (self.remote is None):
            raise ValueError("which list is not clear; write either list or remote")
        return self

    def run(self, scene: Scene) -> Talk[Way]:
        caller = scene.call.caller
        if self.list is not None:
            on_it: bool | None = listed(caller, scene.lists[self.list])
        elif number := caller.e164 or caller.national:
            on_it = yield from self._asked(self.remote or "", number, scene)
        else:
            on_it = False
        if on_it is None:
            return "allowed"
        return "allowed" if on_it is (self.mode == "allow") else "blocked"

    def _asked(self, remote: str, number: str, scene: Scene) -> Talk[bool | None]:
        """Whether the other system has the number on its list; ``None`` if it does not say."""
        filler = (yield from phrase(self.filler, scene)) if self.filler else ()
        # Without a filler there is nothing to hear, and a call not yet answered goes on ringing.
        needs = Need.EARLY if filler else Need.NOTHING
        fetched = yield from Fetch(
            remote,
            self.path,
            fields=(("caller", number),),
            take=(("listed", "listed"),),
            seconds=self.seconds,
            filler=filler,
            needs=needs,
        )
        if fetched.outcome == "failed":
            return None
        return fetched.outcome == "found" and fetched.values.get("listed", "yes").lower() not in NO
