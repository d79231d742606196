"""What commands and controller have of a house, whatever its book: its clock, its recordings, what sends its e-mails.

Apart from `ivr.app`: a book takes most of a second to import, which who looks at calls need not wait for.
"""

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ivr import secret
from ivr.settings import Settings

if TYPE_CHECKING:
    from ivr.ledger.vault import Vault
    from ivr.remote.mail import Smtp

HERE = ZoneInfo("Europe/Paris")


def clock(settings: Settings) -> Callable[[], datetime]:
    """What time it is for callers: the wall clock, unless a test has written an instant into its file."""

    def now() -> datetime:
        if settings.test_clock is not None:
            with contextlib.suppress(OSError, ValueError):
                return aware(datetime.fromisoformat(settings.test_clock.read_text(encoding="ascii").strip()))
        return datetime.now(UTC)

    return now


def aware(at: datetime) -> datetime:
    """An instant that says no zone is on the clocks of Paris."""
    return at if at.tzinfo else at.replace(tzinfo=HERE)


def make_vault(settings: Settings) -> "Vault":
    """The recordings of conversations; the key is lost with the master secret."""
    from ivr.ledger.tapefile import BadTape  # cryptography, which most commands need not
    from ivr.ledger.vault import Vault

    def master() -> str:
        try:
            return secret.derive(settings.secret, "conversations")
        except secret.NoSecret as error:
            raise BadTape(str(error)) from None

    return Vault(settings.talks, settings.conversations, master)


def make_mailer(settings: Settings) -> "Smtp | None":
    """What sends e-mails; ``None`` where no mail server is set."""
    if not settings.mail_server:
        return None
    from ivr.remote.mail import MailServer, Smtp

    host, _, port = settings.mail_server.rpartition(":")
    server = MailServer(host, int(port), settings.mail_security, settings.mail_user, settings.mail_from)

    def password() -> str:
        try:
            return settings.mail_password.read_text(encoding="ascii").strip()
        except OSError:
            raise ValueError("the password of IVR_MAIL_USER is not stored: ivr mail password") from None

    return Smtp(server, password)
