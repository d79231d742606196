"""The phones of a rehearsal's agents: each comes when a call wants it there, and goes when one wants it away."""

import threading
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

from ivr.phone.desk import Desk
from ivr.phone.script import Agent
from ivr.settings import Settings
from ivr.verbs.stage import Claim


class Desks:
    """All of them; whoever says that a phone is to be there or away has claimed it from the stage before."""

    def __init__(self, settings: Settings, host: str) -> None:
        self._settings = settings
        self._host = host
        self._desks: dict[str, Desk] = {}
        self._changing = threading.Lock()

    def staff(self, claims: Mapping[str, Claim], caller: str, agents: Iterable[Agent]) -> None:
        """Have the phones there and away that a call claims; tell those that are there how ``caller`` is to find them.

        Raises ``booth.NoCall`` where a phone cannot be there.
        """
        with self._changing:
            for name in [name for name in self._desks if claims.get(name) is Claim.AWAY]:
                self._desks.pop(name).leave()
            for agent in agents:
                if agent.name not in self._desks:
                    self._desks[agent.name] = Desk(agent, self._host, self._settings.sip_port)
                self._desks[agent.name].expect(caller, agent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for desk in self._desks.values():
            desk.leave()
