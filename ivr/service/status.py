"""How we are: one value for the health page, the metrics and, later, the dashboard."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Status:
    """``exchange_problem`` is ``None`` while the link to Asterisk is up, else one sentence; ``book_problems`` are
    the lines of the last reload, empty when it was good; ``reconnects`` counts links made to Asterisk anew;
    ``letters_waiting`` are notices not delivered yet, now or at a later attempt; ``crises`` are those that are on;
    ``trunk_problems`` are sentences about carriers' lines that do not work, ``agent_problems`` about agents whom we
    have logged out; ``mail_problem`` is one while e-mails of messages in mailboxes could not be sent, and
    ``recording_problem`` while conversations are not recorded, or not encrypted yet, as they should be.
    """

    book: str
    book_problems: tuple[str, ...]
    calls: int
    endings: Mapping[str, int]
    exchange_problem: str | None
    reconnects: int
    unsaved_records: int
    letters_waiting: int = 0
    crises: tuple[str, ...] = ()
    trunk_problems: tuple[str, ...] = ()
    agent_problems: tuple[str, ...] = ()
    mail_problem: str | None = None
    recording_problem: str | None = None

    @property
    def healthy(self) -> bool:
        """Whether an operator has nothing to do."""
        amiss = self.book_problems or self.unsaved_records or self.trunk_problems or self.agent_problems
        sentences = self.exchange_problem, self.mail_problem, self.recording_problem
        return not any(sentences) and not amiss
