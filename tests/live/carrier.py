"""A carrier's server in bare SIP: it lets register who shows the password, says that it is there, refuses calls."""

import hashlib
import re
import secrets
import socket
import threading
from types import TracebackType
from typing import Self

from tests.live.sip import Message

REALM = "carrier"


class Carrier:
    """``verdict`` is how it answers a call; ``registered`` the Contact of who registered, ``calls`` their INVITEs."""

    def __init__(self, user: str = "", password: str = "", verdict: str = "503 Service Unavailable") -> None:
        self.verdict = verdict
        self.registered = ""
        self.calls: list[Message] = []
        self._login = user, password
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, peer = self._socket.recvfrom(65535)
            if not data:
                return
            asked = Message(data.decode("utf-8", "replace"), 0.0)
            answer, headers = self._answer(asked)
            if answer:
                same = [f"{name}: {asked.header(name)}" for name in ("Via", "From", "Call-ID", "CSeq")]
                to = f"To: {asked.header('To')};tag={secrets.token_hex(4)}"
                lines = [f"SIP/2.0 {answer}", *same, to, *headers, "Content-Length: 0", "", ""]
                self._socket.sendto("\r\n".join(lines).encode(), peer)

    def _answer(self, asked: Message) -> tuple[str, list[str]]:
        if asked.method == "REGISTER":
            shown = asked.header("Authorization")
            if not shown:
                return "401 Unauthorized", [f'WWW-Authenticate: Digest realm="{REALM}", nonce="{secrets.token_hex(8)}"']
            if not self._is_right(shown):
                return "403 Forbidden", []
            self.registered = asked.header("Contact")
            return "200 OK", [f"Contact: {self.registered}", "Expires: 600"]
        if asked.method == "INVITE":
            if asked.header("Call-ID") not in [call.header("Call-ID") for call in self.calls]:  # sent again after 0.1 s
                self.calls.append(asked)
            return self.verdict, []
        return ("200 OK", []) if asked.method == "OPTIONS" else ("", [])

    def _is_right(self, shown: str) -> bool:
        """RFC 2617 without qop."""
        user, password = self._login
        said = dict(re.findall(r'(\w+)="?([^",]*)"?', shown))

        def digest(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

        expected = digest(digest(user, REALM, password), said["nonce"], digest("REGISTER", said["uri"]))
        return said["username"] == user and said["response"] == expected
