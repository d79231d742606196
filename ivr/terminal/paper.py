"""The desk of a call without a phone: errands come out as the cast plays them, and are shown."""

from typing import Any

from ivr.flow.commands import Command
from ivr.flow.errands import (
    Adopt,
    Bothers,
    Declare,
    Draw,
    Errand,
    Fetch,
    Fetched,
    InForce,
    Issue,
    Learnt,
    Load,
    Overridden,
    Overrule,
    Post,
    Recall,
    Remember,
    Room,
    Spent,
    Tally,
    Verify,
)
from ivr.service.desk import Desk
from ivr.service.ports import Toll
from ivr.terminal.cast import Cast
from ivr.terminal.text import REFUSAL, TextChannel
from ivr.values.tariff import Money


class PaperDesk:
    """Fulfils the port ``Channel`` around a real desk with a paper office behind it."""

    def __init__(self, desk: Desk, channel: TextChannel, cast: Cast) -> None:
        self._desk = desk
        self._channel = channel
        self._cast = cast

    async def toll(self) -> Toll | None:
        return await self._desk.toll()

    async def perform(self, command: Command[Any]) -> Any:
        """Have the cast play an errand, the office do the rest, and the channel everything else."""
        if not isinstance(command, Errand):
            return await self._desk.perform(command)
        told = await self._play(command)
        if text := _shown(command, told):
            self._channel.line(text)
        return told

    async def _play(self, errand: Errand) -> Any:
        match errand:
            case Fetch(seconds=seconds):
                fetched = self._cast.fetched(errand)
                self._channel.wait(seconds if fetched.outcome == "failed" else REFUSAL)
                return fetched
            case Tally():
                return self._cast.tallied(errand)
            case Load():
                return self._cast.loaded(errand)
            case Draw():
                drawn = self._cast.drawn(errand)
                return await self._desk.perform(errand) if drawn is None else drawn
            case Issue():
                return self._cast.issued(errand)
            case Recall():
                return self._cast.recalled(errand, await self._desk.perform(errand))
        return await self._desk.perform(errand)


def _shown(errand: Errand, told: Any) -> str:
    """An errand and what came of it, in words; empty where there is nothing to tell."""
    match errand:
        case Fetch(remote=remote):
            return f"looks up {remote}: {outcome(told)}"
        case Recall(key=key):
            return f"remembers that {key} is {told}" if told else f"remembers no {key} of this caller"
        case Remember(key=key, value=value):
            return f"forgets {key} of this caller" if value is None else f"will remember that {key} is {value}"
        case Tally(of=of):
            return f"calls in progress: {told}" if of == "now" else f"calls of this caller before: {told}"
        case Spent():
            return f"has spent {Money(told)} with us this month" if told else ""
        case Draw():
            return f"draws {told:.2f}"
        case Room(mailbox=mailbox):
            return "" if told else f"the mailbox {mailbox} is full"
        case Issue(product=product):
            return f"sells a code for {product}: {told or 'none left'}"
        case Overridden(calendar=calendar):
            return f"{calendar} is {_word(told.open)} by hand: {told.why}" if told else ""
        case Overrule(calendar=calendar, override=override):
            return f"puts {calendar} {_word(override.open)} by hand" if override else f"takes {calendar} out of hand"
        case Load(queue=queue, what=what):
            return f"{queue}: {what} {told:g}"
        case Bothers(how=how):
            return f"{how} calls of this caller before: {told}"
        case Learnt():
            return "the caller has been noted as a nuisance" if told else ""
        case InForce():
            return f"the crisis {told} is on" if told else ""
        case Declare(crisis=crisis, on=on):
            return f"puts the crisis {crisis} on" if on else f"takes the crisis {crisis} away"
        case Adopt(prompt=prompt):
            return f"the recording of {prompt} is {'kept' if told else 'refused'}"
        case Verify(pin=pin):
            return f"the PIN {pin} is {'right' if told else 'wrong'}"
        case Post(kind=kind, facts=facts):
            return f"leaves a task: {kind}, {', '.join(f'{name} {value}' for name, value in facts)}"
    return ""


def outcome(fetched: Fetched) -> str:
    """What a look-up gave, as it is written in a test."""
    values = ",".join(f"{name}={value}" for name, value in fetched.values.items())
    return fetched.outcome + (f":{values}" if values else "")


def _word(is_open: bool) -> str:
    return "open" if is_open else "closed"
