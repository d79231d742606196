"""Have the caller wait until an agent is free."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ivr.flow.commands import Enqueue, Need, Play, Served, Talk
from ivr.flow.node import Node, QueueName, Scene, Sentence, Way, phrase
from ivr.values.routing import Routing


class Queue(Node):
    """Wait in a queue of queues.yaml until an agent takes the call; leave by what came of it.

    `talked` is taken when the conversation is over; left unlinked, the call ends there.  `full` and `empty` are told at
    the door, `emptied` when the last agent has gone meanwhile, `timeout` after `wait` seconds.  Before the answer
    carriers seldom pass keys on: a caller of a surcharged number can count on `key` only once the free time is over.
    """

    leaves: ClassVar[tuple[str, ...]] = tuple(served.value for served in Served)
    final: ClassVar[frozenset[str]] = frozenset({Served.TALKED.value})
    optional: ClassVar[frozenset[str]] = frozenset({Served.KEY.value})
    rings: ClassVar[bool] = True

    kind: Literal["queue"]
    queue: QueueName = Field(description="the queue in queues.yaml")
    prompt: Sentence | None = Field(default=None, description="said to the caller before he waits")
    wait: float = Field(default=300, ge=5, le=7200, description="seconds to wait at most")
    priority: int = Field(default=0, ge=0, le=99, description="who has more is served before who has less")
    music: bool = Field(default=True, description="whether music is heard while waiting, or ringing")
    key: str = Field(
        default="", pattern=r"^[0-9*#]?$", description="the key that ends the wait, by the exit key; one for each queue"
    )

    @model_validator(mode="after")
    def _key_leads_somewhere(self) -> Self:
        if self.key and "key" not in self.exits:
            raise ValueError(f"key {self.key} leads nowhere; write where such a call goes: exits: {{key: …}}")
        if "key" in self.exits and not self.key:
            raise ValueError('no key leaves by the exit "key"; write which: key: "1"')
        return self

    def waits(self, routing: Routing) -> float:
        return self.wait

    def need(self) -> Need:
        return Need.ANNOUNCED

    def run(self, scene: Scene) -> Talk[Way]:
        if self.prompt is not None:
            yield from Play((yield from phrase(self.prompt, scene)))
        hold = scene.music.get(self.queue, "") if self.music else ""
        queued = yield from Enqueue(self.queue, self.wait, self.priority, self.key, self.music, hold=hold)
        if queued.waited is not None and queued.served is not Served.TALKED:
            # Whoever is called back instead keeps his place: he is who came in so long ago.
            scene.notes[f"(queue {self.queue})"] = f"{queued.waited:.0f}"
        return queued.served.value
