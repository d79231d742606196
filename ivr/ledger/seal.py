"""The key by which this house signs: the head of its ledger, and the certificates of its calls (Ed25519, RFC 8032).

The private key is made on the first start, lies in the state directory and is readable by its owner alone; the public
key is for whoever is to believe a signature.
"""

import base64
import os
import tempfile
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

NAME = "secrets/signing-key"
"""Where the key lies in the state directory."""


class NoKey(Exception):
    """There is no usable key; the text is one sentence with what to do."""


class PublicKey:
    """What tells whether a signature is ours."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key

    @classmethod
    def read(cls, pem: bytes) -> "PublicKey":
        """From PEM.  Raises :class:`NoKey`."""
        try:
            key = load_pem_public_key(pem)
        except ValueError as error:
            raise NoKey("this is no public key in PEM: ivr certificate --public-key prints ours") from error
        if not isinstance(key, Ed25519PublicKey):
            raise NoKey("this public key is not of the kind Ed25519: ivr certificate --public-key prints ours")
        return cls(key)

    @classmethod
    def of(cls, text: str) -> "PublicKey":
        """From :attr:`text`.  Raises :class:`NoKey`."""
        try:
            return cls(Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True)))
        except ValueError as error:
            raise NoKey("the public key named there is none") from error

    @property
    def text(self) -> str:
        """The 32 bytes of the key in base 64."""
        return base64.b64encode(self._key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()

    @property
    def pem(self) -> str:
        """The key as other programmes want it."""
        return self._key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def signed(self, content: bytes, signature: str) -> bool:
        """Whether ``signature`` (base 64) is ours of ``content``."""
        try:
            given = base64.b64decode(signature, validate=True)
            if base64.b64encode(given).decode() != signature:
                return False  # other text for the same bytes: not what we wrote
            self._key.verify(given, content)
        except (InvalidSignature, ValueError):
            return False
        return True


class Seal:
    """The private key in the file ``path``, read when it is first used."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def made(cls, path: Path) -> "Seal":
        """The key in ``path``, made if there is none.  Raises ``OSError`` where nothing can be written."""
        if not path.exists():
            _make(path)
        return cls(path)

    @cached_property
    def _key(self) -> Ed25519PrivateKey:
        try:
            key = load_pem_private_key(self._path.read_bytes(), None)
        except FileNotFoundError:
            raise NoKey(f"there is no signing key {self._path}: the first ivr serve makes it") from None
        except (OSError, ValueError, TypeError) as error:
            raise NoKey(f"the signing key {self._path} cannot be read ({error}): restore it from a backup") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise NoKey(f"the signing key {self._path} is not of the kind Ed25519: restore it from a backup")
        return key

    @property
    def public(self) -> PublicKey:
        """The other half.  Raises :class:`NoKey`."""
        return PublicKey(self._key.public_key())

    def sign(self, content: bytes) -> str:
        """The signature in base 64.  Raises :class:`NoKey`."""
        return base64.b64encode(self._key.sign(content)).decode()


def _make(path: Path) -> None:
    """Whole or not at all, and only one, whoever else begins at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(prefix=".signing-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        Path(name).unlink(missing_ok=True)
