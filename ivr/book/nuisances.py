"""``dialplans/nuisance.yaml``: what is done with callers who trouble us, by policies that numbers name.

A policy becomes a flow that is walked before the number's own; nothing in it is answered or charged.

IVR497  a policy that does nothing      IVR498  a number with a policy that nobody wrote
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ivr.book.book import Service
from ivr.book.written import Written, WrittenNumber
from ivr.flow.check import Finding, unknown
from ivr.flow.flow import Flow
from ivr.flow.node import FlowName, Sentence
from ivr.flow.nodes import AnyNode
from ivr.flow.nodes.bye import Bye
from ivr.flow.nodes.challenge import Challenge
from ivr.flow.nodes.nuisance import Lists, Nuisance
from ivr.flow.nodes.pass_ import Pass
from ivr.flow.references import references
from ivr.values.cause import Cause

NUISANCE = "dialplans/nuisance.yaml"
CHECK, ONWARD = "check", "onward"  # nodes of the flow that a policy becomes
SUSPICIONS = ("blocked", "anonymous", "repeated", "silent")


class Elsewhere(BaseModel):
    """What is done with a caller, where it is more than a word: one of these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: Sentence | None = Field(default=None, description="a message, free, and the end of the call")
    flow: FlowName | None = Field(default=None, description="or a flow that takes the call")

    @model_validator(mode="after")
    def _is_one(self) -> "Elsewhere":
        if (self.message is None) == (self.flow is None):
            raise ValueError("what is done is not clear; write busy, challenge, {message: PROMPT} or {flow: NAME}")
        return self


# busy: he hears that we are busy; challenge: he is asked for a digit, and let through if he presses it.
Answer = Literal["busy", "challenge"] | Elsewhere


class WrittenNuisance(Written):
    """One policy of nuisance.yaml."""

    blocked: Answer | None = Field(default=None, description="what is done with callers on a list, or learnt")
    anonymous: Answer | None = Field(default=None, description="with those who withhold their number")
    repeated: Answer | None = Field(default=None, description="with those who make short calls again and again")
    silent: Answer | None = Field(default=None, description="with those in whose calls nothing is ever pressed")
    trusted: Lists = Field(default=(), description="lists of callers who are never troubled")
    lists: Lists = Field(default=(), description="lists of callers who are blocked")
    learnt: bool = Field(default=True, description="whether callers whom agents have noted are blocked too")
    calls: int = Field(default=5, ge=2, le=1000, description="so many calls within `minutes` are too many")
    minutes: float = Field(default=15, gt=0, le=60 * 24 * 31, description="the time within which they count")
    shorter_than: float = Field(default=15, ge=1, le=600, description="seconds: a longer call is no short one")

    def drawn(self, name: str, own: Flow) -> Flow:
        """The flow that it becomes in front of a number's ``own``; people cannot write its name."""
        nodes: dict[str, AnyNode] = {}
        exits = {"fine": ONWARD}
        for suspicion in SUSPICIONS:
            answer: Answer | None = getattr(self, suspicion)
            if answer is not None:
                exits[suspicion] = suspicion
                nodes |= _answered(suspicion, answer)
        given = self.model_dump(include={"trusted", "lists", "learnt", "calls", "minutes", "shorter_than"})
        nodes = {CHECK: Nuisance(kind="nuisance", exits=exits, **given), **nodes}
        nodes[ONWARD] = Pass(kind="pass", flow=own.flow)
        return Flow.model_construct(flow=f"nuisance:{name}:{own.flow}", start=CHECK, nodes=nodes)


def _answered(suspicion: str, answer: Answer) -> dict[str, AnyNode]:
    if answer == "busy":
        return {suspicion: Bye(kind="bye", cause=Cause.BUSY)}
    if isinstance(answer, Elsewhere):
        if answer.flow is not None:
            return {suspicion: Pass(kind="pass", flow=answer.flow)}
        return {suspicion: Bye(kind="bye", prompt=answer.message)}
    over = f"{suspicion}-over"
    exits = {"passed": ONWARD, "failed": over}
    return {suspicion: Challenge(kind="challenge", exits=exits), over: Bye(kind="bye")}


def wrong_policies(written: Mapping[str, WrittenNuisance], defined: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """What is wrong with policies in themselves; the ways are from the top of nuisance.yaml."""
    for name, policy in written.items():
        answers = {suspicion: getattr(policy, suspicion) for suspicion in SUSPICIONS}
        if not any(answers.values()):
            hint = f"write what is done with callers who are {', '.join(SUSPICIONS)}"
            yield Finding("IVR497", (name,), f'the policy "{name}" does nothing with anybody', hint)
        for to, named, way in references(policy):
            yield from unknown(to, named, (name, *way), defined)
        if "challenge" in answers.values():
            for prompt in ("challenge", "challenge-wrong"):
                yield from unknown("prompt", prompt, (name,), defined)


def wrong_names(numbers: Mapping[str, WrittenNumber], known: frozenset[str]) -> Iterator[Finding]:
    """Numbers with a policy that nobody wrote; the ways are from the top of numbers.yaml."""
    for written, entry in numbers.items():
        if entry.nuisance is not None and entry.nuisance not in known:
            message = f'there is no policy "{entry.nuisance}" in {NUISANCE}'
            yield Finding("IVR498", (written, "nuisance"), message, name=entry.nuisance, known=known)


def with_nuisances(
    written: Mapping[str, WrittenNuisance], numbers: Mapping[str, WrittenNumber], services: Iterable[Service]
) -> tuple[dict[str, Service], dict[str, Flow], dict[str, str]]:
    """The services with what stands before their flows; the flows drawn for that, by name, and whose they are."""
    found: dict[str, Service] = {}
    flows: dict[str, Flow] = {}
    whose: dict[str, str] = {}
    for service in services:
        named = numbers[service.written].nuisance
        found[service.number] = service
        if named is not None and (policy := written.get(named)):
            drawn = policy.drawn(named, service.flow)
            drawn = flows.setdefault(drawn.flow, drawn)
            whose[drawn.flow] = named
            found[service.number] = replace(service, guard=drawn)
    return found, flows, whose
