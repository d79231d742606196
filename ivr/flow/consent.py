"""Between a flow and its line: nobody is recorded who has not heard that he is, to the end, and may yet refuse.

Theory
------
A flow only says which conversations it wants recorded (`recording` of a transfer or a queue); a number may want all of
its own recorded.  The commands :class:`Tap` and :class:`Untap` come from here and from nowhere else:

    announcement      once in a call for each prompt: that of the number in front of the first command that may cost
                      anything, hence in early media and free; that of a node right before it rings.  Cut short by the
                      key of refusal, there is no recording in this call, whatever is announced later.
    Tap, ring, Untap  only once the announcement was heard to its end.  A hang-up anywhere leaves no Tap behind it.

Carriers seldom pass keys on before the answer, so the key of refusal is taken in the talk as well, by the exchange:
:attr:`Tap.refuse`.  `tests/flow/test_consent.py` proves that no sequence of commands makes this file break its order.
Source: Regulation (EU) 2016/679, art. 13 and 21; CNIL, recording of calls (25 April 2022, second hand): not verified.
"""

from dataclasses import replace
from typing import Any

from ivr.flow.commands import Command, Dial, Enqueue, Need, Play, Talk
from ivr.flow.line_commands import Tap, Untap
from ivr.flow.news import Diverted
from ivr.values.taping import Taping


class Consent:
    """One call's; :meth:`carry` wraps the talk of its flow.  ``usual`` is the way of the number, ``None``: not at all.

    ``heard`` are the announcements that were heard to their end, ``refused`` is whether the caller did.  Both may be
    read by whoever looks on; nobody else writes them.
    """

    def __init__(self, usual: Taping | None = None) -> None:
        self._usual = usual
        self.heard: tuple[str, ...] = ()
        self.refused = False

    def carry(self, talk: Talk[None]) -> Talk[None]:
        """Yield the flow's commands; announcement and recording stand around those that join the caller with others."""
        try:
            command: Command[Any] = next(talk)
            while True:
                if not isinstance(command, Dial | Enqueue):
                    if self._usual and command.needs >= Need.ANNOUNCED:
                        yield from self._agreed(self._usual)
                    command = talk.send((yield command))
                    continue
                try:
                    result: Any = yield from self._joined(command)
                except Diverted as diverted:
                    command = talk.throw(diverted)
                else:
                    command = talk.send(result)
        except StopIteration:
            return
        finally:
            talk.close()

    def _joined(self, command: Dial | Enqueue) -> Talk[Any]:
        way = self._usual if command.recording is None else command.recording
        bare = replace(command, recording=None)
        if not isinstance(way, Taping) or not (yield from self._agreed(way)):
            return (yield bare)
        tapped = yield from Tap(way.days, way.refuse, way.announce)
        result: Any = None
        away: Diverted | None = None
        try:
            result = yield bare
        except Diverted as diverted:
            away = diverted
        if tapped.name is not None:
            yield from Untap()
        if away is not None:
            raise away
        return result

    def _agreed(self, way: Taping) -> Talk[bool]:
        """Whether he may be recorded in this way; he is told, unless he was."""
        if self.refused or way.announce in self.heard:
            return not self.refused
        played = yield from Play((way.announce,), until=way.refuse)
        if played.key is None:
            self.heard = (*self.heard, way.announce)
            return True
        self.refused = True
        if way.refused:
            yield from Play((way.refused,))
        return False
