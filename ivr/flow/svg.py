"""A chart as a picture: SVG that needs nothing but itself, and that can be read without colours."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from ivr.flow.chart import Arrow, Box, Charge, Chart, Panel
from ivr.flow.layers import Layout, Link, Point, Size, layout

FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
TITLE, TEXT, LABEL = 13.0, 11.0, 11.0  # sizes of letters
WIDE = 0.60  # width of a letter to its size; bold ones are wider
LINE = 15.0
PAD = 10.0
MARGIN = 28.0
HEAD = 34.0
TOP = 56.0

# Colour, dashes and thickness: each difference stands for itself.
STROKES = {
    Charge.FREE: ("#1a6b45", "6 4", 1.4),
    Charge.RINGING: ("#4b3f8f", "10 4 2 4", 1.6),
    Charge.CHARGED: ("#b3470c", "", 2.4),
}
FILLS = {Charge.FREE: "#ffffff", Charge.RINGING: "#f4f2fb", Charge.CHARGED: "#fdf0e6"}


def svg(chart: Chart) -> str:
    """The picture of a chart."""
    drawn = [(panel, laid_out(panel)) for panel in chart.panels]
    corners, whole = _packed([size for _, (_, size) in drawn])
    width, height = max(whole.width + 2 * MARGIN, 640.0), TOP + whole.height + 74.0
    parts: list[str] = []
    starts: dict[str, Point] = {}
    runs: list[tuple[Point, str]] = []
    for (panel, (laid, size)), (x, y) in zip(drawn, corners, strict=True):
        parts += panel_parts(panel, laid, size, (x, y), len(drawn) > 1)
        for box, (left, up) in zip(panel.boxes, laid.boxes, strict=True):
            here, half = (x + PAD + left, y + HEAD + up), box_size(box).width / 2
            if box.start:
                starts[panel.flow] = here[0] - half, here[1] + 12
            if box.name in panel.runs:
                runs.append(((here[0] + half, here[1] + 14), panel.runs[box.name]))
    parts = [*(_run(begin, starts[flow]) for begin, flow in runs if flow in starts), *parts]
    parts += _legend(chart, height - 46)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="{FONT}">'
    )
    title = f'<text x="{MARGIN:g}" y="34" font-size="19" font-weight="bold">{escape(chart.title)}</text>'
    return "\n".join([head, DEFS, '<rect width="100%" height="100%" fill="#ffffff"/>', title, *parts, "</svg>", ""])


def _packed(sizes: Sequence[Size]) -> tuple[list[Point], Size]:
    """Where panels stand: the first at the left, the others in columns beside it that are no longer than need be."""
    longest = max(size.height for size in sizes)
    corners: list[Point] = []
    x, y, widest, lowest = MARGIN, TOP, 0.0, 0.0
    for place, size in enumerate(sizes):
        if place == 1 or y + size.height > TOP + longest + 1:
            x, y, widest = x + widest + MARGIN * bool(place), TOP, 0.0
        corners.append((x, y))
        widest = max(widest, size.width)
        y += size.height + MARGIN
        lowest = max(lowest, y - MARGIN)
    return corners, Size(x + widest - MARGIN, lowest - TOP)


DEFS = "\n".join(
    [
        "<defs>",
        *(
            f'<marker id="to-{charge.name.lower()}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="11" '
            f'markerHeight="11" markerUnits="userSpaceOnUse" orient="auto-start-reverse">'
            f'<path d="M0 1 L10 5 L0 9 z" fill="{colour}"/></marker>'
            for charge, (colour, _, _) in STROKES.items()
        ),
        "</defs>",
    ]
)


def laid_out(panel: Panel) -> tuple[Layout, Size]:
    places = {box.name: place for place, box in enumerate(panel.boxes)}
    links = [Link(places[one.source], places[one.target], _label_size(one)) for one in panel.arrows]
    laid = layout([box_size(box) for box in panel.boxes], links)
    width = max(laid.size.width, len(panel.flow) * TITLE * WIDE + 40) + 2 * PAD
    return laid, Size(width, laid.size.height + HEAD + PAD)


def box_size(box: Box) -> Size:
    name = len(box.name) * TITLE * 0.68 + len(box.kind) * TEXT * WIDE + 16
    widest = max([name, *(len(line) * TEXT * WIDE for line in box.lines)])
    return Size(widest + 2 * PAD, PAD + LINE * (1 + len(box.lines)) + PAD / 2)


def _label_size(arrow: Arrow) -> Size:
    return Size(len(label(arrow)) * LABEL * WIDE + 8, LABEL + 5)


def label(arrow: Arrow) -> str:
    """Nothing where nothing was decided."""
    return "" if arrow.exits == ("done",) else ", ".join(arrow.exits)


def panel_parts(panel: Panel, laid: Layout, size: Size, at: Point, framed: bool) -> Iterator[str]:
    x, y = at
    if framed:
        yield (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{size.width:.1f}" height="{size.height + PAD:.1f}" rx="8" '
            f'fill="none" stroke="#888888" stroke-width="1"/>'
        )
    yield (
        f'<text x="{x + PAD:.1f}" y="{y + 19:.1f}" font-size="{TITLE:g}" fill="#555555">'
        f"flow <tspan font-weight='bold'>{escape(panel.flow)}</tspan></text>"
    )
    yield f'<g transform="translate({x + PAD:.1f} {y + HEAD:.1f})">'
    for arrow, way in zip(panel.arrows, laid.ways, strict=True):
        yield _arrow(arrow.charge, way)
    for arrow, point in zip(panel.arrows, laid.labels, strict=True):
        yield _halo(label(arrow), point)
    for box, point in zip(panel.boxes, laid.boxes, strict=True):
        yield from _box(box, point)
    yield "</g>"


def path_of(way: Sequence[Point]) -> str:
    """A smooth line through the points: cubic in between, upright at its ends, without overshooting."""
    slopes = [(x_to - x) / (y_to - y) if y_to != y else 0.0 for (x, y), (x_to, y_to) in pairwise(way)]
    leans = [0.0, *(2 * one * two / (one + two) if one * two > 0 else 0.0 for one, two in pairwise(slopes)), 0.0]
    path = [f"M{way[0][0]:.1f} {way[0][1]:.1f}"]
    for ((x, y), (x_to, y_to)), (lean, lean_to) in zip(pairwise(way), pairwise(leans), strict=True):
        third = (y_to - y) / 3
        bends = [(x + lean * third, y + third), (x_to - lean_to * third, y_to - third), (x_to, y_to)]
        path.append("C" + " ".join(f"{one:.1f} {other:.1f}" for one, other in bends))
    return " ".join(path)


def _arrow(charge: Charge, way: Sequence[Point]) -> str:
    colour, dashes, thick = STROKES[charge]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="{path_of(way)}" fill="none" stroke="{colour}" stroke-width="{min(thick, 1.8):g}"{dashed} '
        f'marker-end="url(#to-{charge.name.lower()})"/>'
    )


def _halo(text: str, point: Point) -> str:
    return (
        f'<text x="{point[0]:.1f}" y="{point[1] + LABEL * 0.36:.1f}" font-size="{LABEL:g}" text-anchor="middle" '
        f'stroke="#ffffff" stroke-width="5" stroke-linejoin="round" paint-order="stroke">{escape(text)}</text>'
    )


def _box(box: Box, at: Point) -> Iterator[str]:
    size = box_size(box)
    x, y = at[0] - size.width / 2, at[1]
    colour, dashes, thick = STROKES[box.charge]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    shape = f'width="{size.width:.1f}" height="{size.height:.1f}" rx="{14 if box.start else 5}"'
    yield (
        f'<rect x="{x:.1f}" y="{y:.1f}" {shape} fill="{FILLS[box.charge]}" stroke="{colour}" '
        f'stroke-width="{thick:g}"{dashed}/>'
    )
    if box.ends:  # a second, thin frame: the call is over here
        yield (
            f'<rect x="{x + 3.5:.1f}" y="{y + 3.5:.1f}" width="{size.width - 7:.1f}" height="{size.height - 7:.1f}" '
            f'rx="3" fill="none" stroke="{colour}" stroke-width="0.8"/>'
        )
    if box.start:
        yield f'<circle cx="{x:.1f}" cy="{y + 12:.1f}" r="6" fill="#111111"/>'
    name = x + PAD + (4 if box.start else 0)
    yield (
        f'<text x="{name:.1f}" y="{y + PAD + TITLE * 0.75:.1f}" font-size="{TITLE:g}" font-weight="bold">'
        f'{escape(box.name)}<tspan dx="8" font-size="{TEXT:g}" font-weight="normal" fill="#555555">'
        f"{escape(box.kind)}</tspan></text>"
    )
    for number, line in enumerate(box.lines, start=1):
        below = y + PAD + TITLE * 0.75 + LINE * number
        yield f'<text x="{x + PAD:.1f}" y="{below:.1f}" font-size="{TEXT:g}">{escape(line)}</text>'


def _run(begin: Point, end: Point) -> str:
    bend = max(40.0, abs(end[0] - begin[0]) / 2)
    points = [begin, (begin[0] + bend, begin[1]), (end[0] - bend, end[1]), (end[0] - 8, end[1])]
    way = " ".join(f"{x:.1f} {y:.1f}" for x, y in points[1:])
    return (
        f'<path d="M{begin[0]:.1f} {begin[1]:.1f} C{way}" fill="none" stroke="#999999" stroke-width="1.4" '
        f'stroke-dasharray="1 5" stroke-linecap="round"/>'
    )


def _legend(chart: Chart, y: float) -> Iterator[str]:
    x = MARGIN
    kinds = list(Charge) if chart.surcharged else [Charge.FREE]
    entries: list[tuple[str, Charge | None]] = [(kind.value, kind) for kind in kinds]
    for text, charge in entries:
        colour, dashes, thick = STROKES[charge or Charge.FREE]
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        fill = FILLS[charge or Charge.FREE]
        yield (
            f'<rect x="{x:.1f}" y="{y:.1f}" width="34" height="18" rx="4" fill="{fill}" stroke="{colour}" '
            f'stroke-width="{thick:g}"{dashed}/>'
        )
        yield f'<text x="{x + 42:.1f}" y="{y + 13:.1f}" font-size="{TEXT:g}">{escape(text)}</text>'
        x += 42 + len(text) * TEXT * WIDE + 26
    yield f'<circle cx="{x + 6:.1f}" cy="{y + 9:.1f}" r="6" fill="#111111"/>'
    yield f'<text x="{x + 20:.1f}" y="{y + 13:.1f}" font-size="{TEXT:g}">calls begin here</text>'
    x += 150
    yield f'<rect x="{x:.1f}" y="{y:.1f}" width="34" height="18" rx="4" fill="none" stroke="#444444"/>'
    inner = 'width="28" height="12" rx="2" fill="none" stroke="#444444" stroke-width="0.8"'
    yield f'<rect x="{x + 3:.1f}" y="{y + 3:.1f}" {inner}/>'
    yield f'<text x="{x + 42:.1f}" y="{y + 13:.1f}" font-size="{TEXT:g}">the call ends here</text>'
