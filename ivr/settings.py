"""What may differ from one installation to the next; the only file that reads the environment."""

import contextlib
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, cast

from ivr.values.mailbox import ADDRESS, LONGEST_ADDRESS

_OWN_TOKEN = "IVR_VOICE_TOKEN_"  # noqa: S105 - how the variables begin: IVR_VOICE_TOKEN_STUDIO


class BadSetting(ValueError):
    """A variable of the environment that cannot be used; the text says which and why."""


@dataclass(frozen=True)
class Settings:
    """Every setting is a variable ``IVR_…`` of the environment; see the table in README.md."""

    book: Path = Path()
    state: Path = Path(".ivr")
    sounds: Path = Path(".ivr/sounds")
    asterisk_conf: Path = Path(".ivr/asterisk")
    messages: Path = Path("/var/spool/ivr-messages")
    talks: Path = Path("/var/spool/ivr-talks")
    events: Path = Path("/var/log/ivr-events")
    agi_port: int = 4573
    ami_port: int = 5038
    http_port: int = 8573
    sip_bind: str = "0.0.0.0"  # noqa: S104 - callers come from outside
    sip_port: int = 5060
    # The name or address by which phones reach this machine; empty: its own address.
    host: str = ""
    rtp_start: int = 10000
    rtp_end: int = 10399
    max_calls: int = 100
    drain: float = 10.0
    # Days after which all that callers left is deleted; 0: never by itself.
    keep_days: int = 0
    test_clock: Path | None = None
    # The mail server by which messages in mailboxes are sent, as host:port; how it is spoken to, as whom, and the
    # address from which e-mails come.
    mail_server: str = ""
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_user: str = ""
    mail_from: str = ""
    # The secrets of speech services: of the only one there is, and of each speaker, by his name in capitals.
    voice_token: str = field(default="", repr=False)
    voice_tokens: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def ledger(self) -> Path:
        return self.state / "ledger.sqlite"

    @property
    def cabinet(self) -> Path:
        return self.state / "cabinet.sqlite"

    @property
    def recordings(self) -> Path:
        """Where the prompts lie that were recorded by phone: ``fr/goodbye.wav``."""
        return self.state / "recordings"

    @property
    def conversations(self) -> Path:
        """Where recorded conversations lie, encrypted."""
        return self.state / "conversations"

    def token(self, name: str) -> Path:
        """Where the token lies that another system gave us."""
        return self.state / "secrets" / "tokens" / name

    def voice_secret(self, speaker: str, token: str, *, alone: bool) -> str:
        """What shows a speech service who we are: the environment's for this speaker, or for who is ``alone`` in
        wanting one, else what is stored under the name ``token``.  Empty where none is wanted.  Raises OSError.
        """
        if given := self.voice_given(speaker, token, alone=alone):
            return given
        return self.token(token).read_text(encoding="ascii").strip() if token else ""

    def voice_given(self, speaker: str, token: str, *, alone: bool) -> str:
        """The part of :meth:`voice_secret` that the environment has."""
        if own := self.voice_tokens.get(speaker.upper().replace("-", "_")):
            return own
        return self.voice_token if token and alone else ""  # else one service would be told the secret of another

    def trunk_password(self, name: str) -> Path:
        """Where the password lies that the carrier of a trunk gave us."""
        return self.state / "secrets" / "trunks" / name

    @property
    def tls(self) -> Path:
        """Where the certificates and their keys lie."""
        return self.state / "secrets" / "tls"

    @property
    def tls_port(self) -> int:
        """Where phones and carriers come in by TLS."""
        return self.sip_port + 1

    @property
    def browser_port(self) -> int:
        """Where browsers come in, by secure WebSocket."""
        return self.sip_port + 2

    @property
    def reached_at(self) -> str:
        """Where phones reach us: as they were told, else where we listen, else the address that packets leave from.

        Connecting a UDP socket sends nothing; 192.0.2.1 is nobody's (RFC 5737).
        """
        if self.host or self.sip_bind not in ("0.0.0.0", "::"):  # noqa: S104 - it is looked at, not listened on
            return self.host or self.sip_bind
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        return "127.0.0.1"

    @property
    def mail_password(self) -> Path:
        """Where the password of the mail server's user lies."""
        return self.state / "secrets" / "mail"

    @property
    def secret(self) -> Path:
        return self.state / "secrets" / "master"


def settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force.  Raises :class:`BadSetting`."""

    def number(name: str, default: int, least: int, most: int) -> int:
        text = environment.get(name) or str(default)
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
            raise BadSetting(f'{name} is "{text}": write a whole number from {least} to {most}')
        return int(text)

    def port(name: str, default: int) -> int:
        return number(name, default, 1024, 65535)  # neither container may listen below

    def address(name: str, default: str) -> str:
        text = environment.get(name) or default
        try:
            return str(ip_address(text))
        except ValueError:
            raise BadSetting(f'{name} is "{text}": write an IP address, 0.0.0.0 for all of this machine') from None

    host = environment.get("IVR_HOST") or ""
    if host and not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?|::1", host):
        raise BadSetting(f'IVR_HOST is "{host}": write the name or the address by which phones reach this machine')
    state = Path(environment.get("IVR_STATE") or ".ivr")
    clock = environment.get("IVR_TEST_CLOCK")
    rtp_start, rtp_end = port("IVR_RTP_START", 10000), port("IVR_RTP_END", 10399)
    max_calls = number("IVR_MAX_CALLS", 100, 1, 10000)
    # A call needs two ports (RTP and RTCP), and so does the agent it is put through to; with fewer, Asterisk
    # refuses with 488, on which carriers do not re-route.
    if rtp_end - rtp_start + 1 < 4 * max_calls:
        raise BadSetting(
            f"IVR_RTP_START to IVR_RTP_END are {rtp_end - rtp_start + 1} ports: {max_calls} calls "
            f"(IVR_MAX_CALLS) need {4 * max_calls}"
        )
    mail = _mail(environment)
    return Settings(
        book=Path(environment.get("IVR_BOOK") or "."),
        state=state,
        sounds=Path(environment.get("IVR_SOUNDS") or state / "sounds"),
        asterisk_conf=Path(environment.get("IVR_ASTERISK_CONF") or state / "asterisk"),
        messages=Path(environment.get("IVR_MESSAGES") or "/var/spool/ivr-messages"),
        talks=Path(environment.get("IVR_TALKS") or "/var/spool/ivr-talks"),
        events=Path(environment.get("IVR_EVENTS") or "/var/log/ivr-events"),
        agi_port=port("IVR_AGI_PORT", 4573),
        ami_port=port("IVR_AMI_PORT", 5038),
        http_port=port("IVR_HTTP_PORT", 8573),
        sip_bind=address("IVR_SIP_BIND", "0.0.0.0"),  # noqa: S104
        sip_port=port("IVR_SIP_PORT", 5060),
        host=host,
        rtp_start=rtp_start,
        rtp_end=rtp_end,
        max_calls=max_calls,
        drain=number("IVR_DRAIN", 10, 0, 3600),
        keep_days=number("IVR_KEEP_DAYS", 0, 0, 3650),
        test_clock=Path(clock) if clock else None,
        mail_server=mail["server"],
        mail_security=cast('Literal["starttls", "tls", "none"]', mail["security"]),
        mail_user=mail["user"],
        mail_from=mail["from"],
        voice_token=environment.get("IVR_VOICE_TOKEN") or "",
        voice_tokens={
            name.removeprefix(_OWN_TOKEN): secret
            for name, secret in environment.items()
            if name.startswith(_OWN_TOKEN) and secret
        },
    )


def _mail(environment: Mapping[str, str]) -> dict[str, str]:
    """What is set of the mail server.  Raises :class:`BadSetting`."""
    server = environment.get("IVR_MAIL_SERVER") or ""
    security = environment.get("IVR_MAIL_SECURITY") or "starttls"
    user, sender = environment.get("IVR_MAIL_USER") or "", environment.get("IVR_MAIL_FROM") or ""
    port = server.rpartition(":")[2]
    if server and not (re.fullmatch(r"[A-Za-z0-9.-]{1,253}:[0-9]{1,5}", server) and 0 < int(port) < 65536):
        raise BadSetting(f'IVR_MAIL_SERVER is "{server}": write the server and its port: smtp.example.fr:587')
    if security not in ("starttls", "tls", "none"):
        raise BadSetting(f'IVR_MAIL_SECURITY is "{security}": write starttls (port 587), tls (port 465) or none')
    if user and not re.fullmatch(r"[!-~]{1,200}", user):
        raise BadSetting(f'IVR_MAIL_USER is "{user}": write one word of visible ASCII characters')
    if user and security == "none":
        raise BadSetting("IVR_MAIL_SECURITY is none: the password of IVR_MAIL_USER would be sent for all to read")
    if sender and not (re.fullmatch(ADDRESS, sender) and len(sender) <= LONGEST_ADDRESS):
        raise BadSetting(f'IVR_MAIL_FROM is "{sender}": write the address that e-mails come from: ivr@example.fr')
    if server and not sender:
        raise BadSetting("IVR_MAIL_FROM is not set: write the address that e-mails come from: ivr@example.fr")
    return {"server": server, "security": security, "user": user, "from": sender}
