"""Agents' accounts as Asterisk's pjsip.conf has them: each registers by one kind of way, and by no other.

Asterisk has no setting for that; but it looks for an account under the domain of the transport before it looks for its
bare name.  So whoever must come encrypted has a second account under the domain of UDP, which may do nothing.
Source: Asterisk 22, res_pjsip_endpoint_identifier_user.c (`find_endpoint`).
"""

from ivr.asterisk.tls_conf import TLS
from ivr.asterisk.tokens import section
from ivr.values.phone import Phone

UDP = "udp"
"""The domain of what comes by UDP: no phone writes it, and who does finds the same account."""


def endpoint(name: str, phone: Phone) -> list[tuple[str, str]]:
    """The settings of an agent's endpoint; ``name`` is safe to be written."""
    settings = [("auth", name), ("aors", name), ("callerid", f"<{name}>")]
    match phone:
        case Phone.PLAIN:
            return settings
        case Phone.SECURE:
            return [*settings, ("transport", TLS), ("media_encryption", "sdes")]


def refusals(name: str, phone: Phone) -> list[str]:
    """The accounts by which a phone is refused that comes by another way."""
    return [] if phone is Phone.PLAIN else [section(f"{name}@{UDP}", [], "refused-endpoint")]
