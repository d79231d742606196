"""`ivr agents add` and `ivr agents qr`: a new agent, and what his softphone needs."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr import secret, tls
from ivr.book.book import read_book
from ivr.cli import main
from ivr.values.phone import Phone
from tests.scanned import scanned

DEMO = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    monkeypatch.setenv("IVR_BOOK", str(tmp_path))
    monkeypatch.setenv("IVR_STATE", str(tmp_path / "state"))
    secret.make(tmp_path / "state" / "secrets" / "master")
    return tmp_path


def ivr(*words: str, host: str = "") -> Result:
    return CliRunner(env={"IVR_HOST": host}).invoke(main, ["agents", *words])


def test_what_a_softphone_needs(book: Path) -> None:
    """Account, password, server; for baresip a line of its accounts file; and a code for a camera."""
    told = json.loads(ivr("qr", "camille", "--address", "192.0.2.10", "--json").output)
    password = secret.derive(book / "state" / "secrets" / "master", "agent:camille")

    assert told == {
        "account": "camille",
        "password": password,
        "server": "192.0.2.10",
        "port": "5060",
        "transport": "UDP",
        "address": "sip:camille@192.0.2.10:5060",
        "baresip": f"<sip:camille@192.0.2.10:5060;transport=udp>;auth_pass={password};regint=60",
    }
    shown = ivr("qr", "camille", "--address", "192.0.2.10").output
    assert f"password   {password}\n" in shown
    assert scanned(shown) == f"sip:camille:{password}@192.0.2.10:5060;transport=udp"
    with (book / "dialplans" / "agents.yaml").open("a", encoding="utf-8") as agents:
        agents.write("\nzoe:\n  label: Zoé\n  secure: yes\n")
    tls.made(book / "state" / "secrets" / "tls", ("ivr.example.net",), datetime.now(UTC))
    secure = json.loads(ivr("qr", "zoe", "--json", host="ivr.example.net").output)
    assert (secure["transport"], secure["port"], secure["sound"]) == ("TLS", "5061", "SRTP (SDES)")
    assert secure["server"] == "ivr.example.net"
    code = scanned(ivr("qr", "zoe", host="ivr.example.net").output)
    assert code == f"sip:zoe:{secure['password']}@ivr.example.net:5061;transport=tls"
    assert secure["authority"].startswith("IVR ")
    assert ";transport=tls>" in secure["baresip"]
    assert secure["baresip"].endswith(";mediaenc=srtp-mand")
    with (book / "dialplans" / "agents.yaml").open("a", encoding="utf-8") as agents:
        agents.write("\nweb:\n  label: Zoé\n  webrtc: yes\n")
    browser = json.loads(ivr("qr", "web", "--json", "--address", "2001:db8::1").output)
    assert browser["websocket"] == "wss://[2001:db8::1]:5062/ws"
    assert (browser["address"], browser["transport"]) == ("sip:web@[2001:db8::1]", "WSS")
    assert "baresip" not in browser
    assert json.loads(scanned(ivr("qr", "web", "--address", "2001:db8::1").output)) == {
        what: value for what, value in browser.items() if what != "authority"
    }
    assert "[2001:db8::1]:5060" in ivr("qr", "camille", "--address", "2001:db8::1").output
    assert (
        ivr("qr", "camile").output
        == 'ivr: there is no agent "camile"; the book has camille, karim, passerelle, zoe, web\n'
    )


def test_an_agent_is_added_if_the_book_is_good_with_him(book: Path) -> None:
    """What people wrote stays as it was; a name that is taken, or cannot be one, is refused, and nothing is written."""
    path = book / "dialplans" / "agents.yaml"
    before = path.read_text(encoding="utf-8")

    assert ivr("add", "zoe", "--label", 'Zoé, "commandes"').exit_code == 0
    assert read_book(book).agents == ("camille", "karim", "passerelle", "zoe")
    assert ivr("add", "yann", "--secure").exit_code == 0
    assert read_book(book).phones["yann"] is Phone.SECURE
    assert read_book(book).phones["zoe"] is Phone.PLAIN
    assert ivr("add", "web", "--webrtc").exit_code == 0
    assert read_book(book).phones["web"] is Phone.BROWSER
    after = path.read_text(encoding="utf-8")
    assert after.startswith(before)
    for name, told in (("zoe", 'there is an agent "zoe" already'), ("Zoé", '"Zoé" cannot be a name')):
        refused = ivr("add", name)
        assert refused.exit_code == 2
        assert told in refused.output
    (book / "dialplans" / "groups.yaml").write_text("night: {label: nuit, members: zoe}\n", encoding="utf-8")
    bad = ivr("add", "night")
    assert bad.exit_code == 1
    assert path.read_text(encoding="utf-8") == after
    assert not list(path.parent.glob(".agents*"))
