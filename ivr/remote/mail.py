"""E-mails over SMTP, by the standard library in a thread: few are sent, after calls, and nobody waits for one.

Another library would do the same over asyncio (aiosmtplib, well kept too), and be one more to trust.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from ivr.service.delivery import Undeliverable

LIMIT = 20.0  # seconds that the server may take for each step

Security = Literal["starttls", "tls", "none"]


class NotSent(Exception):
    """The mail server did not take an e-mail; the text says why."""


class NeverTaken(NotSent, Undeliverable):
    """Nor will it: the address, or this e-mail, is refused for good (RFC 5321, 4.2.1: 5yz)."""


@dataclass(frozen=True)
class MailServer:
    """Where e-mails are handed over, and as whom.  No user: nobody is asked who we are."""

    host: str
    port: int
    security: Security
    user: str
    sender: str


class Smtp:
    """Fulfils the port ``Mailer``.  ``password`` is asked for at each e-mail, so that a new one needs no restart;
    ``trust`` is for whom to believe that he is the server.
    """

    def __init__(
        self,
        server: MailServer,
        password: Callable[[], str],
        trust: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._server = server
        self._password = password
        self._trust = trust
        self._one = asyncio.Lock()  # a dead server would else take all the threads by which calls ask our own memory

    @property
    def sender(self) -> str:
        return self._server.sender

    async def send(self, message: EmailMessage) -> None:
        """See the port; raises :class:`NotSent`, :class:`NeverTaken`."""
        async with self._one:
            await asyncio.to_thread(self.hand_over, message)

    def hand_over(self, message: EmailMessage) -> None:
        """Send now.  Raises :class:`NotSent`, :class:`NeverTaken`."""
        where = f"{self._server.host}:{self._server.port}"
        try:
            with self._connected() as connection:
                if self._server.user:
                    connection.login(self._server.user, self._password())
                connection.send_message(message, self._server.sender)
        except smtplib.SMTPNotSupportedError as error:
            raise NotSent(f"{where} cannot do what is set (IVR_MAIL_SECURITY, IVR_MAIL_USER): {error}") from error
        except smtplib.SMTPDataError as error:
            raise _refusal(error.smtp_code)(f"{where} said {error.smtp_code} {_text(error.smtp_error)}") from error
        except smtplib.SMTPResponseException as error:  # who we are, or as whom we send, is for the owner to mend
            raise NotSent(f"{where} said {error.smtp_code} {_text(error.smtp_error)}") from error
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _refusal(code)(f"{where} takes nothing for {message['To']}: {code} {_text(said)}") from error
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NotSent(f"{where}: {error or type(error).__name__}") from error

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=LIMIT, context=self._trust())
        connection = smtplib.SMTP(server.host, server.port, timeout=LIMIT)
        if server.security == "starttls":
            try:
                connection.starttls(context=self._trust())
            except BaseException:
                connection.close()
                raise
        return connection


def _refusal(code: int) -> type[NotSent]:
    return NeverTaken if 500 <= code < 600 else NotSent


def _text(said: bytes | str) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said
