"""How a system that receives letters knows that they are ours: the headers of Standard Webhooks 1.0.

``webhook-id`` is the letter's id, the same at every attempt; ``webhook-signature`` is HMAC-SHA256 over
``id.timestamp.body``.  Libraries for many languages check it; the key has the form that they take (``whsec_…``).
Source: https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import base64
import hashlib
import hmac

PREFIX = "whsec_"


def key_of(password: str) -> str:
    """The key of a site, as its people type it into their system."""
    return PREFIX + base64.b64encode(password.encode()).decode()


def signed(key: str, letter: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers; ``timestamp`` is of this attempt, in seconds since 1970."""
    content = f"{letter}.{timestamp}.".encode() + body
    digest = hmac.new(base64.b64decode(key.removeprefix(PREFIX)), content, hashlib.sha256).digest()
    return {
        "webhook-id": letter,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
