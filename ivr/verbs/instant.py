"""A kind of argument that several commands take."""

from datetime import UTC, datetime

import click

from ivr.book.book import ZONE


class Instant(click.ParamType[datetime]):
    """An instant in ISO 8601, with its zone or without."""

    name = "ISO-TIME"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is not an instant: write it like 2026-11-29T10:00', param, ctx)


def meant(at: datetime | None) -> datetime:
    """The instant that somebody wrote, without a zone on the clocks of Paris; ``None`` is now.  In UTC."""
    if at is None:
        return datetime.now(UTC)
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(UTC)
