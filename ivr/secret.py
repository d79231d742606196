"""One master secret, made on the first start; every password is derived from it, so that none is written down.

The file is readable by its owner only and lies in the state directory, never in the book or the repository.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path


class NoSecret(RuntimeError):
    """There is no usable master secret; the text says what to do."""


def make(path: Path) -> bool:
    """Make the master secret unless it exists; whether it was made."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    return True


def keep(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
        file.write(text)
    new.replace(path)


def derive(path: Path, purpose: str) -> str:
    """The password for ``purpose`` (``agent:camille``): 130 bits, letters and digits.  Raises :class:`NoSecret`.

    For ``pin:NAME`` six digits: what can be typed on a phone, and must be guarded by whoever asks for it.
    """
    try:
        master = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NoSecret(f"the master secret {path} cannot be read ({error}); `ivr prepare` makes one") from None
    if not re.fullmatch(r"[0-9a-f]{64}", master):
        raise NoSecret(f"the master secret {path} is damaged; delete it and run `ivr prepare`: all passwords change")
    digest = hmac.new(bytes.fromhex(master), purpose.encode(), hashlib.sha256).digest()
    if purpose.startswith("pin:"):
        return f"{int.from_bytes(digest) % 10**6:06}"
    return base64.b32encode(digest).decode()[:26].lower()
