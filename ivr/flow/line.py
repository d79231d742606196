"""The line between a flow and its channel: the one place that answers, and so the one place that lets a call cost.

Theory
------
A line is unanswered, then in early media (the caller hears us and pays nothing), then answered (charging runs).
It never goes back.  A node only says what it wants done; each command says what it needs of the line, and the line
brings itself there first:

    needs EARLY       Progress
    needs ANNOUNCED   … and, on a surcharged number, a look at what the caller has spent this month, then the free
                      announcement, whole or skipped by its own key, and its beep
    needs ANSWERED    … and Answer, then the limit that the tariff sets, armed in the exchange

So an announcement cannot be forgotten, charging cannot begin before it has ended, and a flow that only says
"we are closed" never answers.  Nothing else in the house yields Answer; `tests/flow/test_line.py` proves that no
sequence of commands makes this file break its order.

What is known to be undeliverable is not even announced (`ivr.flow.absence`).

A price is told again where the tariff changes between its announcement and the answer: what is charged was announced,
and is the price in force when the call is answered.  A ring or a wait that lasts until the change is cut there.  It is
also the one that an agent is told before he talks.

A caller who has reached his ceiling hears so instead of the announcement, and the call ends unanswered.  What is left
of a ceiling bounds the call like the tariff's limit.

A Dial on a line that was not answered leaves the answer to the agent who picks up: ringing stays free for as long
as carriers bear an unanswered call (``unanswered_limit``).  A ring that would last longer is cut in two: the first
part free, the rest after answering, or never, where the flow would rather leave; a rest too short to hear is not worth
a charge, and is dropped.  Where the flow goes on after an agent answered the line, the tariff's limit is armed for what
is left of it, the ring counted in.
An Enqueue is waited out in the same way: free at first, then answered, and on from the place that the caller had.
Where waiting may not be charged for (``free_wait``) neither is answered for more of it: it was in vain.
With each limit goes the warning before it, where the number has one and the limit leaves time for it: in whatever the
caller is then, the exchange itself says it, once.  A conversation that the limit cut ends the call.
An agent may park a caller with whom he talks (`ivr.flow.parking`), but not where nobody may be charged for waiting.
What is ordered meanwhile reaches who waits (`ivr.flow.news`); nothing is answered for it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ivr.flow.absence import Absence
from ivr.flow.altered import altered
from ivr.flow.commands import (
    Answer,
    Command,
    Dial,
    Dialled,
    Enqueue,
    Hangup,
    Limit,
    Need,
    Now,
    Play,
    Progress,
    Queued,
    Reached,
    Served,
    Speak,
    Talk,
    Warn,
)
from ivr.flow.errands import Draw, Overridden, Recall, Remember, Spent
from ivr.flow.news import Diverted, News, waited
from ivr.flow.parking import parked
from ivr.flow.telling import priced
from ivr.flow.terms import Terms
from ivr.values.call import Ending

LEAST_RING = 1.0  # seconds: a shorter ring reaches nobody
LONGEST_UNANSWERED = timedelta(minutes=10)  # nobody asks the time for tariffs that begin later
TALKED = frozenset({Reached.TALKED, Served.TALKED})
IN_VAIN = frozenset({Reached.NO_ANSWER, Served.TIMEOUT})  # longer might have helped
AT_ONCE = Now | Speak | Overridden | Recall | Remember | Draw  # what takes no time, so that nobody comes meanwhile


class FlowError(Exception):
    """A node asked for what only the line may do: a fault of the house, never of a caller or a book."""


class _Over(Exception):
    """The call must end now: why, and what the caller is told, if anything."""

    def __init__(self, ending: Ending, prompt: str = "") -> None:
        self.ending = ending
        self.prompt = prompt


class Line:
    """One call's line; :meth:`carry` wraps the talk of its flow.

    ``to_come`` are the terms that later tariffs of the number demand, each from an instant on, in order.
    ``state`` may be read by whoever draws the call (the simulator, the dashboard), ``ending`` and the ``terms`` in
    force by whoever writes the record; nobody else writes them.  ``news`` is what reaches him while he waits, set by
    whoever knows the crises of his number.
    """

    news: News | None = None

    def __init__(self, terms: Terms, to_come: Sequence[tuple[datetime, Terms]] = ()) -> None:
        self.terms = terms
        self._to_come = list(to_come)
        self._limit = terms.limit
        self._opened: datetime | None = None
        self._talking_since: datetime | None = None  # since before an agent answered the line, until a limit is armed
        self._absence = Absence()
        self.state: Need = Need.NOTHING
        self.ending: Ending = Ending.FLOW

    def copy(self) -> "Line":
        """A line in the same state, on which the same call can go on otherwise; only between two commands of a flow."""
        return altered(self, _to_come=list(self._to_come), _absence=altered(self._absence))

    def carry(self, talk: Talk[None]) -> Talk[None]:
        """Yield the flow's commands, each preceded by what it needs of the line."""
        try:
            command = next(talk)
            while True:
                if isinstance(command, Progress | Answer | Limit):
                    raise FlowError(f"a node asked for {type(command).__name__}: only the line may")
                try:
                    result = yield from self._with_line(command)
                except Diverted as diverted:
                    command = talk.throw(diverted)
                else:
                    command = talk.send(result)
        except StopIteration:
            return
        except _Over as over:
            self.ending = over.ending
            if over.prompt:
                yield from Play((over.prompt,))
            yield from Hangup()
        finally:
            talk.close()

    def _with_line(self, command: Command[Any]) -> Talk[Any]:
        if command.needs >= Need.ANNOUNCED and self.state < Need.ANNOUNCED and self.terms.priced:
            in_vain = yield from self._absence.makes(command)
            if in_vain is not None:
                return in_vain
        if not isinstance(command, AT_ONCE):
            self._absence.is_over()
        yield from self._bring_to(command.needs)
        if not isinstance(command, Dial | Enqueue):
            return (yield command)
        command = replace(command, parks=self.terms.park is not None)
        if command.music and not command.hold:
            command = replace(command, hold=self.terms.music)
        reached = yield from waited(command, self._waited, self.news)
        if reached.cut:
            raise _Over(Ending.LIMIT)
        if reached.parked and self.terms.park is not None:
            return (yield from parked(reached, self.terms.park, self._with_line))
        return reached

    def _waited(self, wanted: Dial | Enqueue) -> Talk[Dialled | Queued]:
        if self.state < Need.ANSWERED:
            return (yield from self._dial_free(wanted))
        reached: Dialled | Queued = yield self._priced(wanted)
        return reached

    def _bring_to(self, need: Need) -> Talk[None]:
        if need >= Need.EARLY and self.state < Need.EARLY:
            yield from Progress()
            self._opened = yield from Now()
            self.state = Need.EARLY
        if need >= Need.ANNOUNCED and self.state < Need.ANNOUNCED:
            yield from self._take_up()
            yield from self._announce()
            self.state = Need.ANNOUNCED
        if need >= Need.ANSWERED and self.state < Need.ANSWERED:
            yield from self._keep_to_the_price()
            yield from Answer()
            self.state = Need.ANSWERED
            if self._limit is not None:
                yield from self._limited(self._limit)
        if need >= Need.EARLY and self._talking_since is not None and self._limit is not None:
            spent = ((yield from Now()) - self._talking_since).total_seconds()
            self._talking_since = None
            yield from self._limited(max(1.0, self._limit - max(0.0, spent)))

    def _priced(self, to: Dial | Enqueue) -> Dial | Enqueue:
        return priced(to, self.terms.told)

    def _limited(self, seconds: float) -> Talk[None]:
        yield from Limit(seconds, self._warning(seconds))

    def _warning(self, limit: float | None) -> Warn | None:
        warn = self.terms.warn
        return warn if warn is not None and limit is not None and limit > warn.before else None

    def _afford(self) -> Talk[None]:
        """See what the caller has spent this month: who has reached his ceiling is told so, free, and not answered."""
        ceiling = self.terms.ceiling
        if ceiling is None:
            return
        assert self._opened is not None  # noqa: S101 - _bring_to opened it
        spent = yield from Spent(ceiling.month(self._opened), ceiling.at_most)
        if spent is None:
            return
        if ceiling.reached(spent):
            raise _Over(Ending.CEILING, ceiling.prompt)
        room = ceiling.room(spent)
        if room is not None:
            self._limit = room if self._limit is None else min(room, self._limit)

    def _announce(self) -> Talk[None]:
        self._limit = self.terms.limit
        yield from self._afford()
        if self.terms.announcement is not None:
            yield from Play((self.terms.announcement,), until=self.terms.skip)
            if self.terms.beep is not None:
                yield from Play((self.terms.beep,))

    def _keep_to_the_price(self) -> Talk[None]:
        """Tell the price again where it has changed since it was told."""
        told = self.terms
        yield from self._take_up()
        if self.terms is not told:
            yield from self._announce()

    def _take_up(self) -> Talk[None]:
        """Have the tariff in force, or that begins before anybody could answer."""
        while (until := (yield from self._until_change())) is not None and until < LEAST_RING:
            self.terms = self._to_come.pop(0)[1]

    def _until_change(self) -> Talk[float | None]:
        """Seconds until the next tariff begins; ``None``: not before this call is answered."""
        assert self._opened is not None  # noqa: S101 - _bring_to opened it
        if not self._to_come or self._to_come[0][0] - self._opened > LONGEST_UNANSWERED:
            return None
        return (self._to_come[0][0] - (yield from Now())).total_seconds()

    def _dial_free(self, dial: Dial | Enqueue) -> Talk[Dialled | Queued]:
        """Ring, or wait in a queue, before the answer for as long as the carrier bears it, then answer and go on."""
        assert self._opened is not None  # noqa: S101 - _bring_to opened it
        waited = 0.0  # in vain, in the parts before
        while True:
            yield from self._keep_to_the_price()
            change = yield from self._until_change()
            now = yield from Now()
            free = self.terms.unanswered_limit - max(0.0, (now - self._opened).total_seconds())
            lasts = dial.ring if isinstance(dial, Dial) else dial.wait
            if free < LEAST_RING:
                break
            part = free if change is None else min(free, change)
            reached: Dialled | Queued = yield replace(
                self._priced(_cut(dial, min(lasts, part))), limit=self._limit, warn=self._warning(self._limit)
            )
            if _came_to(reached) in TALKED:
                self.state = Need.ANSWERED
                self._talking_since = now
            if reached.news or _came_to(reached) not in IN_VAIN or lasts - part < LEAST_RING:
                return _in_all(reached, waited)
            if isinstance(reached, Queued):
                waited += reached.waited or 0.0
            dial = _cut(dial, lasts - part, reached)
            if part == free:
                break
        if isinstance(dial, Dial) and (dial.leave or self.terms.free_wait):
            return Dialled(Reached.NO_ANSWER, past_limit=dial.leave)
        if isinstance(dial, Enqueue) and self.terms.free_wait:
            return Queued(Served.TIMEOUT, waited=waited, place=dial.place)
        yield from self._bring_to(Need.ANSWERED)
        answered: Dialled | Queued = yield self._priced(dial)
        return _in_all(answered, waited)


def _cut(dial: Dial | Enqueue, seconds: float, before: Dialled | Queued | None = None) -> Dial | Enqueue:
    """The same for ``seconds``; who waited ``before`` takes up the place that he had."""
    if isinstance(dial, Dial):
        return replace(dial, ring=seconds)
    if not isinstance(before, Queued):
        return replace(dial, wait=seconds)
    return replace(dial, wait=seconds, place=before.place, stood=None)


def _in_all(came: Dialled | Queued, before: float) -> Dialled | Queued:
    """What came of a wait, with how long it was in all; ``before`` are the seconds of its earlier parts."""
    if not before or not isinstance(came, Queued) or came.waited is None:
        return came
    return replace(came, waited=came.waited + before)


def _came_to(reached: Dialled | Queued) -> Reached | Served:
    return reached.reached if isinstance(reached, Dialled) else reached.served
