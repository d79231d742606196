"""Who is told of a message in a mailbox: by real e-mails over a real server, and over HTTP; at least once, and only
once the caller cannot take it back.
"""

import asyncio
import base64
import email
import email.policy
import json
import re
import socket
import sqlite3
import ssl
import subprocess
import time
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from click.testing import CliRunner

from ivr.cli import main
from ivr.ledger.cabinet import Cabinet
from ivr.ledger.messages import MessageStore
from ivr.ledger.reading import BadLedger
from ivr.remote.http import Http
from ivr.remote.mail import MailServer, NotSent, Smtp
from ivr.remote.signature import key_of
from ivr.service.delivery import FIRST
from ivr.service.email import composed, trial
from ivr.service.mailboxes import Mailboxes, NoMessage
from ivr.service.mailroom import EMAIL, HOOK, Emails, Hooks, Mailroom
from ivr.service.ports import Letter
from ivr.values.mailbox import ADDRESS, Mailbox
from ivr.values.site import Site

AT = datetime(2026, 11, 28, 14, 5, 9, tzinfo=UTC)
NAME = "message/17.1-1"
SERVER = {"IVR_MAIL_SERVER": "127.0.0.1:9", "IVR_MAIL_FROM": "ivr@chaleur.example"}
BOX = Mailbox("sales", "Ventes é", emails=("a@chaleur.example", "b@chaleur.example"), remote="shop", path="/m", days=30)


def spoken(directory: Path, name: str, seconds: float) -> None:
    """A message, as Asterisk writes it."""
    with wave.open(str(directory / f"{name}.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\1\2" * int(8000 * seconds))


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class House:
    """All that a message passes through; ``live`` are the calls in progress, ``boxes`` those of the book."""

    cabinet: Cabinet
    store: MessageStore
    clock: Clock = field(default_factory=Clock)
    live: list[str] = field(default_factory=list)
    boxes: dict[str, Mailbox] = field(default_factory=lambda: {"sales": BOX})

    @property
    def mailroom(self) -> Mailroom:
        return Mailroom(self.cabinet, lambda: self.boxes, lambda: self.live, self.clock)

    @property
    def mailboxes(self) -> Mailboxes:
        return Mailboxes(lambda: self.boxes, self.cabinet, self.store, lambda: self.live, self.clock)

    async def leave(self, mailbox: str = "sales", at: datetime = AT, name: str = NAME, call: str = "17.1") -> str:
        facts = {"name": name, "seconds": "7.5", "box": "Ventes é"} | ({"mailbox": mailbox} if mailbox else {})
        await self.cabinet.post(Letter("message", facts, call, "0805000036", "+33612345678", at, "f", "n"))
        return self.cabinet.letters("message")[-1].id

    def waiting(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(one.body) for one in self.cabinet.letters(kind)]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    spoken(tmp_path, "17.1-1", 7.5)
    made = House(Cabinet(tmp_path / "cabinet.sqlite", tmp_path / "ledger.sqlite"), MessageStore(tmp_path))
    yield made
    made.cabinet.close()


class Post:
    """A mail server's memory; ``answer`` is what it says to each e-mail, ``known`` to each address."""

    def __init__(self, answer: str = "250 OK", known: str = "250 OK") -> None:
        self.answer, self.known = answer, known
        self.received: list[tuple[list[str], EmailMessage]] = []

    async def handle_RCPT(self, _: SMTP, __: Any, envelope: Any, address: str, ___: Any) -> str:  # noqa: N802
        if self.known.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.known

    async def handle_DATA(self, _: SMTP, __: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's word
        if self.answer.startswith("250"):
            read = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(read, EmailMessage)
            self.received.append((envelope.rcpt_tos, read))
        return self.answer


@contextmanager
def serving(post: Post, **options: Any) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def mailer(port: int, **options: Any) -> Smtp:
    told = {"security": "none", "user": "", "sender": "ivr@chaleur.example"} | options
    return Smtp(MailServer("127.0.0.1", port, **told), lambda: "right")


# -- what becomes of a message -----------------------------------------------------------------------------------


async def test_nobody_is_told_while_the_message_can_be_taken_back(house: House) -> None:
    """Once the call is over, each address and the system are told once, whatever is looked at after that."""
    message = await house.leave()
    house.live.append("17.1")
    await house.mailroom.round()
    assert (house.waiting(EMAIL), house.waiting(HOOK), await house.mailboxes.all()) == ([], [], [])

    house.live.clear()
    for _ in range(3):
        await house.mailroom.round()

    assert [one["facts"]["to"] for one in house.waiting(EMAIL)] == ["a@chaleur.example", "b@chaleur.example"]
    (hook,) = house.waiting(HOOK)
    assert (hook["remote"], hook["path"], hook["facts"]["message"]) == ("shop", "/m", message)
    assert [one.id for one in await house.mailboxes.all("sales")] == [message]


async def test_who_is_killed_in_between_tells_nobody_twice(house: House) -> None:
    """The letters are there, and the message does not say yet that it was looked at."""
    await house.leave()
    await house.mailroom.round()
    house.cabinet.reopen(house.cabinet.letters("message")[0].id, datetime.now(UTC))
    await house.mailroom.round()

    assert (len(house.waiting(EMAIL)), len(house.waiting(HOOK))) == (2, 1)


@pytest.mark.parametrize("mailbox", ["", "gone"])
async def test_a_message_in_no_mailbox_is_told_to_nobody(house: House, mailbox: str) -> None:
    """And does not stand in the way of others, however many there are."""
    for place in range(60):
        await house.leave(mailbox, call=f"9.{place}")
    await house.leave()
    for _ in range(2):
        await house.mailroom.round()

    assert len(house.waiting(EMAIL)) == 2


# -- e-mail ------------------------------------------------------------------------------------------------------


async def test_an_e_mail_says_who_called_when_and_how_long_with_the_sound(house: House) -> None:
    """In French, on the clocks of Paris; the sound is byte by byte what Asterisk wrote."""
    await house.leave()
    await house.mailroom.round()
    post = Post()
    with serving(post) as port:
        emails = Emails(house.cabinet, house.store, mailer(port), house.clock)
        for _ in range(2):
            await emails.round()

    assert sorted(to for to, _ in post.received) == [["a@chaleur.example"], ["b@chaleur.example"]]
    read = post.received[0][1]
    body = read.get_body()
    assert body is not None
    assert read["Subject"] == "Message vocal de 06 12 34 56 78 pour Ventes é"
    assert str(read["From"]) == "Messagerie vocale <ivr@chaleur.example>"
    assert body.get_content().splitlines() == [
        "Un message vocal a été laissé pour Ventes é.", "", "De : 06 12 34 56 78",
        "Reçu : samedi 28 novembre 2026 à 15 h 05", "Durée : 8 s", "Numéro appelé : 0 805 000 036", "",
        "Il est joint à cet e-mail.",
    ]  # fmt: skip
    (attached,) = read.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("audio/wav", "message-2026-11-28-150509.wav")
    assert attached.get_content() == house.store.path(NAME).read_bytes()
    assert (emails.letters_waiting, emails.problem) == (0, None)
    assert len({read["Message-ID"] for _, read in post.received}) == 2


async def test_an_e_mail_that_is_refused_is_tried_again_and_told_meanwhile(house: House) -> None:
    """Later and later, under the same Message-ID, until the server takes it."""
    house.boxes["sales"] = Mailbox("sales", "Ventes", emails=("a@chaleur.example",))
    await house.leave()
    await house.mailroom.round()
    post = Post("451 come back later")
    with serving(post) as port:
        emails = Emails(house.cabinet, house.store, mailer(port), house.clock)
        await emails.round()
        assert emails.problem == f"1 e-mail waits: 127.0.0.1:{port} said 451 come back later"
        post.answer = "250 OK"
        await emails.round()
        assert post.received == []
        house.clock.ahead = FIRST
        await emails.round()

    assert (len(post.received), emails.problem) == (1, None)


@pytest.mark.parametrize(
    ("post", "why"),
    [
        (Post(known="550 5.1.1 no such user"), "takes nothing for a@chaleur.example: 550 5.1.1 no such user"),
        (Post("552 5.3.4 message too big"), "said 552 5.3.4 message too big"),
    ],
)
async def test_an_e_mail_that_is_refused_for_good_is_given_up_and_says_so(
    house: House, tmp_path: Path, post: Post, why: str
) -> None:
    """No hour after hour, no alarm for ever: the message stays in its mailbox, and the list of messages says why."""
    house.boxes["sales"] = Mailbox("sales", "Ventes", emails=("a@chaleur.example",))
    message = await house.leave()
    await house.mailroom.round()
    with serving(post) as port:
        emails = Emails(house.cabinet, house.store, mailer(port), house.clock)
        await emails.round()
        house.clock.ahead = timedelta(hours=1)
        await emails.round()

    assert (post.received, emails.letters_waiting, emails.problem) == ([], 0, None)
    assert [one.id for one in await house.mailboxes.all()] == [message]
    assert await house.store.sound(NAME)
    told = CliRunner().invoke(
        main, ["messages", "list"], env={"IVR_STATE": str(tmp_path), "IVR_MESSAGES": str(tmp_path), "COLUMNS": "250"}
    )
    assert f"e-mail refused: 127.0.0.1:{port} {why}" in told.output


async def test_a_server_that_does_not_know_us_is_tried_again(house: House) -> None:
    """Its 5.. are about our settings, which the owner mends: no e-mail is lost by them."""
    house.boxes["sales"] = Mailbox("sales", "Ventes", emails=("a@chaleur.example",))
    await house.leave()
    await house.mailroom.round()
    post = Post()

    async def stranger(*_: Any) -> str:
        return "550 5.7.1 who are you"

    post.handle_MAIL = stranger  # type: ignore[attr-defined]
    with serving(post) as port:
        emails = Emails(house.cabinet, house.store, mailer(port), house.clock)
        await emails.round()

    assert emails.problem == f"1 e-mail waits: 127.0.0.1:{port} said 550 5.7.1 who are you"


async def test_an_e_mail_of_which_nothing_can_be_noted_is_sent_once_all_the_same(house: House, tmp_path: Path) -> None:
    """The disk is full: what has arrived is not sent anew every half second; it is noted once there is room."""
    await house.leave()
    await house.mailroom.round()
    database = sqlite3.connect(tmp_path / "cabinet.sqlite")
    full = "create trigger full before update on letters begin select raise(abort, 'database or disk is full'); end"
    database.execute(full)
    post = Post()
    with serving(post) as port:
        emails = Emails(house.cabinet, house.store, mailer(port), house.clock)
        for _ in range(3):
            with pytest.raises(BadLedger, match="full"):
                await emails.round()
        assert sorted(to for (to,), _ in post.received) == ["a@chaleur.example", "b@chaleur.example"]
        assert emails.letters_waiting == 2
        database.execute("drop trigger full")
        await emails.round()
    database.close()

    assert (len(post.received), emails.letters_waiting) == (2, 0)


async def test_a_mail_server_that_never_answers_keeps_no_call_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many e-mails there are, the threads by which calls ask our own memory are free."""
    monkeypatch.setattr("ivr.remote.mail.LIMIT", 1.0)
    with socket.create_server(("127.0.0.1", 0), backlog=99) as silent:
        one = mailer(silent.getsockname()[1])
        async with asyncio.TaskGroup() as tasks:
            sending = [tasks.create_task(one.send(trial("a@b.example", "c@d.example"))) for _ in range(40)]
            await asyncio.sleep(0.05)
            began = time.monotonic()
            await asyncio.to_thread(int)
            took = time.monotonic() - began
            for task in sending:
                task.cancel()

    assert took < 0.5


async def test_without_a_mail_server_e_mails_wait_and_that_is_told(house: House) -> None:
    """For the day on which one is set."""
    await house.leave()
    await house.mailroom.round()
    emails = Emails(house.cabinet, house.store, None, house.clock)
    await emails.round()

    assert emails.problem == "2 e-mails wait: no mail server is set: IVR_MAIL_SERVER"


def test_a_message_deleted_before_is_told_without_its_sound() -> None:
    """And so is one of a caller who hides."""
    facts = {"to": "a@b.example", "seconds": "125.4", "box": "Ventes", "name": NAME}
    body = {"facts": facts, "at": "2026-12-01T08:00:00+00:00", "caller": "anonymous", "number": "3949"}
    read = composed("x", body, None, "ivr@chaleur.example")

    assert read["Subject"] == "Message vocal d'un numéro masqué pour Ventes"
    assert "mardi 1er décembre 2026 à 09 h 00\nDurée : 2 min 05 s\nNuméro appelé : 3949" in read.get_content()
    assert "effacé" in read.get_content()


@pytest.mark.parametrize("address", ["a..b@x.example", ".a@x.example", "a.@x.example", "a@x..example", "a@x.", "é@x"])
def test_an_address_that_no_e_mail_can_carry_is_no_address(address: str) -> None:
    """It is refused where it is written, not each time that a message is left."""
    assert not re.fullmatch(ADDRESS, address)
    tried = CliRunner().invoke(main, ("mail", "test", address), env={**SERVER, "IVR_STATE": "/nowhere"})
    assert (tried.exit_code, f'"{address}" is no e-mail address' in tried.output) == (2, True)


@pytest.mark.parametrize("address", ["a.b+c@x.example", "o'neil@x-y.example", "a@localhost", "a_b@1.x.example"])
def test_an_address_is_carried_by_an_e_mail(address: str) -> None:
    """As it is written."""
    assert re.fullmatch(ADDRESS, address)
    assert f"\nTo: {address}\n" in trial(address, address).as_string()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and its certificate, in one file, for 127.0.0.1."""
    to = tmp_path_factory.mktemp("tls") / "server.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail"
    words = ["openssl", *made.split(), "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{to}", "-out", f"{to}.c"]
    subprocess.run(words, check=True, capture_output=True)
    to.write_text(to.read_text() + Path(f"{to}.c").read_text())
    return to


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_server_may_want_tls_and_a_password(certificate: Path, security: str) -> None:
    """Who cannot prove who he is gets neither password nor e-mail; a wrong password is told in the server's words."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def authenticate(_: SMTP, __: Any, ___: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"ivr", b"right"), handled=False)

    options: dict[str, Any] = {"authenticator": authenticate, "auth_required": True}
    options |= {"ssl_context": context, "auth_require_tls": False} if security == "tls" else {
        "tls_context": context, "require_starttls": True}  # fmt: skip
    post = Post()
    message = trial("a@chaleur.example", "ivr@chaleur.example")
    with serving(post, **options) as port:
        server = MailServer("127.0.0.1", port, security, "ivr", "ivr@chaleur.example")  # type: ignore[arg-type]
        trust = lambda: ssl.create_default_context(cafile=certificate)  # noqa: E731 - two words
        Smtp(server, lambda: "right", trust).hand_over(message)
        assert len(post.received) == 1
        with pytest.raises(NotSent, match="said 535"):
            Smtp(server, lambda: "wrong", trust).hand_over(message)
        with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
            Smtp(server, lambda: "right").hand_over(message)
    with pytest.raises(NotSent, match=r"127\.0\.0\.1:1: .*refused"):
        mailer(1).hand_over(message)
    with serving(post) as port, pytest.raises(NotSent, match="cannot do what is set"):
        mailer(port, security="starttls").hand_over(message)


# -- another system ----------------------------------------------------------------------------------------------


@pytest.fixture
async def shop() -> AsyncIterator[tuple[str, list[tuple[str, dict[str, Any], dict[str, str]]]]]:
    received: list[tuple[str, dict[str, Any], dict[str, str]]] = []

    async def take(request: web.Request) -> web.StreamResponse:
        received.append((request.path, json.loads(await request.read()), dict(request.headers)))
        return web.Response()

    application = web.Application(client_max_size=2**24)
    application.router.add_post("/{path:.*}", take)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", received
    await runner.cleanup()


@pytest.mark.parametrize("audio", [True, False])
async def test_another_system_is_told_with_the_sound_or_where_it_is(
    house: House, shop: tuple[str, list[tuple[str, dict[str, Any], dict[str, str]]]], audio: bool
) -> None:
    """Signed as every notice is, under the letter's own id."""
    house.boxes["sales"] = Mailbox("sales", "Ventes", remote="shop", path="/m", audio=audio)
    message = await house.leave()
    await house.mailroom.round()
    url, received = shop
    async with Http(lambda name: name, lambda _: key_of("a" * 26)) as http:
        sites = {"shop": Site("shop", url, private=True)}
        hooks = Hooks(house.cabinet, house.store, http.deliver, lambda: sites, house.clock)
        letter = house.cabinet.letters(HOOK)[0].id
        for _ in range(2):
            await hooks.round()

    ((path, told, headers),) = received
    sound = told.pop("audio", None)
    assert path == "/m"
    assert headers["webhook-id"] == letter
    assert headers["webhook-signature"].startswith("v1,")
    assert told == {
        "kind": "voicemail", "call": "17.1", "number": "0805000036", "caller": "+33612345678", "at": AT.isoformat(),
        "flow": "f", "node": "n", "mailbox": "sales", "label": "Ventes", "message": message, "seconds": 7.5,
        "sound": f"/messages/{message}/sound",
    }  # fmt: skip
    assert (base64.b64decode(sound) if sound else None) == (house.store.path(NAME).read_bytes() if audio else None)


# -- deleted -----------------------------------------------------------------------------------------------------


async def test_a_message_deleted_is_gone_and_told_to_nobody_any_more(house: House) -> None:
    """Its sound first; twice is an error that says so."""
    message = await house.leave()
    await house.mailroom.round()
    assert await house.mailboxes.sound(message) == house.store.path(NAME).read_bytes()
    await house.mailboxes.delete(message)

    assert (await house.mailboxes.all(), house.waiting(EMAIL), house.waiting(HOOK)) == ([], [], [])
    assert not house.store.path(NAME).exists()
    for work in (house.mailboxes.delete, house.mailboxes.sound):
        with pytest.raises(NoMessage, match=f'there is no message "{message}"'):
            await work(message)


async def test_a_mailbox_keeps_messages_for_its_days_and_no_longer(house: House, tmp_path: Path) -> None:
    """Then all that is known of them goes, the letters that told of them too; those of other boxes stay."""
    now = datetime.now(UTC)
    spoken(tmp_path, "17.1-2", 1)
    await house.leave(at=now - timedelta(days=31))
    young = await house.leave(at=now - timedelta(days=29), name="message/17.1-2")
    other = await house.leave("", at=now - timedelta(days=99))
    await house.mailroom.round()

    assert await house.mailboxes.tidy() == 1
    assert [one.id for one in await house.mailboxes.all()] == [young, other]
    assert [one["facts"]["message"] for one in house.waiting(EMAIL)] == [young, young]
    assert list(house.store.names()) == ["message/17.1-2"]
    assert await house.mailboxes.tidy() == 0


async def test_the_room_in_a_mailbox_is_counted_by_its_messages(house: House) -> None:
    """Deleted ones do not count."""
    first = await house.leave()
    await house.leave(name="message/17.1-2")
    await house.leave("other")
    assert await house.cabinet.held("message", "mailbox", "sales") == 2
    await house.mailboxes.delete(first)

    assert await house.cabinet.held("message", "mailbox", "sales") == 1
