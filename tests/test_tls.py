"""The certificate: made for the names of the machine, kept, renewed in time, or brought; what is none is refused."""

import shutil
import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from ivr import tls
from ivr.cli import main

NOW = datetime(2026, 11, 28, tzinfo=UTC)
NAMES = ("192.0.2.10", "ivr.example.net")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, to be copied."""
    folder = tmp_path_factory.mktemp("tls")
    tls.made(folder, NAMES, NOW)
    return folder


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_it_is_for_the_names_and_kept_and_nobody_else_reads_the_keys(folder: Path) -> None:
    """Phones that trust the authority trust it after every start."""
    before = tls.texts(folder)
    tls.made(folder, NAMES, NOW + timedelta(days=700))

    assert tls.shown(folder).names == NAMES
    assert tls.texts(folder) == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_who_trusts_the_authority_trusts_it(folder: Path, tmp_path: Path) -> None:
    """A handshake of OpenSSL's, with the name looked at; one that trusts another authority turns away."""
    other = tmp_path / "other"
    tls.made(other, NAMES, NOW)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / tls.OURS)

    assert shaken(server, tls.authority(folder)) is None
    assert "verify failed" in str(shaken(server, tls.authority(other)))


def shaken(server: ssl.SSLContext, trusted: str) -> ssl.SSLError | None:
    """What a client that trusts only this authority has against the server."""
    client = ssl.create_default_context(cadata=trusted)
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT
    to, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(back, to, server_hostname=NAMES[1])
    there = server.wrap_bio(to, back, server_side=True)
    for _ in range(4):
        for side in (here, there):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                return error
    return None


def test_it_is_signed_anew_for_other_names_and_before_its_end_by_the_same_authority(folder: Path) -> None:
    """So phones need not be told."""
    authority, first = tls.authority(folder), tls.shown(folder)
    tls.made(folder, ("192.0.2.11",), NOW)
    moved = tls.shown(folder)
    tls.made(folder, ("192.0.2.11",), NOW + tls.LASTS - tls.RENEWED + timedelta(days=1))
    renewed = tls.shown(folder)

    assert moved.names == ("192.0.2.11",)
    assert len({first.fingerprint, moved.fingerprint, renewed.fingerprint}) == 3
    assert renewed.until > moved.until + timedelta(days=700)
    assert tls.authority(folder) == authority


def test_an_authority_lasts_longer_than_what_it_signs(folder: Path) -> None:
    """Else the certificate would end before it says so."""
    before = tls.authority(folder)
    tls.made(folder, NAMES, NOW + tls.AUTHORITY_LASTS - timedelta(days=800))

    assert tls.authority(folder) != before


def ivr(state: Path, *words: str, typed: str = "") -> Result:
    return CliRunner(env={"IVR_STATE": str(state)}).invoke(main, ["tls", *words], input=typed)


def test_one_that_is_brought_is_shown_until_ours_is_wanted_again(tmp_path: Path) -> None:
    """The key and the chain in any order; carriers of another authority are trusted by its certificate."""
    folder, elsewhere = tmp_path / "secrets" / "tls", tmp_path / "elsewhere"
    now = datetime.now(UTC)
    tls.made(folder, NAMES, now)
    tls.made(elsewhere, ("phones.example.com",), now)
    brought = tls.shown(elsewhere)

    told = ivr(tmp_path, "bring", typed=brought.chain + brought.key)
    assert told.output.startswith("The certificate for phones.example.com is kept, until ")
    assert "for        phones.example.com\n" in ivr(tmp_path, "show").output
    assert tls.texts(folder)["chain"] == brought.chain
    assert ivr(tmp_path, "own").output.startswith("Ours is shown again. ")
    assert ivr(tmp_path, "own").output == "Ours is shown already.\n"
    assert tls.texts(folder)["trusted"] == ivr(tmp_path, "authority").output
    assert ivr(tmp_path, "trust", "partner", typed=tls.authority(elsewhere)).exit_code == 0
    assert tls.texts(folder)["trusted"] == tls.authority(folder) + tls.authority(elsewhere)


def test_what_cannot_be_shown_is_refused_in_one_sentence(tmp_path: Path) -> None:
    """And the one before stays."""
    folder = tmp_path / "secrets" / "tls"
    assert ivr(tmp_path, "show").output == "ivr: there is no certificate yet; `ivr prepare` makes one\n"
    none = ivr(tmp_path, "authority")
    assert (none.exit_code, none.output) == (1, "ivr: there is no authority yet; `ivr prepare` makes one\n")
    now = datetime.now(UTC)
    tls.made(folder, NAMES, now)
    tls.made(tmp_path / "old", NAMES, now - tls.LASTS - timedelta(days=2))
    tls.made(tmp_path / "other", NAMES, now)
    ours, old, other = tls.shown(folder), tls.shown(tmp_path / "old"), tls.shown(tmp_path / "other")
    no_key = "there is no key in PEM without a password in it; write the key and the certificates"
    for typed, said in (
        ("", no_key),
        (ours.chain, no_key),
        (ours.key, "there is no certificate in PEM in it; write the key and the certificates"),
        (ours.key + other.chain, "the key belongs to none of the certificates; write those that came with it"),
        (old.key + old.chain, f"this certificate ended on {old.until:%Y-%m-%d}; get a new one"),
        (
            _authority_of(folder),
            "this certificate is for no name (subjectAltName), so phones would not take it; get another",
        ),
    ):
        refused = ivr(tmp_path, "bring", typed=typed)
        assert (refused.exit_code, refused.output) == (1, f"ivr: {said}\n")
    no_trust = "ivr: this is no certificate in PEM: it begins with -----BEGIN CERTIFICATE-----\n"
    assert ivr(tmp_path, "trust", "partner", typed="word").output == no_trust
    assert ivr(tmp_path, "trust", "../x", typed=ours.chain).exit_code == 2
    assert ivr(tmp_path, "show").exit_code == 0
    kept = folder / tls.OURS
    for damaged in (b"word", b"\xff\xfe"):
        kept.write_bytes(damaged)
        said = f"{kept} is damaged ({no_key}); delete it and run `ivr prepare`, or docker/up"
        assert ivr(tmp_path, "show").output == f"ivr: {said}\n"


def test_a_key_that_is_brought_is_proved(tmp_path: Path, made: Path) -> None:
    """Its numbers must belong together, whoever wrote them into a file; ours were proved before they were kept."""
    pair = tls.shown(made)
    key = load_pem_private_key(pair.key.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    numbers = key.private_numbers()
    other = RSAPrivateNumbers(
        numbers.p, numbers.q, numbers.d - 2, numbers.dmp1, numbers.dmq1, numbers.iqmp, numbers.public_numbers
    ).private_key(unsafe_skip_rsa_key_validation=True)
    broken = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    assert ivr(tmp_path, "bring", typed=broken + pair.chain).output.startswith("ivr: there is no key in PEM ")
    assert ivr(tmp_path, "bring", typed=pair.key + pair.chain).exit_code == 0


def _authority_of(folder: Path) -> str:
    return (folder / tls.AUTHORITY).read_text(encoding="ascii")


def test_an_end_that_is_near_is_told(tmp_path: Path) -> None:
    """With an exit status that a watch can see."""
    tls.made(tmp_path / "secrets" / "tls", NAMES, datetime.now(UTC) - tls.LASTS + timedelta(days=20))

    assert ivr(tmp_path, "show").exit_code == 1
