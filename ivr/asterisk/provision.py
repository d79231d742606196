"""What Asterisk must know of the book and of the installation, as texts for its `#include` lines.

The fixed part of the configuration lives in the Asterisk image; the files made here hold only what differs from
one installation to the next.  They are written by a typed writer: every token that enters a file has been matched
against the few characters its kind allows, so that nothing a book, a secret or a setting contains can become a
second line, a second argument or an expression of the dial plan (compare CVE-2026-46512).
"""

import hashlib
import ipaddress
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.asterisk import agents_conf, outside_conf, queues_conf, tls_conf, trunks_conf
from ivr.asterisk.tokens import UnsafeError as UnsafeError
from ivr.asterisk.tokens import distinct, section, token
from ivr.values.duty import ON, Duty
from ivr.values.outside import Destination
from ivr.values.phone import Phone
from ivr.values.queue import Queue

MARK = "IVR_SECTION"
"""The variable by which an endpoint tells which of its descriptions Asterisk has taken up."""

PORTS_PER_CALL = 4
"""RTP and RTCP for the caller, and again for the agent he may be put through to."""


@dataclass(frozen=True)
class Agent:
    """A softphone account: its name is user name, endpoint and address of record at once."""

    name: str
    secret: str = field(repr=False)
    duty: Duty = ON
    phone: Phone = Phone.PLAIN
    lot: str = "house"


@dataclass(frozen=True)
class Exchange:
    """All that the generated files depend on."""

    numbers: tuple[str, ...]
    """National form, digits only (`0899000004`, `3949`)."""
    agents: tuple[Agent, ...]
    ami_secret: str = field(repr=False)
    deploy_secret: str = field(repr=False)
    caller_secret: str = field(repr=False)
    queues: tuple[Queue, ...] = ()
    trunks: tuple[trunks_conf.Line, ...] = ()
    destinations: tuple[Destination, ...] = ()
    music: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Class to the sounds that are played for it, in order: paths without suffix."""
    sounds: str = "/var/lib/ivr-sounds"
    """Where all sounds lie, for both of us."""
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
        "queues.conf": queues_conf.text(
            exchange.queues, {agent.name: agent.duty for agent in exchange.agents}, exchange.sounds
        ),
        "musiconhold.conf": _music(exchange),
        "rtp.conf": _rtp(exchange),
        "http.conf": agents_conf.browsers(
            _address(exchange.sip_bind), _port("sip_port", exchange.sip_port + 2), wanted=_browsers(exchange)
        ),
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
    return section("options", [("maxcalls", str(exchange.max_calls))], more=True)


def _pjsip(exchange: Exchange) -> str:
    bind = f"{_address(exchange.sip_bind)}:{_port('sip_port', exchange.sip_port)}"
    parts = [section("udp", [("type", "transport"), ("protocol", "udp"), ("bind", bind), ("domain", agents_conf.UDP)])]
    for agent in _distinct_agents(exchange.agents):
        name, secret = token("agent name", agent.name), token("secret", agent.secret)
        own = [section(name, [("username", name), ("password", secret)], "agent-auth"), section(name, [], "agent-aor")]
        parts += _marked(
            name, agents_conf.endpoint(name, agent.phone, token("queue name", agent.lot)), "agent-endpoint", own
        )
        parts += agents_conf.refusals(name, agent.phone)
    lines = trunks_conf.known(exchange.trunks)
    secure = any(agent.phone is Phone.SECURE for agent in exchange.agents)
    if secure or any(line.trunk.encrypted for line in lines):
        parts.append(tls_conf.transport(f"{_address(exchange.sip_bind)}:{_port('sip_port', exchange.sip_port + 1)}"))
    addresses = [one for one in exchange.destinations if one.sip]
    names = (*(agent.name for agent in exchange.agents), *(line.trunk.name for line in lines))
    distinct("agent name", (*names, *(one.name for one in addresses)))
    for line in lines:
        own = trunks_conf.sections(line)
        parts += _marked(line.trunk.name, trunks_conf.endpoint(line), "trunk-endpoint", own)
    for one in addresses:
        parts += _marked(
            one.name, [("aors", one.name), ("transport", "udp")], "trunk-endpoint", [outside_conf.address(one)]
        )
    return "\n".join(parts)


def _marked(name: str, settings: list[tuple[str, str]], template: str, own: list[str]) -> list[str]:
    """The sections of one account, its endpoint last: it bears a digest of all of them, by which is told whether
    Asterisk has taken them up (`ivr.asterisk.accepted`).
    """
    digest = hashlib.sha256("\n".join([section(name, settings, template), *own]).encode()).hexdigest()[:12]
    return [*own, section(name, [*settings, ("set_var", f"{MARK}={digest}")], template)]


def _music(exchange: Exchange) -> str:
    """Each class a playlist: Asterisk chooses, of the files of each entry, the one nearest to the caller's codec."""
    return "\n".join(
        section(token("music", name), [("mode", "playlist"), *(("entry", token("path", path)) for path in paths)])
        for name, paths in exchange.music.items()
    )


def _rtp(exchange: Exchange) -> str:
    first, last = _port("rtp_start", exchange.rtp_start), _port("rtp_end", exchange.rtp_end)
    ice = "yes" if _browsers(exchange) else "no"  # every call would pay for it
    return section("general", [("rtpstart", str(first)), ("rtpend", str(last)), ("icesupport", ice)], more=True)


def _browsers(exchange: Exchange) -> bool:
    return any(agent.phone is Phone.BROWSER for agent in exchange.agents)


def _manager(exchange: Exchange) -> str:
    port = str(_port("ami_port", exchange.ami_port))
    secret = token("secret", exchange.ami_secret)
    return "\n".join(
        [
            section("general", [("port", port)], more=True),
            section("controller", [("secret", secret)], "controller-rights"),
            section("deploy", [("secret", token("secret", exchange.deploy_secret))], "deploy-rights"),
            section("caller", [("secret", token("secret", exchange.caller_secret))], "caller-rights"),
        ]
    )


def _extensions(exchange: Exchange) -> str:
    agi = f"agi://127.0.0.1:{_port('agi_port', exchange.agi_port)}"
    lines = ["[globals](+)", f"IVR_AGI = {agi}", "", "[public]"]
    for number in distinct("number", exchange.numbers):
        for dialled in dialled_forms(token("number", number)):
            lines += [f"exten => {dialled},1,Set(DIALLED={number})", " same => n,Goto(attend,start,1)"]
    for queue in (queue for queue in exchange.queues if queue.key):
        # Where app_queue jumps when the key is pressed.  The AGI session goes on; this is for when it has ended.
        lines += ["", f"[leave-{token('queue name', queue.name)}]"]
        # Patterns of one key, so that nobody takes them for numbers that can be dialled; the second is [called-out]'s.
        keys = (token("key", queue.key), queues_conf.NEWS)
        lines += [*(f"exten => _{key},1,Goto(queue-left,start,1)" for key in keys), "exten => T,1,Hangup(16)"]
    lines += ["", "[agents]", "include => agent-codes", "include => public"]
    for agent in _distinct_agents(exchange.agents):
        name = token("agent name", agent.name)
        lines.append(f"exten => {name},hint,PJSIP/{name}")
    if exchange.destinations or exchange.trunks:
        known = {line.trunk.name: line.trunk for line in trunks_conf.known(exchange.trunks)}
        lines += outside_conf.extensions(exchange.destinations, known)
    return "\n".join(lines) + "\n"


def _distinct_agents(agents: Iterable[Agent]) -> tuple[Agent, ...]:
    agents = tuple(agents)
    distinct("agent name", (agent.name for agent in agents))
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
