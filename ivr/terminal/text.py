"""The simulator's channel: the same flow on a terminal, with a clock of its own and the price as it runs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, assert_never

from ivr.flow.commands import (
    Answer,
    Ask,
    Capture,
    Captured,
    Command,
    Dial,
    Dialled,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Limit,
    Now,
    Phrase,
    Play,
    Played,
    Progress,
    Queued,
    Reachable,
    Reached,
    Served,
    Speak,
    There,
    Warn,
)
from ivr.flow.keys import Reading, reading
from ivr.flow.line_commands import LineCommand, Tap, Tapped, Untap
from ivr.service.ports import HungUp, Toll
from ivr.terminal.cast import Cast, HangsUp
from ivr.values.cause import Cause
from ivr.values.hidden import BULLET
from ivr.values.tariff import Tariff

KEY = 1.0  # seconds for a key
RING = 5.0  # seconds until an agent answers
REFUSAL = 0.5  # seconds until it is known that an agent cannot be reached
HESITATION = 0.5  # part of a sentence that is heard by who cuts it short

NOT_SERVED = {
    Served.TIMEOUT: "nobody answers in time",
    Served.FULL: "the queue is full",
    Served.EMPTY: "no agent is there",
    Served.EMPTIED: "the last agent goes",
}

# Of an utterance in a language: its text, and its length in seconds.
Said = Callable[[str, str], tuple[str, float]]


@dataclass
class TextChannel:
    """Fulfils the port ``Channel``.  ``write`` receives one line for each thing that happens.

    When the ``cast`` has no more keys at a question the caller hangs up.
    """

    tariff: Callable[[], Tariff]
    at: datetime
    cast: Cast
    language: str
    said: Said
    write: Callable[[str], None]
    _began: datetime = field(init=False)
    _state: str = field(default="unanswered", init=False)
    _answered: datetime | None = field(default=None, init=False)
    _ends: datetime | None = field(default=None, init=False)
    _warns: tuple[datetime, str] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._began = self.at

    async def perform(self, command: Command[Any]) -> Any:
        """Show ``command`` and answer it as the cast plays.  Raises ``HungUp``."""
        return self._perform(command)  # type: ignore[arg-type]  # the desk ran the errands

    async def toll(self) -> Toll | None:
        if self._answered is None:
            return Toll(None, None)
        return Toll(self._answered, self.at - self._answered)

    @property
    def owed(self) -> str:
        """What the caller owes by now."""
        return str(self.tariff().charge(None if self._answered is None else self.at - self._answered))

    def line(self, text: str) -> None:
        """Write that something happens now."""
        passed = (self.at - self._began).total_seconds()
        self.write(f"{passed:7.1f} s  {self._state:18} {self.owed:>8}  {text}")

    def wait(self, seconds: float) -> None:
        """Let time pass, and warn in it who is to be cut.  Raises ``HungUp`` at the tariff's limit."""
        until = self.at + timedelta(seconds=seconds)
        if self._warns is not None and self._warns[0] <= until:
            self.at, prompt = self._warns
            self._warns = None
            self._say((prompt,))
        self.at = until
        if self._ends is not None and self.at >= self._ends:
            self.at = self._ends
            self.line("the limit of the tariff ends the call")
            raise HungUp

    def _perform(self, command: LineCommand) -> Any:
        match command:
            case Now():
                return self.at
            case Progress():
                self._state = "early media, free"
                self.line("183 early media")
            case Answer():
                self._answer()
            case Limit(seconds=seconds, warn=warn):
                self._ends = self.at + timedelta(seconds=seconds)
                self._warn(seconds, warn)
                self.line(f"the exchange will end the call in {timedelta(seconds=round(seconds))}")
            case Play(phrase=phrase, until=until):
                return self._play(phrase, until)
            case Ask():
                return self._ask(command)
            case Gather():
                return self._gather(command)
            case Capture(name=name, longest=longest):
                # Who says nothing is heard to say so: that takes a second.
                spoken = min(longest, max(1.0, self.cast.given.speaks))
                self.line(f"♪ the caller {'leaves a message' if self.cast.given.speaks else 'says nothing'}")
                self.wait(spoken)
                return Captured(name, spoken)
            case Speak(language=language):
                self.language = language
                self.line(f"speaks {language} from now on")
            case Reachable():
                return self._reachable(command)
            case Dial():
                return self._dial(command)
            case Enqueue():
                return self._enqueue(command)
            case Tap(refuse=refuse):
                self.line("● what they say is recorded" + (f", until the caller presses {refuse}" if refuse else ""))
                return Tapped("simulated")
            case Untap():
                self.line("○ recorded no more")
            case Hangup(cause=cause):
                self.line("hang-up" if cause is Cause.NORMAL else f"hang-up, cause {cause}")
            case _:
                assert_never(command)
        return None

    def _answer(self) -> None:
        self._state, self._answered = "answered", self.at
        self.line("200 answered: " + ("charging begins" if self.tariff().surcharged else "free of surcharge"))

    def _play(self, phrase: Phrase, until: str) -> Played:
        self._say(phrase)
        if key := self.cast.early(until):
            self.wait(self._seconds(phrase) * HESITATION)
            self.line(f'key "{key}" cuts it short')
            return Played(key)
        self.wait(self._seconds(phrase))
        return Played()

    def _ask(self, ask: Ask) -> Heard:
        typed, pressed = ask.typed, self._pressed(ask)
        for key in pressed:
            if typed and reading(typed, ask.accept) in (Reading.COMPLETE, Reading.WRONG):
                break
            typed += key
            self.wait(KEY)
        if reading(typed, ask.accept) in (Reading.BEGUN, Reading.AMBIGUOUS):
            # A longer answer begins so too: the key counts only once the caller has paused.
            self.wait(ask.between if typed else ask.first)
        early = ", pressed before the question" if ask.typed else ""
        self.line(f'key "{typed}"{early}' if typed else f"silence for {ask.first:g} s")
        return Heard(typed)

    def _gather(self, gather: Gather) -> Heard:
        pressed = gather.typed + self._pressed(gather)
        typed = pressed.partition("#")[0][: gather.most]
        self.wait(KEY * (len(typed) - len(gather.typed)))
        if "#" not in pressed and len(typed) < gather.most:
            self.wait(gather.between if typed else gather.first)
        shown = BULLET * len(typed) if gather.secret else f'"{typed}"'
        self.line(f"keys {shown}" if typed else f"silence for {gather.first:g} s")
        return Heard(typed)

    def _pressed(self, question: Ask | Gather) -> str:
        """Put a question, and what the caller presses after what he has typed ahead."""
        if question.typed:
            return self.cast.rest()
        self._say(question.phrase)
        try:
            press = self.cast.press(question)
        except HangsUp:
            self.wait(self._seconds(question.phrase))
            self.line("the caller hangs up")
            raise
        self.wait(self._seconds(question.phrase) * (HESITATION if press.early and press.keys else 1))
        return press.keys

    def _reachable(self, asked: Reachable) -> There:
        there = self.cast.reachable(asked)
        if not there.agents and not there.queues:
            who = ", ".join((*asked.agents, *(door.queue for door in asked.doors)))
            self.line(f"{who} {'full' if there.full else 'cannot be reached'}: no price is announced")
        return there

    def _dial(self, dial: Dial) -> Dialled:
        sound = ", with music" if dial.music else ""
        rings = f"parked in {dial.slot}" if dial.slot else f"rings {', '.join(dial.agents)}"
        self.line(f"{rings} for up to {dial.ring:g} s{sound}")
        try:
            reached, agent = self.cast.ring(dial)
        except HangsUp:
            self.wait(min(RING, dial.ring))
            self.line("the caller hangs up")
            raise
        if agent is None:
            self.wait(dial.ring if reached is Reached.NO_ANSWER else REFUSAL)
            self.line(reached.replace("_", " "))
            return Dialled(reached)
        self.wait(min(RING, dial.ring))
        if self._answered is None:
            self._answer()
        self.line(f"{agent} answers")
        return Dialled(Reached.TALKED, agent, cut=self._talk(dial, agent))

    def _talk(self, to: Dial | Enqueue, who: str) -> bool:
        """A conversation; whether the limit that began with it cut it."""
        if to.limit is not None:
            self._warn(to.limit, to.warn)
        if self._ends is None and to.limit is not None and self.cast.given.talk >= to.limit:
            self.wait(to.limit)
            self.line("the limit cuts the conversation")
            return True
        self.wait(self.cast.given.talk)
        self.line(f"{who} hangs up after {self.cast.given.talk:g} s")
        return False

    def _warn(self, limit: float, warn: Warn | None) -> None:
        if warn:
            self._warns = self.at + timedelta(seconds=limit - warn.before), warn.prompt

    def _enqueue(self, wanted: Enqueue) -> Queued:
        self.line(f"waits in {wanted.queue} for up to {wanted.wait:g} s")
        served, agent = self.cast.serve(wanted)
        if served in (Served.FULL, Served.EMPTY):
            self.wait(REFUSAL)
            self.line(NOT_SERVED[served])
            return Queued(served)
        waited = wanted.wait if served is Served.TIMEOUT else min(RING, wanted.wait)
        self.wait(waited)
        if served is not Served.TALKED:
            self.line(f'key "{wanted.key}"' if served is Served.KEY else NOT_SERVED[served])
            return Queued(served, waited=waited, place=1)
        if self._answered is None:
            self._answer()
        who = agent or "an agent"
        self.line(f"{who} answers")
        rang = (agent,) if agent else ()
        return Queued(served, agent, waited=waited, place=1, rang=rang, cut=self._talk(wanted, who))

    def _say(self, phrase: Phrase) -> None:
        if phrase:
            self.line("♪" if phrase == ("beep",) else "“" + " ".join(self._said(name)[0] for name in phrase) + "”")

    def _seconds(self, phrase: Phrase) -> float:
        return sum(self._said(name)[1] for name in phrase)

    def _said(self, name: str) -> tuple[str, float]:
        return self.said(self.language, name)
