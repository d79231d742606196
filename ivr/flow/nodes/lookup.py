"""Ask another system while the caller waits: is this customer known, is that order on its way?"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Talk
from ivr.flow.errands import Fetch
from ivr.flow.given import Fields, Path, RemoteName, given
from ivr.flow.node import Node, NoteName, Scene, Sentence, Way, phrase

# A way into a JSON answer: names and places in lists, with dots between.
Place = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){0,9}$")]


class Lookup(Node):
    """Ask a system named in remotes.yaml; note what it says; leave by `found`, `not_found` (404) or `failed`.

    `failed` is taken when there is no good answer in time; the call goes on then, so link it to what can be done
    without.  After a second of waiting the caller hears the filler, again and again.
    """

    leaves: ClassVar[tuple[str, ...]] = ("found", "not_found", "failed")

    kind: Literal["lookup"]
    remote: RemoteName = Field(description="the system in remotes.yaml")
    path: Path = Field(default="", description="the place there, after the address of the system: /orders")
    method: Literal["GET", "POST"] = Field(
        default="GET", description="GET sends the fields in the address, POST as JSON; what was typed in secret by POST"
    )
    fields: Fields = Field(default_factory=dict, max_length=20, description="what is sent: name to text, note or fact")
    take: dict[NoteName, Place] = Field(
        default_factory=dict, max_length=20, description="what is noted of the answer: note to place in its JSON"
    )
    seconds: float = Field(default=3, ge=0.2, le=3, description="seconds for all attempts together")
    attempts: int = Field(default=2, ge=1, le=5, description="attempts at most; a POST that was heard is not repeated")
    filler: Sentence = Field(default=("lookup-wait",), description="said after a second of waiting")

    def fills(self) -> tuple[str, ...]:
        return tuple(self.take)

    def run(self, scene: Scene) -> Talk[Way]:
        fields = given(self.fields, scene, secrets=self.method == "POST")
        filler = yield from phrase(self.filler, scene)
        taken = tuple(self.take.items())
        fetch = Fetch(self.remote, self.path, self.method, fields, taken, self.seconds, self.attempts, filler)
        fetched = yield from fetch
        scene.notes.update(fetched.values)
        return fetched.outcome
