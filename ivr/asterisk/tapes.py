"""Keys that are pressed in a talk that is being recorded, brought over AMI to whoever keeps it.

The caller's own key ends the recording within the exchange at once; here it is only told, so that what there is is
deleted.  An agent's keys pause it: Asterisk then writes silence.  He hears a beep when that is done, and nothing when
it could not be.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

log = logging.getLogger(__name__)

EVENT = "UserEvent"
NAME = "IvrTape"
OBEYED = "IVR_OBEYED"  # set on the agent's channel: he then hears the beep


class Mutes(Protocol):
    """What is ordered of the exchange."""

    async def mute(self, channel: str, muted: bool) -> bool: ...

    async def set_variable(self, channel: str, name: str, value: str) -> bool: ...


@dataclass(frozen=True)
class _Pressed:
    call: str
    order: str
    by: str


class Tapes:
    """Calls in progress by the names of their channels; ``told`` hears of ``refuse``, ``pause`` and ``resume``."""

    def __init__(self, exchange: Mutes, told: Callable[[str, str], None]) -> None:
        self._exchange = exchange
        self._told = told
        self._channels: dict[str, str] = {}
        self._pressed: asyncio.Queue[_Pressed] = asyncio.Queue()

    def expect(self, call: str, channel: str) -> None:
        """``channel`` is the caller's, in Asterisk's words."""
        self._channels[call] = channel

    def forget(self, call: str) -> None:
        """The call is over."""
        self._channels.pop(call, None)

    def hear(self, _: str, headers: Mapping[str, str]) -> None:
        """Take in an event: ``Call`` is the caller's unique id, ``Channel`` whose key it was."""
        call, order = headers.get("Call", ""), headers.get("Order", "")
        # A refusal of a call that we do not know is that of one which began before a restart of ours.
        if headers.get("UserEvent") == NAME and (call in self._channels or order == "refuse"):
            self._pressed.put_nowait(_Pressed(call, order, headers.get("Channel", "")))

    async def run(self) -> None:
        """For ever: do what was pressed, in its order."""
        while True:
            pressed = await self._pressed.get()
            try:
                await self._do(pressed)
            except Exception:  # an order that fails must not be the end of all others
                log.exception("recording of a talk: %s was not done call=%s", pressed.order, pressed.call)

    async def _do(self, pressed: _Pressed) -> None:
        if pressed.order == "refuse":
            self._told(pressed.call, pressed.order)
            return
        channel = self._channels.get(pressed.call)
        known = channel is not None and pressed.order in ("pause", "resume")
        if known and await self._exchange.mute(channel or "", pressed.order == "pause"):
            self._told(pressed.call, pressed.order)
            await self._exchange.set_variable(pressed.by, OBEYED, "yes")
