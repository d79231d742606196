"""Two drawings of the same flows side by side, before and after, with what changed marked in black."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from ivr.flow.chart import Panel
from ivr.flow.layers import Layout, Size
from ivr.flow.svg import DEFS, FONT, HEAD, MARGIN, PAD, TEXT, box_size, label, laid_out, panel_parts, path_of

TOP = 92.0
GAP = 44.0
NEW, GONE, OTHER = "+", "\N{MINUS SIGN}", "\N{NOT EQUAL TO}"
"""Signs: only here after, only here before, on both sides but not the same."""


@dataclass(frozen=True)
class Marked:
    """A drawing with its marks: the sign of each box that has one, and the arrows that lead elsewhere on the other side
    (as source and target)."""

    panel: Panel
    signs: dict[str, str]
    arrows: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Compared:
    """A flow before and after; ``None`` where it does not exist."""

    flow: str
    old: Marked | None
    new: Marked | None


def pair_svg(title: str, flows: Sequence[Compared]) -> str:
    """The picture of what changed, a flow below the other."""
    sides = [[(one.old, _laid(one.old)), (one.new, _laid(one.new))] for one in flows]
    widths = [max([260.0, *(laid[1].width for row in sides if (laid := row[side][1]))]) for side in (0, 1)]
    columns = (MARGIN, MARGIN + widths[0] + GAP)
    parts, y = list[str](), TOP
    for row in sides:
        lowest = 40.0
        for x, (marked, laid) in zip(columns, row, strict=True):
            if marked is None or laid is None:
                parts.append(
                    f'<text x="{x + PAD:.1f}" y="{y + 24:.1f}" font-size="13" fill="#555555">no such flow</text>'
                )
                continue
            layout, size = laid
            parts += panel_parts(marked.panel, layout, size, (x, y), True)
            parts += [f'<g transform="translate({x + PAD:.1f} {y + HEAD:.1f})">', *_marks(marked, layout), "</g>"]
            lowest = max(lowest, size.height + PAD)
        y += lowest + GAP
    width = columns[1] + widths[1] + MARGIN
    heads = [
        f'<text x="{MARGIN:g}" y="34" font-size="19" font-weight="bold">{escape(title)}</text>',
        *(
            f'<text x="{x:.1f}" y="{TOP - 14:.1f}" font-size="15" font-weight="bold">{word}</text>'
            for x, word in zip(columns, ("before", "after"), strict=True)
        ),
        f'<line x1="{columns[1] - GAP / 2:.1f}" y1="{TOP - 30:.1f}" x2="{columns[1] - GAP / 2:.1f}" y2="{y:.1f}" '
        f'stroke="#aaaaaa" stroke-width="1"/>',
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {y + 44:.0f}" width="{width:.0f}" '
        f'height="{y + 44:.0f}" font-family="{FONT}">'
    )
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return "\n".join([head, DEFS, ground, *heads, *parts, *_legend(y + 8), "</svg>", ""])


def _laid(marked: Marked | None) -> tuple[Layout, Size] | None:
    return None if marked is None else laid_out(marked.panel)


def _marks(marked: Marked, layout: Layout) -> Iterator[str]:
    """A grey band along each changed arrow, its exits once more in bold; a thick frame and a sign for each box."""
    for arrow, way, at in zip(marked.panel.arrows, layout.ways, layout.labels, strict=True):
        if (arrow.source, arrow.target) in marked.arrows:
            yield f'<path d="{path_of(way)}" fill="none" stroke="#000000" stroke-opacity="0.22" stroke-width="9"/>'
            yield (
                f'<text x="{at[0]:.1f}" y="{at[1] + 4:.1f}" font-size="{TEXT:g}" text-anchor="middle" '
                f'font-weight="bold" text-decoration="underline" stroke="#ffffff" stroke-width="5" '
                f'stroke-linejoin="round" paint-order="stroke">{escape(label(arrow) or ", ".join(arrow.exits))}</text>'
            )
    for box, at in zip(marked.panel.boxes, layout.boxes, strict=True):
        if sign := marked.signs.get(box.name):
            size = box_size(box)
            x, y = at[0] - size.width / 2, at[1]
            yield (
                f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="{size.width + 8:.1f}" height="{size.height + 8:.1f}" '
                f'rx="8" fill="none" stroke="#000000" stroke-width="2.6"/>'
            )
            if sign == GONE:
                yield (
                    f'<line x1="{x:.1f}" y1="{y + size.height:.1f}" x2="{x + size.width:.1f}" y2="{y:.1f}" '
                    f'stroke="#000000" stroke-width="1.6"/>'
                )
            yield from _sign(sign, x + size.width + 2, y - 2)


def _sign(sign: str, x: float, y: float) -> Iterator[str]:
    yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="10" fill="#000000"/>'
    yield (
        f'<text x="{x:.1f}" y="{y + 5:.1f}" font-size="15" font-weight="bold" text-anchor="middle" '
        f'fill="#ffffff">{sign}</text>'
    )


def _legend(y: float) -> Iterator[str]:
    x = MARGIN
    for sign, words in ((GONE, "no longer there"), (NEW, "new"), (OTHER, "otherwise than before")):
        yield from _sign(sign, x + 10, y + 9)
        yield f'<text x="{x + 26:.1f}" y="{y + 13:.1f}" font-size="{TEXT:g}">{words}</text>'
        x += 50 + len(words) * 6.6
    yield (
        f'<path d="M{x:.1f} {y + 9:.1f} h44" fill="none" stroke="#000000" stroke-opacity="0.22" stroke-width="9"/>'
        f'<path d="M{x:.1f} {y + 9:.1f} h44" fill="none" stroke="#000000" stroke-width="1.4"/>'
    )
    yield f'<text x="{x + 52:.1f}" y="{y + 13:.1f}" font-size="{TEXT:g}">leads elsewhere than on the other side</text>'
