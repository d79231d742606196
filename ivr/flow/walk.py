"""The interpreter: run a node, note the step, follow its exit."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from ivr.flow.ahead import Ahead
from ivr.flow.altered import altered
from ivr.flow.asking import UNAVAILABLE, Question, Unasked
from ivr.flow.commands import Ask, Command, Enqueue, Gather, Hangup, Look, Need, Play, Reachable, Speak, Talk
from ivr.flow.errands import Post
from ivr.flow.flow import BACK, REPEAT, Drawing, Flow, Place
from ivr.flow.line import FlowError
from ivr.flow.news import CRISIS, Diverted
from ivr.flow.node import CAME_BY, Into, Leave, Over, Scene, Way
from ivr.flow.nodes.voicemail import Voicemail
from ivr.values.call import FIRST
from ivr.values.cause import Cause

C = TypeVar("C", bound=Command[Any])

MOST_STEPS = 200  # a caller cannot press so many keys in earnest; past it, something goes round in circles
MOST_ASKED = 50  # questions put to one caller; past it we say goodbye, and stop charging


@dataclass(frozen=True)
class Step:
    """One node lived through in one call, and the exit taken; ``flow`` is where the node stands."""

    node: str
    exit: str
    flow: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.node}:{self.exit}"


@dataclass
class Standing:
    """Where a walk is, for whoever looks on: the place, ``None`` at the end, the questions that `back` goes to, those
    that were not asked, since nobody is there, and how many were put.  Between two nodes this is all that a walk knows.
    """

    here: Place | None = None
    asked: list[Place] = field(default_factory=list)
    skipped: set[Place] = field(default_factory=set)
    questions: int = 0

    def copy(self) -> "Standing":
        """The same, for another walk to go on from."""
        return Standing(self.here, list(self.asked), set(self.skipped), self.questions)


def walk(
    flow: Flow,
    scene: Scene,
    trail: list[Step],
    drawing: Drawing | None = None,
    standing: Standing | None = None,
    arrived: Callable[[], None] = lambda: None,
) -> Talk[None]:
    """Live through a flow, from the language of the call on; ``trail`` receives each step as it is completed,
    ``standing`` is kept up to date.  Where it has a place already, the walk goes on from there.  ``arrived``
    is called whenever a node begins.

    An exit that leads nowhere ends the call, and so does the question after ``MOST_ASKED``.  ``drawing`` has the
    flows that this one enters.  Raises :class:`FlowError` after ``MOST_STEPS`` steps.
    """
    drawing = drawing or Drawing({flow.flow: flow})
    standing = standing or Standing()
    asked, skipped = standing.asked, standing.skipped
    if standing.here is None:
        standing.here = drawing.start(flow.flow)
        if scene.call.language != FIRST:
            yield from Speak(scene.call.language)
    here: Place | None = standing.here
    parting = Cause.NORMAL
    while here is not None:
        arrived()
        if len(trail) >= MOST_STEPS:
            raise FlowError(f"flow {flow.flow}: {MOST_STEPS} steps and no end, last at {here.node}")
        node = drawing.node(here)
        if node.asks:
            standing.questions += 1
            if standing.questions > MOST_ASKED:
                trail.append(Step(here.node, "too-many", here.flow))
                parting = Cause.NORMAL
                break
            if not asked or asked[-1] != here:
                asked.append(here)
        if isinstance(node, Voicemail) and trail:
            scene.notes[CAME_BY] = trail[-1].exit
        parting = node.parting()
        ahead = Ahead(drawing, here, scene) if drawing.depends(here) else None
        # What is said on the way back to a question that is not asked is said for its own sake: why it is not.
        back = bool(skipped) and set() != set(drawing.next(here)) <= skipped
        try:
            way, full = yield from _placed(here, drawing, node.run(scene), ahead, back=back)
        except Diverted as diverted:
            trail.append(Step(here.node, CRISIS, here.flow))
            trail.extend(Step(name, taken, diverted.front) for name, taken in diverted.steps)
            asked.clear()
            parting = Cause.NORMAL
            here = standing.here = None if diverted.to is None else drawing.start(diverted.to)
            continue
        unasked = isinstance(node, Question) and way == UNAVAILABLE
        shut = ahead.shut if ahead else None
        onward = _onward(drawing, here, way, trail, asked)
        if unasked and (here in skipped or shut or UNAVAILABLE not in node.doors()):
            # Who comes back to what nobody is there for is not led round and round.
            onward = (shut or drawing.instead(here, full=full)) if here not in skipped else None
        skipped.update((here,) if unasked else ())
        here = standing.here = onward
    standing.here = None
    yield from Hangup(parting)


def _onward(drawing: Drawing, here: Place, way: Way, trail: list[Step], asked: list[Place]) -> Place | None:
    """Note the step, and where the call goes from there."""
    match way:
        case Into(flow):
            trail.append(Step(here.node, "into", here.flow))
            return drawing.start(flow, here)
        case Over(flow):
            trail.append(Step(here.node, "over", here.flow))
            asked.clear()
            return drawing.start(flow)
        case Leave(exit=taken):
            trail.append(Step(here.node, taken, here.flow))
            if here.above is None:
                return None
            return _follow(drawing, here.above, taken, asked)
        case taken:
            trail.append(Step(here.node, taken, here.flow))
            return _follow(drawing, here, taken, asked)


def _follow(drawing: Drawing, here: Place, taken: str, asked: list[Place]) -> Place | None:
    to = drawing.node(here).doors().get(taken)
    if to == REPEAT:
        return here
    if to == BACK:
        if asked and asked[-1] == here:
            asked.pop()
        return asked[-1] if asked else here
    return drawing.follow(here, taken)


def _placed(
    here: Place, drawing: Drawing, talk: Talk[Way], ahead: Ahead | None, *, back: bool
) -> Talk[tuple[Way, bool]]:
    """Have what a node says heard on a line as far as what it leads to will want it; have its tasks say where they
    were written.  The way taken, and whether it is that of a question unasked since a queue is full.
    """
    full = False
    need = drawing.node(here).need() if back else drawing.need(here)
    toward = None if back else ahead.look if ahead else drawing.toward(here)
    try:
        command = next(talk)
        while True:
            if isinstance(command, Play):
                command = _led(command, need, toward)
            elif isinstance(command, Ask | Gather | Enqueue):
                command = _led(command, command.needs, toward)
            elif isinstance(command, Post):
                command = replace(command, flow=here.flow, node=here.node)
            result = yield command
            full = isinstance(result, Unasked) and result.full
            command = talk.send(result)
    except StopIteration as stop:
        way: Way = stop.value
        return way, full


def _led(command: C, needs: Need, toward: Reachable | Look | None) -> C:
    return altered(command, needs=needs, toward=toward)
