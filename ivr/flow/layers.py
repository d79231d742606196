"""Laying out a drawing in layers: where each box stands, and through which points each arrow goes.

Theory
------
Arrows that lead back are turned round for the time being.  Every box comes to stand in a layer below all boxes that
lead to it; between two layers of boxes lies one of labels.  An arrow that passes through layers has a place to pass in
each, and its label is such a place: so no label lies on another.  Within a layer the order is that of the mean place
of the neighbours above and below, swept up and down, and the sweep with the fewest crossings is kept.  Then each thing
moves as near to its neighbours as its order and width allow (least squares, by pooling adjacent violators).
(Sugiyama, Tagawa, Toda 1981; Gansner and others 1993.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import sub

Point = tuple[float, float]

SWEEPS = 24
SETTLINGS = 400
BETWEEN = 22.0  # between two things of a layer
_STIFF = (1.0, 2.0, 8.0)  # of an arrow between two boxes, a box and a passing place, two passing places
_STILL = 0.001  # what nobody sees: the width of a hundredth of a line
LANE = 14.0  # width of a place where an arrow passes


@dataclass(frozen=True)
class Size:
    width: float
    height: float


@dataclass(frozen=True)
class Link:
    """An arrow to lay out: the places of its two boxes in the sequence of sizes, and the size of its label."""

    source: int
    target: int
    label: Size


@dataclass(frozen=True)
class Layout:
    """``boxes`` are the middles of the tops of boxes; ``ways`` the points of arrows, ``labels`` the middles of labels.

    ``size`` is that of the whole.
    """

    boxes: tuple[Point, ...]
    ways: tuple[tuple[Point, ...], ...]
    labels: tuple[Point, ...]
    size: Size


@dataclass
class _Thing:
    width: float
    height: float
    layer: int
    x: float = 0.0


def layout(sizes: Sequence[Size], links: Sequence[Link], gap: float = 16.0) -> Layout:
    """Lay out boxes and arrows; the first box is the start and comes first."""
    turned = _turned(len(sizes), links)
    down = [
        (one.target, one.source) if back else (one.source, one.target) for one, back in zip(links, turned, strict=True)
    ]
    layers = _layers(len(sizes), down)
    things = [_Thing(size.width, size.height, layer) for size, layer in zip(sizes, layers, strict=True)]
    chains: list[list[int]] = []
    for link, back, (above, below) in zip(links, turned, down, strict=True):
        chain = [above]
        # The label stands at the end at which the arrow begins.
        labelled = things[below].layer - 1 if back else things[above].layer + 1
        for layer in range(things[above].layer + 1, things[below].layer):
            size = link.label if layer == labelled else Size(LANE, 0.0)
            things.append(_Thing(max(LANE, size.width), size.height, layer))
            chain.append(len(things) - 1)
        chains.append([*chain, below])
    rows = _ordered(things, chains)
    _settle(things, rows, chains)
    return _placed(sizes, turned, things, rows, chains, gap)


def _turned(count: int, links: Sequence[Link]) -> list[bool]:
    """Which arrows lead back to a box on the way to them, and are turned round."""
    out: dict[int, list[int]] = {place: [] for place in range(count)}
    for place, link in enumerate(links):
        out[link.source].append(place)
    turned = [False] * len(links)
    seen: set[int] = set()
    on_the_way: set[int] = set()
    for root in range(count):
        waiting: list[tuple[int, int]] = [(root, 0)]
        while waiting:
            box, place = waiting.pop()
            if place == 0:
                if box in seen:
                    continue
                seen.add(box)
                on_the_way.add(box)
            for at in range(place, len(out[box])):
                to = links[out[box][at]].target
                turned[out[box][at]] = to in on_the_way
                if to not in seen:
                    waiting += [(box, at + 1), (to, 0)]
                    break
            else:
                on_the_way.discard(box)
    return turned


def _layers(count: int, down: Sequence[tuple[int, int]]) -> list[int]:
    """Even layers are for boxes, odd ones for labels."""
    layers = [0] * count
    for _ in range(count):
        before = list(layers)
        for above, below in down:
            if above != below:
                layers[below] = max(layers[below], layers[above] + 2)
        if before == layers:
            break
    return layers


def _ordered(things: list[_Thing], chains: list[list[int]]) -> list[list[int]]:
    rows: list[list[int]] = [[] for _ in range(max(thing.layer for thing in things) + 1)]
    for place, thing in enumerate(things):
        rows[thing.layer].append(place)
    neighbours = _neighbours(len(things), chains)
    best, fewest = [list(row) for row in rows], _crossings(rows, chains)
    at = {one: place for row in rows for place, one in enumerate(row)}
    for sweep in range(SWEEPS):
        side = -1 if sweep % 2 == 0 else 1
        for row in rows if side < 0 else reversed(rows):
            means: dict[int, float] = {}
            for one in row:
                near = [at[other] for other in neighbours[one] if (things[other].layer - things[one].layer) * side > 0]
                means[one] = sum(near) / len(near) if near else float(at[one])
            row.sort(key=means.__getitem__)
            at |= {one: place for place, one in enumerate(row)}
        crossings = _crossings(rows, chains)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _neighbours(count: int, chains: list[list[int]]) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(count)]
    for chain in chains:
        for above, below in pairwise(chain):
            found[above].append(below)
            found[below].append(above)
    return found


def _crossings(rows: list[list[int]], chains: list[list[int]]) -> int:
    place = {one: (layer, at) for layer, row in enumerate(rows) for at, one in enumerate(row)}
    between: dict[int, list[tuple[int, int]]] = {}
    for chain in chains:
        for above, below in pairwise(chain):
            between.setdefault(place[above][0], []).append((place[above][1], place[below][1]))
    return sum(
        (one[0] - other[0]) * (one[1] - other[1]) < 0
        for pairs in between.values()
        for at, one in enumerate(pairs)
        for other in pairs[at + 1 :]
    )


def _settle(things: list[_Thing], rows: list[list[int]], chains: list[list[int]]) -> None:
    passing = {one for chain in chains for one in chain[1:-1]}
    # Where an arrow only passes it should be straight, most of all between two such places.
    pulls = [
        [(other, _STIFF[(one in passing) + (other in passing)]) for other in near]
        for one, near in enumerate(_neighbours(len(things), chains))
    ]
    weights = [sum(pull for _, pull in near) for near in pulls]
    xs = [0.0] * len(things)
    lines: list[tuple[list[int], list[float], list[float]]] = []
    for row in rows:
        shifts = [0.0]
        for one, other in pairwise(row):
            shifts.append(shifts[-1] + (things[one].width + things[other].width) / 2 + BETWEEN)
        lines.append((row, shifts, [weights[one] or 1.0 for one in row]))
        for one, shift in zip(row, shifts, strict=True):
            xs[one] = things[row[0]].width / 2 + shift
    for round_ in range(SETTLINGS):
        before = list(xs)
        for row, shifts, heavy in lines if round_ % 2 == 0 else reversed(lines):
            wanted = [
                sum([xs[other] * pull for other, pull in pulls[one]]) / weights[one] if pulls[one] else xs[one]
                for one in row
            ]
            for one, x in zip(row, _apart(shifts, wanted, heavy), strict=True):
                xs[one] = x
        if max(map(abs, map(sub, xs, before))) < _STILL:
            break
    left = min(x - thing.width / 2 for x, thing in zip(xs, things, strict=True))
    for x, thing in zip(xs, things, strict=True):
        thing.x = x - left


def _apart(shifts: Sequence[float], wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The places nearest to those wanted, by weight, in which nothing overlaps and the order is kept: each at least
    as far from the first as it is shifted."""
    pools: list[tuple[float, float, int]] = []
    for want, shift, pull in zip(wanted, shifts, weights, strict=True):
        mean, weight, count = want - shift, pull, 1
        while pools and pools[-1][0] > mean:
            before, heavy, many = pools.pop()
            mean, weight, count = (before * heavy + mean * weight) / (heavy + weight), heavy + weight, many + count
        pools.append((mean, weight, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    return [mean + shift for mean, shift in zip(means, shifts, strict=True)]


def _placed(
    sizes: Sequence[Size],
    turned: Sequence[bool],
    things: list[_Thing],
    rows: list[list[int]],
    chains: list[list[int]],
    gap: float,
) -> Layout:
    tops: list[float] = []
    y = 0.0
    for row in rows:
        tops.append(y)
        y += max((things[one].height for one in row), default=0.0) + gap
    heights = [max((things[one].height for one in row), default=0.0) for row in rows]
    ports = _ports(things, chains)
    ways: list[tuple[Point, ...]] = []
    labels: list[Point] = []
    for number, (back, chain) in enumerate(zip(turned, chains, strict=True)):
        above, below = chain[0], chain[-1]
        points = [(ports[number][0], tops[things[above].layer] + things[above].height)]
        for one in chain[1:-1]:
            layer = things[one].layer
            if layer % 2:  # between rows of boxes there is nothing to run into
                points.append((things[one].x, tops[layer] + heights[layer] / 2))
            else:
                points += [(things[one].x, tops[layer]), (things[one].x, tops[layer] + heights[layer])]
        points.append((ports[number][1], tops[things[below].layer]))
        label = chain[-2] if back else chain[1]
        layer = things[label].layer
        labels.append((things[label].x, tops[layer] + heights[layer] / 2))
        ways.append(tuple(reversed(points)) if back else tuple(points))
    boxes = tuple((things[place].x, tops[things[place].layer]) for place in range(len(sizes)))
    return Layout(boxes, tuple(ways), tuple(labels), Size(max(one.x + one.width / 2 for one in things), y - gap))


def _ports(things: list[_Thing], chains: list[list[int]]) -> list[tuple[float, float]]:
    """Where each arrow leaves the lower edge of a box, and where it comes to the upper edge of the next."""
    ends: list[list[float]] = [[0.0, 0.0] for _ in chains]
    for end, box_at, next_at in ((0, 0, 1), (1, -1, -2)):
        at_box: dict[int, list[int]] = {}
        for number, chain in enumerate(chains):
            at_box.setdefault(chain[box_at], []).append(number)
        for box, numbers in at_box.items():
            numbers.sort(key=lambda number: things[chains[number][next_at]].x)
            thing = things[box]
            step = min(18.0, (thing.width - 24.0) / max(1, len(numbers)))
            for at, number in enumerate(numbers):
                ends[number][end] = thing.x + (at - (len(numbers) - 1) / 2) * step
    return [(one[0], one[1]) for one in ends]
