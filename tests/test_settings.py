"""Every setting: what it is when nobody says, what it takes, and in which words it refuses the rest."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from ivr import settings as module
from ivr.settings import BadSetting, Settings, settings

PORTS = {
    "IVR_AGI_PORT": "agi_port",
    "IVR_AMI_PORT": "ami_port",
    "IVR_HTTP_PORT": "http_port",
    "IVR_SIP_PORT": "sip_port",
}
PATHS = {
    "IVR_BOOK": "book",
    "IVR_SOUNDS": "sounds",
    "IVR_ASTERISK_CONF": "asterisk_conf",
    "IVR_MESSAGES": "messages",
    "IVR_TALKS": "talks",
    "IVR_EVENTS": "events",
    "IVR_TEST_CLOCK": "test_clock",
}
OTHERS = {
    "IVR_STATE": "state",
    "IVR_SIP_BIND": "sip_bind",
    "IVR_HOST": "host",
    "IVR_RTP_START": "rtp_start",
    "IVR_RTP_END": "rtp_end",
    "IVR_MAX_CALLS": "max_calls",
    "IVR_DRAIN": "drain",
    "IVR_KEEP_DAYS": "keep_days",
    "IVR_VOICE_TOKEN": "voice_token",
    "IVR_VOICE_TOKEN_": "voice_tokens",
    "IVR_MAIL_SERVER": "mail_server",
    "IVR_MAIL_SECURITY": "mail_security",
    "IVR_MAIL_USER": "mail_user",
    "IVR_MAIL_FROM": "mail_from",
}


def names() -> set[str]:
    """Every variable that settings.py reads."""
    return set(re.findall(r'"(IVR_[A-Z_]+)"', Path(module.__file__).read_text()))


def test_every_setting_is_tested_here() -> None:
    """A new one wants its place in these tables."""
    assert names() == {*PORTS, *PATHS, *OTHERS}
    assert {field.name for field in fields(Settings)} == {*PORTS.values(), *PATHS.values(), *OTHERS.values()}


def test_nothing_needs_to_be_set() -> None:
    """What holds in an empty environment is what `Settings` itself says; and an empty variable is none."""
    assert settings({}) == Settings()
    assert settings(dict.fromkeys(names(), "")) == Settings()


def test_what_is_not_ours_is_not_read() -> None:
    """Neither are variables without our prefix."""
    assert settings({"PORT": "x", "AGI_PORT": "x", "IVR": "x"}) == Settings()


def test_places_follow_the_state_directory() -> None:
    """Unless they are set themselves."""
    found = settings({"IVR_STATE": "/s"})
    assert (found.sounds, found.asterisk_conf) == (Path("/s/sounds"), Path("/s/asterisk"))
    assert (found.ledger, found.secret) == (Path("/s/ledger.sqlite"), Path("/s/secrets/master"))


@pytest.mark.parametrize(("name", "field"), PATHS.items())
def test_a_place_is_taken_as_it_is(name: str, field: str) -> None:
    """Relative ones too."""
    assert getattr(settings({name: "some/where"}), field) == Path("some/where")


@pytest.mark.parametrize(("name", "field"), PORTS.items())
@pytest.mark.parametrize("port", [1024, 65535])
def test_a_port_is_taken(name: str, field: str, port: int) -> None:
    """From the first that anybody may listen on to the last."""
    assert getattr(settings({name: str(port)}), field) == port


@pytest.mark.parametrize("name", [*PORTS, "IVR_RTP_START", "IVR_RTP_END"])
@pytest.mark.parametrize("text", ["80", "1023", "65536", "-5060", "+5060", "5060.0", "5 060", "x", "٥٠٦٠", "9" * 5000])
def test_what_is_no_port_is_refused(name: str, text: str) -> None:
    """With the name, the value and what to write."""
    with pytest.raises(BadSetting) as refused:
        settings({name: text})

    assert str(refused.value) == f'{name} is "{text}": write a whole number from 1024 to 65535'


@pytest.mark.parametrize("text", ["0", "10001", "-1", "ten", "1e2"])
def test_what_is_no_number_of_calls_is_refused(text: str) -> None:
    """At least one, at most ten thousand."""
    with pytest.raises(BadSetting, match=re.escape(f'IVR_MAX_CALLS is "{text}": write a whole number from 1 to 10000')):
        settings({"IVR_MAX_CALLS": text})


@pytest.mark.parametrize("text", ["-1", "3601", "soon", "1.5"])
def test_what_is_no_time_to_drain_is_refused(text: str) -> None:
    """Seconds, from none to an hour."""
    with pytest.raises(BadSetting, match=re.escape(f'IVR_DRAIN is "{text}": write a whole number from 0 to 3600')):
        settings({"IVR_DRAIN": text})


@pytest.mark.parametrize("drain", [0, 3600])
def test_a_time_to_drain_is_taken(drain: int) -> None:
    """None at all, too: calls are then cut off at once."""
    assert settings({"IVR_DRAIN": str(drain)}).drain == drain


@pytest.mark.parametrize(("start", "end", "calls"), [(10000, 10399, 100), (1024, 1027, 1), (20000, 59999, 10000)])
def test_four_ports_a_call_are_enough(start: int, end: int, calls: int) -> None:
    """Two for the caller, two for the agent."""
    found = settings({"IVR_RTP_START": str(start), "IVR_RTP_END": str(end), "IVR_MAX_CALLS": str(calls)})

    assert (found.rtp_start, found.rtp_end, found.max_calls) == (start, end, calls)


@pytest.mark.parametrize(("start", "end", "calls"), [(10000, 10398, 100), (1024, 1026, 1), (20000, 10000, 1)])
def test_fewer_ports_are_refused(start: int, end: int, calls: int) -> None:
    """Asterisk would refuse callers with 488, on which no carrier re-routes."""
    said = f"IVR_RTP_START to IVR_RTP_END are {end - start + 1} ports: {calls} calls (IVR_MAX_CALLS) need {4 * calls}"
    with pytest.raises(BadSetting, match=f"^{re.escape(said)}$"):
        settings({"IVR_RTP_START": str(start), "IVR_RTP_END": str(end), "IVR_MAX_CALLS": str(calls)})


@pytest.mark.parametrize("address", ["127.0.0.1", "192.168.1.2", "::", "::1"])
def test_an_address_is_taken(address: str) -> None:
    """Of either family."""
    assert settings({"IVR_SIP_BIND": address}).sip_bind == address


@pytest.mark.parametrize("address", ["localhost", "0.0.0.0:5060", "1.2.3", "[::1]", "0.0.0.0\nbind=1.2.3.4", "eth0"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """Names are not: each call would wait for the resolver."""
    with pytest.raises(BadSetting) as refused:
        settings({"IVR_SIP_BIND": address})

    assert str(refused.value) == f'IVR_SIP_BIND is "{address}": write an IP address, 0.0.0.0 for all of this machine'


@pytest.mark.parametrize("host", ["ivr.example.fr", "192.168.1.2", "::1", "2001:db8::1", "a"])
def test_a_host_is_taken(host: str) -> None:
    """A name or an address."""
    assert settings({"IVR_HOST": host}).host == host


@pytest.mark.parametrize("host", ["my host", "-a", "a.", "a;b", "é.fr", "a\nb", "a" * 254])
def test_what_is_no_host_is_refused(host: str) -> None:
    """It is printed in what softphones are given."""
    with pytest.raises(BadSetting) as refused:
        settings({"IVR_HOST": host})

    said = f'IVR_HOST is "{host}": write the name or the address by which phones reach this machine'
    assert str(refused.value) == said


MAIL = {"IVR_MAIL_SERVER": "smtp.chaleur.example:587", "IVR_MAIL_FROM": "ivr@chaleur.example"}


def test_a_mail_server_is_taken() -> None:
    """Spoken to by STARTTLS, and without a password, unless told otherwise."""
    found = settings(MAIL)
    other = settings(MAIL | {"IVR_MAIL_SECURITY": "tls", "IVR_MAIL_USER": "ivr"})

    assert (found.mail_server, found.mail_from) == ("smtp.chaleur.example:587", "ivr@chaleur.example")
    assert (found.mail_security, found.mail_user, other.mail_security, other.mail_user) == (
        "starttls",
        "",
        "tls",
        "ivr",
    )


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            {"IVR_MAIL_SERVER": "smtp.chaleur.example"},
            'IVR_MAIL_SERVER is "smtp.chaleur.example": write the server and its port: smtp.example.fr:587',
        ),
        (
            {"IVR_MAIL_SERVER": "a b:25"},
            'IVR_MAIL_SERVER is "a b:25": write the server and its port: smtp.example.fr:587',
        ),
        (
            {"IVR_MAIL_SERVER": "a:65536"},
            'IVR_MAIL_SERVER is "a:65536": write the server and its port: smtp.example.fr:587',
        ),
        (
            {"IVR_MAIL_SECURITY": "ssl"},
            'IVR_MAIL_SECURITY is "ssl": write starttls (port 587), tls (port 465) or none',
        ),
        ({"IVR_MAIL_USER": "a b"}, 'IVR_MAIL_USER is "a b": write one word of visible ASCII characters'),
        (
            {"IVR_MAIL_USER": "ivr", "IVR_MAIL_SECURITY": "none"},
            "IVR_MAIL_SECURITY is none: the password of IVR_MAIL_USER would be sent for all to read",
        ),
        (
            {"IVR_MAIL_FROM": "ivr"},
            'IVR_MAIL_FROM is "ivr": write the address that e-mails come from: ivr@example.fr',
        ),
        (
            {"IVR_MAIL_FROM": "ivr@a\r\nBcc: b@c.example"},
            'IVR_MAIL_FROM is "ivr@a\r\nBcc: b@c.example": write the address that e-mails come from: ivr@example.fr',
        ),
        (
            {"IVR_MAIL_FROM": "ivr@chaleur..example"},
            'IVR_MAIL_FROM is "ivr@chaleur..example": write the address that e-mails come from: ivr@example.fr',
        ),
        ({"IVR_MAIL_FROM": ""}, "IVR_MAIL_FROM is not set: write the address that e-mails come from: ivr@example.fr"),
    ],
)
def test_what_is_no_mail_server_is_refused(other: dict[str, str], said: str) -> None:
    """Before an e-mail waits for it."""
    with pytest.raises(BadSetting) as refused:
        settings(MAIL | other)

    assert str(refused.value) == said


def test_a_refusal_is_a_value_error() -> None:
    """For whoever builds settings in code."""
    assert issubclass(BadSetting, ValueError)


@pytest.mark.parametrize(
    ("environment", "speaker", "token", "alone", "secret"),
    [
        ({}, "studio", "", True, ""),
        ({"IVR_VOICE_TOKEN": "one"}, "studio", "speech", True, "one"),
        ({"IVR_VOICE_TOKEN": "one"}, "studio", "", True, ""),
        ({"IVR_VOICE_TOKEN": "one"}, "studio", "speech", False, "stored"),
        ({"IVR_VOICE_TOKEN": "one", "IVR_VOICE_TOKEN_STUDIO_TWO": "two"}, "studio-two", "speech", False, "two"),
        ({"IVR_VOICE_TOKEN_STUDIO_TWO": "two"}, "studio-two", "", False, "two"),
        ({"IVR_VOICE_TOKEN_STUDIO_TWO": "two"}, "studio", "speech", False, "stored"),
    ],
)
def test_each_speech_service_is_told_its_own_secret(
    tmp_path: Path, environment: dict[str, str], speaker: str, token: str, alone: bool, secret: str
) -> None:
    """The environment's for it, else that of the only one, else what is stored; never that of another."""
    found = settings({"IVR_STATE": str(tmp_path), **environment})
    found.token("speech").parent.mkdir(parents=True)
    found.token("speech").write_text("stored\n")

    assert found.voice_secret(speaker, token, alone=alone) == secret
    assert not any(hidden in repr(found) for hidden in ("'one'", "'two'"))
