"""A kind of argument that several commands take."""

from datetime import datetime

import click


class Instant(click.ParamType[datetime]):
    """An instant in ISO 8601, with its zone or without."""

    name = "ISO-TIME"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is not an instant: write it like 2026-11-29T10:00', param, ctx)
