"""What can be wrong between flows: runs and the exits of what they run, circles through several flows, secrets kept.

A flow alone is the matter of ``check.py``.  Here the flows are looked at together, as calls go through them.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace

from ivr.flow.check import Finding
from ivr.flow.commands import Need
from ivr.flow.flow import Drawing, Flow, Place
from ivr.flow.node import Into, Leave, Over
from ivr.flow.nodes.ask import Ask
from ivr.flow.nodes.remember import Remember
from ivr.flow.references import references

# Where a finding belongs: the name of its flow.
Found = tuple[str, Finding]


def across(flows: Mapping[str, Flow], started: Set[str]) -> Iterator[Found]:
    """Everything wrong between ``flows``, of which ``started`` are begun by a number."""
    yield from _runs(flows)
    yield from _secrets(flows)
    circles = list(_circles_of_runs(flows))
    yield from circles
    if not circles and is_sound(flows):
        drawing = Drawing(flows)
        begun = sorted(started & flows.keys())
        yield from _ends(drawing, begun)
        yield from dict.fromkeys(_endless(drawing, begun))
        yield from dict.fromkeys(_unfilled(drawing, begun))


def is_sound(flows: Mapping[str, Flow]) -> bool:
    """Whether calls can be followed through all of these flows: nothing is named that is not there."""
    return all(
        flow.start in flow.nodes and all(name in flows for to, name, _ in references(flow) if to == "flow")
        for flow in flows.values()
    ) and not any(_circles_of_runs(flows))


def spoken(
    flows: Mapping[str, Flow], started: Set[str], begun: Iterable[tuple[str, str]] = ()
) -> Mapping[str, Set[str]]:
    """For each language that a flow offers, the prompts that may be said in it: all that can come after the choice.

    Of each language and flow of ``begun``, where calls begin in that language, all that the flow may say.
    """
    drawing = Drawing(flows)
    prompts: dict[str, set[str]] = {}
    for language, flow in begun:
        for place in drawing.reachable(drawing.start(flow)) if flow in flows else ():
            heard = {name for to, name, _ in references(drawing.node(place)) if to == "prompt"}
            prompts.setdefault(language, set()).update(heard)
    everywhere = {place for flow in started & flows.keys() for place in drawing.reachable(drawing.start(flow))}
    named = {place: references(drawing.node(place)) for place in everywhere}
    said = {place: {name for to, name, _ in found if to == "prompt"} for place, found in named.items()}
    for place in everywhere:
        for language in (name for to, name, _ in named[place] if to == "language"):
            prompts.setdefault(language, set()).update(*(said[one] for one in drawing.reachable(place)))
    return prompts


def exits(flow: Flow) -> frozenset[str]:
    """The exits by which a flow that was entered can be left."""
    return frozenset(way.exit for node in flow.nodes.values() if isinstance(way := node.beyond(), Leave))


def _runs(flows: Mapping[str, Flow]) -> Iterator[Found]:
    """Every exit of what a run enters is linked at the run, and no other."""
    for name, flow in flows.items():
        for at, node in flow.nodes.items():
            way = node.beyond()
            if not isinstance(way, Into) or way.flow not in flows:
                continue
            known = exits(flows[way.flow])
            for leaf in sorted(known - node.exits.keys()):
                message = f'"{way.flow}" can be left by "{leaf}", which leads nowhere from {node.kind} "{at}"'
                hint = f"write where such a call goes: exits: {{{leaf}: …}}"
                yield name, Finding("IVR240", ("nodes", at), message, hint)
            for leaf in node.exits.keys() - known:
                message = f'"{way.flow}" is never left by "{leaf}"'
                yield name, Finding("IVR241", ("nodes", at, "exits", leaf), message, name=leaf, known=known)
            if not known:
                message = f'no call comes back from "{way.flow}" to {node.kind} "{at}"'
                hint = "give it a node of kind leave, or hand the call over with pass"
                yield name, Finding("IVR245", ("nodes", at), message, hint, severity="warning")


def _circles_of_runs(flows: Mapping[str, Flow]) -> Iterator[Found]:
    """A flow that runs itself, be it through others: the calls would pile up and never come back."""
    runs = {
        name: [(at, way.flow) for at, node in flow.nodes.items() if isinstance(way := node.beyond(), Into)]
        for name, flow in flows.items()
    }
    for name in flows:
        for at, into in runs[name]:
            seen: set[str] = set()
            waiting = [into]
            while waiting:
                here = waiting.pop()
                if here not in seen:
                    seen.add(here)
                    waiting.extend(onward for _, onward in runs.get(here, ()))
            if name in seen:
                message = f'"{name}" runs itself' + ("" if into == name else f' through "{into}"')
                yield name, Finding("IVR242", ("nodes", at), message, "hand the call over with pass, or link a node")


def _ends(drawing: Drawing, started: list[str]) -> Iterator[Found]:
    """`leave` where no run waits: the call ends there."""
    places = {place for flow in started for place in drawing.reachable(drawing.start(flow)) if place.above is None}
    for place in sorted(places, key=lambda one: (one.flow, one.node)):
        if isinstance(drawing.node(place).beyond(), Leave):
            message = f'a number starts "{place.flow}", and its calls end at "{place.node}": no run waits for them'
            hint = "end them with a bye, or give the number a flow that runs this one"
            yield place.flow, Finding("IVR243", ("nodes", place.node), message, hint, severity="warning")


def _endless(drawing: Drawing, started: list[str]) -> Iterator[Found]:
    """Circles through several flows in which the caller is never asked anything; within one, check.py tells them."""
    places = {place for flow in started for place in drawing.reachable(drawing.start(flow))}
    silent = {place for place in places if not drawing.node(place).asks}
    idle = {place for place in silent if _is_idle(drawing, place)}
    for place in sorted(silent, key=lambda one: (one.flow, one.node)):
        if not isinstance(drawing.node(place).beyond(), Into | Over):
            continue
        within = idle if _comes_back(drawing, place, idle) else silent
        if _comes_back(drawing, place, within):
            message = f'a call at "{place.node}" comes back to it without the caller being asked anything'
            hint = "break the circle with a menu, or end it with a bye"
            finding = Finding("IVR205", ("nodes", place.node), message, hint)
            yield place.flow, finding if within is idle else replace(finding, severity="warning")


def _is_idle(drawing: Drawing, place: Place) -> bool:
    node = drawing.node(place)
    return node.need() < Need.ANNOUNCED or node.kind == "say"


def _comes_back(drawing: Drawing, place: Place, within: set[Place]) -> bool:
    seen: set[Place] = set()
    waiting = list(drawing.next(place))
    while waiting:
        here = waiting.pop()
        if here == place:
            return True
        if here in within and here not in seen:
            seen.add(here)
            waiting.extend(drawing.next(here))
    return False


def _unfilled(drawing: Drawing, started: list[str]) -> Iterator[Found]:
    """Slots for notes that no call can have taken when it comes there."""
    places = {place for flow in started for place in drawing.reachable(drawing.start(flow))}
    taken: dict[Place, set[str]] = {place: set() for place in places}
    for place in places:
        if notes := drawing.node(place).fills():
            for onward in {one for step in drawing.next(place) for one in drawing.reachable(step)}:
                taken[onward].update(notes)
    for place in sorted(places, key=lambda one: (one.flow, one.node)):
        for to, name, way in references(drawing.node(place)):
            if to == "note" and name not in taken[place]:
                message = f'nobody has filled the note "{name}" when a call comes to "{place.node}"'
                hint = "take it before, with an ask, a lookup or a recall"
                known = frozenset(taken[place])
                yield place.flow, Finding("IVR582", ("nodes", place.node, *way), message, hint, name=name, known=known)


def _secrets(flows: Mapping[str, Flow]) -> Iterator[Found]:
    """What was typed in secret is not kept beyond the call."""
    secret = {
        node.note for flow in flows.values() for node in flow.nodes.values() if isinstance(node, Ask) and node.secret
    }
    for name, flow in flows.items():
        for at, node in flow.nodes.items():
            for to, note, way in references(node):
                if to == "note" and note in secret:
                    message = f'the note "{note}" holds what was typed in secret, and is never said'
                    yield name, Finding("IVR583", ("nodes", at, *way), message, "say something else")
            if isinstance(node, Remember) and node.note in secret:
                message = f'the note "{node.note}" holds what was typed in secret, and cannot be remembered'
                hint = 'remember that it was right: value: "yes"'
                yield name, Finding("IVR244", ("nodes", at, "note"), message, hint)
