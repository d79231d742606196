"""A mailbox called by phone: each way out, what was said in it, and who is told: by e-mail, and over HTTP."""

import base64
import email
import email.policy
import hmac
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from ivr.phone import ear, tone
from tests.live.stack import CALLER_TONE, Stack, until

NUMBER, OTHERS = "0805000074", "0805000077"
HOOK = 8581  # the port of the system `hook` of remotes.yaml


class Post:
    """A mail server: the e-mails that it was given."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], bytes]] = []

    async def handle_DATA(self, _: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's word
        self.received.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


@contextmanager
def mail_server(port: int) -> Iterator[Post]:
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


@contextmanager
def hook() -> Iterator[list[tuple[dict[str, str], bytes]]]:
    """Another system; another stack's test of this may be holding its port for a moment."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((dict(self.headers), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    def opened() -> ThreadingHTTPServer | None:
        try:
            return ThreadingHTTPServer(("127.0.0.1", HOOK), Taking)
        except OSError:
            return None

    server = until(opened, f"port {HOOK} is free", 60.0, every=1.0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()


def messages(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(stack.asked("/messages?mailbox=vitaline"))
    return found


@contextmanager
def emptied(stack: Stack) -> Iterator[None]:
    """The mailbox is empty afterwards."""
    try:
        yield
    finally:
        for one in messages(stack):
            stack.asked(f"/messages/{one['id']}", "DELETE")


def shown(stack: Stack, tmp_path: Path) -> None:
    """A message lights the lamp of Vitaline's phone; it is listened to and deleted, and the lamp is dark."""
    log = tmp_path / "lamp.log"
    phone = [sys.executable, str(Path(__file__).with_name("lamp.py")), str(stack.settings.sip_port), "vitaline"]
    with log.open("wb") as told:
        lamp = subprocess.Popen([*phone, stack.password("agent:vitaline")], stdout=told, stderr=told)
    try:
        until(lambda: "Voice-Message: 1/0" in log.read_text(), "the lamp is lit", 15.0)
        listens = stack.call("*98", "3@+17", from_="vitaline", password=stack.password("agent:vitaline"))
        heard = [one.name for one in stack.heard(listens, "mail/new-1", "mail/from", "mail/deleted", "mail/over").heard]
        side = listens.report.recording
        voiced = sum(span.seconds for span in tone.tones(side.samples, side.rate, CALLER_TONE, 0.5))

        assert heard == ["mail/new-1", "mail/from", "mail/deleted", "mail/over"]
        assert voiced > 2.0, "the message was not heard"
        until(lambda: "Messages-Waiting: no" in log.read_text(), "the lamp is dark", 10.0)
        assert messages(stack) == []
    finally:
        lamp.terminate()
        lamp.wait(10)


def test_a_message_is_taken_and_told_by_every_exit(stack: Stack, tmp_path: Path) -> None:
    """Who presses 1 is recorded, also if he hangs up while he speaks; who does not, or says nothing, is not."""
    key = stack.inside("controller", "ivr", "remotes", "key", "hook").strip().removeprefix("whsec_")
    with emptied(stack), mail_server(stack.settings.http_port + 1000) as post, hook() as told:
        keeps = stack.call(NUMBER, "1@+1,#@+13.5,2@+1", tone=CALLER_TONE)
        leaves = stack.call(NUMBER, "1@+1", tone=CALLER_TONE, hang_up_after=15.0)
        declines = stack.call(NUMBER)
        wants_us = stack.call(NUMBER, "0@+1")
        silent = stack.call(NUMBER, "1@+1")
        others = stack.call(OTHERS, "", stack.agent("verane", engaged=True))
        steps = {
            "keeps": stack.call_record(keeps)["steps"],
            "leaves": stack.call_record(leaves)["steps"],
            "declines": stack.call_record(declines)["steps"],
            "wants us": stack.call_record(wants_us)["steps"],
            "silent": stack.call_record(silent)["steps"],
        }
        kept = next(one for one in messages(stack) if one["caller"] == f"+33{keeps.script.from_[1:]}")
        late = stack.call(NUMBER)

        assert steps == {
            "keeps": ["agent:unavailable", "box:kept", "kept:done"],
            "leaves": ["agent:unavailable"],
            "declines": ["agent:unavailable", "box:declined", "bye:done"],
            "wants us": ["agent:unavailable", "box:operator", "bye:done"],
            "silent": ["agent:unavailable", "box:nothing", "nothing:done"],
        }
        assert stack.call_record(late)["steps"] == ["agent:unavailable", "box:full", "full:done"]

        assert stack.call_record(others)["steps"] == ["agent:busy", "box:declined", "second:declined", "bye:done"]
        greeted = stack.heard(others, "nobody", "all-busy", "workshop-closed", "goodbye").heard
        assert [one.name for one in greeted] == ["all-busy", "workshop-closed", "goodbye"]

        heard = [one.name for one in stack.heard(keeps, "nobody", "voicemail-press", "voicemail-speak", "message-kept",
                                                 "message-review").heard]  # fmt: skip
        sound = stack.asked(kept["sound"])
        (tmp_path / "message.wav").write_bytes(sound)
        spoken = ear.sound(tmp_path / "message.wav", 8000)
        voiced = sum(span.seconds for span in tone.tones(spoken, 8000, CALLER_TONE, 0.5))

        assert heard[-3:] == ["voicemail-speak", "message-review", "message-kept"]
        assert 2.0 < voiced <= len(spoken) / 8000 < 9.0
        assert voiced > len(spoken) / 8000 - 0.7
        assert len(messages(stack)) == 2

        until(lambda: len(post.received) >= 2 and len(told) >= 2, "both messages are told", 15.0)
        mine = [json.loads(body) | {"headers": headers} for headers, body in told]
        (notice,) = [one for one in mine if one["message"] == kept["id"]]
        (headers, body) = next((headers, body) for headers, body in told if json.loads(body)["message"] == kept["id"])
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = base64.b64encode(hmac.new(base64.b64decode(key), signed, sha256).digest()).decode()

        assert headers["webhook-signature"] == f"v1,{digest}"
        assert abs(time.time() - int(headers["webhook-timestamp"])) < 60
        assert base64.b64decode(notice["audio"]) == sound
        assert (notice["mailbox"], notice["caller"]) == ("vitaline", f"+33{keeps.script.from_[1:]}")

        mails = [email.message_from_bytes(content, policy=email.policy.default) for _, content in post.received]
        attached = {part.get_content() for one in mails for part in one.iter_attachments()}
        assert {tuple(to) for to, _ in post.received} == {("vitaline@chaleur.example",)}
        assert sound in attached
        assert len(attached) == 2
        assert all("Vitaline, à l'atelier" in one["Subject"] for one in mails)
        listed = stack.inside("controller", "ivr", "messages", "list")
        assert "e-mail sent; notice sent" in next(line for line in listed.splitlines() if kept["id"][:8] in line)
        assert stack.health()["mail_problem"] is None  # type: ignore[index]

        stack.asked(f"/messages/{kept['id']}", "DELETE")
        assert kept["id"] not in [one["id"] for one in messages(stack)]
        shown(stack, tmp_path)
        name = next(entry["capture"]["name"] for entry in stack.call_record(keeps)["tape"] if "capture" in entry)
        left = stack.inside("controller", "sh", "-c", "ls /var/spool/ivr-messages")
        assert name.removeprefix("message/") not in left
