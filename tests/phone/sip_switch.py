"""A tiny switchboard: agents register with a password, a caller's INVITE is handed on, sound goes directly.

A back-to-back agent of two legs; SDP is passed on unchanged, so that the two phones send RTP to one another.
"""

import asyncio
import hashlib
import re

from tests.phone.ahead import fall_back, go_ahead


def header(message: str, name: str) -> str:
    """The value of a header; raises when it is missing."""
    found = re.search(rf"^{name}:\s*(.*?)\r$", message, re.MULTILINE | re.IGNORECASE)
    assert found is not None, f"no {name} in {message}"
    return found[1]


class Switch(asyncio.DatagramProtocol):
    """Whoever calls is put through to ``agent``, once it has registered with ``secret``."""

    def __init__(self, agent: str, secret: str) -> None:
        self.agent, self.secret = agent, secret
        self.contact = ""
        self.registrations: list[int] = []  # their Expires
        self.ended: list[str] = []
        self.caller: tuple[str, tuple[str, int]] | None = None
        self.answer = ""

    async def __aenter__(self) -> "Switch":
        go_ahead(id(self))
        loop = asyncio.get_running_loop()
        self.wire, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        self.port = int(self.wire.get_extra_info("sockname")[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self.wire.close()
        fall_back(id(self))

    def datagram_received(self, packet: bytes, peer: tuple[str, int]) -> None:
        text = packet.decode()
        method = text.split(" ", 1)[0]
        if method == "REGISTER":
            self._register(text, peer)
        elif method == "INVITE" and self.caller is None:
            self.caller = (text, peer)
            self._send(self._request("INVITE", text.split("\r\n\r\n", 1)[1]), self._address())
        elif method == "BYE":
            leg = "caller" if header(text, "Call-ID") != "to-agent" else "agent"
            self.ended.append(leg)
            self._send(self._reply(text, "200 OK"), peer)
            if leg == "caller":
                self._send(self._request("BYE", number=3), self._address())
            else:
                self._send(self._bye_caller(), self._caller()[1])
        elif method == "SIP/2.0" and "INVITE" in header(text, "CSeq") and header(text, "Call-ID") == "to-agent":
            self._answered(text)

    def _answered(self, text: str) -> None:
        invite, peer = self._caller()
        status = text.split("\r\n", 1)[0].split(" ", 1)[1]
        if status.startswith("100"):
            return
        if status.startswith("18"):
            self._send(self._reply(invite, "180 Ringing"), peer)
        elif status.startswith("200"):
            self.answer = text
            self._send(self._request("ACK"), self._address())
            self._send(self._reply(invite, "200 OK", text.split("\r\n\r\n", 1)[1]), peer)
        else:
            self.answer = text
            # The ACK of a refusal belongs to the INVITE's own transaction (RFC 3261, 17.1.1.3).
            self._send(self._request("ACK").replace("z9hG4bKACK", "z9hG4bKINVITE"), self._address())
            self._send(self._reply(invite, status), peer)

    def _register(self, text: str, peer: tuple[str, int]) -> None:
        if "Authorization:" not in text:
            self._send(
                self._reply(text, "401 Unauthorized", extra='WWW-Authenticate: Digest realm="switch", nonce="n1"'), peer
            )
            return
        said = dict(re.findall(r'(\w+)="?([^",]*)"?', header(text, "Authorization")))

        def md5(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324  (RFC 2617 wants it)

        right = md5(md5(self.agent, "switch", self.secret), "n1", md5("REGISTER", said["uri"]))
        if said["response"] != right or said["username"] != self.agent:
            self._send(self._reply(text, "403 Forbidden"), peer)
            return
        self.registrations.append(int(header(text, "Expires")))
        found = re.search(r"<([^>]+)>", header(text, "Contact"))
        self.contact = found[1] if found else ""
        self._send(self._reply(text, "200 OK", extra=f"Contact: <{self.contact}>;expires=300"), peer)

    def _caller(self) -> tuple[str, tuple[str, int]]:
        assert self.caller is not None
        return self.caller

    def _address(self) -> tuple[str, int]:
        found = re.search(r"@([0-9.]+):(\d+)", self.contact)
        assert found is not None, "the agent has not registered"
        return found[1], int(found[2])

    def _send(self, message: str, peer: tuple[str, int]) -> None:
        self.wire.sendto(message.encode(), peer)

    def _request(self, method: str, sdp: str = "", number: int = 2) -> str:
        to = header(self.answer, "To") if self.answer else f"<{self.contact}>"
        return "\r\n".join(
            [
                f"{method} {self.contact} SIP/2.0",
                f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{method}{number}",
                f"From: <sip:{self._calling()}@127.0.0.1:{self.port}>;tag=switch",
                f"To: {to}",
                "Call-ID: to-agent",
                f"CSeq: {number} {method}",
                f"Contact: <sip:switch@127.0.0.1:{self.port}>",
                "Max-Forwards: 70",
                *(["Content-Type: application/sdp"] if sdp else []),
                f"Content-Length: {len(sdp)}",
                "",
                sdp,
            ]
        )

    def _calling(self) -> str:
        """Who calls, as the agent is shown it."""
        found = re.search(r"sip:([^@>]+)@", header(self._caller()[0], "From"))
        assert found is not None
        return found[1]

    def _bye_caller(self) -> str:
        invite, _ = self._caller()
        contact = re.search(r"<([^>]+)>", header(invite, "Contact"))
        assert contact is not None
        return "\r\n".join(
            [
                f"BYE {contact[1]} SIP/2.0",
                f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bKbye",
                f"From: {header(invite, 'To')};tag=switch",
                f"To: {header(invite, 'From')}",
                f"Call-ID: {header(invite, 'Call-ID')}",
                "CSeq: 1 BYE",
                "Max-Forwards: 70",
                "Content-Length: 0",
                "",
                "",
            ]
        )

    def _reply(self, request: str, status: str, sdp: str = "", extra: str = "") -> str:
        head = request.split("\r\n\r\n", 1)[0].split("\r\n")
        kept = [line for line in head if re.match(r"(Via|From|Call-ID|CSeq):", line, re.IGNORECASE)]
        to = header(request, "To")
        kept.append("To: " + (to if "tag=" in to else to + ";tag=switch"))
        if not extra:
            kept.append(f"Contact: <sip:switch@127.0.0.1:{self.port}>")
        lines = [*kept, *([extra] if extra else []), *(["Content-Type: application/sdp"] if sdp else [])]
        return "\r\n".join([f"SIP/2.0 {status}", *lines, f"Content-Length: {len(sdp)}", "", sdp])
