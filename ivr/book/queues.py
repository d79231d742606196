"""Queues as people write them: who serves them, in what order, and whom they let in.

IVR630  skills that nobody of a queue has
IVR253  a queue whose nodes end the wait by different keys      IVR254  a queue that cannot have its name
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from ivr.book.agents import WrittenAgent
from ivr.book.source import Source
from ivr.book.tree import Sequence as TreeSequence
from ivr.book.tree import child
from ivr.book.written import Name, Written
from ivr.flow.check import Finding
from ivr.flow.flow import Flow
from ivr.flow.node import OR_ONE, one_or_many
from ivr.flow.nodes.queue import Queue as QueueNode
from ivr.values.queue import BEST, RESERVED, Door, Queue, Strategy, of_agent, of_skills

QUEUES = "dialplans/queues.yaml"

REST = 15  # seconds
NOBODY: Mapping[str, WrittenAgent] = {}

# Tells editors, through the JSON Schema, that a name or a list of names may stand there too.
OR_LIST: dict[str, Any] = {"x-or-list": True}

Penalty = Annotated[int, Field(ge=0, le=99)]


def _without_penalty(value: Any) -> Any:
    """Lets people write `camille`, or a list of agents, where nobody has a penalty."""
    names = [value] if isinstance(value, str) else value
    return dict.fromkeys(names, "0") if isinstance(names, list | tuple) else names


class WrittenQueue(Written):
    """One queue of queues.yaml."""

    label: str = Field(description="what it is for, in words", min_length=1)
    agents: Annotated[dict[Name, Penalty], BeforeValidator(_without_penalty)] = Field(
        min_length=1,
        description="who serves it: a list, or agent to penalty; who has more is rung when all with less cannot",
        json_schema_extra=OR_LIST,
    )
    strategy: Strategy = Field(
        default=Strategy.LONGEST_IDLE,
        description="whom it rings first: all, longest_idle, fewest_calls, round_robin, random, weighted",
    )
    ring: int = Field(default=20, ge=5, le=120, description="seconds for which an agent is rung before another")
    wrap_up: int = Field(default=0, ge=0, le=3600, description="seconds of rest for an agent after each call")
    rest: int | None = Field(
        default=None,
        ge=0,
        le=3600,
        description="seconds for which an agent is not rung again who rejected a call or let it ring in vain; 0: none "
        "[15, and 0 where all are rung]",
    )
    log_out_after: int = Field(
        default=0, ge=0, le=99, description="calls missed in a row after which an agent is logged out; 0: never"
    )
    max_length: int = Field(default=0, ge=0, le=999, description="callers who may wait at once; 0: any number")
    music: Name | None = Field(
        default=None, description="the class of music, a folder of prompts/music; left out: that of the number"
    )
    join_when_empty: bool = Field(default=False, description="whether callers may join while no agent is there")
    leave_when_empty: bool = Field(default=True, description="whether those who wait leave when no agent is left")
    say_position: bool = Field(default=False, description="whether callers are told their place")
    say_wait: bool = Field(default=False, description="whether callers are told how long it takes")
    say_every: int = Field(
        default=45,
        ge=15,
        le=600,
        description="seconds between what they are told; a wait without a place is told in turn with the messages",
    )
    messages: Annotated[tuple[Name, ...], BeforeValidator(one_or_many)] = Field(
        default=(),
        max_length=10,  # app_queue.c, MAX_PERIODIC_ANNOUNCEMENTS
        description="prompts said to those who wait, one at a time, in turn, in the caller's language",
        json_schema_extra=OR_ONE,
    )
    messages_every: int = Field(default=60, ge=15, le=3600, description="seconds of music before each of them")

    def able(self, skills: Iterable[str], agents: Mapping[str, WrittenAgent]) -> dict[str, int]:
        """Who has all of these, with penalties: of those whose own is the same the better one is rung first."""
        levels = {
            name: min(agents[name].skills.get(skill, 0) for skill in skills) for name in self.agents if name in agents
        }
        return {name: self.agents[name] * 10 + BEST - level for name, level in levels.items() if level}

    def value(self, name: str, nodes: Iterable[QueueNode] = (), agents: Mapping[str, WrittenAgent] = NOBODY) -> Queue:
        """The queue, as the ``nodes`` that lead to it, and what its ``agents`` can do, want it."""
        nodes = [node for node in nodes if node.queue == name]
        key = next((node.key for node in nodes), "")
        told = any(node.whisper or node.accept for node in nodes)
        last = any(node.last_agent for node in nodes)
        parts = {of_agent(agent): {agent: 0} for agent in self.agents} if last else {}
        parts |= {of_skills(node.needs): self.able(node.needs, agents) for node in nodes if node.needs}
        rest = self.rest if self.rest is not None else REST * (self.strategy is not Strategy.ALL)
        plain = self.model_dump(exclude={"label", "music", "rest"})
        return Queue(name=name, key=key, told=told, parts=parts, music=self.music or "", rest=rest, **plain)


def queues(
    written: Mapping[str, WrittenQueue], flows: Iterable[Flow], agents: Mapping[str, WrittenAgent]
) -> Mapping[str, Queue]:
    """The queues of a book that is right."""
    nodes = [node for flow in flows for node in flow.nodes.values() if isinstance(node, QueueNode)]
    return {name: queue.value(name, nodes, agents) for name, queue in written.items()}


def serving(written: Mapping[str, WrittenQueue]) -> Mapping[str, frozenset[str]]:
    """Who serves each queue."""
    return {name: frozenset(queue.agents) for name, queue in written.items()}


def doors(written: Mapping[str, WrittenQueue]) -> Mapping[str, Door]:
    """Whom each queue lets in."""
    return {name: queue.value(name).door for name, queue in written.items()}


def wrong_queues(
    source: Source, written: Mapping[str, WrittenQueue], names: Mapping[str, Set[str]]
) -> Iterator[Finding]:
    """What is wrong with queues in themselves; ``names`` are those of the book, by what they are."""
    agents, music = names["phone"], names["music"]
    for name, queue in written.items():
        for place, message in enumerate(queue.messages):
            if message not in names["prompt"]:
                told = f'there is no prompt "{message}"'
                yield Finding("IVR201", (name, "messages", place), told, name=message, known=frozenset(names["prompt"]))
        if name in RESERVED:
            hint = "choose another: Asterisk's own settings stand under it"
            yield Finding("IVR254", (name,), f'a queue cannot be called "{name}"', hint)
        if queue.music and queue.music not in music:
            message = f'there is no music "{queue.music}"'
            yield Finding("IVR201", (name, "music"), message, name=queue.music, known=frozenset(music))
        listed = child(source.tree, name) if source.tree else None
        listed = child(listed, "agents") if listed else None
        for place, agent in enumerate(queue.agents):
            if agent not in agents:
                way = (name, "agents", place if isinstance(listed, TreeSequence) else agent)
                yield Finding("IVR201", way, f'there is no agent "{agent}"', name=agent, known=frozenset(agents))


def wrong_needs(
    flows: Mapping[str, Flow | None], written: Mapping[str, WrittenQueue], agents: Mapping[str, WrittenAgent]
) -> Iterator[tuple[str, Finding]]:
    """Nodes that want skills of a queue that nobody who serves it has, all together."""
    for flow in filter(None, flows.values()):
        for name, node in flow.nodes.items():
            queue = written.get(node.queue) if isinstance(node, QueueNode) and node.needs else None
            if isinstance(node, QueueNode) and queue is not None and not queue.able(node.needs, agents):
                message = f'nobody who serves "{node.queue}" has the skills {", ".join(node.needs)}'
                hint = "give them to an agent of it in agents.yaml: skills: {english: 5}"
                yield flow.flow, Finding("IVR630", ("nodes", name, "needs"), message, hint)


def wrong_keys(flows: Mapping[str, Flow]) -> Iterator[tuple[str, Finding]]:
    """Nodes of one queue that end the wait by different keys: Asterisk knows one set of keys for each queue."""
    first: dict[str, tuple[str, QueueNode]] = {}
    for flow in flows.values():
        for name, node in flow.nodes.items():
            if not isinstance(node, QueueNode):
                continue
            other, same = first.setdefault(node.queue, (name, node))
            if node.key != same.key:
                here, there = (f"key {one}" if one else "no key" for one in (node.key, same.key))
                message = f'"{name}" lets callers leave the queue "{node.queue}" by {here}, and "{other}" by {there}'
                hint = "give both the same key, or each a queue of its own"
                yield flow.flow, Finding("IVR253", ("nodes", name), message, hint)
