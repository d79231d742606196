"""Another system, played by a rehearsal at its own address, so that look-ups on a running stack give what cases say."""

import json
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ivr.flow.errands import Fetch, Fetched
from ivr.values.site import Site

LOCAL = ("127.0.0.1", "localhost")

# What tells a look-up from others: its path and its fields.
Question = tuple[str, frozenset[tuple[str, str]]]


def playable(site: Site) -> str | None:
    """Why another system cannot be played here; ``None``: it can."""
    parts = urlsplit(site.url)
    if parts.scheme != "http" or parts.hostname not in LOCAL:
        return f"{site.name} is at {site.url}; only a system at http://127.0.0.1 can be played"
    return None


class Played:
    """Another system, played at its own address: it answers each look-up as the case says that makes it."""

    def __init__(self, site: Site) -> None:
        """Raises ``OSError`` where somebody else is at the address."""
        self._site = site
        self._told: dict[Question, tuple[int, bytes]] = {}
        parts = urlsplit(site.url)
        self._server = ThreadingHTTPServer((parts.hostname or "", parts.port or 80), _handler(self.answer))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def expect(self, fetch: Fetch, fetched: Fetched) -> None:
        """From now on, what this look-up gives."""
        self._told[question(self._site, fetch)] = _answer(fetch, fetched)

    def answer(self, path: str, fields: Mapping[str, str]) -> tuple[int, bytes]:
        """Status and body; a notice is taken without a word."""
        return self._told.get((path, frozenset(fields.items())), (204, b""))


def question(site: Site, fetch: Fetch) -> Question:
    """What tells a look-up from others."""
    return urlsplit(site.at(fetch.path)).path, frozenset((name, str(value)) for name, value in fetch.fields)


def _answer(fetch: Fetch, fetched: Fetched) -> tuple[int, bytes]:
    """A refusal has failed, and the system is not left alone for it, as after no answer."""
    if fetched.outcome != "found":
        return (404 if fetched.outcome == "not_found" else 400), b""
    body: dict[str, Any] = {}
    for name, place in fetch.take:
        if name in fetched.values:
            *above, last = place.split(".")
            inner = body
            for step in above:
                inner = inner.setdefault(step, {})
            inner[last] = fetched.values[name]
    return 200, json.dumps(body).encode()


def _handler(answer: Callable[[str, Mapping[str, str]], tuple[int, bytes]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._tell(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fields = json.loads(body) if body else {}
            self._tell(urlsplit(self.path).path, {name: str(value) for name, value in fields.items()})

        def _tell(self, path: str, fields: Mapping[str, str]) -> None:
            status, body = answer(path, fields)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
