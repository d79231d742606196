"""The tape of a call: its commands and results in order, as values and as plain data for the ledger."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from ivr.flow.commands import Command, Gather, Heard
from ivr.flow.errands import Errand
from ivr.flow.line_commands import LineCommand
from ivr.values.hidden import BULLET, Hidden

UNTOLD = frozenset(["needs", "toward", "parks", "hours"])
"""What the line has set of a command, for whoever carries it out."""


@dataclass(frozen=True)
class Entry:
    """One exchange: the command, its result, and when; ``at`` and ``took`` are seconds, ``at`` since the call began.

    ``done`` is false when the caller hung up, or something broke, before there was a result; what the exchange has told
    of it since, with whom he talked, is then its result, of which the flow never knew.  What a secret question heard is
    bullets from the beginning: it could not even be logged.
    """

    at: float
    took: float
    command: Command[Any]
    result: Any = None
    done: bool = True

    def __post_init__(self) -> None:
        if isinstance(self.command, Gather) and self.command.secret:
            object.__setattr__(self, "command", replace(self.command, typed=BULLET * len(self.command.typed)))
            if isinstance(self.result, Heard):
                object.__setattr__(self, "result", Heard(BULLET * len(self.result.keys)))

    def plain(self) -> dict[str, Any]:
        """As JSON wants it: ``{"at": 0.01, "took": 11.5, "play": {"phrase": [...]}, "result": {...}}``."""
        command = asdict(replace(self.command, toward=None))
        asked = {name: _shown(value) for name, value in command.items() if name not in UNTOLD}
        plain: dict[str, Any] = {"at": round(self.at, 3), "took": round(self.took, 3)}
        plain[type(self.command).__name__.lower()] = asked
        if not self.done:
            plain["done"] = False
        if self.result is not None:
            result = asdict(self.result) if hasattr(self.result, "__dataclass_fields__") else str(self.result)
            plain["result"] = _shown(result)
        return plain

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Entry":
        """The entry that :meth:`plain` made, from the ledger.  Raises :class:`BadTape`."""
        name = next((key for key in plain if key in _COMMANDS), None)
        if name is None:
            raise BadTape(f"no command is known by one of the names {', '.join(plain)}")
        asked, told = _adapters(name)
        try:
            command = asked.validate_python(plain[name])
            result = told.validate_python(plain["result"]) if "result" in plain else None
            return cls(float(plain["at"]), float(plain["took"]), command, result, bool(plain.get("done", True)))
        except (ValidationError, KeyError, TypeError) as error:
            why = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
            raise BadTape(f"{name} cannot be read back: {why}") from error


class BadTape(ValueError):
    """A tape that this programme did not write, or a later one did."""


_COMMANDS: dict[str, type[Command[Any]]] = {
    kind.__name__.lower(): kind for kind in (*get_args(LineCommand), *get_args(Errand))
}


@cache
def _adapters(name: str) -> tuple[TypeAdapter[Any], TypeAdapter[Any]]:
    """What reads a command of that name, and what it is told, by its own declaration (``Ask(Command[Heard])``)."""
    kind = _COMMANDS[name]
    return TypeAdapter(kind), TypeAdapter(get_args(kind.__orig_bases__[0])[0])  # type: ignore[attr-defined]


def _shown(value: Any) -> Any:
    """``value`` with bullets for everything that was typed in secret, however deep it lies."""
    match value:
        case Hidden():
            return value.shown
        case dict():
            return {name: _shown(item) for name, item in value.items()}
        case list() | tuple():
            return type(value)(_shown(item) for item in value)
    return value
