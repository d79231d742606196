"""The carriers' lines: how each is, looked at again and again, told in the log when it changes and to who asks."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ivr.values.trunk import Standing, State, Trunk

log = logging.getLogger(__name__)

PERIOD = 5.0  # seconds between two looks

Registration = Literal["registered", "not yet", "rejected"]


@dataclass(frozen=True)
class Seen:
    """What the exchange says of a trunk: whether its server answers, and our registration, ``None``: it has none."""

    reachable: bool
    registration: Registration | None = None


class Exchange(Protocol):
    """Who knows how the lines are."""

    async def look(self, names: Iterable[str]) -> Mapping[str, Seen]:
        """How these trunks are.  Raises ``OSError`` when the exchange cannot be asked."""
        ...


class Trunks:
    """``trunks`` gives those of the book in force, ``stored`` says whether a trunk's password is."""

    def __init__(
        self, trunks: Callable[[], Mapping[str, Trunk]], stored: Callable[[Trunk], bool], exchange: Exchange
    ) -> None:
        self._trunks = trunks
        self._stored = stored
        self._exchange = exchange
        self._last: dict[str, Standing] = {}

    @property
    def problems(self) -> tuple[str, ...]:
        """What should be done about trunks, one sentence each, as of the last look."""
        return tuple(one.why for one in self._last.values() if one.why)

    async def run(self) -> None:
        """Look for ever."""
        while True:
            try:
                await self.look()
            except Exception:
                log.exception("trunks could not be looked at")
            await asyncio.sleep(PERIOD)

    async def look(self) -> list[Standing]:
        """How every trunk of the book is."""
        trunks = self._trunks()
        told = [trunk.name for trunk in trunks.values() if self._stored(trunk)]
        try:
            seen = await self._exchange.look(told) if told else {}
        except OSError as error:
            log.debug("trunks not looked at: %s", error)
            return [Standing(name, State.UNKNOWN) for name in trunks]
        found = {name: standing(trunk, name in told, seen.get(name)) for name, trunk in trunks.items()}
        for name, one in found.items():
            # Who registers for the first time has not failed to.
            if self._last.get(name) != one and one.state is not State.REGISTERING:
                log.log(logging.WARNING if one.why else logging.INFO, "trunk name=%s %s", name, one.why or one.state)
        self._last = found
        return list(found.values())


def standing(trunk: Trunk, stored: bool, seen: Seen | None) -> Standing:
    """How one trunk is, of what is seen of it."""
    name = trunk.name
    if not stored:
        return Standing(name, State.KEYLESS, f"{name} has no password: ivr trunks password {name}")
    if seen is None:
        return Standing(name, State.UNKNOWN)
    if trunk.registers and seen.registration == "rejected":
        why = f"{name}: {trunk.host} does not let us register as {trunk.user}; check user and password"
        return Standing(name, State.REFUSED, why)
    if not seen.reachable:
        return Standing(name, State.DOWN, f"{name}: {trunk.host}:{trunk.port} does not answer")
    if trunk.registers and seen.registration != "registered":
        return Standing(name, State.REGISTERING)
    return Standing(name, State.UP)
