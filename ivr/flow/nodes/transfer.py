"""Connect the caller with a person: an agent, a group, one after the other until somebody takes the call."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ivr.flow.commands import Dial, Need, Play, Reachable, Reached, Talk
from ivr.flow.connection import Connection
from ivr.flow.errands import Draw, Recall, Remember
from ivr.flow.node import MusicName, Node, Scene, Sentence, Targets, Way, phrase
from ivr.flow.spoke import spoke
from ivr.flow.taping import Recorded, taping
from ivr.flow.telling import Whisper, told
from ivr.values.routing import Attempt, Routing, Strategy

PAST_LIMIT = "past_limit"
LAST_AGENT = "last-agent"  # under which it is remembered of a caller whom he talked with
REMEMBERED = timedelta(days=90)

# What came of several attempts in vain is the first of these that came of one: who rang, or was talked to, tells more
# than who was not there.
TELLING = (Reached.DECLINED, Reached.NO_ANSWER, Reached.BUSY, Reached.CONGESTION, Reached.UNAVAILABLE)

# The exit for what has none of its own.
INSTEAD: Mapping[Reached, Reached] = {
    Reached.CONGESTION: Reached.UNAVAILABLE,
    Reached.DECLINED: Reached.NO_ANSWER,
}

InVain = Literal["busy", "no_answer", "unavailable", "congestion", "declined"]


class Transfer(Node):
    """Ring agents and groups, all at once or one after the other, until somebody talks; leave by what came of it.

    `talked` is taken when the conversation is over; left unlinked, the call ends there.  Where nobody took the call it
    is left by what tells most of all attempts: `declined`, `no_answer`, `busy`, `congestion`, `unavailable`, in this
    order; unlinked, `declined` goes by `no_answer` and `congestion` by `unavailable`.  On a call not answered yet
    waiting is free for as long as its carrier bears it (`unanswered_limit`); past that the line is answered and rings
    on, or, with `past_limit: leave`, the node is left by `past_limit`, and nothing was charged.  Who is told something
    first (`whisper`, `accept`) is told it while the caller still waits, and waits free: he is answered when they talk.
    """

    leaves: ClassVar[tuple[str, ...]] = (*(reached.value for reached in Reached), PAST_LIMIT)
    final: ClassVar[frozenset[str]] = frozenset({Reached.TALKED.value})
    optional: ClassVar[frozenset[str]] = frozenset({PAST_LIMIT, *(reached.value for reached in INSTEAD)})
    rings: ClassVar[bool] = True

    kind: Literal["transfer"]
    to: Targets = Field(
        description="whom to ring: an agent, a group of groups.yaml, a destination of destinations.yaml, or a list"
    )
    strategy: Strategy = Field(
        default=Strategy.SIMULTANEOUS,
        description="how a list is rung: simultaneous; hunt: one after the other; memory: the first, the first two, …; "
        "random: one after the other, from one drawn by chance",
    )
    prompt: Sentence | None = Field(default=None, description="said to the caller before anybody is rung")
    ring: float = Field(default=25, ge=5, le=120, description="seconds to ring in each attempt before giving it up")
    next_on: tuple[InVain, ...] = Field(
        default=("busy", "no_answer", "unavailable", "congestion", "declined"),
        description="what of one attempt leads on to the next; anything else ends them, and is the exit",
    )
    waiting: Literal["ringing", "music"] = Field(default="ringing", description="what the caller hears meanwhile")
    music: MusicName | None = Field(
        default=None,
        description="the class of music heard meanwhile, a folder of prompts/music; left out: that of the number",
    )
    past_limit: Literal["answer", "leave"] = Field(
        default="answer", description="what is done with who still waits unanswered when his carrier bears it no longer"
    )
    last_agent: bool = Field(
        default=False, description="whether a returning caller rings first with whom he talked last, for 90 days"
    )
    whisper: Whisper = Field(
        default=(),
        description="said to who picks up, before they talk: prompts, and {tell: number}, option, waiting or tariff",
    )
    accept: Sentence | None = Field(
        default=None, description="said to who picks up, who must press 1 to take the call; a mailbox presses nothing"
    )
    recording: Recorded = Field(
        default=None, description="how the conversation is recorded; off: not at all; left out: as its number says"
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if (self.past_limit == "leave") != (PAST_LIMIT in self.exits):
            raise ValueError("past_limit: leave and the exit past_limit go together: write both, or none")
        if Reached.DECLINED.value in self.exits and not (self.accept or self.whisper):
            raise ValueError(
                "nobody declines who is told nothing: write accept or whisper, or delete the exit declined"
            )
        return self

    def awaits(self, routing: Routing) -> Reachable | None:
        return Reachable(routing.everyone(self.to))

    def connects(self, routing: Routing) -> Connection:
        return Connection(
            routing.everyone(self.to),
            waits=sum(attempt.ring for attempt in routing.attempts(self.to, self.strategy, self.ring)),
            in_vain=tuple(leaf for leaf in self.leaves if leaf not in self.final | (self.optional - self.exits.keys())),
            says=self.prompt or (),
            recording=taping(self.recording),
        )

    def need(self) -> Need:
        return Need.ANNOUNCED

    def run(self, scene: Scene) -> Talk[Way]:
        if self.prompt is not None:
            yield from Play((yield from phrase(self.prompt, scene)))
        leave, music = self.past_limit == "leave", self.waiting == "music" or self.music is not None
        hold = self.music or ""
        accept = (yield from phrase(self.accept, scene)) if self.accept else ()
        came = Reached.UNAVAILABLE
        for attempt in (yield from self._attempts(scene)):
            whisper = yield from told(self.whisper, scene)
            dial = Dial(
                attempt.names, attempt.ring, music=music, leave=leave, whisper=whisper, accept=accept, hold=hold
            )
            dialled = yield from replace(dial, recording=taping(self.recording))
            if dialled.past_limit:
                return PAST_LIMIT
            if dialled.reached is Reached.TALKED:
                spoke(scene, dialled.agent)
                if self.last_agent and dialled.agent is not None:
                    yield from Remember(LAST_AGENT, dialled.agent, REMEMBERED)
                return dialled.reached.value
            came = min(came, dialled.reached, key=TELLING.index)
            if dialled.reached.value not in self.next_on:
                came = dialled.reached
                break
        return self._exit(came)

    def _attempts(self, scene: Scene) -> Talk[tuple[Attempt, ...]]:
        last = (yield from Recall(LAST_AGENT)) if self.last_agent else None
        drawn = (yield from Draw()) if scene.routing.draws(self.to, self.strategy) else 0.0
        return scene.routing.attempts(self.to, self.strategy, self.ring, drawn, last)

    def _exit(self, reached: Reached) -> str:
        return reached.value if reached.value in self.exits else INSTEAD.get(reached, reached).value
