"""Have the caller wait until an agent is free."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ivr.flow.commands import Enqueue, Need, Now, Play, Queued, Reachable, Served, Talk
from ivr.flow.connection import Connection
from ivr.flow.errands import Overridden, Recall, Remember
from ivr.flow.kept import Kept, forget, keep, kept
from ivr.flow.node import OR_ONE, CalendarName, Node, QueueName, Scene, Sentence, Way, one_or_many, phrase
from ivr.flow.nodes.transfer import LAST_AGENT, REMEMBERED
from ivr.flow.spoke import spoke
from ivr.flow.taping import Recorded, taping
from ivr.flow.telling import Whisper, told
from ivr.values.queue import of_agent, of_skills
from ivr.values.routing import Routing

CLOSED = "closed"
SkillName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,20}$")]
LEAST_WAIT = 1.0  # seconds: a shorter wait is none
SLACK = 5.0  # seconds by which the exchange may end a wait early: it waits whole seconds, in parts


class Queue(Node):
    """Wait in a queue of queues.yaml until an agent takes the call; leave by what came of it.

    `talked` is taken when the conversation is over; left unlinked, the call ends there.  `full` and `empty` are told at
    the door, and looked at before a price is announced; `emptied` when the last agent has gone meanwhile, `timeout`
    after `wait` seconds.  Before the answer
    carriers seldom pass keys on: a caller of a surcharged number can count on `key` only once the free time is over.
    With `keep_place` who left the queue in this call (for a menu behind `key`, say) and comes back stands where he
    would stand had he stayed, and does not hear `prompt` again.  An agent who is told something first (`whisper`,
    `accept`) is told it while the caller waits on, at his place, unanswered and free; who does not press 1, or whose
    phone dies meanwhile, has not taken the call.

    `closed` is for who still waits at the closing time of `calendar`, also where somebody closes it by hand meanwhile;
    who opens it by hand has him wait on.
    """

    leaves: ClassVar[tuple[str, ...]] = (*(served.value for served in Served), CLOSED)
    final: ClassVar[frozenset[str]] = frozenset({Served.TALKED.value})
    optional: ClassVar[frozenset[str]] = frozenset({Served.KEY.value, CLOSED})
    rings: ClassVar[bool] = True
    absent: ClassVar[str] = Served.EMPTY.value
    crowded: ClassVar[str] = Served.FULL.value

    kind: Literal["queue"]
    queue: QueueName = Field(description="the queue in queues.yaml")
    prompt: Sentence | None = Field(default=None, description="said to the caller before he waits")
    wait: float = Field(default=300, ge=5, le=7200, description="seconds to wait at most")
    priority: int = Field(default=0, ge=0, le=99, description="who has more is served before who has less")
    music: bool = Field(default=True, description="whether music is heard while waiting, or ringing")
    key: str = Field(
        default="", pattern=r"^[0-9*#]?$", description="the key that ends the wait, by the exit key; one for each queue"
    )
    keep_place: bool = Field(
        default=False, description="whether who left this queue in this call, and comes back, stands where he would"
    )
    last_agent: bool = Field(
        default=False, description="whether who calls again within 90 days waits first for whom he talked with last"
    )
    last_agent_wait: float = Field(default=20, ge=5, le=600, description="for how many seconds he does")
    needs: Annotated[tuple[SkillName, ...], BeforeValidator(one_or_many), Field(json_schema_extra=OR_ONE)] = Field(
        default=(), description="skills of agents.yaml: only who has them all takes the call"
    )
    others_after: float | None = Field(
        default=None, ge=5, le=7200, description="after how many seconds all others may take it, too [none: never]"
    )
    whisper: Whisper = Field(
        default=(),
        description="said to the agent who picks up, before they talk: prompts, and {tell: number}, option, waiting or "
        "tariff",
    )
    accept: Sentence | None = Field(
        default=None, description="said to the agent who picks up, who must press 1 to take the call"
    )
    calendar: CalendarName | None = Field(
        default=None, description="whose closing time is looked at while the caller waits [none: he waits on]"
    )
    on_close: Literal["flush", "announce"] = Field(
        default="flush",
        description="who still waits at closing time: flush: he leaves by the exit closed; announce: he hears what "
        "closing says, and waits on at his place",
    )
    closing: Sentence | None = Field(default=None, description="with announce: what he hears")
    recording: Recorded = Field(
        default=None, description="how the conversation is recorded; off: not at all; left out: as its number says"
    )

    @model_validator(mode="after")
    def _closing_leads_somewhere(self) -> Self:
        flushes = self.calendar is not None and self.on_close == "flush"
        if flushes != (CLOSED in self.exits):
            raise ValueError(
                "calendar and the exit closed go together: write where who still waits at closing time goes, or "
                "on_close: announce"
            )
        if (self.closing is not None) != (self.on_close == "announce" and self.calendar is not None):
            raise ValueError("on_close: announce says the sentence `closing` at the closing time of `calendar`")
        return self

    @model_validator(mode="after")
    def _others_come_after_some(self) -> Self:
        if self.others_after is not None and not self.needs:
            raise ValueError("others_after goes with needs: write the skills of those who come first")
        return self

    @model_validator(mode="after")
    def _key_leads_somewhere(self) -> Self:
        if self.key and "key" not in self.exits:
            raise ValueError(f"key {self.key} leads nowhere; write where such a call goes: exits: {{key: …}}")
        if "key" in self.exits and not self.key:
            raise ValueError('no key leaves by the exit "key"; write which: key: "1"')
        return self

    def awaits(self, routing: Routing) -> Reachable | None:
        door = routing.doors.get(self.queue)
        if door and self._only():
            # Nobody else takes the call, and no part lets in whom nobody would serve.
            door = replace(door, part=self._only(), empty=False)
        return Reachable((), (door,)) if door else None

    def connects(self, routing: Routing) -> Connection:
        return Connection(
            queue=self.queue,
            waits=self.wait,
            in_vain=tuple(leaf for leaf in self.leaves if leaf not in self.final | (self.optional - self.exits.keys())),
            broken_off="key" if self.key else "",
            says=self.prompt or (),
            recording=taping(self.recording),
        )

    def need(self) -> Need:
        return Need.ANNOUNCED

    def run(self, scene: Scene) -> Talk[Way]:
        closes = (yield from self._closes(scene)) if self.calendar is not None else None
        if closes is not None and closes < LEAST_WAIT and self.closing is None:
            return CLOSED  # nobody is asked to wait, or told a price, for that
        back = kept(scene, self.queue) if self.keep_place else None
        if self.prompt is not None and back is None:
            yield from Play((yield from phrase(self.prompt, scene)))
            closes = (yield from self._closes(scene)) if self.calendar is not None else None
        hold = scene.music.get(self.queue, "") if self.music else ""
        wanted = Enqueue(
            self.queue, self.wait, self.priority, self.key, self.music, hold=hold, recording=taping(self.recording)
        )
        if self.calendar is not None:
            wanted = replace(wanted, hours=self.calendar)
        if self.queue in scene.routing.doors:
            wanted = replace(wanted, ring=scene.routing.doors[self.queue].ring)
        if self.whisper or self.accept:
            accept = (yield from phrase(self.accept, scene)) if self.accept else ()
            whisper = yield from told(self.whisper, scene, later=True)
            wanted = replace(wanted, whisper=whisper, accept=accept)
        if back is not None:
            wanted = replace(wanted, place=back.place, stood=((yield from Now()) - back.came).total_seconds())
        waited = 0.0
        queued: Queued | None = None
        first = yield from self._first(scene)
        while first:
            part, wait = first.pop(0)
            longest = min(wait, self.wait) if closes is None else min(wait, closes - waited)
            if longest < LEAST_WAIT:
                continue  # it is closing time
            # By how long he has stood, also before a menu, he has his place among those who wait there.
            stood = (wanted.stood or 0.0) + waited
            queued = yield from replace(wanted, wait=longest, part=part, place=None, stood=stood or None)
            waited += queued.waited or 0.0
            if queued.served in (Served.TALKED, Served.KEY):
                break
            if queued.news:
                closes = yield from self._closes(scene, waited)
                first.insert(0, (part, wait - (queued.waited or 0.0)))
        else:
            wanted = replace(wanted, part=self._only())
            if waited:
                left = max(LEAST_WAIT, self.wait - waited)
                wanted = replace(wanted, wait=left, stood=(wanted.stood or 0.0) + waited)
            queued = yield from self._until(None if closes is None else closes - waited, wanted, scene)
            waited += queued.waited or 0.0 if queued else 0.0
        if queued is None:
            return CLOSED
        if queued.waited is not None:
            queued = replace(queued, waited=waited)
        if queued.served is Served.TALKED:
            spoke(scene, queued.agent, self.queue)
            forget(scene, self.queue)
            if self.last_agent and queued.agent is not None:
                yield from Remember(LAST_AGENT, queued.agent, REMEMBERED)
        if queued.waited is not None and queued.served is not Served.TALKED:
            # Whoever is called back instead keeps his place, too, among those of his priority and with his needs.
            came = back.came if back else (yield from Now()) - timedelta(seconds=queued.waited)
            keep(scene, self.queue, Kept(came, queued.place, self.priority, self._only()))
        return queued.served.value

    def _only(self) -> str:
        """The part of the queue out of which he is never taken; empty: he may wait in the whole."""
        return of_skills(self.needs) if self.needs and self.others_after is None else ""

    def _first(self, scene: Scene) -> Talk[list[tuple[str, float]]]:
        """In which parts of the queue he waits before he waits in all of it, and for how many seconds in each: for whom
        he talked with last, who takes him when nobody else waits for him; for who can do what he needs.
        """
        first = []
        last = (yield from Recall(LAST_AGENT)) if self.last_agent else None
        if last is not None and last in scene.routing.serving.get(self.queue, ()):
            first.append((of_agent(last), self.last_agent_wait))
        if self.needs and self.others_after is not None:
            first.append((of_skills(self.needs), self.others_after))
        return first

    def _closes(self, scene: Scene, waited: float = 0.0) -> Talk[float | None]:
        """Seconds from when he came until closing time, those that he has ``waited`` if it is past; ``None``: not while
        he may wait.

        As it is now: he is called out of his wait when somebody opens or closes by hand.
        """
        assert self.calendar is not None  # noqa: S101 - asked by run
        override = yield from Overridden(self.calendar)
        now: datetime = yield from Now()
        opening = scene.calendars[self.calendar].opening(now, override)
        if not opening.open:
            return waited
        closes = waited + ((opening.until - now).total_seconds() if opening.until else self.wait)
        return closes if closes < self.wait else None

    def _until(self, closes: float | None, wanted: Enqueue, scene: Scene) -> Talk[Queued | None]:
        """Wait until closing time and, where that is announced, on at the same place; ``None``: it is that time.

        Where waiting may not be charged for, the wait may be over long before that: it was in vain, and nobody closes.
        """
        waited = 0.0
        while closes is None or closes - waited >= LEAST_WAIT:
            longest = wanted.wait - waited if closes is None else closes - waited
            queued: Queued = yield from replace(wanted, wait=longest)
            early = queued.waited is not None and queued.waited < longest - SLACK
            queued, waited = _in_all(queued, waited), waited + (queued.waited or 0.0)
            if not queued.news and (closes is None or queued.served is not Served.TIMEOUT or early):
                return queued
            if queued.waited is not None:
                wanted = replace(wanted, place=queued.place, stood=None)
            if not queued.news:
                break
            if wanted.wait - waited < LEAST_WAIT:
                return replace(queued, news=False)
            closes = yield from self._closes(scene, waited)
            closes = None if closes is not None and closes >= wanted.wait else closes
        if self.closing is None:
            return None
        yield from Play((yield from phrase(self.closing, scene)))
        on: Queued = yield from replace(wanted, wait=wanted.wait - (closes or waited), hours="")
        return _in_all(on, waited)


def _in_all(queued: Queued, before: float) -> Queued:
    """What came of a wait, with the seconds ``before`` it."""
    return replace(queued, waited=queued.waited + before) if before and queued.waited is not None else queued
