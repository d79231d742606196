"""What Asterisk must know of the book and of the installation, as texts for its `#include` lines.

The fixed part of the configuration lives in the Asterisk image; the files made here hold only what differs from
one installation to the next.  They are written by a typed writer: every token that enters a file has been matched
against the few characters its kind allows, so that nothing a book, a secret or a setting contains can become a
second line, a second argument or an expression of the dial plan (compare CVE-2026-46512).
"""

import ipaddress
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ivr.values.queue import Queue, Strategy

Kind = Literal["number", "agent name", "queue name", "music", "key", "secret"]

_ALLOWED: Mapping[Kind, re.Pattern[str]] = {
    "number": re.compile(r"[0-9]{3,15}"),
    "agent name": re.compile(r"[a-z][a-z0-9_-]{0,31}"),
    "queue name": re.compile(r"[a-z][a-z0-9-]{0,40}"),
    "music": re.compile(r"[a-z][a-z0-9-]{0,40}"),
    "key": re.compile(r"[0-9*#]"),
    "secret": re.compile(r"[A-Za-z0-9]{16,64}"),
}

RESERVED = frozenset(
    [
        "system",
        "global",
        "general",
        "globals",
        "udp",
        "party",
        "anonymous",
        "agent-endpoint",
        "agent-auth",
        "agent-aor",
        "controller",
        "controller-rights",
        "deploy-rights",
        "public",
        "attend",
        "fallback",
        "ended",
        "agents",
    ]
)
"""Section names that the fixed part uses: no agent may be called like that."""

RESERVED_QUEUES = frozenset({"general", "queue-defaults"})
"""Sections of queues.conf that are no queues."""

PORTS_PER_CALL = 4
"""RTP and RTCP for the caller, and again for the agent he may be put through to."""


STRATEGIES: Mapping[Strategy, str] = {
    Strategy.ALL: "ringall",
    Strategy.LONGEST_IDLE: "leastrecent",
    Strategy.FEWEST_CALLS: "fewestcalls",
    Strategy.ROUND_ROBIN: "rrmemory",
    Strategy.RANDOM: "random",
    Strategy.WEIGHTED: "wrandom",
}
"""In app_queue's words.  Its `linear` is left out: a queue takes it up at a restart only."""

NOBODY = "paused,penalty,unavailable,invalid,unknown"
"""Agents who are not there, in app_queue's words; who talks or rests is there."""


class UnsafeError(ValueError):
    """A value that must not be written into Asterisk's configuration; says which and why, never the secret."""


@dataclass(frozen=True)
class Agent:
    """A softphone account: its name is user name, endpoint and address of record at once."""

    name: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Exchange:
    """All that the generated files depend on."""

    numbers: tuple[str, ...]
    """National form, digits only (`0899000004`, `3949`)."""
    agents: tuple[Agent, ...]
    ami_secret: str = field(repr=False)
    deploy_secret: str = field(repr=False)
    queues: tuple[Queue, ...] = ()
    sip_bind: str = "0.0.0.0"  # noqa: S104 - callers come from outside
    sip_port: int = 5060
    rtp_start: int = 10000
    rtp_end: int = 10399
    agi_port: int = 4573
    ami_port: int = 5038
    max_calls: int = 100
    """Calls at once; the next one gets 503, which a carrier re-routes. Must leave PORTS_PER_CALL ports a call."""


def files(exchange: Exchange) -> dict[str, str]:
    """Every generated file: its name in /etc/asterisk/ivr and its text.  Raises UnsafeError."""
    return {
        "options.conf": _options(exchange),
        "pjsip.conf": _pjsip(exchange),
        "queues.conf": _queues(exchange),
        "rtp.conf": _rtp(exchange),
        "manager_accounts.conf": _manager(exchange),
        "extensions_numbers.conf": _extensions(exchange),
    }


def write(texts: Mapping[str, str], directory: Path) -> None:
    """Put the files in place, each whole or not at all: Asterisk may read at any moment.

    Owner and group may read, nobody else: passwords are in them.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        descriptor, unfinished = tempfile.mkstemp(dir=directory, prefix=f".{name}.")
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fchmod(file.fileno(), 0o640)
                os.fsync(file.fileno())
            os.replace(unfinished, directory / name)
        except BaseException:
            os.unlink(unfinished)
            raise
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def dialled_forms(number: str) -> tuple[str, ...]:
    """The forms in which a carrier may deliver a number: national, and E.164 where there is one.

    Short numbers (four digits, 118 xxx) have no international form.
    """
    if len(number) == 10 and number.startswith("0"):
        return number, f"+33{number[1:]}"
    return (number,)


def _options(exchange: Exchange) -> str:
    ports = _port("rtp_end", exchange.rtp_end) - _port("rtp_start", exchange.rtp_start) + 1
    if exchange.max_calls < 1 or exchange.max_calls * PORTS_PER_CALL > ports:
        raise UnsafeError(
            f"max_calls: {exchange.max_calls} calls need {exchange.max_calls * PORTS_PER_CALL} RTP ports, "
            f"there are {ports}; beyond the ports callers would get 488, which no carrier re-routes"
        )
    return _section("options", [("maxcalls", str(exchange.max_calls))], more=True)


def _pjsip(exchange: Exchange) -> str:
    bind = f"{_address(exchange.sip_bind)}:{_port('sip_port', exchange.sip_port)}"
    parts = [_section("udp", [("type", "transport"), ("protocol", "udp"), ("bind", bind)])]
    for agent in _distinct_agents(exchange.agents):
        name, secret = _token("agent name", agent.name), _token("secret", agent.secret)
        parts += [
            _section(name, [("auth", name), ("aors", name), ("callerid", f"<{name}>")], "agent-endpoint"),
            _section(name, [("username", name), ("password", secret)], "agent-auth"),
            _section(name, [], "agent-aor"),
        ]
    return "\n".join(parts)


def _rtp(exchange: Exchange) -> str:
    first, last = _port("rtp_start", exchange.rtp_start), _port("rtp_end", exchange.rtp_end)
    return _section("general", [("rtpstart", str(first)), ("rtpend", str(last))], more=True)


def _manager(exchange: Exchange) -> str:
    port = str(_port("ami_port", exchange.ami_port))
    secret = _token("secret", exchange.ami_secret)
    return "\n".join(
        [
            _section("general", [("port", port)], more=True),
            _section("controller", [("secret", secret)], "controller-rights"),
            _section("deploy", [("secret", _token("secret", exchange.deploy_secret))], "deploy-rights"),
        ]
    )


def _extensions(exchange: Exchange) -> str:
    agi = f"agi://127.0.0.1:{_port('agi_port', exchange.agi_port)}"
    lines = ["[globals](+)", f"IVR_AGI = {agi}", "", "[public]"]
    for number in _distinct("number", exchange.numbers):
        for dialled in dialled_forms(_token("number", number)):
            lines += [f"exten => {dialled},1,Set(DIALLED={number})", " same => n,Goto(attend,start,1)"]
    for queue in (queue for queue in exchange.queues if queue.key):
        # Where app_queue jumps when the key is pressed.  The AGI session goes on; this is for when it has ended.
        lines += ["", f"[leave-{_token('queue name', queue.name)}]"]
        # A pattern of one key, so that nobody takes it for one of the numbers that can be dialled.
        lines += [f"exten => _{_token('key', queue.key)},1,Goto(queue-left,start,1)", "exten => T,1,Hangup(16)"]
    lines += ["", "[agents]"]
    for agent in _distinct_agents(exchange.agents):
        name = _token("agent name", agent.name)
        lines.append(f"exten => {name},hint,PJSIP/{name}")
    return "\n".join(lines) + "\n"


def _queues(exchange: Exchange) -> str:
    known = {agent.name for agent in exchange.agents}
    parts = []
    _distinct("queue name", (queue.name for queue in exchange.queues))
    for queue in exchange.queues:
        name = _token("queue name", queue.name)
        settings = [
            ("strategy", STRATEGIES[queue.strategy]),
            ("timeout", f"{queue.ring:d}"),
            ("wrapuptime", f"{queue.wrap_up:d}"),
            ("maxlen", f"{queue.max_length:d}"),
            ("musicclass", _token("music", queue.music)),
            ("joinempty", "yes" if queue.join_when_empty else NOBODY),
            ("leavewhenempty", NOBODY if queue.leave_when_empty else "no"),
            ("context", f"leave-{name}" if queue.key else ""),
            ("announce-frequency", f"{queue.say_every * (queue.say_position or queue.say_wait):d}"),
            ("announce-position", "yes" if queue.say_position else "no"),
            ("announce-holdtime", "yes" if queue.say_wait else "no"),
        ]
        for agent in sorted(queue.agents.keys() & known):
            interface = f"PJSIP/{_token('agent name', agent)}"
            settings.append(("member", f"{interface},{queue.agents[agent]:d},{agent},{interface}"))
        parts.append(_section(name, settings, "queue-defaults"))
    return "\n".join(parts)


def _section(name: str, settings: Iterable[tuple[str, str]], template: str | None = None, *, more: bool = False) -> str:
    """One section; ``more`` adds to a section that the fixed part has begun."""
    suffix = "(+)" if more else f"({template})" if template else ""
    return "".join([f"[{name}]{suffix}\n", *(f"{key} = {value}\n" for key, value in settings)])


def _token(kind: Kind, text: str) -> str:
    if not _ALLOWED[kind].fullmatch(text):
        shown = "…" if kind == "secret" else repr(text)
        raise UnsafeError(f"{kind}: {shown} is not of the form {_ALLOWED[kind].pattern}")
    if kind == "queue name" and text in RESERVED_QUEUES:
        raise UnsafeError(f"queue name: {text!r} is a section of the fixed configuration; choose another")
    if kind == "agent name" and text in RESERVED:
        raise UnsafeError(f"agent name: {text!r} is a section of the fixed configuration; choose another")
    return text


def _distinct(kind: Kind, texts: Iterable[str]) -> list[str]:
    seen: list[str] = []
    for text in texts:
        if text in seen:
            raise UnsafeError(f"{kind}: {text!r} is there twice")
        seen.append(text)
    return seen


def _distinct_agents(agents: Iterable[Agent]) -> tuple[Agent, ...]:
    agents = tuple(agents)
    _distinct("agent name", (agent.name for agent in agents))
    return agents


def _port(name: str, port: int) -> int:
    if not 1024 <= port <= 65535:
        raise UnsafeError(f"{name}: {port} is not a port between 1024 and 65535")
    return port


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise UnsafeError(f"sip_bind: {text!r} is not an IP address") from None
    return f"[{address}]" if address.version == 6 else str(address)
