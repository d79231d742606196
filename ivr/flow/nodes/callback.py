"""Offer to call back: a number we may call, spoken digit by digit and confirmed, becomes a task."""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Ask, Gather, Need, Now, Play, Talk
from ivr.flow.connection import Connection
from ivr.flow.errands import Post
from ivr.flow.kept import Kept, kept
from ivr.flow.node import CalendarName, Node, Scene, Sentence, Way, phrase
from ivr.flow.placing import Placing, callable_
from ivr.values.number import Number, parse
from ivr.values.routing import Routing
from ivr.values.wording import spelled

YES, OTHER, NO = "1", "2", "3"
LONGEST = 17  # digits: 00 and a number of ITU-T E.164


class Callback(Node):
    """Book a call back to the caller's own number or to one that he types; leave by `booked`.

    Special, short and emergency numbers are refused, foreign ones unless `foreign`.  Leave by `refused` when no number
    came of it or the caller does not want, by `silence` when he says nothing.  Who waits already is not
    booked twice for one number of ours.  With `place` we call back ourselves; `ivr callbacks` lists who waits.
    """

    leaves: ClassVar[tuple[str, ...]] = ("booked", "refused", "silence")
    asks: ClassVar[bool] = True

    kind: Literal["callback"]
    subject: str = Field(default="", max_length=60, description="what it is about, in words, for whoever calls back")
    calendar: CalendarName | None = Field(
        default=None, description="its hours are those in which we call back; without, at any hour"
    )
    place: Placing | None = Field(
        default=None,
        description="how we call back ourselves: queue or agents, through, first, tries; without, people do",
    )
    foreign: bool = Field(default=False, description="whether numbers of other countries may be called back")
    own: Sentence = Field(default=("callback-own",), description="said before the caller's own number")
    own_choices: Sentence = Field(
        default=("callback-own-choices",), description="said after it: 1 this number, 2 another one, 3 no call back"
    )
    other: Sentence = Field(
        default=("callback-other",), description="asks for another number, with the key # at its end"
    )
    read_back: Sentence = Field(default=("callback-read-back",), description="said before the number typed")
    choices: Sentence = Field(
        default=("callback-choices",), description="said after it: 1 right, 2 another one, 3 no call back"
    )
    wrong: Sentence = Field(default=("callback-wrong",), description="said of a number that we cannot call")
    attempts: int = Field(default=3, ge=1, le=9, description="how many numbers may be typed")
    first_key: float = Field(default=6, ge=1, le=60, description="seconds of silence after a question")
    next_key: float = Field(default=4, ge=1, le=30, description="seconds between the digits of a number")

    def need(self) -> Need:
        return Need.ANSWERED

    def connects(self, routing: Routing) -> Connection:
        if self.place is None:
            return Connection(later=True)
        return Connection(self.place.agents, self.place.queue or "", later=True, shows=self.place.caller_id)

    def run(self, scene: Scene) -> Talk[Way]:
        caller = scene.call.caller
        stood = kept(scene, self.place.queue) if self.place and self.place.queue else None
        booked = yield from self._agree(caller, scene)
        return booked if isinstance(booked, str) else (yield from self._book(booked, stood, scene))

    def _agree(self, caller: Number, scene: Scene) -> Talk[Number | str]:
        """The number to call back, or how the node is left without one."""
        if self._callable(caller):
            chosen = yield from self._choice(self.own, caller, self.own_choices, scene)
            if chosen == YES:
                return caller
            if chosen != OTHER:
                return "silence" if chosen is None else "refused"
        again: Sentence = ()
        for _ in range(self.attempts):
            words = yield from phrase((*again, *self.other), scene)
            typed = (yield from Gather(words, LONGEST, self.first_key, self.next_key, scene.typed())).keys
            if not typed:
                return "silence"
            number = parse(typed)
            if not self._callable(number):
                again = self.wrong
                continue
            chosen = yield from self._choice(self.read_back, number, self.choices, scene)
            if chosen == YES:
                return number
            if chosen != OTHER:
                return "silence" if chosen is None else "refused"
            again = ()
        if again:
            yield from Play((yield from phrase(again, scene)))
        return "refused"

    def _callable(self, number: Number) -> bool:
        return callable_(number, foreign=self.foreign)

    def _choice(self, before: Sentence, number: Number, after: Sentence, scene: Scene) -> Talk[str | None]:
        """The key pressed, asked for twice; ``None``: none that means anything."""
        first = yield from phrase(before, scene)
        last = yield from phrase(after, scene)
        words = (*first, *spelled(number.dialled), *last)
        for _ in range(2):
            heard = yield from Ask(words, (YES, OTHER, NO), self.first_key, self.next_key, scene.typed())
            if heard.keys in (YES, OTHER, NO):
                return heard.keys
        return None

    def _book(self, number: Number, stood: Kept | None, scene: Scene) -> Talk[Way]:
        now = yield from Now()
        due = now
        if self.calendar is not None:
            calendar = scene.calendars[self.calendar]
            due = now if calendar.opening(now).open else calendar.reopens(now) or now
        facts: tuple[tuple[str, str], ...] = (
            ("phone", number.e164 or ""),
            ("subject", self.subject),
            ("due", due.isoformat(timespec="minutes")),
            ("calendar", self.calendar or ""),
        )
        if stood is not None:
            facts = (*facts, ("came", stood.came.isoformat(timespec="seconds")))
            others = ("priority", f"{stood.priority or ''}"), ("part", stood.part)
            facts = (*facts, *(fact for fact in others if fact[1]))
        yield from Post("callback", facts, once="phone")
        return "booked"
