"""What is written into Asterisk's configuration: complete, and nothing that the inputs smuggle in."""

import os
import re
import stat
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.asterisk.provision import Agent, Exchange, UnsafeError, dialled_forms, files, write
from ivr.asterisk.queues_conf import STRATEGIES, interfaces, members, paused
from ivr.values import queue, trunk
from ivr.values.duty import Duty
from ivr.values.phone import Phone
from ivr.values.queue import Queue, Strategy
from tests.conftest import CHECKOUT

CAMILLE = Agent("camille", "camille0secret0of0tests")
EXCHANGE = Exchange(
    numbers=("0800000001", "3949"),
    agents=(CAMILLE, Agent("karim", "k" * 26)),
    ami_secret="ami0secret0of0the0tests",
    deploy_secret="deploy0secret0of0tests",
    caller_secret="caller0secret0of0tests",
)

HOSTILE = st.text(
    alphabet=st.sampled_from("abz019-_+.,;:=()[]{}<>&|$#\"'\\/ \t\r\n\0\x0b\x1c\x85\u2028é０"), min_size=1
)


def lines(name: str, exchange: Exchange = EXCHANGE) -> list[str]:
    return files(exchange)[name].splitlines()


def test_the_public_context_has_exactly_the_numbers_of_the_book():
    """A national number can be dialled in two forms, a short one in one, and nothing else can."""
    text = files(EXCHANGE)["extensions_numbers.conf"]
    public = text.split("[public]\n")[1].split("\n\n")[0].splitlines()

    assert public == [
        "exten => 0800000001,1,Set(DIALLED=0800000001)",
        " same => n,Goto(attend,start,1)",
        "exten => +33800000001,1,Set(DIALLED=0800000001)",
        " same => n,Goto(attend,start,1)",
        "exten => 3949,1,Set(DIALLED=3949)",
        " same => n,Goto(attend,start,1)",
    ]


def test_each_agent_has_endpoint_password_and_address():
    """An agent's three sections hang together by his name."""
    text = files(EXCHANGE)["pjsip.conf"]

    assert "[camille](agent-endpoint)\nauth = camille\naors = camille\n" in text
    assert "[camille](agent-auth)\nusername = camille\npassword = camille0secret0of0tests\n" in text
    assert "[camille](agent-aor)\n" in text


def test_an_agent_who_must_come_encrypted_has_an_account_for_udp_that_may_do_nothing():
    """Asterisk looks for it first, by the domain of the transport; his own is rung by TLS and talks SRTP."""
    text = files(replace(EXCHANGE, agents=(CAMILLE, Agent("karim", "k" * 26, phone=Phone.SECURE, lot="paris"))))[
        "pjsip.conf"
    ]

    assert "protocol = udp\nbind = 0.0.0.0:5060\ndomain = udp\n" in text
    assert "[karim@udp](refused-endpoint)\n" in text
    assert "[camille@udp]" not in text
    assert "callerid = <karim>\nset_var = IVR_LOT=paris\ntransport = tls\nmedia_encryption = sdes\n" in text
    assert "[tls]\ntype = transport\nprotocol = tls\ndomain = tls\nbind = 0.0.0.0:5061\n" in text
    assert "cert_file = /etc/asterisk/ivr/tls.crt\n" in text
    assert "[tls]" not in files(EXCHANGE)["pjsip.conf"]


def test_browsers_come_in_where_an_agent_has_one():
    """By no other way; ICE costs every call something, and so is there only then."""
    texts = files(replace(EXCHANGE, agents=(Agent("karim", "k" * 26, phone=Phone.BROWSER),)))

    assert "[karim@udp](refused-endpoint)\n\n[karim@tls](refused-endpoint)\n" in texts["pjsip.conf"]
    assert (
        "callerid = <karim>\nset_var = IVR_LOT=house\nwebrtc = yes\ndtls_auto_generate_cert = yes\n"
        in texts["pjsip.conf"]
    )
    assert texts["http.conf"].splitlines() == [
        "[general](+)",
        "tlsenable = yes",
        "tlsbindaddr = 0.0.0.0:5062",
        "tlscertfile = /etc/asterisk/ivr/tls.crt",
        "tlsprivatekey = /etc/asterisk/ivr/tls.key",
    ]
    assert "icesupport = yes\n" in texts["rtp.conf"]
    assert files(EXCHANGE)["http.conf"] == "[general](+)\ntlsenable = no\n"


PARTS = Queue("parts", {"karim": 0, "camille": 5}, key="1", say_position=True, max_length=20, wrap_up=5)
SALES = Queue("sales", {"karim": 0}, Strategy.LONGEST_IDLE, join_when_empty=True, leave_when_empty=False)


def test_each_queue_has_its_agents_and_its_rules():
    """In app_queue's own words; the phones are watched, so that who talks elsewhere is not rung."""
    text = files(replace(EXCHANGE, queues=(PARTS, SALES)))["queues.conf"]
    parts, sales = text.split("\n\n")

    assert parts.splitlines() == [
        "[parts](queue-defaults)",
        "strategy = ringall",
        "timeout = 20",
        "wrapuptime = 5",
        "maxlen = 20",
        "musicclass = default",
        "joinempty = penalty,unavailable,invalid,unknown",
        "leavewhenempty = penalty,unavailable,invalid,unknown",
        "context = leave-parts",
        "announce-frequency = 45",
        "announce-position = yes",
        "announce-holdtime = no",
        "queue-thankyou = ",
        "member = PJSIP/camille,5,camille,PJSIP/camille,,,no",
        "member = PJSIP/karim,0,karim,PJSIP/karim,,,no",
    ]
    assert "strategy = leastrecent\n" in sales
    assert "joinempty = yes\nleavewhenempty = no\ncontext = called-out\nannounce-frequency = 0\n" in sales


def test_a_queue_says_its_messages_in_turn():
    """By names that have no digest: Asterisk puts the language before the last part of them."""
    told = replace(SALES, messages=("news", "prices"), messages_every=40)
    text = files(replace(EXCHANGE, queues=(told,)))["queues.conf"]

    assert "periodic-announce = /var/lib/ivr-sounds/queued/news,/var/lib/ivr-sounds/queued/prices\n" in text
    assert "periodic-announce-frequency = 40\nrelative-periodic-announce = yes\n" in text


def told(**how):
    """What the settings of a queue say of what it says."""
    text = files(replace(EXCHANGE, queues=(replace(SALES, say_every=30, **how),)))["queues.conf"]
    return dict(line.split(" = ") for line in text.splitlines() if "announce" in line or "thank" in line)


def test_what_is_told_of_a_wait_is_a_file_behind_the_place():
    """Not Asterisk's own mean, whose minutes no setting changes."""
    both = told(say_wait=True, say_position=True, messages=("news",))

    assert (both["announce-frequency"], both["announce-position"], both["announce-holdtime"]) == ("30", "yes", "no")
    assert both["queue-thankyou"] == "/var/lib/ivr-sounds/queued/wait"
    assert both["periodic-announce"] == "/var/lib/ivr-sounds/queued/news"
    assert told(say_position=True)["queue-thankyou"] == ""


def test_a_wait_without_a_place_is_told_at_once_and_in_turn_with_the_messages():
    """Nothing is said behind a place that is not said (app_queue.c, say_position)."""
    alone, mixed = told(say_wait=True), told(say_wait=True, messages=("news", "prices"), messages_every=40)

    assert (alone["announce-frequency"], alone["queue-thankyou"]) == ("0", "")
    assert alone["periodic-announce"] == "/var/lib/ivr-sounds/queued/wait"
    assert (alone["periodic-announce-frequency"], alone["periodic-announce-startdelay"]) == ("30", "0")
    names = [path.rpartition("/")[2] for path in mixed["periodic-announce"].split(",")]
    assert (names, mixed["periodic-announce-frequency"]) == (["wait", "news", "wait", "prices"], "30")


def test_who_is_told_something_first_is_rung_on_a_channel_of_his_own():
    """In all queues that he serves; the ring has an end of its own, and the queue waits for what he is told."""
    text = files(replace(EXCHANGE, queues=(replace(PARTS, told=True), SALES)))["queues.conf"]

    assert "timeout = 80\n" in text
    assert text.count("member = Local/karim@reach/n,0,karim,PJSIP/karim,,,no\n") == 2
    assert interfaces(text) == {"camille": "Local/camille@reach/n", "karim": "Local/karim@reach/n"}


def test_each_agent_for_whom_one_may_wait_has_a_queue_of_his_own_behind_the_other():
    """With all else as it is in the whole; nobody waits there for who is away."""
    parts = replace(SALES, parts={"last-karim": {"karim": 0}})
    whole, part = files(replace(EXCHANGE, queues=(parts,)))["queues.conf"].split("\n\n")

    assert "joinempty = yes\n" in whole
    assert "weight = 1\n" in whole
    assert part.startswith("[sales.last-karim](queue-defaults)\n")
    assert "joinempty = penalty,unavailable,invalid,unknown\nleavewhenempty = penalty,un" in part
    assert "weight = 0\nmember = PJSIP/karim,0,karim,PJSIP/karim,,,no" in part


def test_who_waits_for_a_skill_is_before_who_waits_for_anybody():
    """Else the few who have it would be taken by those who do not need it."""
    parts = replace(PARTS, parts={"needs-english": {"camille": 57}, "last-karim": {"karim": 0}})
    sections = files(replace(EXCHANGE, queues=(parts,)))["queues.conf"].split("\n\n")

    assert [re.findall(r"weight = (\d)", one) for one in sections] == [["1"], ["2"], ["0"]]
    assert "member = PJSIP/camille,57,camille" in sections[1]


def test_who_is_logged_out_serves_no_queue_and_who_is_paused_is_so_at_a_start():
    """Asterisk forgets both when it starts; the file has them."""
    agents = (replace(CAMILLE, duty=Duty(present=False)), Agent("karim", "k" * 26, Duty(paused=True)))
    text = files(replace(EXCHANGE, agents=agents, queues=(PARTS,)))["queues.conf"]

    assert [line for line in text.splitlines() if line.startswith("member")] == [
        "member = PJSIP/karim,1000,karim,PJSIP/karim,,,yes"
    ]
    assert (members(text), paused(text)) == ({"karim"}, {"karim"})


def test_a_key_that_ends_the_wait_has_a_place_to_jump_to():
    """Only that key, and only for queues that have one; the absolute limit is kept there too."""
    text = files(replace(EXCHANGE, queues=(PARTS, SALES)))["extensions_numbers.conf"]

    keys = "".join(f"exten => _{key},1,Goto(queue-left,start,1)\n" for key in "1D")
    assert f"[leave-parts]\n{keys}exten => T,1,Hangup(16)\n" in text
    assert "leave-sales" not in text


def test_every_strategy_has_app_queues_word():
    """Else a book could ask for one that Asterisk is never told of."""
    assert STRATEGIES.keys() == set(Strategy)


def test_ports_and_limits_reach_their_files():
    """Each setting of the installation is where Asterisk looks for it."""
    exchange = replace(
        EXCHANGE,
        sip_bind="192.0.2.7",
        sip_port=5160,
        rtp_start=11000,
        rtp_end=11199,
        agi_port=4673,
        ami_port=5138,
        max_calls=50,
    )

    assert "bind = 192.0.2.7:5160" in lines("pjsip.conf", exchange)
    assert lines("rtp.conf", exchange) == ["[general](+)", "rtpstart = 11000", "rtpend = 11199", "icesupport = no"]
    assert lines("options.conf", exchange) == ["[options](+)", "maxcalls = 50"]
    assert "port = 5138" in lines("manager_accounts.conf", exchange)
    assert "IVR_AGI = agi://127.0.0.1:4673" in lines("extensions_numbers.conf", exchange)


def test_an_ipv6_address_is_put_in_brackets():
    """Without them the port would be taken for a part of the address."""
    assert "bind = [2001:db8::1]:5060" in lines("pjsip.conf", replace(EXCHANGE, sip_bind="2001:db8::1"))


def test_the_ami_accounts_bring_no_rights_of_their_own():
    """Rights are in the fixed configuration; a generated account has a password and nothing more."""
    accounts = files(EXCHANGE)["manager_accounts.conf"].split("\n\n")[1:]

    assert accounts == [
        "[controller](controller-rights)\nsecret = ami0secret0of0the0tests",
        "[deploy](deploy-rights)\nsecret = deploy0secret0of0tests",
        "[caller](caller-rights)\nsecret = caller0secret0of0tests\n",
    ]


def test_each_class_of_music_is_a_playlist():
    """Its pieces in order, by paths without suffix, so that each caller gets the file of his codec."""
    exchange = replace(EXCHANGE, music={"default": ("/s/music/default/house-1",), "evening": ("/s/a", "/s/b")})

    assert lines("musiconhold.conf", exchange) == [
        "[default]",
        "mode = playlist",
        "entry = /s/music/default/house-1",
        "",
        "[evening]",
        "mode = playlist",
        "entry = /s/a",
        "entry = /s/b",
    ]


@pytest.mark.parametrize(
    ("exchange", "said"),
    [
        (
            replace(EXCHANGE, music={"eve\n[x]": ("/s/a",)}),
            "music: 'eve\\n[x]' is not of the form [a-z][a-z0-9-]{0,40}",
        ),
        (
            replace(EXCHANGE, music={"evening": ("/s/a\nmode = custom",)}),
            "path: '/s/a\\nmode = custom' is not of the form /[A-Za-z0-9_./-]{1,200}",
        ),
        (
            replace(EXCHANGE, music={"evening": ("relative",)}),
            "path: 'relative' is not of the form /[A-Za-z0-9_./-]{1,200}",
        ),
        (
            replace(EXCHANGE, numbers=("0800000001,1,System(id)",)),
            "number: '0800000001,1,System(id)' is not of the form [0-9]{3,15}",
        ),
        (replace(EXCHANGE, numbers=("_X.",)), "number: '_X.' is not of the form [0-9]{3,15}"),
        (replace(EXCHANGE, numbers=("08０0000001",)), "number: '08０0000001' is not of the form [0-9]{3,15}"),
        (replace(EXCHANGE, numbers=("0800000001\n",)), "number: '0800000001\\n' is not of the form [0-9]{3,15}"),
        (replace(EXCHANGE, numbers=("0800000001", "0800000001")), "number: '0800000001' is there twice"),
        (
            replace(EXCHANGE, agents=(Agent("camille\n[karim]", "k" * 26),)),
            "agent name: 'camille\\n[karim]' is not of the form [a-z][a-z0-9_-]{0,31}",
        ),
        (
            replace(EXCHANGE, agents=(Agent("Camille", "k" * 26),)),
            "agent name: 'Camille' is not of the form [a-z][a-z0-9_-]{0,31}",
        ),
        (
            replace(EXCHANGE, agents=(Agent("anonymous", "k" * 26),)),
            "agent name: 'anonymous' is a section of the fixed configuration; choose another",
        ),
        (replace(EXCHANGE, agents=(CAMILLE, CAMILLE)), "agent name: 'camille' is there twice"),
        (
            replace(EXCHANGE, agents=(replace(CAMILLE, lot="x,1"),)),
            "queue name: 'x,1' is not of the form [a-z][a-z0-9-]{0,40}",
        ),
        (replace(EXCHANGE, agents=(Agent("camille", "short"),)), "secret: … is not of the form [A-Za-z0-9]{16,64}"),
        (
            replace(EXCHANGE, queues=(Queue("general\n[x]", {"karim": 0}),)),
            "queue name: 'general\\n[x]' is not of the form [a-z][a-z0-9-]{0,40}",
        ),
        (replace(EXCHANGE, queues=(SALES, SALES)), "queue name: 'sales' is there twice"),
        (
            replace(EXCHANGE, queues=(Queue("general", {"karim": 0}),)),
            "queue name: 'general' is a section of the fixed configuration; choose another",
        ),
        (
            replace(EXCHANGE, queues=(Queue("sales", {"karim": 0}, music="a\nb"),)),
            "music: 'a\\nb' is not of the form [a-z][a-z0-9-]{0,40}",
        ),
        (
            replace(EXCHANGE, queues=(Queue("sales", {"karim": 0}, key="1,1,System(id)"),)),
            "key: '1,1,System(id)' is not of the form [0-9*#]",
        ),
        (
            replace(EXCHANGE, ami_secret="k" * 20 + "\nwrite = system"),
            "secret: … is not of the form [A-Za-z0-9]{16,64}",
        ),
        (replace(EXCHANGE, sip_bind="0.0.0.0\nfoo"), "sip_bind: '0.0.0.0\\nfoo' is not an IP address"),
        (replace(EXCHANGE, sip_port=80), "sip_port: 80 is not a port between 1024 and 65535"),
        (replace(EXCHANGE, ami_port=70000), "ami_port: 70000 is not a port between 1024 and 65535"),
        (
            replace(EXCHANGE, max_calls=0),
            "max_calls: 0 calls need 0 RTP ports, there are 400; beyond the ports callers "
            "would get 488, which no carrier re-routes",
        ),
        (
            replace(EXCHANGE, max_calls=101),
            "max_calls: 101 calls need 404 RTP ports, there are 400; beyond the ports callers "
            "would get 488, which no carrier re-routes",
        ),
        (
            replace(EXCHANGE, rtp_start=10400),
            "max_calls: 100 calls need 400 RTP ports, there are 0; beyond the ports callers "
            "would get 488, which no carrier re-routes",
        ),
    ],
)
def test_what_must_not_be_written_is_refused(exchange: Exchange, said: str):
    """Lines, arguments, patterns, foreign digits, doubles, weak passwords, and more calls than ports."""
    with pytest.raises(UnsafeError) as refused:
        files(exchange)

    assert str(refused.value) == said


def test_a_refused_secret_is_not_told():
    """Neither the message nor the agent's own text shows a password."""
    with pytest.raises(UnsafeError) as refused:
        files(replace(EXCHANGE, agents=(Agent("camille", "pass word"),)))

    assert "pass word" not in str(refused.value)
    assert "camille0secret0of0tests" not in repr(EXCHANGE)


@given(number=HOSTILE, name=HOSTILE, secret=HOSTILE)
def test_no_text_adds_a_line_to_any_file(number: str, name: str, secret: str):
    """Whatever the inputs, the files are refused or have the shape that harmless inputs give them."""
    tame = Exchange(
        numbers=("3949",), agents=(CAMILLE,), ami_secret="k" * 20, deploy_secret="d" * 20, caller_secret="c" * 20
    )
    wild = Exchange(
        numbers=(number,),
        agents=(Agent(name, secret),),
        ami_secret="k" * 20,
        deploy_secret="d" * 20,
        caller_secret="c" * 20,
    )
    try:
        written = files(wild)
    except UnsafeError:
        return

    for file, text in files(tame).items():
        extra = 2 * (len(dialled_forms(number)) - 1) if file == "extensions_numbers.conf" else 0
        assert len(text.splitlines()) + extra == len(written[file].splitlines())


def test_files_are_whole_private_and_replaced(tmp_path):
    """A second writing replaces the first; owner and group alone may read; nothing unfinished is left."""
    directory = tmp_path / "ivr"
    write({"options.conf": "old\n"}, directory)
    write(files(EXCHANGE), directory)

    assert sorted(files(EXCHANGE)) == sorted(os.listdir(directory))
    assert files(EXCHANGE)["options.conf"] == (directory / "options.conf").read_text()
    assert {0o640} == {stat.S_IMODE(file.stat().st_mode) for file in directory.iterdir()}


def test_a_writing_that_fails_leaves_the_old_file(tmp_path):
    """Text that cannot be written (not ASCII) neither harms the file in place nor leaves a rest."""
    write({"rtp.conf": "old\n"}, tmp_path)
    with pytest.raises(UnicodeEncodeError):
        write({"rtp.conf": "é"}, tmp_path)

    assert os.listdir(tmp_path) == ["rtp.conf"]
    assert (tmp_path / "rtp.conf").read_text() == "old\n"


CONF = CHECKOUT / "docker" / "asterisk" / "conf"


def test_no_account_and_no_queue_can_have_the_name_of_a_fixed_section():
    """Which `ivr check` tells by these lists: they have whatever the fixed files have."""
    section = re.compile(r"^\[([^]]+)\]", re.MULTILINE)
    fixed = {name: set(section.findall((CONF / name).read_text("utf-8"))) for name in ("pjsip.conf", "queues.conf")}

    assert fixed["pjsip.conf"] <= trunk.RESERVED
    assert fixed["queues.conf"] == queue.RESERVED
