"""Numbers that commands take, told in a sentence where they are none."""

import math
from typing import Any

import click


class Whole(click.IntRange):
    """A whole number within bounds."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f'"{value}" is no whole number {_bounds(self)}', param, ctx)


class Amount(click.FloatRange):
    """A number within bounds, whole or not."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        try:
            found = super().convert(value, param, ctx)
        except click.BadParameter:
            found = math.nan
        if not math.isfinite(found):
            self.fail(f'"{value}" is no number {_bounds(self)}', param, ctx)
        return found


def _bounds(kind: click.IntRange | click.FloatRange) -> str:
    low = kind.min or 0
    if kind.max is None:
        return f"more than {low:.7g}: write one" if kind.min_open else f"{low:.7g} or more: write one"
    return f"from {low:.7g} to {'less than ' * kind.max_open}{kind.max:.7g}: write one"
