"""Softphones for agents: what one needs to know, also as a QR code, and a new agent in agents.yaml."""

import io
import json
import os
import re
import tempfile
from pathlib import Path

import click

from ivr import secret
from ivr.settings import Settings, settings
from ivr.values.phone import Phone
from ivr.verbs.manners import example, says


@click.command(epilog=example("ivr agents add zoe --label 'Zoé, commandes' --secure"))
@click.argument("name")
@click.option("--label", default="", help="who that is, in words [NAME]")
@click.option("--secure", "kind", flag_value="secure", help="the phone must come by TLS and SRTP")
@click.option("--webrtc", "kind", flag_value="webrtc", help="the phone is a browser")
@says
def add(name: str, label: str, kind: str | None) -> None:
    """Write the agent NAME into agents.yaml of the book, if the book is good with him; a running stack takes him up."""
    from ivr.book.book import read_book
    from ivr.book.written import NAME

    if not re.fullmatch(NAME, name):
        raise click.UsageError(
            f'"{name}" cannot be a name; begin with a small letter, then small letters, digits and -'
        )
    configured = settings()
    before = read_book(configured.book)
    if name in before.agents:
        raise click.UsageError(f'there is an agent "{name}" already')
    path = configured.book / "dialplans" / "agents.yaml"
    text = path.read_text(encoding="utf-8")
    lines = [
        f"{name}:",
        f"  label: {json.dumps(label or name, ensure_ascii=False)}",
        *([f"  {kind}: yes"] if kind else []),
    ]
    more = "\n".join(lines)
    try:
        _put(path, f"{text.rstrip()}\n\n{more}\n")
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be written here ({error.strerror}): call docker/ivr agents add where the book lies, or add "
            f"to that file\n{more}"
        ) from error
    try:
        read_book(configured.book)
    except Exception:
        _put(path, text)
        raise
    click.echo(f"{name} is in {path}; have a queue, a group or a transfer ring him.")


@click.command(epilog=example("ivr agents qr camille", "ivr agents qr camille --address 192.0.2.10 --json"))
@click.argument("name")
@click.option("--address", default="", help="where phones reach this stack [its own address]")
@click.option("--json", "json_", is_flag=True, help="as JSON, without the code")
@says
def qr(name: str, address: str, json_: bool) -> None:
    """Print what the softphone of the agent NAME needs, and the same as a QR code for its camera.

    The code holds a SIP address with the password in it: whoever sees it can take calls as NAME.
    """
    from ivr.book.book import read_book

    configured = settings()
    book = read_book(configured.book)
    if name not in book.agents:
        from ivr.service.agents import NoAgent

        raise NoAgent(f'there is no agent "{name}"; the book has {", ".join(book.agents)}')
    server = address or configured.reached_at
    host = f"[{server}]" if ":" in server else server
    facts, scanned = _facts(book.phones[name], name, server, host, configured)
    if json_:
        click.echo(json.dumps(facts))
        return
    for what, value in facts.items():
        click.echo(f"{what:10} {value}")
    click.echo(_code(scanned))


def _facts(phone: Phone, name: str, server: str, host: str, configured: Settings) -> tuple[dict[str, str], str]:
    """What the phone is told by hand, and by its camera."""
    from ivr import tls  # cryptography, which the list of agents needs not

    password = secret.derive(configured.secret, f"agent:{name}")
    ports = {
        Phone.PLAIN: configured.sip_port,
        Phone.SECURE: configured.tls_port,
        Phone.BROWSER: configured.browser_port,
    }
    port = ports[phone]
    facts = {
        "account": name,
        "password": password,
        "server": server,
        "port": str(port),
        "transport": phone.upper(),
        "address": f"sip:{name}@{host}:{port}",
    }
    if phone is Phone.BROWSER:
        socket = f"wss://{host}:{port}/ws"
        facts |= {"websocket": socket, "address": f"sip:{name}@{host}", "sound": "WebRTC (DTLS-SRTP, ICE)"}
        return facts | {"authority": tls.shown(configured.tls).authority}, json.dumps(facts)
    way = f"{host}:{port};transport={phone}"
    line = f"<sip:{name}@{way}>;auth_pass={password};regint=60"
    if phone is Phone.SECURE:
        facts |= {"sound": "SRTP (SDES)", "authority": tls.shown(configured.tls).authority}
        line += ";mediaenc=srtp-mand"
    return facts | {"baresip": line}, f"sip:{name}:{password}@{way}"


def _code(text: str) -> str:
    """A QR code in half blocks, which any terminal and any camera can read."""
    import segno

    drawn = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(drawn, compact=True)
    return drawn.getvalue().rstrip("\n")


def _put(path: Path, text: str) -> None:
    """Write a file whole or not at all: who watches the book may read at any moment."""
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".agents.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(unfinished).chmod(path.stat().st_mode & 0o777)
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
