"""``dialplans/crises.yaml``: messages and routing prepared for a bad day, put in front of numbers by one order.

Of each a flow is drawn for every number that it is meant for, which is walked before the number's own.  Its message is
heard free: before the announcement, and never answered for its sake.

IVR495  a crisis for a number that is not ours      IVR496  a message that leaves the carrier no time to go on
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from ivr.book.book import Period, Service
from ivr.book.written import Written
from ivr.flow.check import Finding, unknown
from ivr.flow.flow import Flow
from ivr.flow.node import OR_ONE, FlowName, Sentence, one_or_many
from ivr.flow.nodes.bye import Bye
from ivr.flow.nodes.pass_ import Pass
from ivr.flow.nodes.say import Say
from ivr.flow.outcomes import SPEECH
from ivr.flow.references import references
from ivr.values.announcement import announcement
from ivr.values.crisis import Crisis
from ivr.values.number import parse

CRISES = "dialplans/crises.yaml"
ALL = "all"
MESSAGE, ONWARD = "message", "onward"  # the nodes of the flow that a crisis becomes


class WrittenCrisis(Written):
    """One crisis of crises.yaml."""

    label: str = Field(description="what has happened, in words", min_length=1, max_length=200)
    numbers: Annotated[tuple[str, ...], BeforeValidator(one_or_many), Field(min_length=1, json_schema_extra=OR_ONE)] = (
        Field(description=f"the numbers that it is put in front of, or `{ALL}`")
    )
    prompt: Sentence | None = Field(default=None, description="the message; it costs the caller nothing")
    then: Literal["hang_up", "go_on"] | None = Field(
        default=None, description="what follows the message: hang_up, or go_on as on any other day"
    )
    flow: FlowName | None = Field(default=None, description="or the flow that takes the calls instead of their own")

    waiting: Literal["told", "spared"] = Field(
        default="told",
        description="who waits for somebody already when it is put on: told: he hears the message within seconds, and "
        "what follows is for him as for who comes now (go_on: he keeps his place); spared: he waits on",
    )

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "WrittenCrisis":
        if (self.then is None) == (self.flow is None):
            raise ValueError("what follows is not clear; write either then: hang_up, then: go_on, or flow: NAME")
        if self.prompt is None and self.flow is None:
            raise ValueError("a crisis without a message changes nothing; write its prompt, or a flow")
        return self

    def meant(self, ours: Iterable[str]) -> tuple[str, ...]:
        """Those of our numbers (in national form) that it is put in front of."""
        if ALL in self.numbers:
            return tuple(ours)
        named = {parse(one).national for one in self.numbers}
        return tuple(number for number in ours if number in named)

    def value(self, name: str, ours: Iterable[str]) -> Crisis:
        return Crisis(name, self.label, self.meant(ours), f"flow {self.flow}" if self.flow else self.then or "")

    def drawn(self, name: str, own: Flow) -> Flow:
        """The flow that it becomes in front of a number's ``own``; people cannot write its name."""
        called, onward = f"crisis:{name}", self.flow
        if self.then == "go_on":
            called, onward = f"{called}:{own.flow}", own.flow
        nodes: dict[str, Say | Bye | Pass] = {}
        if onward is None:
            nodes[MESSAGE] = Bye(kind="bye", prompt=self.prompt)
        else:
            if self.prompt is not None:
                # Heard to its end: a key pressed out of habit would skip the one thing that is different today.
                exits = {"done": ONWARD}
                nodes[MESSAGE] = Say(
                    kind="say", prompt=self.prompt, free=True, barge_in=False, typeahead="flush", exits=exits
                )
            nodes[ONWARD] = Pass(kind="pass", flow=onward)
        return Flow.model_construct(flow=called, start=next(iter(nodes)), nodes=nodes)


def wrong_crises(
    written: Mapping[str, WrittenCrisis], ours: Iterable[str], defined: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """What crises name that is not there; ``ours`` are the numbers as they are written, the ways from crises.yaml."""
    known = {parse(one).national or one for one in ours} if written else set()
    for name, crisis in written.items():
        for place, number in enumerate(crisis.numbers):
            if number != ALL and parse(number).national not in known:
                message = f'"{number}" is not a number of this book'
                yield Finding("IVR495", (name, "numbers", place), message, name=number, known=frozenset({*known, ALL}))
        for to, named, way in references(crisis):
            yield from unknown(to, named, (name, *way), defined)


def with_crises(
    written: Mapping[str, WrittenCrisis], services: Mapping[str, Service]
) -> tuple[dict[str, Service], dict[str, Flow], dict[str, str]]:
    """The services with what may be put in front of them; the flows drawn for that, by name, and whose they are."""
    found = dict(services)
    flows: dict[str, Flow] = {}
    whose: dict[str, str] = {}
    for name, crisis in written.items():
        for number in crisis.meant(found):
            service = found[number]
            drawn = crisis.drawn(name, service.entry)
            drawn = flows.setdefault(drawn.flow, drawn)
            whose[drawn.flow] = name
            reaching = {**service.reaching, name: drawn} if crisis.waiting == "told" else service.reaching
            found[number] = replace(service, fronts={**service.fronts, name: drawn}, reaching=reaching)
    return found, flows, whose


def too_long(
    written: Mapping[str, WrittenCrisis], services: Mapping[str, Service], texts: Mapping[str, str]
) -> Iterator[Finding]:
    """Messages after which a call is not answered before its carrier gives it up."""
    for name, crisis in written.items():
        said = [part for part in crisis.prompt or () if isinstance(part, str)]
        seconds = sum(len(texts.get(part, "")) for part in said) / SPEECH
        for number in crisis.meant(services) if crisis.then != "hang_up" else ():
            service = services[number]
            bears = service.terms.unanswered_limit
            before = seconds + max(map(_announcement, service.periods), default=0.0)
            if before > bears:
                message = (
                    f"the message of {name!r} and the announcement of {number} take about {before:.0f} s, and its "
                    f"carrier bears an unanswered call for {bears:g} s"
                ).replace("'", '"')
                hint = "shorten the message: callers would be cut off before they are answered"
                yield Finding("IVR496", (name, "prompt"), message, hint, severity="warning")
                break


def _announcement(period: Period) -> float:
    """About how long the price is told, in seconds."""
    if period.terms.announcement is None:
        return 0.0
    told = announcement(period.tariff, period.manner).utterance
    return max(len(told.text) / SPEECH, told.at_least)
