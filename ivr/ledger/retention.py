"""How long we keep what callers left: messages, callbacks, answers, notices, and what is remembered of them.

Personal data are kept no longer than needed (RGPD, art. 5(1)(e)); how long that is, is for the owner to say.
The ledger is not touched: it proves what calls cost.
"""

import asyncio
import json
import logging
from collections import Counter
from datetime import UTC, datetime, timedelta

from ivr.ledger.cabinet import Cabinet
from ivr.ledger.callbacks import CallbackStore
from ivr.ledger.messages import MessageStore
from ivr.ledger.reading import BadLedger
from ivr.ledger.vault import NoTalk, Vault
from ivr.service.mailroom import MESSAGE

log = logging.getLogger(__name__)

EVERY = 24 * 3600.0
"""Seconds between two looks."""


async def keep(cabinet: Cabinet, messages: MessageStore, attempts: CallbackStore, vault: Vault, days: int) -> None:
    """For ever: throw away each day what is older than ``days``, with 0 days nothing; and recordings of conversations
    whose own days are over.
    """
    while True:
        await asyncio.to_thread(forget_talks, vault, datetime.now(UTC))
        if days:
            try:
                thrown = await asyncio.to_thread(throw_away, cabinet, messages, attempts, datetime.now(UTC), days)
                log.info("thrown away what is older than %d days: %s", days, thrown)
            except (BadLedger, OSError) as error:
                log.warning("what callers left was not thrown away, next try tomorrow: %s", error)
        await asyncio.sleep(EVERY)


def forget_talks(vault: Vault, at: datetime) -> int:
    """Delete the recordings whose time is over; how many.  What cannot be deleted goes the next time."""
    try:
        gone = vault.delete(vault.expired(at))
    except (OSError, NoTalk) as error:
        log.warning("recordings of conversations were not all deleted, next try tomorrow: %s", error)
        return 0
    log.info("recordings of conversations whose time was over: %d deleted", gone)
    return gone


def erase_caller(cabinet: Cabinet, messages: MessageStore, attempts: CallbackStore, caller: str) -> int:
    """Delete for good all that a caller left, sounds and attempts to call him back among that, and what is remembered
    of him; how many letters it was.  Raises ``BadLedger``, ``OSError``; what is then still there, the next time.
    """
    letters = cabinet.erase_caller(caller)
    attempts.forget(letter.id for letter in letters)
    for letter in letters:
        if letter.kind == MESSAGE and (name := json.loads(letter.body)["facts"].get("name")):
            messages.delete(name)
    return len(letters)


def throw_away(cabinet: Cabinet, messages: MessageStore, attempts: CallbackStore, at: datetime, days: int) -> str:
    """Delete for good what is older than ``days`` at ``at``, sounds first; what it was, in words.

    Raises ``BadLedger``, ``OSError``; what is then still there goes the next time.
    """
    before = at - timedelta(days=days)
    sounds = list(messages.older(before))
    for sound in sounds:
        messages.delete(sound)
    letters = cabinet.throw_away(before, at)
    attempts.forget(letter.id for letter in letters)
    thrown = Counter(letter.kind for letter in letters)
    told = [f"{count} {kind}{'s' * (count != 1)}" for kind, count in sorted(thrown.items())]
    return ", ".join([*told, f"{len(sounds)} sound{'s' * (len(sounds) != 1)}"])
