"""Where a book may send its calls' questions."""

import ipaddress

import pytest

from ivr.values.site import Site, reachable, why_not


@pytest.mark.parametrize("text", ["8.8.8.8", "2a00:1450:4007::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_reached_by_all(text: str) -> None:
    """With `private: yes` or without."""
    address = ipaddress.ip_address(text)

    assert reachable(address, private=False)
    assert reachable(address, private=True)


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "::1", "fc00::1",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::1"],
)  # fmt: skip
def test_private_addresses_are_reached_only_where_the_book_says_so(text: str) -> None:
    """In IPv6's clothes too."""
    address = ipaddress.ip_address(text)

    assert not reachable(address, private=False)
    assert reachable(address, private=True)


@pytest.mark.parametrize(
    "text",
    ["169.254.169.254", "fe80::1", "224.0.0.1", "ff02::1", "0.0.0.0", "::", "255.255.255.255", "240.0.0.1"],  # noqa: S104
)
def test_some_addresses_are_reached_by_nobody(text: str) -> None:
    """The link, groups, no one, everyone."""
    address = ipaddress.ip_address(text)

    assert not reachable(address, private=False)
    assert not reachable(address, private=True)


@pytest.mark.parametrize(
    ("url", "private"),
    [("https://crm.example.com/api", False), ("http://10.0.0.5:8080", True), ("https://8.8.8.8/", False)],
)
def test_addresses_that_a_site_can_have(url: str, private: bool) -> None:
    """Encrypted over the internet, as they are at home."""
    assert why_not(url, private) is None


@pytest.mark.parametrize(
    ("url", "private", "why"),
    [
        ("ftp://crm.example.com", True, "https://"),
        ("file:///etc/passwd", True, "https://"),
        ("https://", False, "https://"),
        ("https://a b.example.com", False, "spaces"),
        ("https://crm.example.com:port/", False, "not an address"),
        ("https://[::1/", False, "not an address"),
        ("https:///path", False, "no host"),
        ("https://user:secret@crm.example.com", False, "token"),
        ("https://crm.example.com/?a=1", False, "?"),
        ("http://crm.example.com", False, "private: yes"),
        ("https://127.0.0.1/", False, "not a public address"),
        ("https://169.254.169.254/", True, "not a public address"),
    ],
)
def test_addresses_that_a_site_cannot_have(url: str, private: bool, why: str) -> None:
    """Each with its reason."""
    assert why in (why_not(url, private) or "")


@pytest.mark.parametrize("url", ["https://a.example/api", "https://a.example/api/"])
def test_a_place_of_a_site_is_below_its_address(url: str) -> None:
    """One slash between them."""
    assert Site("a", url).at("/orders") == "https://a.example/api/orders"
    assert Site("a", url).at("") == url
