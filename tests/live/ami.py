"""A client of Asterisk's manager interface that tries what it may not do; the product's own is in `ivr/asterisk`."""

import socket
from types import TracebackType
from typing import Self

Answer = dict[str, str]


class Manager:
    """One connection, in turns: an action, its answer.  Events are not asked for."""

    def __init__(self, port: int, account: str, secret: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
        self._lines = self._socket.makefile("r", encoding="utf-8", newline="\r\n")
        self._lines.readline()
        self.login = self.act("Login", Username=account, Secret=secret, Events="off")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._lines.close()
        self._socket.close()

    def act(self, action: str, **fields: str) -> Answer:
        """Send an action, give the headers of its answer; ``{}`` when the other side has closed."""
        lines = [f"Action: {action}", "ActionID: 1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        while headers := self._headers():
            if "Response" in headers:
                return headers
        return {}

    def _headers(self) -> Answer:
        found: Answer = {}
        while line := self._lines.readline():
            name, colon, value = line.rstrip("\r\n").partition(":")
            if not name and found:
                return found
            if colon:
                found[name] = value.strip()
        return found
