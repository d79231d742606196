"""Trunks as Asterisk's pjsip.conf has them.

Sources: Asterisk 22, configuration of res_pjsip (endpoint, aor, auth, transport), res_pjsip_endpoint_identifier_ip
(identify) and res_pjsip_outbound_registration (registration); config.c for the semicolon, which begins a comment.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ivr.asterisk.tls_conf import TLS
from ivr.asterisk.tokens import section, token
from ivr.values.trunk import Trunk


@dataclass(frozen=True)
class Line:
    """A trunk and its password, where it has one."""

    trunk: Trunk
    password: str = field(default="", repr=False)


def sections(line: Line) -> list[str]:
    """All that Asterisk is told of a trunk, but for what its endpoint says of the rest.  Raises UnsafeError."""
    trunk = line.trunk
    name, found = token("agent name", trunk.name), []
    by = r"\;transport=tls" if trunk.encrypted else ""
    server = f"{token('host', trunk.host)}:{trunk.port:d}{by}"
    account = token("account", trunk.user) if trunk.user else ""
    ways = [("transport", TLS if trunk.encrypted else "udp")]
    asked = [] if trunk.probed else [("qualify_frequency", "0")]
    found.append(section(name, [("contact", f"sip:{server}"), *asked], "trunk-aor"))
    if account:
        login = [("username", account), ("password", token("password", line.password))]
        found.append(section(name, login, "trunk-auth"))
    if trunk.sources:
        matches = [("match", token("network", source)) for source in trunk.sources]
        found.append(section(name, [("endpoint", name), *matches], "trunk-identify"))
    if trunk.registers:
        ours = f"sip:{account}@{server}"
        settings = [*ways, ("server_uri", f"sip:{server}"), ("client_uri", ours), ("contact_user", account)]
        found.append(section(name, [*settings, ("endpoint", name), ("outbound_auth", name)], "trunk-registration"))
    return found


def endpoint(line: Line) -> list[tuple[str, str]]:
    """The settings of a trunk's endpoint."""
    trunk = line.trunk
    settings = [("aors", trunk.name), ("transport", TLS if trunk.encrypted else "udp")]
    settings += [("outbound_auth", trunk.name), ("from_domain", token("host", trunk.host))] if trunk.user else []
    return [*settings, *([("media_encryption", "sdes")] if trunk.encrypted else [])]


def known(lines: Iterable[Line]) -> list[Line]:
    """The trunks that Asterisk can be told of: those whose password is stored, or that have none."""
    return [line for line in lines if line.password or not line.trunk.user]
