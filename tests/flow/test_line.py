"""The proof of the line: whatever a flow asks, whatever the caller does, the order of the law holds.

Three ways: calls by example; every path of the demo book; talks of chance on terms of chance.  And mutants of
``line.py``, each of which must be caught by one of them, so that these are known to see.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ivr.book.book import Book, Service, read_book
from ivr.flow import absence as the_absence
from ivr.flow import line as the_line
from ivr.flow.asking import Unasked
from ivr.flow.commands import (
    Answer,
    Ask,
    Command,
    Dial,
    Dialled,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Limit,
    Look,
    Need,
    Now,
    Play,
    Played,
    Progress,
    Queued,
    Reachable,
    Reached,
    Served,
    Talk,
    There,
    Warn,
)
from ivr.flow.errands import Spent
from ivr.flow.flow import Drawing
from ivr.flow.line import FlowError, Line
from ivr.flow.node import Scene
from ivr.flow.terms import Terms
from ivr.flow.walk import walk
from ivr.values.call import Ending
from ivr.values.ceiling import Ceiling
from ivr.values.queue import Door
from ivr.values.tariff import Mode, Tariff
from ivr.values.whisper import PRICE

from .play import CALL, NIGHT, NOON, OFFICE, PARIS, OffScript, perform
from .proof import (
    EPOCH,
    Broken,
    carry_out,
    converse,
    every_result,
    judge,
    lasting,
    mutants,
    noted,
    odometer,
    random_world,
)
from .proof import given_by as flow_that_gives

DEMO = Path(__file__).parents[2]
SURCHARGED = Terms("announcement/tried", "beep", 1800.0, 30.0, told="whisper/tried")
DEAR = Tariff("dear", Mode.PER_MINUTE, Decimal("0.80"))
ONCE = Tariff("once", Mode.PER_CALL, Decimal("0.80"))
CEILING = Ceiling(Decimal(300), "spent", PARIS, DEAR)
PLAIN = Terms(announcement=None, beep="beep", limit=None, unanswered_limit=30.0)

WHOM = Reachable(("someone",), (Door("queue", 3),))


def _seen(whom: Reachable | None) -> Look:
    """What is found by looking: these, nobody, or something else than agents."""

    def look() -> Talk[Reachable | None]:
        yield from Now()
        return whom

    return look


AWAITED = [None, None, WHOM, _seen(WHOM), _seen(Reachable()), _seen(None)]
CHARGED = [Need.EARLY, Need.ANNOUNCED, Need.ANSWERED]


def some(dice: random.Random, low: float, high: float, *edges: float) -> float:
    """Half of all an edge or a whole number, as people write them."""
    return dice.choice(
        [dice.uniform(low, high), dice.choice([low, high, *edges, float(dice.randint(int(low), int(high)))])]
    )


def wait(dice: random.Random) -> float:
    """Often just what a carrier bears, or a little more: there the cutting of a ring is at its edge."""
    return dice.choice([dice.choice([25.0, 25.5, 60.0, 60.9, 61.0]), some(dice, 5, 120)])


def terms_of_chance(dice: random.Random) -> Terms:
    return Terms(
        announcement=dice.choice([None, "announcement/tried"]),
        beep=dice.choice(["beep", "beep", None]),
        skip=dice.choice(["#", "#", ""]),
        limit=dice.choice([None, some(dice, 60, 24000)]),
        unanswered_limit=dice.choice([25.0, 60.0, some(dice, 25, 180), some(dice, 25, 180)]),
        ceiling=dice.choice([None, None, CEILING, replace(CEILING, tariff=ONCE)]),
        warn=dice.choice([None, Warn(60, "soon")]),
    )


COMMANDS: list[Callable[[random.Random], Command[Any]]] = [
    lambda _: Now(),
    lambda dice: Play(("said",), dice.choice(["", "0123456789*#"]), needs=dice.choice(CHARGED)),
    lambda _: Play(("hold",), toward=Reachable(("someone",)), needs=Need.ANNOUNCED),
    lambda dice: Ask(("asked",), ("1", "2"), some(dice, 1, 60), toward=dice.choice(AWAITED)),
    lambda dice: Gather(("digits",), 4, toward=dice.choice(AWAITED)),
    lambda dice: Enqueue("queue", wait(dice), toward=Reachable((), (Door("queue", 3),))),
    lambda dice: Dial(("someone",), wait(dice)),
    lambda dice: Dial(("someone",), wait(dice), music=(leave := dice.random() < 0.5), leave=leave),
    lambda dice: Enqueue("queue", wait(dice), 2, dice.choice(["", "1"])),
    lambda dice: Enqueue("queue", wait(dice)),
]


def talk_of_chance(dice: random.Random) -> list[Command[Any]]:
    """Up to eight commands, one after the other."""
    return _each_apart([dice.choice(COMMANDS)(dice) for _ in range(dice.randint(0, 8))])


def _each_apart(commands: list[Command[Any]]) -> list[Command[Any]]:
    """Each Dial with agents of its own, so that the two halves of one are told from two; each queue with a name."""
    return [
        replace(c, agents=(f"agent-{n}",))
        if isinstance(c, Dial)
        else replace(c, queue=f"queue-{n}")
        if isinstance(c, Enqueue)
        else c
        for n, c in enumerate(commands)
    ]


# -- (a) talks of chance -----------------------------------------------------------------------------------------


def by_chance(line: ModuleType, examples: int) -> None:
    """Random talks on a line of that module, the same each time; raises what is wrong with it."""
    for commands, terms in EDGES:
        converse(line, commands, terms, _in_vain)
    for seed in range(examples):
        dice = random.Random(seed)
        commands, terms = talk_of_chance(dice), terms_of_chance(dice)
        converse(line, commands, terms, random_world(dice))
        for forbidden in (Progress(), Answer(), Limit(1)):
            refused(line, [*commands[:2], forbidden], terms)


# What chance finds too seldom: just what a carrier bears, a little more, and much more.
EDGES: list[tuple[list[Command[Any]], Terms]] = [
    ([wanted, Now()], Terms(None, "beep", None, 25.0))
    for wanted in (
        Dial(("agent",), 25.5),
        Dial(("agent",), 60.0),
        Enqueue("queue", 25.5),
        Enqueue("queue", 60.0, 2, "1"),
    )
]


def _in_vain(command: Command[Any]) -> tuple[Any, float]:
    """Nobody answers; who waits is third when he leaves."""
    match command:
        case Dial(ring=ring):
            return Dialled(Reached.NO_ANSWER), ring
        case Enqueue(wait=wait):
            return Queued(Served.TIMEOUT, place=3), wait
    return every_result(command)[0]


def refused(line: ModuleType, commands: Sequence[Command[Any]], terms: Terms) -> None:
    """A flow that does itself what only the line may is refused, before anything comes of it."""
    given: list[int] = []
    talk = line.Line(line.Terms(**vars(terms))).carry(flow_that_gives(commands, given, []))
    try:
        calls = carry_out(talk, given, lambda command: every_result(command)[0])
    except line.FlowError:
        return
    raise Broken(f"the flow was let do {commands[-1]}: {calls}")


def test_no_talk_of_chance_breaks_the_order_of_the_law() -> None:
    """Any commands, any results, any terms, the caller gone at any instant."""
    by_chance(the_line, 1500)


@pytest.mark.parametrize("seed", range(4))
def test_a_clock_set_back_never_makes_a_ring_longer_than_the_carrier_bears(seed: int) -> None:
    """The wall clock may jump; one free ring is at most the unanswered limit all the same."""
    for number in range(25):
        dice = random.Random(100 * seed + number)
        terms = terms_of_chance(dice)

        def world(command: Command[Any], dice: random.Random = dice) -> tuple[Any, float]:
            if isinstance(command, Now):
                return EPOCH + timedelta(seconds=some(dice, -7200, 7200, 0.0)), 0.0
            return every_result(command)[-1]

        calls = carry_out(Line(terms).carry(flow_that_gives(talk_of_chance(dice), [], [])), [], world)
        tried = [a.command for a in calls if isinstance(a.command, Dial | Enqueue)]
        free = [lasting(command) for command in tried if command.limit is not None]

        assert all(ring <= terms.unanswered_limit for ring in free)


# -- (b) every path of the demo book -----------------------------------------------------------------------------


@cache
def demo() -> Book:
    return read_book(DEMO)


def every_path(line: ModuleType, service: Service, depth: int) -> int:
    """Every way that a call of ``service`` can go, up to ``depth`` commands; returns how many there are.

    A caller who hangs up needs no path of its own: the judge holds every beginning of a call against the law.
    """
    calendars = dict.fromkeys(demo().calendars, OFFICE)
    drawing = Drawing({service.flow.flow: service.flow})  # one for all paths: what a place leads to is worked out once

    def one(choose: Callable[[int], int]) -> None:
        opening = [NOON, NIGHT][choose(2)]
        since = [0.0]

        def world(command: Command[Any]) -> tuple[Any, float]:
            if isinstance(command, Now):
                return opening + timedelta(seconds=since[0]), 0.0
            results = every_result(command)
            result, took = results[choose(len(results))]
            since[0] += took
            return result, took

        given: list[int] = []
        talk = noted(walk(service.flow, Scene(CALL, calendars), [], drawing), given)
        calls = carry_out(line.Line(line.Terms(**vars(service.terms))).carry(talk), given, world, most=depth)
        judge(calls, service.terms)
        closed = opening is NIGHT
        asked = [type(entry.command) for entry in calls]
        if closed and (Answer in asked or Dial in asked or asked[-1] is not Hangup):
            raise Broken(f"a closed number is not free: {calls}")
        if len(calls) < depth and calls[-1].done and asked[-1] is not Hangup:
            raise Broken(f"the call is left hanging: {calls}")

    return odometer(one)


# One number of each tariff, and how many commands of a call are tried; other numbers have the same line.
DEPTHS = {"0800000001": 12, "0806000002": 12, "0825000003": 14, "0899000004": 16}


@pytest.mark.parametrize(("number", "depth"), DEPTHS.items())
def test_no_path_of_the_demo_book_breaks_the_order_of_the_law(number: str, depth: int) -> None:
    """Each key, a wrong one, silence, open and closed, everything that can become of a Dial."""
    count = every_path(the_line, demo().services[number], depth)

    assert count > 500


# -- (c) mutants -------------------------------------------------------------------------------------------------

ANNOUNCE = "            yield from Play((self.terms.announcement,), until=self.terms.skip)\n"
BEEP = """\
            if self.terms.beep is not None:
                yield from Play((self.terms.beep,))
"""
ANSWER = """\
            yield from Answer()
            self.state = Need.ANSWERED
"""
LIMIT = """\
            if self._limit is not None:
                yield from self._limited(self._limit)
"""
AFFORD = "        yield from self._afford()\n"
SPEAK = "        if self.terms.announcement is not None:\n"
TAKE_UP = "            yield from self._take_up()\n"
KEEP = "            yield from self._keep_to_the_price()\n"
BRING_ANNOUNCED = f"""\
        if need >= Need.ANNOUNCED and self.state < Need.ANNOUNCED:
{TAKE_UP}            yield from self._announce()
            self.state = Need.ANNOUNCED
"""
BRING_ANSWERED = f"""\
        if need >= Need.ANSWERED and self.state < Need.ANSWERED:
{KEEP}{ANSWER}{LIMIT}"""

# What someone may break in line.py and absence.py, as (what stands there, what they make of it).
MUTANTS: dict[str, list[tuple[str, str]]] = {
    "answers for any sound": [("need >= Need.ANSWERED and", "need >= Need.EARLY and")],
    "answers for an agent before he has": [("need >= Need.ANSWERED and", "need >= Need.ANNOUNCED and")],
    "skips the announcement": [(ANNOUNCE, "")],
    "announces on free numbers only": [("announcement is not None:", "announcement is None:")],
    "loses the beep": [(BEEP, "")],
    "loses the beep when the announcement is skipped": [
        (ANNOUNCE, ANNOUNCE.replace("yield from Play", "heard = yield from Play")),
        ("if self.terms.beep is not None:", "if self.terms.beep is not None and heard.key != self.terms.skip:"),
    ],
    "beeps before the announcement": [(ANNOUNCE + BEEP, BEEP + ANNOUNCE)],
    "answers before the beep": [(BEEP, ANSWER + BEEP)],
    "answers before the announcement": [(ANNOUNCE, ANSWER + ANNOUNCE)],
    "announces after the answer": [(BRING_ANNOUNCED + BRING_ANSWERED, BRING_ANSWERED + BRING_ANNOUNCED)],
    "lets any key skip the announcement": [("until=self.terms.skip", 'until="0123456789*#"')],
    "lets a key cut the beep": [("Play((self.terms.beep,))", 'Play((self.terms.beep,), until="#")')],
    "announces again and again": [("            self.state = Need.ANNOUNCED\n", "")],
    "dials before announcing": [
        ("_bring_to(command.needs)", "_bring_to(Need.EARLY if isinstance(command, Dial | Enqueue) else command.needs)")
    ],
    "opens no early media": [("            yield from Progress()\n", "")],
    "opens early media again and again": [("            self.state = Need.EARLY\n", "")],
    "arms no limit": [(LIMIT, "")],
    "arms the limit before the answer": [(ANSWER + LIMIT, LIMIT + ANSWER)],
    "arms a longer limit": [("self._limited(self._limit)", "self._limited(self._limit + 1)")],
    "answers again and again": [("yield from Answer()\n            self.state = Need.ANSWERED", "yield from Answer()")],
    "rings free without the limit": [(" limit=self._limit,", " limit=None,")],
    "rings free for ever": [("min(lasts, part)", "lasts")],
    "forgets how long the line is open": [("unanswered_limit - max(0.0,", "unanswered_limit - min(0.0,")],
    "rings only as long as it is free": [("not in IN_VAIN or lasts - part < LEAST_RING:", "in {*Reached, *Served}:")],
    "rings the whole time again": [("_cut(dial, lasts - part, reached)", "_cut(dial, lasts, reached)")],
    "answers for a ring too short to hear": [("lasts - part < LEAST_RING", "lasts <= part")],
    "rings on without answering": [("        yield from self._bring_to(Need.ANSWERED)\n", "")],
    "forgets that an agent answered": [
        ("    self.state = Need.ANSWERED\n                self._talking_since = now\n", "    pass\n")
    ],
    "lets the call run for ever after an agent": [("self._talking_since = now", "pass")],
    "tells agents no price": [("priced(to, self.terms.told)", "to")],
    "tells who rings on no new price": [("self._priced(dial)", "dial")],
    "tells who rings later no price": [("yield self._priced(wanted)", "yield wanted")],
    "loses a place": [("wait=seconds, place=before.place", "wait=seconds, place=dial.place")],
    "lets queues forget the carrier": [("isinstance(command, Dial | Enqueue)", "isinstance(command, Dial)")],
    "lets nodes answer": [("isinstance(command, Progress | Answer | Limit)", "isinstance(command, Progress | Limit)")],
    "never asks what the caller has spent": [(AFFORD, "")],
    "announces before it asks what was spent": [(AFFORD + SPEAK + ANNOUNCE + BEEP, SPEAK + ANNOUNCE + BEEP + AFFORD)],
    "answers who has reached his ceiling": [("if ceiling.reached(spent):", "if False:")],
    "refuses who has not": [("if ceiling.reached(spent):", "if not ceiling.reached(spent):")],
    "lets the call cost more than is left": [("min(room, self._limit)", "max(room, self._limit)")],
    "forgets what is left": [("self._limit = room if", "_ = room if")],
    "looks at another month": [("ceiling.month(self._opened)", "ceiling.month(self._opened).replace(day=2)")],
    "refuses without a word": [("                yield from Play((over.prompt,))\n", "                pass\n")],
    "leaves who was refused on the line": [("            yield from Hangup()\n", "")],
    "charges for the refusal": [("            self.ending = over.ending\n", "            yield from Answer()\n")],
    "records a refusal as an end of the flow": [("self.ending = over.ending", "pass")],
    "warns nobody who is answered by us": [(", self._warning(seconds))", ")")],
    "warns nobody who is answered by an agent": [("warn=self._warning(self._limit)", "warn=None")],
    "warns of a limit that there is not": [("limit is not None and limit >", "(limit or 99) >")],
    "warns after the cut": [("and limit > warn.before", "")],
    "warns too late": [("return warn if warn", "return Warn(warn.before - 1, warn.prompt) if warn")],
    "goes on after the limit has cut": [("if reached.cut:", "if False:")],
    "ends each call after a conversation": [("reached.cut:", "_came_to(reached) in TALKED:")],
    "answers for who would rather leave": [("if isinstance(dial, Dial) and (dial.leave or", "if False and (dial or")],
    "lets everybody go": [("if isinstance(dial, Dial) and (dial.leave or", "if isinstance(dial, Dial) and (dial or")],
    "answers a ring where waiting is free": [("(dial.leave or self.terms.free_wait)", "dial.leave")],
    "answers a wait where waiting is free": [("(dial, Enqueue) and self.terms.free_wait:", "(dial, Now):")],
    "waits for free everywhere": [("(dial, Enqueue) and self.terms.free_wait:", "(dial, Enqueue):")],
    "lets go who could still wait": [("free < LEAST_RING:", "free < LEAST_RING or getattr(dial, 'leave', False):")],
    "does not say that it let him go": [(", past_limit=dial.leave)", ")")],
    "asks nobody who is there": [("and self.terms.priced:", "and False:")],
    "announces for nobody": [("if in_vain is not None:", "if False:")],
    "rings nobody where somebody is there": [("if there.agents or there.queues:", "if False:")],
    "forgets who waits in queues": [("if there.agents or there.queues:", "if there.agents:")],
    "looks only for the agents of rings": [("else command.toward\n", "else None\n")],
    "calls a full queue empty": [("Served.FULL if there.full else Served.EMPTY", "Served.EMPTY")],
    "answers to ask for nobody": [("return Unasked(full=there.full)", "return None")],
    "asks for a full queue as for an empty one": [("return Unasked(full=there.full)", "return Unasked()")],
    "takes nobody for silence": [("return Unasked(full=there.full)", 'return Heard("")')],
    "looks only where we announce": [("and self.terms.priced:", "and self.terms.announcement is not None:")],
    "looks at no hours": [("            awaited = yield from awaited()\n", "            return None\n")],
    "announces where all is closed": [("if awaited == Reachable()", "if False")],
    "believes for ever that nobody is there": [("            self._absence.is_over()\n", "            pass\n")],
    "asks anew for each thing said": [("self._away = awaited, there", "pass")],
    "asks again who is there": [("and self.state < Need.ANNOUNCED and self.terms", "and self.terms")],
    "records a cut as a ceiling": [("_Over(Ending.LIMIT)", "_Over(Ending.CEILING)")],
    "charges a new price that nobody was told": [(KEEP + ANSWER, ANSWER)],
    "rings on over a change of price": [("free if change is None else min(free, change)", "free")],
    "tells the price again without need": [("if self.terms is not told:", "if True:")],
    "tells the old price again": [("self.terms = self._to_come.pop(0)[1]", "self._to_come.pop(0)")],
    "keeps the old limit": [("        self._limit = self.terms.limit\n" + AFFORD, AFFORD)],
    "tells an old price although a new one has begun": [(TAKE_UP, "")],
    "swallows a hang-up": [
        ("except StopIteration:\n            return\n", "except Exception:\n            yield from Answer()\n")
    ],
    "tells the flow nothing": [("talk.send(result)", "talk.send(None)")],
}  # fmt: skip


MENU = Ask(("menu",), ("1", "2"))
AGENT = Dial(("camille",), 25)
THERE = (Reachable(("camille",)), There(("camille",)))
MIDNIGHT = NOON + timedelta(seconds=30)
DEARER = Terms("announcement/dearer", "beep", 900.0, 30.0, told="whisper/dearer")
OLD = [(Play(("announcement/tried",), until="#"), Played()), (Play(("beep",)), Played())]
NEW = [(Play(("announcement/dearer",), until="#"), Played()), (Play(("beep",)), Played())]
# Calls over a change of tariff: what flows ask, and all that is done on the line.
OVER_MIDNIGHT: list[tuple[list[Command[Any]], list[tuple[Command[Any], Any]]]] = [
    (  # heard before it, answered after it
        [Ask(("menu",), ("1",))],
        [
            (Progress(), None),
            (Now(), NOON + timedelta(seconds=15)),
            (Now(), NOON + timedelta(seconds=15)),
            *OLD,
            (Now(), NOON + timedelta(seconds=29.5)),
            *NEW,
            (Answer(), None),
            (Limit(900.0), None),
            (Ask(("menu",), ("1",)), Heard("1")),
        ],
    ),
    (  # rings on after it, at the new price, and says so to who picks up; the next conversation too
        [Dial(("camille",), 18, whisper=("call", PRICE))] * 2,
        [
            THERE,
            (Progress(), None),
            (Now(), NOON + timedelta(seconds=8)),
            (Now(), NOON + timedelta(seconds=8)),
            *OLD,
            *[(Now(), NOON + timedelta(seconds=20))] * 3,
            (Dial(("camille",), 10, 1800.0, whisper=("call", "whisper/tried")), Dialled(Reached.NO_ANSWER)),
            (Now(), NOON + timedelta(seconds=30)),
            *NEW,
            (Now(), NOON + timedelta(seconds=38)),
            (Answer(), None),
            (Limit(900.0), None),
            (Dial(("camille",), 8, whisper=("call", "whisper/dearer")), Dialled(Reached.BUSY)),
            (Dial(("camille",), 18, whisper=("call", "whisper/dearer")), Dialled(Reached.BUSY)),
        ],
    ),
    (  # comes just before it, and has it told at once; who is skipping it is not charged before
        [Ask(("menu",), ("1",))],
        [
            (Progress(), None),
            (Now(), NOON + timedelta(seconds=29.5)),
            (Now(), NOON + timedelta(seconds=29.5)),
            *NEW,
            (Answer(), None),
            (Limit(900.0), None),
            (Ask(("menu",), ("1",)), Heard("1")),
        ],
    ),
]


WAITS = Dial(("camille",), 25, music=True, leave=True)
# Who would rather leave than be answered for more of a ring: what his flow asks, and all that is done on the line.
LEAVING: tuple[list[Command[Any]], list[tuple[Command[Any], Any]]] = (
    [WAITS, WAITS, Play(("all-busy",))],
    [
        (Reachable(("camille",)), There(("camille",))),
        (Progress(), None),
        (Now(), NOON),
        *OLD,
        (Now(), NOON + timedelta(seconds=12)),
        (Dial(("camille",), 18, 1800.0, music=True, leave=True), Dialled(Reached.NO_ANSWER)),
        (Now(), NOON + timedelta(seconds=30)),
        (Play(("all-busy",)), Played()),
    ],
)


# Where waiting may not be charged, in a ring and in a queue: never answered for more of it.
WAITING: tuple[list[Command[Any]], list[tuple[Command[Any], Any]]] = (
    [Enqueue("parts", 300), Dial(("camille",), 25), Play(("all-busy",))],
    [
        (Progress(), None),
        (Now(), NOON),
        *OLD,
        (Now(), NOON + timedelta(seconds=12)),
        (Enqueue("parts", 18, limit=1800.0), Queued(Served.TIMEOUT, waited=18.0, place=2)),
        (Now(), NOON + timedelta(seconds=30)),
        (Play(("all-busy",)), Played()),
    ],
)


def prove(line: ModuleType) -> None:
    """Everything that must hold of a line, the quickest way first; the same for the line and for its mutants."""
    by_example(line)
    for number in DEPTHS:
        every_path(line, demo().services[number], depth=9)
    by_chance(line, 600)


def by_example(line: ModuleType) -> None:
    """What chance and the demonstration come upon seldom or never; raises what is wrong with it."""
    for commands, script in OVER_MIDNIGHT:
        carrier = line.Line(line.Terms(**vars(SURCHARGED)), [(MIDNIGHT, line.Terms(**vars(DEARER)))])
        try:
            perform(carrier.carry(flow_that_gives(commands, [], [])), script)
        except OffScript as off:
            raise Broken(f"over a change of price: {off}") from off
        if carrier.terms.announcement != DEARER.announcement:
            raise Broken("the record would have the old price")
    came: list[Any] = []

    def flow() -> Talk[None]:
        for command in LEAVING[0]:
            came.append((yield command))

    try:
        perform(line.Line(line.Terms(**vars(SURCHARGED))).carry(flow()), LEAVING[1])
    except OffScript as off:
        raise Broken(f"of who would rather leave: {off}") from off
    if not all(isinstance(one, Dialled) and one.past_limit for one in came[:2]):
        raise Broken("the flow is not told that it let him go")
    told: list[Any] = []
    terms = line.Terms(**vars(SURCHARGED) | {"free_wait": True})
    try:
        perform(line.Line(terms).carry(flow_that_gives(WAITING[0], [], told)), WAITING[1])
    except OffScript as off:
        raise Broken(f"where waiting is free: {off}") from off
    if told[:2] != [Queued(Served.TIMEOUT, waited=18.0, place=2), Dialled(Reached.NO_ANSWER)]:
        raise Broken(f"where waiting is free the flow is told {told}")
    try:
        perform(line.Line(line.Terms(**vars(SURCHARGED))).carry(flow_that_gives(COMING[0], [], [])), COMING[1])
    except OffScript as off:
        raise Broken(f"of who may have come: {off}") from off
    carrier = line.Line(line.Terms(**vars(SURCHARGED)))
    try:
        perform(carrier.carry(flow_that_gives(CUT[0], [], [])), CUT[1])
    except OffScript as off:
        raise Broken(f"of a conversation that was cut: {off}") from off
    if carrier.ending is not Ending.LIMIT:
        raise Broken(f"a conversation that the limit cut is recorded as {carrier.ending}")


CUT: tuple[list[Command[Any]], list[tuple[Command[Any], Any]]] = (
    [Play(("welcome",), needs=Need.ANSWERED), Dial(("camille",), 25), Play(("after",))],
    [
        (Progress(), None),
        (Now(), NOON),
        (Play(("announcement/tried",), until="#"), Played()),
        (Play(("beep",)), Played()),
        (Answer(), None),
        (Limit(1800.0), None),
        (Play(("welcome",)), Played()),
        (Dial(("camille",), 25), Dialled(Reached.TALKED, "camille", cut=True)),
        (Hangup(), None),
    ],
)
"""By example, since chance does not always draw it: the limit cuts a conversation, and the flow has no say any more."""

_BOTH, _ONE = Reachable(("camille", "karim")), Reachable(("camille",))
COMING: tuple[list[Command[Any]], list[tuple[Command[Any], Any]]] = (
    [
        Play(("welcome",), needs=Need.ANSWERED, toward=_BOTH),
        Ask(("menu",), ("1",), toward=_BOTH),
        Dial(("camille",), 25),
        Play(("nobody",)),
        Dial(("camille",), 25),
    ],
    [(_BOTH, There()), (Progress(), None), (Now(), NOON), (Play(("nobody",)), Played()), (_ONE, There())],
)


def _module(source: str) -> ModuleType:
    made = ModuleType("mutant")
    exec(compile(source, "mutant of line.py", "exec"), made.__dict__)  # noqa: S102 - our own source, changed
    return made


def _source() -> str:
    """The line and what it knows of who is away, as one module, so that mutants of either are mutants of the line."""
    absence, line = (Path(str(one.__file__)).read_text(encoding="utf-8") for one in (the_absence, the_line))
    return absence + line.replace("from ivr.flow.absence import Absence\n", "")


SOURCE = _source()


def test_the_proof_accepts_the_line_as_it_is() -> None:
    """Else it would prove nothing of the mutants that it catches them."""
    prove(_module(SOURCE))


@pytest.mark.parametrize("name", MUTANTS)
def test_the_proof_catches(name: str) -> None:
    """Whoever breaks the order of the law in line.py is told by a test."""
    ((_, changed),) = mutants(SOURCE, {name: MUTANTS[name]})

    with pytest.raises(Broken):
        prove(_module(changed))


# -- by hand -----------------------------------------------------------------------------------------------------


def perform_on(terms: Terms, commands: Sequence[Command[Any]], script: Sequence[tuple[Command[Any], Any]]) -> Line:
    """Play a flow that gives ``commands`` on a line; what the channel is asked must be the script."""
    line = Line(terms)
    perform(line.carry(flow_that_gives(commands, [], [])), script)
    return line


def test_a_menu_on_a_surcharged_number_is_announced_answered_and_limited() -> None:
    """The whole order, in one example to read."""
    line = perform_on(
        SURCHARGED,
        [Play(("welcome",), needs=Need.ANSWERED), MENU],
        [
            (Progress(), None),
            (Now(), NOON),
            (Play(("announcement/tried",), until="#"), Played()),
            (Play(("beep",)), Played()),
            (Answer(), None),
            (Limit(1800.0), None),
            (Play(("welcome",)), Played()),
            (MENU, Heard("1")),
        ],
    )

    assert line.state is Need.ANSWERED


def test_no_price_is_announced_for_agents_who_are_away() -> None:
    """Neither the way to them is said, nor does anybody ring: the flow learns that they are unavailable, free."""
    away = (Reachable(("camille",)), There(()))
    hold = Play(("hold",), needs=Need.ANNOUNCED, toward=Reachable(("camille",)))
    line = perform_on(
        SURCHARGED,
        [hold, AGENT, Play(("nobody",)), Hangup()],
        [away, (Progress(), None), (Now(), NOON), (Play(("nobody",)), Played()), (Hangup(), None)],
    )

    assert line.state is Need.EARLY


@pytest.mark.parametrize(
    ("there", "served"), [(There(), Served.EMPTY), (There(full=True), Served.FULL)], ids=["empty", "full"]
)
def test_no_price_is_announced_for_a_queue_that_lets_nobody_in(there: There, served: Served) -> None:
    """As app_queue would say at its door, but before the caller has listened to a price."""
    asked = Reachable((), (Door("parts", 3),))
    told: list[Any] = []
    script = [(asked, there), (Progress(), None), (Now(), NOON), (Play(("nobody",)), Played())]
    line = Line(SURCHARGED)
    talk = flow_that_gives([Enqueue("parts", 300, toward=asked), Play(("nobody",))], [], told)
    perform(line.carry(talk), script)

    assert (told[0], line.state) == (Queued(served), Need.EARLY)


def test_a_menu_behind_which_nobody_is_there_is_not_answered() -> None:
    """Neither the welcome nor the menu is heard; where the operator says the price, too."""
    asked = Reachable(("camille",), (Door("parts"),))
    welcome = Play(("welcome",), needs=Need.ANSWERED, toward=asked)
    told: list[Any] = []
    script = [(asked, There()), (Progress(), None), (Now(), NOON), (Play(("nobody",)), Played())]
    line = Line(replace(SURCHARGED, announcement=None, beep=None, ceiling=CEILING))
    perform(line.carry(flow_that_gives([welcome, replace(MENU, toward=asked), Play(("nobody",))], [], told)), script)

    assert (told[1], line.state) == (Unasked(), Need.EARLY)


def test_who_is_away_is_asked_for_again_once_time_has_passed() -> None:
    """Somebody may come while something is said; of two things in a row the second is not said without the first."""
    perform_on(SURCHARGED, *COMING)


def test_a_closed_number_stays_free() -> None:
    """Only early media: no announcement, no answer, nothing to pay."""
    script = [(Now(), NIGHT), (Progress(), None), (Now(), NIGHT), (Play(("closed",)), Played()), (Hangup(), None)]
    line = perform_on(SURCHARGED, [Now(), Play(("closed",)), Hangup()], script)

    assert line.state is Need.EARLY


def test_an_agent_rings_free_and_answers_the_line_himself() -> None:
    """No Answer of ours: charging begins with the agent's, and the Dial carries the limit."""
    dial = Dial(("camille",), 25, limit=1800.0)
    line = perform_on(
        SURCHARGED,
        [AGENT, Hangup()],
        [
            THERE,
            (Progress(), None),
            (Now(), NOON),
            (Play(("announcement/tried",), until="#"), Played("#")),
            (Play(("beep",)), Played()),
            (Now(), NOON + timedelta(seconds=2)),
            (dial, Dialled(Reached.TALKED, "camille")),
            (Hangup(), None),
        ],
    )

    assert line.state is Need.ANSWERED


def test_a_flow_that_goes_on_after_an_agent_is_limited_for_the_rest() -> None:
    """The line was answered by the agent; what remains of the limit is armed before the caller hears more."""
    perform_on(
        SURCHARGED,
        [AGENT, MENU],
        [
            THERE,
            (Progress(), None),
            (Now(), NOON),
            (Play(("announcement/tried",), until="#"), Played()),
            (Play(("beep",)), Played()),
            (Now(), NOON + timedelta(seconds=12)),
            (Dial(("camille",), 18, limit=1800.0), Dialled(Reached.TALKED, "camille")),
            (Now(), NOON + timedelta(seconds=312)),
            (Limit(1500.0), None),
            (MENU, Heard("1")),
        ],
    )


def test_a_ring_longer_than_the_carrier_bears_is_cut_in_two() -> None:
    """The first part free, the rest after answering."""
    perform_on(
        SURCHARGED,
        [AGENT],
        [
            THERE,
            (Progress(), None),
            (Now(), NOON),
            (Play(("announcement/tried",), until="#"), Played()),
            (Play(("beep",)), Played()),
            (Now(), NOON + timedelta(seconds=12)),
            (Dial(("camille",), 18, limit=1800.0), Dialled(Reached.NO_ANSWER)),
            (Answer(), None),
            (Limit(1800.0), None),
            (Dial(("camille",), 7), Dialled(Reached.NO_ANSWER)),
        ],
    )


def test_who_would_rather_leave_is_never_answered_for_more_of_a_ring() -> None:
    """The free part is rung, with music; what the carrier does not bear any more is not, nor a second ring."""
    perform_on(SURCHARGED, *LEAVING)


def test_nobody_is_answered_for_a_ring_too_short_to_hear() -> None:
    """A ring as long as the carrier bears loses its last instants rather than charging for them."""
    perform_on(
        Terms(None, "beep", None, 25.0),
        [AGENT],
        [
            (Progress(), None),
            (Now(), NOON),
            (Now(), NOON + timedelta(milliseconds=3)),
            (Dial(("camille",), 24.997), Dialled(Reached.NO_ANSWER)),
        ],
    )


WAIT = Enqueue("parts", 300, 2, "1")


def test_waiting_is_free_until_an_agent_takes_the_call() -> None:
    """His answer is the line's, and the wait carries the limit of the talk."""
    line = perform_on(
        SURCHARGED,
        [WAIT, Hangup()],
        [
            (Progress(), None),
            (Now(), NOON),
            (Play(("announcement/tried",), until="#"), Played()),
            (Play(("beep",)), Played()),
            (Now(), NOON + timedelta(seconds=12)),
            (replace(WAIT, wait=18, limit=1800.0), Queued(Served.TALKED, "camille")),
            (Hangup(), None),
        ],
    )

    assert line.state is Need.ANSWERED


def test_a_talk_that_the_limit_cuts_ends_the_call_of_who_waited_too() -> None:
    """As one that was dialled: the flow has no say, and the record tells the limit."""
    line = perform_on(
        SURCHARGED,
        [WAIT, MENU],
        [
            (Progress(), None),
            (Now(), NOON),
            (Play(("announcement/tried",), until="#"), Played()),
            (Play(("beep",)), Played()),
            (Now(), NOON + timedelta(seconds=12)),
            (replace(WAIT, wait=18, limit=1800.0), Queued(Served.TALKED, "camille", cut=True)),
            (Hangup(), None),
        ],
    )

    assert line.ending is Ending.LIMIT


def test_who_waits_longer_than_the_carrier_bears_is_answered_and_keeps_his_place() -> None:
    """He was third, and is third again."""
    perform_on(
        SURCHARGED,
        [WAIT],
        [
            (Progress(), None),
            (Now(), NOON),
            (Play(("announcement/tried",), until="#"), Played()),
            (Play(("beep",)), Played()),
            (Now(), NOON + timedelta(seconds=12)),
            (replace(WAIT, wait=18, limit=1800.0), Queued(Served.TIMEOUT, waited=18.0, place=3)),
            (Answer(), None),
            (Limit(1800.0), None),
            (replace(WAIT, wait=282, place=3), Queued(Served.TIMEOUT, waited=282.0, place=1)),
        ],
    )


def test_a_wait_in_two_parts_is_as_long_as_both() -> None:
    """Who then asks to be called back has waited since he came, not since the line was answered."""
    told: list[Queued] = []

    def waits() -> Talk[None]:
        told.append((yield from WAIT))

    script = [
        (Progress(), None),
        (Now(), NOON),
        (Now(), NOON),
        (replace(WAIT, wait=30), Queued(Served.TIMEOUT, waited=30.0, place=1)),
        (Answer(), None),
        (replace(WAIT, wait=270, place=1), Queued(Served.KEY, waited=12.0, place=1)),
    ]
    perform(Line(Terms(None, None, None, 30.0)).carry(waits()), script)

    assert [one.waited for one in told] == [42.0]


@pytest.mark.parametrize("served", [Served.FULL, Served.EMPTY, Served.EMPTIED, Served.KEY])
def test_who_leaves_a_queue_before_the_answer_has_paid_nothing(served: Served) -> None:
    """Only a wait that ran out may have to go on."""
    line = perform_on(
        PLAIN,
        [WAIT, Hangup()],
        [
            (Progress(), None),
            (Now(), NOON),
            (Now(), NOON),
            (replace(WAIT, wait=30), Queued(served)),
            (Hangup(), None),
        ],
    )

    assert line.state is Need.ANNOUNCED


def test_an_agent_on_an_answered_line_rings_without_ceremony() -> None:
    """The limit is armed already; the Dial has none of its own."""
    opened = [(Progress(), None), (Now(), NOON), (Answer(), None)]
    perform_on(PLAIN, [MENU, AGENT], [*opened, (MENU, Heard("1")), (AGENT, Dialled(Reached.BUSY))])


def test_who_has_reached_his_ceiling_is_refused_free_and_at_once() -> None:
    """Instead of the announcement he hears why; the flow is closed, wherever it was."""
    line = perform_on(
        replace(SURCHARGED, ceiling=CEILING),
        [MENU, Hangup()],
        [
            (Progress(), None),
            (Now(), NOON),
            (Spent(datetime(2026, 6, 1, tzinfo=PARIS)), Decimal("299.21")),
            (Play(("spent",)), Played()),
            (Hangup(), None),
        ],
    )

    assert (line.state, line.ending) == (Need.EARLY, Ending.CEILING)


def test_what_is_left_of_a_ceiling_bounds_the_call() -> None:
    """Eighty cents and a half are a minute at 0.80 €, and what is over buys no whole second."""
    perform_on(
        replace(SURCHARGED, ceiling=CEILING),
        [MENU],
        [
            (Progress(), None),
            (Now(), NOON),
            (Spent(datetime(2026, 6, 1, tzinfo=PARIS)), Decimal("299.195")),
            (Play(("announcement/tried",), until="#"), Played()),
            (Play(("beep",)), Played()),
            (Answer(), None),
            (Limit(60.0), None),
            (MENU, Heard("1")),
        ],
    )


def test_a_conversation_that_the_limit_cuts_ends_the_call_after_a_warning() -> None:
    """The exchange warns and cuts; the flow has no say, and the record tells the limit."""
    warn = Warn(60, "soon")
    line = perform_on(
        replace(SURCHARGED, warn=warn),
        [AGENT, MENU],
        [
            THERE,
            (Progress(), None),
            (Now(), NOON),
            (Play(("announcement/tried",), until="#"), Played()),
            (Play(("beep",)), Played()),
            (Now(), NOON + timedelta(seconds=12)),
            (Dial(("camille",), 18, 1800.0, warn), Dialled(Reached.TALKED, "camille", cut=True)),
            (Hangup(), None),
        ],
    )

    assert line.ending is Ending.LIMIT


@pytest.mark.parametrize("forbidden", [Progress(), Answer(), Limit(1)])
def test_a_node_that_does_what_only_the_line_may_is_refused(forbidden: Command[Any]) -> None:
    """A fault of the house; the flow is closed, nothing is asked of the channel."""
    talk = Line(PLAIN).carry(flow_that_gives([forbidden], [], []))

    with pytest.raises(FlowError, match=f"a node asked for {type(forbidden).__name__}"):
        next(talk)
