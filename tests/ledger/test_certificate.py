"""A certificate says what the record says, and shows every byte that was changed in it."""

import json
import random
import re
import shutil
import zlib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ivr.book.shelf import Shelf
from ivr.cli import main
from ivr.ledger.audit import audit
from ivr.ledger.certificate import INSTANTS, issue, verify, written
from ivr.ledger.certificate_page import html, pdf
from ivr.ledger.chain import canonical
from ivr.ledger.engine import at
from ivr.ledger.erasing import erase
from ivr.ledger.reading import Reader
from ivr.ledger.seal import NAME, Seal
from ivr.ledger.store import Store
from ivr.values.call import Ending
from ivr.values.tariff import Mode, Money
from tests.conftest import CHECKOUT
from tests.ledger.records import made

ISSUED = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once, to be copied."""
    house = tmp_path_factory.mktemp("house")
    store = Store.at(house / "ledger.sqlite")
    free = {"announced_from": None, "announced_to": None, "beep_from": None, "beep_to": None, "announced_text": None}
    free |= {"announced_audio": None, "skipped": False, "answered": None, "billed_seconds": 0, "ending": Ending.FLOW}
    store.keep(made(1))
    store.keep(made(2, amount=Money(Decimal("0.00")), **free))
    store.keep(made(3))
    store.close()
    return house


@pytest.fixture
def ledger(house: Path, tmp_path: Path) -> Path:
    """Three calls; the second was never answered."""
    shutil.copytree(house, tmp_path, dirs_exist_ok=True)
    return tmp_path / "ledger.sqlite"


def certified(ledger: Path, call: str, *, with_caller: bool = False) -> dict[str, Any]:
    reader = Reader(at(ledger))
    row = reader.row(call)
    assert row is not None
    return issue(row, reader.head(), Seal(ledger.parent / NAME), ISSUED, "Dépannage SA", with_caller=with_caller)


def test_a_certificate_is_true_by_itself_and_by_our_key(ledger: Path, tmp_path: Path) -> None:
    """Whoever has the file can tell; whoever has the key knows whose it is."""
    told = certified(ledger, made(1).id)
    content = written(told).encode()

    assert verify(content, None).true
    assert verify(content, Seal(tmp_path / NAME).public).true
    other = Seal.made(tmp_path / "other").public
    assert verify(content, other).why == "it was signed by another key than the one it is held against"
    assert told["seconds"] == {
        "started": "0.000", "progress": "0.050", "announced_from": "0.250", "announced_to": "11.750",
        "beep_from": "11.750", "beep_to": "12.250", "answered": "12.500", "ended": "73.000",
    }  # fmt: skip
    assert "612345678" not in content.decode()


def test_every_changed_byte_of_a_certificate_is_found(ledger: Path, tmp_path: Path) -> None:
    """One bit at a time, all through the file; and bytes taken out and put in."""
    content = written(certified(ledger, made(1).id, with_caller=True)).encode()
    key = Seal(tmp_path / NAME).public
    dice = random.Random(7)
    assert verify(content, key).true

    for place in range(len(content)):
        bit = 1 << dice.randrange(8)
        assert not verify(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :], key).true, place
        if place % 10 == 0:
            assert not verify(content[:place] + content[place + 1 :], key).true, place
            assert not verify(content[:place] + b" " + content[place:], key).true, place


def test_who_signs_anew_what_does_not_fit_is_found(ledger: Path, tmp_path: Path) -> None:
    """Even with the key: the hash is of the record, and the caller is the record's."""
    for change in ({"seconds": {}}, {"hash": "0" * 64}, {"caller": "+33600000000"}):
        told = certified(ledger, made(1).id, with_caller=True) | change
        del told["signature"]
        told["signature"] = Seal(tmp_path / NAME).sign(canonical(told))
        assert not verify(written(told).encode(), None).true, change


@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], {"a": 1}, "x", "\ud800", 10**30])
def test_whatever_stands_in_a_certificate_it_is_judged_in_one_sentence(ledger: Path, value: object) -> None:
    """Each of its facts replaced, and taken out; signed anew too, by whoever has a key of his own."""
    good = certified(ledger, made(1).id, with_caller=True)
    mine, ours = Seal.made(ledger.parent / "mine"), Seal(ledger.parent / NAME).public
    facts = [(name, part) for name in good for part in ("", *(good[name] if isinstance(good[name], dict) else ()))]
    for name, part in facts:
        for removed in (False, True):
            told = json.loads(json.dumps(good))
            into, key = (told[name], part) if part else (told, name)
            if removed:
                del into[key]
            else:
                into[key] = value
            assert not verify(json.dumps(told).encode(), None).true, (name, part)
            told.pop("signature", None)
            if "\ud800" not in (value, key) and name != "key":
                told["key"] = mine.public.text
                told["signature"] = mine.sign(canonical(told))
                content = written(told).encode()
                assert not verify(content, ours).true, (name, part)
                assert isinstance(verify(content, None).why, str)


def test_a_page_stays_one_page_whatever_was_given_back(ledger: Path) -> None:
    """In ten parts, for reasons as long as letters: the JSON has each, the page their sum."""
    told = certified(ledger, made(1).id)
    told["owner"] = "Société Chaleur et Compagnie, dépannage à domicile, jour et nuit"
    part = {"amount_cents": 8, "currency": "EUR", "at": "2026-11-28T10:00:00+00:00", "reason": "l’attente " * 300}
    few, many = told | {"refunds": [part] * 3}, told | {"refunds": [part] * 10}

    assert [pdf(one).count(b"/Type /Page\n") for one in (few, many)] == [1, 1]
    assert html(few).count("0,08 € le 28/11/2026 : l’attente l’attente") == 3
    assert "0,80 € en 10 fois, la dernière le 28/11/2026" in html(many)


def test_a_call_that_was_never_answered_is_proof_that_nothing_was_charged(ledger: Path) -> None:
    """The certificate is true, and the page says so in words."""
    told = certified(ledger, made(2).id)

    assert verify(written(told).encode(), None).true
    assert "answered" not in told["record"]
    assert "non : rien n’a été facturé" in html(told)
    assert "aucune : l’appel a pris fin sans atteindre un service facturé" in html(told)


def test_a_free_number_had_nothing_to_announce(ledger: Path) -> None:
    """No announcement is no fault there, and the page says why."""
    store = Store.at(ledger)
    store.keep(made(4, "0800000001", mode=Mode.FREE, price=Decimal(0), announced_text=None, announced_audio=None))
    store.close()

    assert "aucune : ce numéro n’est pas surtaxé" in html(certified(ledger, made(4).id))


def test_the_owner_is_the_one_of_the_book_that_served_the_call(ledger: Path, tmp_path: Path) -> None:
    """Unless another is said; a book that is gone names nobody."""

    def owner(*words: str) -> str | None:
        done = CliRunner().invoke(main, ["certificate", made(1).id, *words], env={"IVR_STATE": str(tmp_path)})
        assert done.exit_code == 0, done.output
        named: str | None = json.loads(done.stdout).get("owner")
        return named

    assert owner() is None
    Shelf(tmp_path / "books").keep(CHECKOUT, made(1).book)
    assert owner() == "Chaleur et Compagnie"
    assert owner("--owner", "Dépannage SA") == "Dépannage SA"


@pytest.mark.parametrize(
    ("line", "silence", "sentence"),
    [
        ("announcement: operator", "operator", "l’opérateur la diffuse avant que l’appel ne nous parvienne"),
        ("exempt: professionals", "professionals", "numéro réservé aux professionnels, dispensé"),
        ("exempt: machines", "machines", "appels entre machines sous contrat écrit, dispensés"),
    ],
)
def test_the_book_of_the_call_says_why_nothing_was_announced(
    ledger: Path, tmp_path: Path, line: str, silence: str, sentence: str
) -> None:
    """Signed, and in words on the page."""
    book = tmp_path / "book"
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, book / part)
    numbers = book / "dialplans" / "numbers.yaml"
    text = numbers.read_text(encoding="utf-8")
    numbers.write_text(
        text.replace("  tariff: emergency-repair\n", f"  tariff: emergency-repair\n  {line}\n"), encoding="utf-8"
    )
    store = Store.at(ledger)
    store.keep(made(4, announced_text=None, announced_audio=None, book="1" * 16, tariff="emergency-repair"))
    store.close()
    Shelf(tmp_path / "books").keep(book, "1" * 16)
    page = tmp_path / "page.html"
    env = {"IVR_STATE": str(tmp_path)}
    done = CliRunner().invoke(main, ["certificate", made(4).id, "--html", str(page), "--json", "-"], env=env)

    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["silence"] == silence
    assert verify(done.stdout.encode(), None).true
    assert f"aucune : {sentence}" in page.read_text(encoding="utf-8")


def test_the_pages_say_what_the_certificate_says(ledger: Path) -> None:
    """Number, price, words of the announcement, instants, amount, hash; the PDF is one page."""
    told = certified(ledger, made(1).id)
    page = html(told)

    for said in ("0899000004", "0,80 € par minute", "quatre-vingts centimes", "12,500 s", "0,81 €", told["hash"],
                 "Dépannage SA", "23/11/2026 12:00:13,623", "(3 appels au registre à l’émission)",
                 "Émis le 26/11/2026 à 10:00:00", "book"):  # fmt: skip
        assert said in page, said
    paper = pdf(told)
    assert paper.startswith(b"%PDF-")
    assert paper.count(b"/Type /Page\n") == 1


COURSE = {
    "Appel reçu (INVITE)": ("0,000 s", "23/11/2026 12:00:01,123"),
    "Ouverture du son, sans facturation (183)": ("0,050 s", "23/11/2026 12:00:01,173"),
    "Début de l’annonce tarifaire": ("0,250 s", "23/11/2026 12:00:01,373"),
    "Fin de l’annonce tarifaire": ("11,750 s", "23/11/2026 12:00:12,873"),
    "Début du bip": ("11,750 s", "23/11/2026 12:00:12,873"),
    "Fin du bip": ("12,250 s", "23/11/2026 12:00:13,373"),
    "Décroché, début de la facturation (200)": ("12,500 s", "23/11/2026 12:00:13,623"),
    "Fin de l’appel (BYE)": ("73,000 s", "23/11/2026 12:01:14,123"),
}
FACTS = {
    "Numéro appelé": "0899000004",
    "Titulaire": "Dépannage SA",
    "Tarif en vigueur": "0,80 € par minute + prix appel (emergency-repair)",
    "Texte de l’annonce": "Ce service est facturé quatre-vingts centimes par minute.",
    "Empreinte du son (SHA-256, wav)": "a" * 64,
    "Empreinte du son (SHA-256, wav16)": "b" * 64,
    "Écourtée par la touche dièse": "oui",
    "Durée facturée": "61 s",
    "Montant du service, TTC": "0,81 €",
    "Version des règles (livre)": "0123456789abcdef",
}


def test_either_page_has_every_fact_that_a_certificate_is_for(ledger: Path) -> None:
    """Number, tariff, words and digests of the announcement, 183, its begin and end, beep, 200, BYE, seconds, amount,
    book; hash and signature, to be compared with the file.
    """
    told = certified(ledger, made(1).id)
    page, paper = unspaced(html(told)), unspaced(shown(pdf(told)))
    proof = {
        "Empreinte de l’appel": told["hash"],
        "Signature": told["signature"],
        "Clé publique (Ed25519)": told["key"],
    }

    for label, values in {**COURSE, **{label: (value,) for label, value in (FACTS | proof).items()}}.items():
        for said in (label, *values):
            assert unspaced(said) in page, said
            assert unspaced(said) in paper, said
    for (label, (after, _)), key in zip(COURSE.items(), INSTANTS, strict=True):
        assert unspaced(f"{label}<small>{key}</small></th><td>{after}</td>") in page


def unspaced(text: str) -> str:
    """Lines are broken where they are full."""
    return re.sub(r"\s", "", text)


def shown(paper: bytes) -> str:
    """What a PDF in the fonts that every reader has shows."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", paper, re.DOTALL)
    content = b"".join(zlib.decompress(one) for one in streams if one[:1] == b"x")
    texts = re.findall(rb"\(((?:[^()\\]|\\.)*)\) Tj", content, re.DOTALL)
    return "".join(re.sub(rb"\\(.)", rb"\1", one).decode("cp1252") for one in texts)


def test_a_caller_who_asks_is_forgotten_and_the_chain_holds(ledger: Path, tmp_path: Path) -> None:
    """Number, keys and salt are gone, from the file too; certificates of the calls can still be had."""
    key = Seal(tmp_path / NAME)

    assert erase(at(ledger), "+33612345678", "letter of 3 November", key) == 3
    found = audit(at(ledger), key.public)
    assert (found.fault, found.erased) == (None, 3)
    assert b"612345678" not in b"".join(path.read_bytes() for path in tmp_path.glob("ledger.sqlite*"))
    told = certified(ledger, made(1).id, with_caller=True)
    assert told["caller"] == "erased"
    assert verify(written(told).encode(), key.public).true
    store = Store.at(ledger)
    store.keep(made(4))
    store.close()
    assert audit(at(ledger), key.public).fault is None


def test_the_commands_certify_verify_and_tell(ledger: Path, tmp_path: Path) -> None:
    """As an owner of numbers uses them."""

    def ivr(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, words, env={"IVR_STATE": str(tmp_path)})
        return done.exit_code, done.output

    file, pem, call = tmp_path / "call.json", tmp_path / "key.pem", made(1).id
    assert ivr("certificate", call, "--json", str(file), "--pdf", str(tmp_path / "call.pdf")) == (0, "")
    pem.write_text(ivr("certificate", "--public-key")[1])
    assert ivr("certificate", "--verify", str(file), "--key", str(pem)) == (
        0, f"True: call {call} is as it was recorded, signed by the key it was held against.\n",
    )  # fmt: skip
    assert ivr("ledger", "verify", "--against", str(file))[1].startswith("The chain holds: 3 records, the last has")
    (tmp_path / "head").write_text(ivr("ledger", "head")[1])
    file.write_text(file.read_text().replace('"billed_seconds": 61', '"billed_seconds": 60'))
    assert ivr("certificate", "--verify", str(file)) == (1, "False: it was changed after it was signed.\n")
    assert ivr("certificate", "nobody") == (
        1, 'ivr: there is no call "nobody" in the ledger: ivr calls --json shows the ids\n',
    )  # fmt: skip
    assert ivr("certificate")[0] == 2
    ledger.unlink()
    code, said = ivr("ledger", "verify", "--against", str(tmp_path / "head"))
    assert (code, "records were removed at the end" in said) == (1, True)
