"""The e-mail that tells of a message in a mailbox, its sound attached.

It is in French, as our own people are; who sends it again sends the same Message-ID, by which a mailbox that got it
twice can tell (RFC 5322, 3.6.4).
"""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from ivr.values.mailbox import PARIS
from ivr.values.number import parse
from ivr.values.saying import JOURS, MOIS

HIDDEN = "un numéro masqué"
GONE = "Le message n'est plus là : il a été effacé avant l'envoi de cet e-mail."


def composed(letter: str, body: Mapping[str, Any], sound: bytes | None, sender: str) -> EmailMessage:
    """The e-mail of the letter with this id and ``body``; without its ``sound`` where that has been deleted."""
    facts: Mapping[str, str] = body["facts"]
    at = datetime.fromisoformat(body["at"]).astimezone(PARIS)
    caller = who(body["caller"])
    message = EmailMessage()
    whose = f"d'{caller}" if caller == HIDDEN else f"de {caller}"
    message["Subject"] = f"Message vocal {whose} pour {facts['box']}"
    message["From"] = Address("Messagerie vocale", addr_spec=sender)
    message["To"] = Address(addr_spec=facts["to"])
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # no holiday notices, please (RFC 3834)
    lines = [
        f"Un message vocal a été laissé pour {facts['box']}.",
        "",
        f"De : {caller}",
        f"Reçu : {day(at)} à {at:%H} h {at:%M}",
        f"Durée : {lasting(float(facts['seconds']))}",
        f"Numéro appelé : {parse(body['number']).display}",
        "",
        "Il est joint à cet e-mail." if sound else GONE,
    ]
    message.set_content("\n".join(lines) + "\n")
    if sound:
        name = f"message-{at:%Y-%m-%d-%H%M%S}.wav"
        message.add_attachment(sound, maintype="audio", subtype="wav", filename=name)
    return message


def trial(address: str, sender: str) -> EmailMessage:
    """An e-mail that shows that they arrive."""
    message = EmailMessage()
    message["Subject"] = "Essai de la messagerie vocale"
    message["From"] = Address("Messagerie vocale", addr_spec=sender)
    message["To"] = Address(addr_spec=address)
    message.set_content("Cet e-mail montre que les messages vocaux peuvent vous être envoyés.\n")
    return message


def who(caller: str) -> str:
    """A caller as people read him: a number with its blanks, or that he hides it."""
    number = parse(caller)
    return number.display if number.e164 or number.national else HIDDEN


def day(at: datetime) -> str:
    """``samedi 28 novembre 2026``."""
    of_month = "1er" if at.day == 1 else f"{at.day}"
    return f"{JOURS[at.weekday()]} {of_month} {MOIS[at.month - 1]} {at.year}"


def lasting(seconds: float) -> str:
    """``12 s``, ``2 min 05 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
