"""A caller who speaks bare SIP over UDP: lighter than a phone, and free to write what no phone would."""

import re
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

T1 = 0.5
"""Seconds after which a request, or a reliable response, is sent again (RFC 3261 and 3262)."""


PCMA, PCMU, OPUS = "8 PCMA/8000", "0 PCMU/8000", "107 opus/48000/2"
"""The codecs that can be offered, with their payload types."""


class Message:
    """One message of the other side."""

    def __init__(self, text: str, t: float) -> None:
        self.text = text
        self.t = t
        first = text.split("\r\n", 1)[0]
        self.code = int(first.split()[1]) if first.startswith("SIP/2.0 ") else 0
        self.method = "" if self.code else first.split()[0]

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        found = re.search(rf"^{name}:\s*(.*?)\s*$", self.text, re.MULTILINE | re.IGNORECASE)
        return found[1] if found else ""

    def of(self, method: str) -> bool:
        """Whether this is a response to that method."""
        return bool(self.code) and self.header("CSeq").endswith(f" {method}")

    def __repr__(self) -> str:
        return f"{self.t:.2f} s: {self.text.splitlines()[0]}"


class Wire:
    """One call.  ``t`` of messages is in seconds since the INVITE, ``invited_at`` its epoch.

    ``here`` is the address that it comes from, ``uri`` what it dials where that is no number, ``to`` what it says that
    it had dialled.  ``path``: which port its sound is sent to, for it to come to the one given.
    """

    def __init__(
        self,
        port: int,
        number: str,
        from_: str,
        *,
        headers: Iterable[str] = (),
        here: str = "127.0.0.1",
        uri: str = "",
        to: str = "",
        codec: str = PCMA,
        path: Callable[[int], int] = int,
    ) -> None:
        self._codec = codec
        self._to = ("127.0.0.1", port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((here, 0))
        # Where the sound goes.
        self.sound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sound.bind(("127.0.0.1", 0))
        self._sound_to = path(self.sound.getsockname()[1])
        self._here = f"{here}:{self._socket.getsockname()[1]}"
        self._uri = uri or f"sip:{number}@127.0.0.1:{port}"
        self._called = f"<{to or self._uri}>"
        self._from = f"{from_ if '<' in from_ else f'<sip:{from_}@127.0.0.1>'};tag={secrets.token_hex(4)}"
        self._call_id = secrets.token_hex(8)
        self._branch = f"z9hG4bK{secrets.token_hex(6)}"
        self._headers = tuple(headers)
        self._number = 1
        self.over = False  # set by who knows that the other side cannot answer any more
        self.seen: list[Message] = []
        self.invited_at = 0.0
        self._invited = 0.0
        self._invite = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        try:
            if self._live:
                self.hang_up()
        finally:
            self._socket.close()
            self.sound.close()

    @property
    def _live(self) -> bool:
        """Whether the other side has a call of ours that it has not ended."""
        codes = [message.code for message in self.seen if message.of("INVITE")]
        return (
            not self.over
            and bool(codes)
            and max(codes) < 300
            and not any(m.method == "BYE" or m.of("BYE") for m in self.seen)
        )

    @property
    def t(self) -> float:
        return time.monotonic() - self._invited

    @property
    def to(self) -> str:
        """The To of this dialogue: with the other side's tag, once it has given one."""
        return next((seen.header("To") for seen in reversed(self.seen) if seen.code > 100), self._called)

    def invite(self) -> None:
        """Send the INVITE."""
        sdp = "\r\n".join(
            [
                "v=0",
                "o=- 1 1 IN IP4 127.0.0.1",
                "s=-",
                "c=IN IP4 127.0.0.1",
                "t=0 0",
                f"m=audio {self._sound_to} RTP/AVP {self._codec.split()[0]} 101",
                f"a=rtpmap:{self._codec}",
                "a=rtpmap:101 telephone-event/8000",
                "",
            ]
        )
        self._invite = self._request("INVITE", headers=("Content-Type: application/sdp", *self._headers), body=sdp)
        self.invited_at, self._invited = time.time(), time.monotonic()
        self._send(self._invite)

    def ask(self, method: str) -> Message:
        """Send one request of another method, outside of any call, and give the response."""
        self._invited = time.monotonic()
        self._invite = self._request(method, number=1, headers=self._headers)
        self._send(self._invite)
        return self.expect(lambda message: message.of(method) and message.code >= 200, f"response to {method}")

    def refer(self, to: str) -> Message:
        """Ask, in the talk, to be sent elsewhere, and give the response."""
        self._number += 1
        headers = (f"Refer-To: <sip:{to}@127.0.0.1:{self._to[1]}>",)
        self._send(self._request("REFER", branch=f"z9hG4bK{secrets.token_hex(6)}", headers=headers))
        return self.expect(lambda message: message.of("REFER"), "response to REFER")

    def expect(self, wanted: Callable[[Message], bool], what: str, within: float = 10.0) -> Message:
        """The next message that is ``wanted``; others are kept in ``seen`` and answered where they must be."""
        deadline = time.monotonic() + within
        while (left := deadline - time.monotonic()) > 0:
            if not self.seen and self.t > T1:
                self._send(self._invite)
            self._socket.settimeout(min(left, T1))
            try:
                data = self._socket.recv(65535)
            except TimeoutError:
                continue
            message = Message(data.decode("utf-8", "replace"), self.t)
            self.seen.append(message)
            self._respond(message)
            if wanted(message):
                return message
        raise AssertionError(f"no {what} within {within:g} s, only {self.seen}")

    def final(self, within: float = 10.0) -> Message:
        """The final response to the INVITE; it is acknowledged."""
        return self.expect(lambda message: message.of("INVITE") and message.code >= 200, "final response", within)

    def idle(self, seconds: float) -> None:
        """Let time go by, answering what comes."""
        try:
            self.expect(lambda message: message.method == "BYE", "BYE", seconds)
        except AssertionError:
            return

    def hang_up(self) -> None:
        """CANCEL before the answer, BYE after it; waits until the other side agrees."""
        if any(message.of("INVITE") and message.code == 200 for message in self.seen):
            self._number += 1
            self._send(self._request("BYE", branch=f"z9hG4bK{secrets.token_hex(6)}"))
            self.expect(lambda message: message.of("BYE"), "response to BYE")
        else:
            self._send(self._request("CANCEL"))
            self.final()

    def prack(self, provisional: Message) -> None:
        """Acknowledge a reliable provisional response (RFC 3262)."""
        rack = f"RAck: {provisional.header('RSeq')} {provisional.header('CSeq')}"
        self._number += 1
        self._send(self._request("PRACK", branch=f"z9hG4bK{secrets.token_hex(6)}", headers=(rack,)))

    def _respond(self, message: Message) -> None:
        if message.of("INVITE") and message.code >= 200:
            branch = self._branch if message.code >= 300 else f"z9hG4bK{secrets.token_hex(6)}"
            self._send(self._request("ACK", branch=branch, number=1))
        elif message.method in ("BYE", "OPTIONS"):
            same = [f"{name}: {message.header(name)}" for name in ("Via", "From", "To", "Call-ID", "CSeq")]
            self._send("\r\n".join(["SIP/2.0 200 OK", *same, "Content-Length: 0", "", ""]))

    def _request(
        self, method: str, *, branch: str = "", number: int | None = None, headers: Iterable[str] = (), body: str = ""
    ) -> str:
        number = number or (1 if method in ("INVITE", "CANCEL") else self._number)
        to = self._called if method in ("INVITE", "CANCEL") else self.to
        return "\r\n".join(
            [
                f"{method} {self._uri} SIP/2.0",
                f"Via: SIP/2.0/UDP {self._here};rport;branch={branch or self._branch}",
                "Max-Forwards: 70",
                f"From: {self._from}",
                f"To: {to}",
                f"Call-ID: {self._call_id}",
                f"CSeq: {number} {method}",
                f"Contact: <sip:caller@{self._here}>",
                *headers,
                f"Content-Length: {len(body)}",
                "",
                body,
            ]
        )

    def _send(self, text: str) -> None:
        self._socket.sendto(text.encode("utf-8", "surrogateescape"), self._to)


class HungUp:
    """A ``caller`` who hangs up ``seconds`` after his INVITE: when he was answered (``None``: never), when he left."""

    def __init__(self, port: int, number: str, from_: str, seconds: float) -> None:
        with Wire(port, number, from_) as wire:
            wire.invite()
            while wire.t < seconds:
                wire.idle(seconds - wire.t)
            self.caller = from_
            self.invited_at = wire.invited_at
            self.ended_t = wire.t
            wire.hang_up()
            answers = [message.t for message in wire.seen if message.of("INVITE") and message.code == 200]
        self.answered_t = min(answers, default=None)

    @property
    def spoken(self) -> float:
        return 0.0 if self.answered_t is None else self.ended_t - self.answered_t
