"""Where connections may go: looked at when each is made, after names were resolved, and for addresses written as such.

A look-up beforehand would not do: a name may resolve to a public address when it is checked, and to this machine when
it is used.
"""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

from ivr.values.site import reachable

# What aiohttp gives: family, type, protocol, canonical name, and the address as the socket wants it.
Info = tuple[Any, ...]


class Refused(OSError):
    """A connection was to be made where none may be made."""


def opened(private: bool) -> Callable[[Info], socket.socket]:
    """Makes sockets for connections that :func:`ivr.values.site.reachable` allows, and no others."""

    def make(info: Info) -> socket.socket:
        family, kind, protocol, _, where = info
        host = str(where[0]).partition("%")[0]
        if not reachable(ipaddress.ip_address(host), private):
            raise Refused(f"{host} is not an address that may be reached")
        return socket.socket(family, kind, protocol)

    return make
