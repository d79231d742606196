"""A table that keeps its digits: what does not fit is left out as a whole column, never cut."""

from collections.abc import Sequence

GAP = "  "
INDENT = "    "


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int, spare: Sequence[str] = ()) -> list[str]:
    """The lines of a table for ``width`` columns of a terminal.

    The last cell of a row may be long: it follows the row where there is room, and else has lines of its own below.
    Columns named in ``spare`` are left out, in that order, as long as the others do not fit.
    """
    *short, long = headings
    shown = list(range(len(short)))
    widths = [max(map(len, column)) for column in zip(short, *(row[:-1] for row in rows), strict=True)]
    for name in spare:
        if _total(widths, shown) <= width:
            break
        shown.remove(short.index(name))
    beside = _total(widths, shown) + len(GAP) + max(len(long), *(len(row[-1]) for row in rows)) <= width
    lines = [_line(short, widths, shown) + (GAP + long if beside else "")]
    for row in rows:
        line = _line(row, widths, shown)
        lines += [line + GAP + row[-1]] if beside else [line.rstrip(), *_folded(row[-1], width)]
    return [line.rstrip() for line in lines]


def _total(widths: Sequence[int], shown: Sequence[int]) -> int:
    return sum(widths[index] for index in shown) + len(GAP) * (len(shown) - 1)


def _line(cells: Sequence[str], widths: Sequence[int], shown: Sequence[int]) -> str:
    return GAP.join(cells[index].ljust(widths[index]) for index in shown)


def _folded(text: str, width: int) -> list[str]:
    """Indented lines of whole words."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(INDENT + word)
    return lines
