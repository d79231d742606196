"""How a case of the book is called on a running stack, or why it cannot be; rehearsal.py places the calls."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ivr import secret
from ivr.book.cases import NOTHING, Case
from ivr.book.given import Given
from ivr.flow.commands import Capture, Command, Dial, Enqueue, Reached
from ivr.flow.errands import Adopt, Declare, Draw, Fetch, Fetched, Overrule, Verify
from ivr.phone.script import Agent, CallScript, Step
from ivr.settings import Settings
from ivr.terminal.cast import Cast
from ivr.terminal.office import PIN
from ivr.terminal.simulate import Lived, Simulator
from ivr.terminal.verdict import failures, seen
from ivr.values.call import Ending
from ivr.values.phone import Phone
from ivr.verbs.played import playable, question
from ivr.verbs.stage import Claim, Scenery

TALK = 3.0  # seconds for which an agent talks
QUICK, NEVER = 0.5, 3600.0  # seconds until an agent answers
TONE = 660.0  # Hz; what a caller says who is put through
EARLY = 0.7  # seconds after the answer or the key before, at which an early key is pressed
LONGEST = 240.0  # seconds of a call
DRAWS = 200  # callers tried until one draws the share that a case gives

# What no stack can be given, and why.
_OURS = {
    "queue": "what comes of a wait is its agents' doing: give `agents` instead",
    "load": "callers would have to wait in the queue before",
    "calls": "so many calls of one caller would have to be placed before",
    "at_once": "so many calls at once would have to be placed beside it",
    "bothers": "calls that trouble us would have to be placed before",
    "learnt": "whom agents have noted is the matter of the stack",
    "spent": "the ledger of a stack says what its callers have spent, and takes nothing else",
    "codes": "whether codes are left to sell is the matter of the stack",
    "full": "so many messages would have to be left before",
    "speaks": "the phone that calls leaves no messages",
}
# What only a stack for tests is given: others have callers, whom it would meet.
_STAGED = ("lookup", "remembered", "override", "crisis", "draw")
_WORLD = {Fetch: "asks another system", Verify: "wants a PIN", Draw: "draws a share"}


@dataclass(frozen=True)
class Planned:
    """A case that can be called: its script, the agents that it rings, and how it goes in the simulator."""

    case: Case
    script: CallScript
    agents: tuple[Agent, ...]
    """How the caller finds those whose phones are there."""
    claims: Mapping[str, Claim]
    """What it needs of agents, by their names, and of other things."""
    simulated: Lived
    scenery: Scenery

    @property
    def fetches(self) -> list[tuple[Fetch, Fetched]]:
        """The look-ups, and what they give."""
        tape = self.simulated.record.tape
        return [(one.command, one.result) for one in tape if isinstance(one.command, Fetch)]


def plan(case: Case, settings: Settings, simulator: Simulator, bare: Simulator, host: str) -> Planned | str:
    """How to call a case; or, in a sentence, why it cannot be called here."""
    written, tests = case.written, settings.test_clock is not None
    for word in (*_OURS, *(() if tests else _STAGED)):
        if word in written.model_fields_set:
            return f"it gives {word}: {_OURS.get(word, 'that is given to a stack for tests only (IVR_TEST_CLOCK)')}"
    now = datetime.now(UTC)
    if not tests:
        again = bare.call(written.dial, written.from_, now, Cast(case.given))
        if failures(case, seen(again), lambda said, owed: (said == NOTHING) == (owed.amount == 0)):
            return "it goes otherwise at this time of day, and this stack has no test clock (IVR_TEST_CLOCK)"
    at = case.at.astimezone(UTC) if tests else now
    if (found := _lived(case, simulator, at)) is None:
        return "no caller draws the share that it gives: say `from`, and no draw"
    caller, lived = found
    tape = lived.record.tape
    commands = [entry.command for entry in tape]
    for kind, why in () if tests else _WORLD.items():
        if any(isinstance(command, kind) for command in commands):
            return f"the call {why}, and what comes of that is said on a stack for tests only (IVR_TEST_CLOCK)"
    if any(isinstance(command, Capture) for command in commands):
        return f"it leaves a message: {_OURS['speaks']}"
    if any(isinstance(command, Draw) and not command.sticky for command in commands):
        return "it draws by lot, and who draws so cannot be told what"
    sites = simulator.release.book.sites
    fetches = [command for command in commands if isinstance(command, Fetch)]
    if why_not := next(filter(None, (playable(sites[fetch.remote]) for fetch in fetches)), None):
        return why_not
    if _seconds(lived) > LONGEST:
        return f"it takes {_seconds(lived) / 60:.0f} minutes: calls of more than {LONGEST / 60:.0f} are simulated only"
    rung = [name for command in commands for name in _rung(command, simulator)]
    rings = {name: _reached(case.given, name) for name in rung}
    phones = simulator.release.book.phones
    for name, reached in rings.items():
        if reached is not Reached.UNAVAILABLE and phones.get(name) is Phone.BROWSER:
            return f"the phone of {name} is a browser, which no phone of ours can be"
    claims = dict(_claims(commands, simulator, rings))
    claims |= {f"question {question(sites[fetch.remote], fetch)}": Claim.ALONE for fetch in fetches}
    if "from_" in written.model_fields_set:
        claims[f"caller {caller}"] = Claim.ALONE
    script = CallScript(
        number=lived.record.number,
        host=host,
        port=settings.sip_port,
        from_=caller if caller != "anonymous" else "",
        keys=tuple(_steps(case, _pin(settings, commands))),
        hang_up_after=_patience(lived),
        limit=_seconds(lived) * 1.5 + 60,
        tone=TONE if any(reached is Reached.TALKED for reached in rings.values()) else 0.0,
    )
    agents = tuple(_agents(settings, phones, rings, _talk(case)))
    return Planned(case, script, agents, claims, lived, _scenery(case, commands))


def _talk(case: Case) -> float:
    """For how long an agent talks: for a moment, unless the case says for how long."""
    return case.given.talk if "talk" in case.written.model_fields_set else TALK


def _lived(case: Case, simulator: Simulator, at: datetime) -> tuple[str, Lived] | None:
    """Who calls, and how his call goes: a caller who draws by himself what the case gives; ``None``: nobody does."""
    given = replace(case.given, talk=_talk(case))
    wanted = simulator.call(case.written.dial, case.written.from_, at, Cast(given))
    draws = any(isinstance(entry.command, Draw) for entry in wanted.record.tape)
    for _ in range(DRAWS if draws else 1):
        caller = _caller(case)
        lived = simulator.call(case.written.dial, caller, at, Cast(replace(given, draw=None)))
        if not draws or lived.record.steps == wanted.record.steps:
            return caller, lived
    return None


def _scenery(case: Case, commands: Sequence[Command[Any]]) -> Scenery:
    """Who gives orders by phone has the stack for himself."""
    overrides = tuple((name, order.open, order.why) for name, order in sorted(case.given.overrides.items()))
    orders = any(isinstance(command, Overrule | Declare | Adopt) for command in commands)
    return Scenery(case.at, overrides, case.given.crises, f"{case.mark.file}:{case.mark.line}" if orders else "")


def _pin(settings: Settings, commands: Sequence[Command[Any]]) -> str:
    """The true PIN in place of that of the tests; without the switch the digits stay what they are."""
    named = [command.pin for command in commands if isinstance(command, Verify)]
    return secret.derive(settings.secret, f"pin:{named[0]}") if named else PIN


def _rung(command: Any, simulator: Simulator) -> Sequence[str]:
    """Whose phones a command may ring."""
    if isinstance(command, Enqueue):
        return simulator.release.book.served.get(command.queue, ())
    return command.agents if isinstance(command, Dial) else ()


def _claims(
    commands: Sequence[Command[Any]], simulator: Simulator, rings: Mapping[str, Reached]
) -> Iterator[tuple[str, Claim]]:
    """Of each agent, whether his phone is to be there, and whether it may serve others meanwhile."""
    queued = {name for one in commands if isinstance(one, Enqueue) for name in _rung(one, simulator)}
    for name, reached in rings.items():
        alone = Claim.ALONE if name in queued else Claim.THERE
        yield name, Claim.AWAY if reached is Reached.UNAVAILABLE else alone


def _reached(given: Given, agent: str) -> Reached:
    return given.agents.get(agent, given.agents.get("all", Reached.TALKED))


def _agents(
    settings: Settings, phones: Mapping[str, Phone], rings: Mapping[str, Reached], talk: float
) -> Iterator[Agent]:
    """The phones that are there.  Of several who would talk, the first is the quickest, as in the simulator."""
    wait = QUICK
    for name, reached in rings.items():
        if reached is Reached.UNAVAILABLE:
            continue
        answer_after = NEVER if reached is Reached.NO_ANSWER else wait
        if reached is Reached.TALKED:
            wait += QUICK * 10
        password = secret.derive(settings.secret, f"agent:{name}")
        secure = phones.get(name) is Phone.SECURE
        yield Agent(name, password, answer_after, talk, engaged=reached is Reached.BUSY, secure=secure)


def _caller(case: Case) -> str:
    """Who calls: a number kept for films, of nobody whom a stack remembers, unless the case says who."""
    if "from_" in case.written.model_fields_set:
        return case.written.from_
    return f"063998{secrets.randbelow(9000) + 1000}"


def _steps(case: Case, pin: str) -> Iterator[Step]:
    for place, press in enumerate(case.given.keys):
        if place == 0 and press.keys == "#" and len(case.given.keys) > 1:
            yield Step("#", 2.0, "early_media")  # skips the announcement
        elif press.early:
            yield Step(press.keys, EARLY, "key")
        else:
            yield Step(press.keys.replace(PIN, pin))


def _seconds(lived: Lived) -> float:
    return (lived.record.ended - lived.record.started).total_seconds()


def _patience(lived: Lived) -> float | None:
    """When the caller hangs up, in the pause after the question that he does not answer; ``None``: the flow does."""
    if lived.record.ending is not Ending.CALLER:
        return None
    return _seconds(lived) + 2.5
