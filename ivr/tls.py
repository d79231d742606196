"""The certificate by which phones and carriers know this exchange: signed by an authority of its own, or brought.

The authority is made on the first start and lasts; whoever trusts it once needs no more.  The certificate that it signs
is for the names by which this machine is reached, and is signed anew when these change or its end is near.
All keys are RSA: old desk phones know nothing else.  A certificate of 825 days is the longest that Apple's devices take
from an authority that a user has added (support.apple.com/102028).
"""

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY, OURS, BROUGHT = "authority.pem", "ours.pem", "brought.pem"
"""Each a key and its certificates in one file, readable by its owner alone."""

TRUSTED = "trusted"
"""Folder of the authorities of others, which carriers' certificates may come from."""

LASTS = timedelta(days=825)
AUTHORITY_LASTS = timedelta(days=3650)
RENEWED = timedelta(days=60)
"""Before its end."""

BITS = 2048

Key = RSAPrivateKey | EllipticCurvePrivateKey
_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.+?-----END [A-Z ]*PRIVATE KEY-----", re.DOTALL)


class BadTls(ValueError):
    """A certificate or key that cannot be used; the text is one sentence with what to do."""


@dataclass(frozen=True)
class Pair:
    """A certificate, with those that lead to its authority, and its key; all as PEM."""

    certificates: tuple[x509.Certificate, ...]
    key: str

    @property
    def chain(self) -> str:
        return "".join(one.public_bytes(Encoding.PEM).decode() for one in self.certificates)

    @property
    def names(self) -> tuple[str, ...]:
        """The names and addresses that it is for."""
        with suppress(x509.ExtensionNotFound):
            found = self.certificates[0].extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            return tuple(str(one.value) for one in found)
        return ()

    @property
    def authority(self) -> str:
        """Who signed it."""
        name = self.certificates[0].issuer
        common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(common[0].value) if common else name.rfc4514_string()

    @property
    def until(self) -> datetime:
        """When the first of its certificates ends."""
        return min(one.not_valid_after_utc for one in self.certificates)

    @property
    def fingerprint(self) -> str:
        """Of the certificate itself, SHA-256, as phones show it."""
        return self.certificates[0].fingerprint(SHA256()).hex(":").upper()


def made(folder: Path, names: Iterable[str], now: datetime) -> None:
    """See to it that there is a certificate for ``names``, and an authority that has signed it.  Raises BadTls."""
    names = tuple(dict.fromkeys(names))
    authority = _kept(folder / AUTHORITY)
    if authority is None or authority.until < now + LASTS:
        _keep(folder / AUTHORITY, authority := _authority(now))
    ours = _kept(folder / OURS)
    if ours is None or set(ours.names) != set(names) or ours.until < now + RENEWED or not _signed(ours, authority):
        _keep(folder / OURS, _certificate(authority, names, now))


def shown(folder: Path) -> Pair:
    """What we show to whoever connects: what was brought, else what was made.  Raises :class:`BadTls`."""
    found = _kept(folder / BROUGHT) or _kept(folder / OURS)
    if found is None:
        raise BadTls("there is no certificate yet; `ivr prepare` makes one")
    return found


def authority(folder: Path) -> str:
    """The certificate of our own authority, for phones to trust.  Raises :class:`BadTls`."""
    found = _kept(folder / AUTHORITY)
    if found is None:
        raise BadTls("there is no authority yet; `ivr prepare` makes one")
    return found.chain


def bring(folder: Path, pem: str, now: datetime) -> Pair:
    """Keep a certificate from elsewhere, with its key and what leads to its authority.  Raises :class:`BadTls`."""
    found = _read(pem)
    if found.until <= now:
        raise BadTls(f"this certificate ended on {found.until:%Y-%m-%d}; get a new one")
    if not found.names:
        raise BadTls("this certificate is for no name (subjectAltName), so phones would not take it; get another")
    _keep(folder / BROUGHT, found)
    return found


def drop(folder: Path) -> bool:
    """Show our own again; whether there was another."""
    with suppress(FileNotFoundError):
        (folder / BROUGHT).unlink()
        return True
    return False


def trust(folder: Path, name: str, pem: str) -> None:
    """Take certificates of carriers that this authority has signed.  Raises :class:`BadTls`."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise BadTls("this is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----") from None
    _write(folder / TRUSTED / f"{name}.pem", "".join(one.public_bytes(Encoding.PEM).decode() for one in found))


def texts(folder: Path) -> Mapping[str, str]:
    """The chain, its key, and all whom we trust beside the world.  Raises :class:`BadTls`."""
    pair = shown(folder)
    others = [path.read_text(encoding="ascii") for path in sorted((folder / TRUSTED).glob("*.pem"))]
    return {"chain": pair.chain, "key": pair.key, "trusted": "".join([authority(folder), *others])}


def _authority(now: datetime) -> Pair:
    key = generate_private_key(public_exponent=65537, key_size=BITS)
    serial = x509.random_serial_number()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"IVR {serial % 2**32:08x}")])
    usage = {"key_cert_sign": True, "crl_sign": True, **dict.fromkeys(_NO_AUTHORITY, False)}
    built = (
        _began(name, name, key, serial, now, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
    )
    return Pair((built.sign(key, SHA256()),), _pem(key))


def _certificate(by: Pair, names: tuple[str, ...], now: datetime) -> Pair:
    key = generate_private_key(public_exponent=65537, key_size=BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    signer = _key(by.key, proved=True)
    built = (
        _began(name, by.certificates[0].subject, key, x509.random_serial_number(), now, LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(list(map(_alternative, names))), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    return Pair((built.sign(signer, SHA256()), *by.certificates), _pem(key))


_NO_AUTHORITY = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "encipher_only",
    "decipher_only",
)


def _began(
    name: x509.Name, by: x509.Name, key: RSAPrivateKey, serial: int, now: datetime, lasts: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - timedelta(days=1))  # phones whose clocks are slow
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _alternative(name: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ip_address(name))
    return x509.DNSName(name)


def _signed(pair: Pair, by: Pair) -> bool:
    try:
        pair.certificates[0].verify_directly_issued_by(by.certificates[0])
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _kept(path: Path) -> Pair | None:
    try:
        return _read(path.read_text(encoding="ascii", errors="replace"), proved=True)
    except FileNotFoundError:
        return None
    except BadTls as error:
        raise BadTls(f"{path} is damaged ({error}); delete it and run `ivr prepare`, or docker/up") from None


def _read(pem: str, *, proved: bool = False) -> Pair:
    """A key with what belongs to it; of one that is ``proved`` its numbers are not: that takes far more time than all
    else, and was done before it was kept.  Raises :class:`BadTls`.
    """
    try:
        key = _key(pem, proved=proved)
    except (ValueError, TypeError):
        raise BadTls("there is no key in PEM without a password in it; write the key and the certificates") from None
    try:
        certificates = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise BadTls("there is no certificate in PEM in it; write the key and the certificates") from None
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    fitting = [
        one
        for one in certificates
        if one.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == public
    ]
    if not fitting:
        raise BadTls("the key belongs to none of the certificates; write those that came with it")
    return Pair((fitting[0], *(one for one in certificates if one is not fitting[0])), _pem(key))


def _key(pem: str, *, proved: bool) -> Key:
    """Raises ValueError or TypeError."""
    found = _KEY.search(pem)
    key = load_pem_private_key(found[0].encode() if found else b"", None, unsafe_skip_rsa_key_validation=proved)
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise TypeError("phones know RSA and elliptic curves")
    return key


def _pem(key: Key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _keep(path: Path, pair: Pair) -> None:
    _write(path, pair.key + pair.chain)


def _write(path: Path, text: str) -> None:
    """Whole or not at all, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
