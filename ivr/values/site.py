"""Another system that a book may reach over HTTP: where it is and how we show who we are."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IPv4 in IPv6's clothes, by which a private address would pass for a global one: NAT64 (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Site:
    """One line of remotes.yaml.  ``token`` names a file of the state directory whose content is sent as a bearer
    token; ``private`` allows addresses of private networks and of this machine.
    """

    name: str
    url: str
    token: str = ""
    private: bool = False

    def at(self, path: str) -> str:
        """The address of ``path`` there."""
        return self.url.rstrip("/") + "/" + path.lstrip("/") if path else self.url


def why_not(url: str, private: bool) -> str | None:
    """Why a site cannot have this address, in one sentence; ``None``: it can."""
    if not re.fullmatch(r"https?://[!-~]+", url):
        return "an address begins with https:// and has no spaces"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "this is not an address of the web"
    if not host:
        return "the address names no host"
    if parts.username is not None or parts.password is not None:
        return "no user or password in an address: name a `token`, whose file is not in the book"
    if parts.query or parts.fragment:
        return "no ? or # in the address of a site: nodes give the path and the fields"
    if parts.scheme == "http" and not private:
        return "what leaves for other networks is encrypted: write https://, or say `private: yes`"
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return None
    return None if reachable(literal, private) else f"{host} is not a public address; `private: yes` allows it"


def reachable(address: Address, private: bool) -> bool:
    """Whether a connection may be made to ``address``.

    Never to the link (cloud machines tell their keys at 169.254.169.254), to groups or to no one; to private
    networks and this machine only if ``private``.
    """
    address = _bare(address)
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    if address.is_reserved and not address.is_loopback:
        return False
    return private or address.is_global


def _bare(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return inner or address
    return address
