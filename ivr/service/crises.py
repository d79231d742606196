"""Putting prepared crises on and taking them away: what may be ordered, and how each stands then.

Whoever gives orders (the command line, HTTP) comes here; the phone's own way is the node `crisis`.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ivr.service.ports import Alarm
from ivr.values.crisis import Crisis, Declared

log = logging.getLogger(__name__)


class NoCrisis(LookupError):
    """There is no such crisis; the text says which there are."""


@dataclass(frozen=True)
class Standing:
    """How a crisis stands; ``declared`` is ``None`` while it is not on, ``before`` how it stood before an order.

    One that is on and is not in the book any more has no numbers: nobody hears it.
    """

    crisis: Crisis
    declared: Declared | None
    before: Declared | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON wants it."""
        on = self.declared
        return {
            "crisis": self.crisis.name,
            "label": self.crisis.label,
            "on": on is not None,
            "since": on.since.isoformat(timespec="seconds") if on else None,
            "why": on.why if on else None,
            "numbers": list(self.crisis.numbers),
            "then": self.crisis.then,
        }


class Crises:
    """The crises of the current book, ``prepared``, and which of them are on."""

    def __init__(self, prepared: Callable[[], Mapping[str, Crisis]], alarm: Alarm, now: Callable[[], datetime]) -> None:
        self._prepared = prepared
        self._alarm = alarm
        self._now = now

    def all(self) -> list[Standing]:
        """How every crisis of the book stands, and those that are on without being in it."""
        declared, prepared = self._alarm.declared(), self._prepared()
        stand = [Standing(one, declared.get(name)) for name, one in prepared.items()]
        return [*stand, *(Standing(_lost(name), on) for name, on in declared.items() if name not in prepared)]

    def on(self) -> tuple[str, ...]:
        """Those that are on, for whoever watches us; none where nobody can tell."""
        try:
            return tuple(one.crisis.name for one in self.all() if one.declared and one.crisis.numbers)
        except Exception:
            log.exception("which crises are on cannot be read")
            return ()

    def put(self, name: str, why: str) -> Standing:
        """Put a crisis on, for calls that come from now on and who waits.  Raises :class:`NoCrisis`."""
        crisis, before = self._known(name), self._alarm.declared().get(name)
        declared = Declared(self._now(), why)
        self._alarm.set_crisis(name, declared)
        log.info("crisis on name=%s numbers=%d why=%.80r", name, len(crisis.numbers), why)
        return Standing(crisis, declared, before)

    def clear(self, name: str) -> Standing:
        """Take it away, also one that is not in the book any more.  Raises :class:`NoCrisis`."""
        before = self._alarm.declared().get(name)
        crisis = _lost(name) if before and name not in self._prepared() else self._known(name)
        self._alarm.set_crisis(name, None)
        log.info("crisis off name=%s", name)
        return Standing(crisis, None, before)

    def _known(self, name: str) -> Crisis:
        prepared = self._prepared()
        if name not in prepared:
            said = f'there is no crisis "{name}"' if name else "say which crisis"
            raise NoCrisis(f"{said}; crises.yaml has {', '.join(prepared) or 'none'}")
        return prepared[name]


def _lost(name: str) -> Crisis:
    """What is known of one that the book has no more."""
    return Crisis(name, "", (), "")
