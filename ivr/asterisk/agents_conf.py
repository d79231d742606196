"""Agents' accounts as Asterisk's pjsip.conf has them: each registers by one kind of way, and by no other.

Asterisk has no setting for that; but it looks for an account under the domain of the transport before it looks for its
bare name.  So whoever must come encrypted has a second account under the domain of UDP, which may do nothing.
Sources: Asterisk 22, res_pjsip_endpoint_identifier_user.c (`find_endpoint`), pjsip_configuration.c (what `webrtc`
sets), http.c (`tlsbindaddr` is listened on also where the plain server is not enabled).
"""

from ivr.asterisk.tls_conf import CERTIFICATE, FOLDER, KEY, TLS
from ivr.asterisk.tokens import section
from ivr.values.phone import Phone

UDP = "udp"
"""The domain of what comes by UDP: no phone writes it, and who does finds the same account."""


def endpoint(name: str, phone: Phone, lot: str) -> list[tuple[str, str]]:
    """The settings of an agent's endpoint; ``name`` and ``lot`` are safe to be written."""
    settings = [("auth", name), ("aors", name), ("callerid", f"<{name}>"), ("set_var", f"IVR_LOT={lot}")]
    match phone:
        case Phone.PLAIN:
            return settings
        case Phone.SECURE:
            return [*settings, ("transport", TLS), ("media_encryption", "sdes")]
        case Phone.BROWSER:
            # Also says that sound goes by ICE and DTLS, with a certificate made for each start.
            return [*settings, ("webrtc", "yes"), ("dtls_auto_generate_cert", "yes")]


def refusals(name: str, phone: Phone) -> list[str]:
    """The accounts by which a phone is refused that comes by another way."""
    other = {Phone.PLAIN: (), Phone.SECURE: (UDP,), Phone.BROWSER: (UDP, TLS)}[phone]
    return [section(f"{name}@{domain}", [], "refused-endpoint") for domain in other]


def browsers(bind: str, port: int, *, wanted: bool) -> str:
    """Where browsers come in, as http.conf has it: an encrypted web server that knows nothing but SIP."""
    if not wanted:
        return section("general", [("tlsenable", "no")], more=True)
    certificate = [("tlscertfile", f"{FOLDER}/{CERTIFICATE}"), ("tlsprivatekey", f"{FOLDER}/{KEY}")]
    return section("general", [("tlsenable", "yes"), ("tlsbindaddr", f"{bind}:{port}"), *certificate], more=True)
