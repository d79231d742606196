"""How an agent's phone reaches us."""

from enum import StrEnum


class Phone(StrEnum):
    """By which way an agent registers, and by no other; the value is what it is called on the wire."""

    PLAIN = "udp"
    SECURE = "tls"
    """TLS, and sound by SRTP."""
    BROWSER = "wss"
    """WebRTC: SIP by secure WebSocket, sound by DTLS-SRTP."""
