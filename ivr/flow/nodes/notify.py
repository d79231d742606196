"""Tell another system something, without keeping the caller waiting."""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Talk
from ivr.flow.errands import Post
from ivr.flow.given import Fields, Path, RemoteName, given
from ivr.flow.node import Node, Scene, Way


class Notify(Node):
    """Post a notice to a system named in remotes.yaml; leave by `done` as soon as the notice is safe with us.

    It is delivered at least once, signed, however long the other system is away.  What was typed in secret is sent
    as bullets.
    """

    sends: ClassVar[bool] = True

    kind: Literal["notify"]
    remote: RemoteName = Field(description="the system in remotes.yaml")
    path: Path = Field(default="", description="the place there, after the address of the system: /calls")
    fields: Fields = Field(default_factory=dict, max_length=20, description="what is sent: name to text, note or fact")

    def run(self, scene: Scene) -> Talk[Way]:
        yield from Post("notify", given(self.fields, scene, secrets=False), self.remote, self.path)
        return "done"
