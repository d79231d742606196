"""Each command in AGI words, and what each shape of reply makes of it; replies go through the wire as bytes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.asterisk.agi_agents import LONGEST_TALK
from ivr.asterisk.agi_order import PATIENCE, Refused, epoch
from ivr.asterisk.agi_talk import Speaker
from ivr.asterisk.agi_wire import Opened, Reply, Wire, command
from ivr.asterisk.causes import DIALSTATUS, Q850, QUEUESTATUS
from ivr.flow.commands import (
    Answer,
    Ask,
    Capture,
    Captured,
    Dial,
    Dialled,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Limit,
    Now,
    Play,
    Played,
    Progress,
    Queued,
    Reachable,
    Reached,
    Served,
    Speak,
    There,
    Warn,
)
from ivr.flow.line_commands import LineCommand, Tap, Tapped, Untap
from ivr.service.ports import Fault, HungUp
from ivr.values.cause import Cause
from ivr.values.outside import Outside
from ivr.values.queue import Door, Queue
from ivr.values.whisper import BY_THEN, WAITED
from tests.asterisk.plain_script import OneSecond

NOON = datetime(2026, 6, 3, 12, 0, tzinfo=UTC)
VOICE = {
    ("fr", "hello"): OneSecond("/s/fr/hello", ""),
    ("fr", "menu"): OneSecond("/s/fr/menu", "", 2.5),
    ("en", "hello"): OneSecond("/s/en/hello", ""),
    ("fr", f"{WAITED}0"): OneSecond(f"/s/fr/{WAITED}0-abc", ""),
}
ALL = "0123456789*#"
Script = Sequence[tuple[str, str]]


def reply(line: str) -> Reply:
    """What the wire makes of a reply."""
    wire = Wire()
    wire.receive(b"agi_request: agi://x/call\n\n")
    assert isinstance(wire.event(), Opened)
    wire.ask(command("NOOP"))
    wire.receive(line.encode() + b"\n")
    found = wire.event()
    assert isinstance(found, Reply)
    return found


MESSAGE = Capture("message/17.1-1", longest=60, silence=3, least=2, box="")


def speaker() -> Speaker:
    return Speaker("fr", VOICE, lambda: NOON)


def lived(asked: LineCommand, script: Script, by: Speaker | None = None) -> Any:
    """The result of a command whose words and replies are ``script``; every one of them must be used."""
    talk = (by or speaker()).talk(asked)
    said: list[str] = []
    left = [answer for _, answer in script]
    try:
        order = next(talk)
        while True:
            said.append(" ".join(word or '""' for word in order.words))
            assert left, f"one command too many: {said[-1]}"
            order = talk.send(reply(left.pop(0)))
    except StopIteration as done:
        assert not left, f"never asked: {script[len(said)][0]}"
        return done.value
    finally:
        talk.close()
        assert [words for words, _ in script[: len(said)]] == said


DIALLED = "EXEC Dial PJSIP/camille&PJSIP/karim,25,dgr(ring)"
TOLD = [
    ("SET VARIABLE __IVR_RING 20", "200 result=1"),
    ("SET VARIABLE __IVR_WHISPER /s/fr/hello&/s/fr/menu", "200 result=1"),
    ("SET VARIABLE __IVR_ACCEPT /s/fr/menu", "200 result=1"),
    ('SET VARIABLE IVR_DECLINED ""', "200 result=1"),
    ('SET VARIABLE IVR_TAKEN ""', "200 result=1"),
    ("EXEC Dial Local/camille@reach/n&Local/karim@reach/n,36,dgr(ring)", "200 result=0"),
]
READ = "EXEC Read IVR_KEY,/s/fr/hello&/s/fr/menu,1,n,1,5"
DATA = "GET DATA /s/fr/hello 5000 1"
WAIT = "WAIT FOR DIGIT 3000"
SERVED = ("SET VARIABLE IVR_SERVED yes", "200 result=1")
ONE = Ask(("hello",), ("1", "2", "*", "#"))
TWO = Ask(("hello", "menu"), ("1", "2", "#"))
LONG = Ask(("hello",), ("1", "12", "31"))
CAMILLE = Dial(("camille", "karim"), 25)


def waiting(
    words: str,
    *answers: str,
    priority: int = 0,
    limit: str = '""',
    warn: str = '""',
    hold: str = "default",
    ring: int = 20,
) -> Script:
    """Waiting in a queue: what is set before, Queue itself, and what it left in the variables."""
    before = (
        "CHANNEL(language) fr",
        f"QUEUE_PRIO {priority}",
        "QUEUE_MAX_PENALTY 999",
        f"__IVR_TALK_LIMIT {limit}",
        '__IVR_WHISPER ""',
        f"__IVR_RING {ring}",
        f"__IVR_TALK_WARN {warn}",
    )
    cleared = (f'{name} ""' for name in ("QUEUESTATUS", "QUEUEPOSITION", "QUEUEWAIT_MS", "MEMBERNAME"))
    cut = () if limit == '""' else (f"IVR_LIMIT {int(limit) - 1}",)
    music = (f"CHANNEL(musicclass) {hold}",) if hold else ()
    names = ("QUEUESTATUS", "QUEUEPOSITION", "QUEUEWAIT_MS", "MEMBERNAME", "CDR(answer,u)", "ANSWEREDTIME_MS")
    return [
        *((f"SET VARIABLE {one}", "200 result=1") for one in (*before, *cleared, *music, *cut)),
        ("EXEC NoOp", "200 result=0"),
        (f"EXEC Queue {words}", "200 result=0"),
        *((f"GET VARIABLE {name}", f"200 result=1 ({answer})") for name, answer in zip(names, answers, strict=False)),
    ]


PARTS = Enqueue("parts", 300)
QUEUED = "parts,cC,,,300,,,,"

EXCHANGES: dict[str, tuple[LineCommand, Script, Any]] = {
    "record a talk": (
        Tap(7, "9", "recorded", name="1795000000.7-1"),
        [
            ("GET VARIABLE DYNAMIC_FEATURES", "200 result=1 (ivr-nuisance#ivr-other#ivr-refuse-1)"),
            ("SET VARIABLE __IVR_CALL 1795000000.7", "200 result=1"),
            (
                "SET VARIABLE __DYNAMIC_FEATURES ivr-nuisance#ivr-other#ivr-pause#ivr-resume#ivr-refuse-9",
                "200 result=1",
            ),
            ("EXEC MixMonitor /var/spool/ivr-talks/1795000000.7-1.raw,bDi(IVR_TAPE)", "200 result=0"),
        ],
        Tapped("1795000000.7-1"),
    ),
    "record a talk that nobody keeps": (Tap(7, "9", "recorded"), [], Tapped(None, "nobody is there to keep it")),
    "record no more": (
        Untap(),
        [
            ("EXEC StopMixMonitor", "200 result=0"),
            ('SET VARIABLE IVR_TAPE ""', "200 result=1"),
            ("GET VARIABLE DYNAMIC_FEATURES", "200 result=1 (ivr-nuisance#ivr-pause#ivr-resume#ivr-refuse-9)"),
            ("SET VARIABLE __DYNAMIC_FEATURES ivr-nuisance", "200 result=1"),
        ],
        None,
    ),
    "now": (Now(), [], NOON),
    "progress": (Progress(), [("EXEC Progress", "200 result=0")], None),
    "answer": (Answer(), [("ANSWER", "200 result=0")], None),
    "limit": (Limit(1800.0), [("SET VARIABLE TIMEOUT(absolute) 1800", "200 result=1")], None),
    "limit, to be warned of": (
        Limit(1800.0, Warn(60, "hello")),
        [
            ("SET VARIABLE TIMEOUT(absolute) 1800", "200 result=1"),
            ("GET VARIABLE IVR_HOOK", "200 result=0"),
            ("GET VARIABLE CHANNEL(name)", "200 result=1 (PJSIP/anonymous-00000012)"),
            ("SET VARIABLE SHARED(IVR_WARNING) /s/fr/hello", "200 result=1"),
            ("GET VARIABLE PERIODIC_HOOK(warning,say,1740)", "200 result=1 (7)"),
            ("SET VARIABLE IVR_HOOK 7", "200 result=1"),
        ],
        None,
    ),
    "limit of the rest, after a talk of which a queue would have warned": (
        Limit(1500.0, Warn(60, "hello")),
        [
            ("SET VARIABLE TIMEOUT(absolute) 1500", "200 result=1"),
            ("GET VARIABLE IVR_HOOK", "200 result=1 (7)"),
            ("SET VARIABLE PERIODIC_HOOK(7) off", "200 result=1"),
            ("GET VARIABLE CHANNEL(name)", "200 result=1 (PJSIP/anonymous-00000012)"),
            ("SET VARIABLE SHARED(IVR_WARNING) /s/fr/hello", "200 result=1"),
            ("GET VARIABLE PERIODIC_HOOK(warning,say,1440)", "200 result=1 (8)"),
            ("SET VARIABLE IVR_HOOK 8", "200 result=1"),
        ],
        None,
    ),
    "limit of a caller whom a hook would take for another": (
        Limit(1800.0, Warn(60, "hello")),
        [
            ("SET VARIABLE TIMEOUT(absolute) 1800", "200 result=1"),
            ("GET VARIABLE IVR_HOOK", "200 result=0"),
            ("GET VARIABLE CHANNEL(name)", "200 result=1 (PJSIP/north-west-00000012)"),
        ],
        None,
    ),
    "speak": (Speak("en"), [], None),
    "play": (Play(("hello",)), [('STREAM FILE /s/fr/hello ""', "200 result=0 endpos=8000")], Played()),
    "play, wideband": (Play(("hello",)), [('STREAM FILE /s/fr/hello ""', "200 result=0 endpos=16000")], Played()),
    "play, a frame lacking": (Play(("hello",)), [('STREAM FILE /s/fr/hello ""', "200 result=0 endpos=7840")], Played()),
    "play several": (
        Play(("hello", "menu")),
        [
            ('STREAM FILE /s/fr/hello ""', "200 result=0 endpos=8000"),
            ('STREAM FILE /s/fr/menu ""', "200 result=0 endpos=20000"),
        ],
        Played(),
    ),
    "play nothing": (Play(()), [], Played()),
    "play, skipped": (
        Play(("hello", "menu"), "#"),
        [("STREAM FILE /s/fr/hello #", "200 result=35 endpos=1")],
        Played("#"),
    ),
    "play, key in the second": (
        Play(("hello", "menu"), ALL),
        [
            (f"STREAM FILE /s/fr/hello {ALL}", "200 result=0 endpos=8000"),
            (f"STREAM FILE /s/fr/menu {ALL}", "200 result=42 endpos=160"),
        ],
        Played("*"),
    ),
    "ask": (ONE, [(DATA, "200 result=2")], Heard("2")),
    "ask, silence": (ONE, [(DATA, "200 result= (timeout)")], Heard("")),
    "ask, lone hash": (ONE, [(DATA, "200 result=")], Heard("#")),
    "ask, star": (ONE, [(DATA, "200 result=*")], Heard("*")),
    "ask, wrong key": (ONE, [(DATA, "200 result=7")], Heard("7")),
    "ask, typed before": (Ask(("hello",), ("1", "2"), typed="2"), [], Heard("2")),
    "ask, begun before": (
        Ask(("hello",), ("1", "12", "31"), typed="3"),
        [(WAIT, "200 result=49")],
        Heard("31"),
    ),
    "ask in silence": (Ask((), ("1",), first=4.5), [("WAIT FOR DIGIT 4500", "200 result=49")], Heard("1")),
    "ask in silence, silence": (Ask((), ("1",)), [("WAIT FOR DIGIT 5000", "200 result=0")], Heard("")),
    "several keys, the short one": (LONG, [(DATA, "200 result=1"), (WAIT, "200 result=0")], Heard("1")),
    "several keys, the long one": (LONG, [(DATA, "200 result=1"), (WAIT, "200 result=50")], Heard("12")),
    "several keys, another": (LONG, [(DATA, "200 result=3"), (WAIT, "200 result=49")], Heard("31")),
    "several keys, half of it": (LONG, [(DATA, "200 result=3"), (WAIT, "200 result=0")], Heard("3")),
    "several keys, wrong at once": (LONG, [(DATA, "200 result=9")], Heard("9")),
    "several keys, wrong then": (LONG, [(DATA, "200 result=1"), (WAIT, "200 result=57")], Heard("19")),
    "several sounds": (
        TWO,
        [
            (READ, "200 result=0"),
            ("GET VARIABLE READSTATUS", "200 result=1 (OK)"),
            ("GET VARIABLE IVR_KEY", "200 result=1 (2)"),
        ],
        Heard("2"),
    ),
    "several sounds, silence": (
        TWO,
        [
            (READ, "200 result=0"),
            ("GET VARIABLE READSTATUS", "200 result=1 (TIMEOUT)"),
            ("GET VARIABLE IVR_KEY", "200 result=1 ()"),
        ],
        Heard(""),
    ),
    "several sounds, lone hash": (
        TWO,
        [
            (READ, "200 result=0"),
            ("GET VARIABLE READSTATUS", "200 result=1 (OK)"),
            ("GET VARIABLE IVR_KEY", "200 result=0"),
        ],
        Heard("#"),
    ),
    "gather": (
        Gather(("hello",), 8, 5.0, 3.0),
        [
            ("SET VARIABLE TIMEOUT(response) 5", "200 result=1"),
            ("SET VARIABLE TIMEOUT(digit) 3", "200 result=1"),
            ("EXEC Read IVR_KEY,/s/fr/hello,8,n,1", "200 result=0"),
            ("GET VARIABLE READSTATUS", "200 result=1 (OK)"),
            ("GET VARIABLE IVR_KEY", "200 result=1 (12345678)"),
        ],
        Heard("12345678"),
    ),
    "gather, begun before": (
        Gather(("hello",), 8, typed="12"),
        [(WAIT, "200 result=51"), (WAIT, "200 result=35")],
        Heard("123"),
    ),
    "capture": (
        MESSAGE,
        [
            (
                f"RECORD FILE /var/spool/ivr-messages/17.1-1 wav {ALL} 60000 0 BEEP s=3",
                "200 result=35 (dtmf) endpos=16000",
            )
        ],
        Captured("message/17.1-1", 2.0),
    ),
    "dial, talked": (
        CAMILLE,
        [
            (DIALLED, "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (ANSWER)"),
            ("GET VARIABLE DIALEDPEERNAME", "200 result=1 (PJSIP/jean-luc-0000002a)"),
            ("GET VARIABLE CDR(answer,u)", "200 result=1 (1795000010.500000)"),
        ],
        Dialled(Reached.TALKED, "jean-luc", datetime.fromtimestamp(1795000010.5, UTC)),
    ),
    "dial, parked": (
        replace(CAMILLE, parks=True),
        [
            ("SET VARIABLE __IVR_PARKS yes", "200 result=1"),
            (DIALLED, "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (ANSWER)"),
            ("GET VARIABLE DIALEDPEERNAME", "200 result=1 (PJSIP/camille-0000002a)"),
            ("GET VARIABLE CDR(answer,u)", "200 result=1 (1795000010.500000)"),
            ("GET VARIABLE IVR_PARKED", "200 result=1 (house-01)"),
            ('SET VARIABLE IVR_PARKED ""', "200 result=1"),
        ],
        Dialled(Reached.TALKED, "camille", datetime.fromtimestamp(1795000010.5, UTC), parked="house-01"),
    ),
    "parked, and taken": (
        Dial((), 90, music=True, slot="house-01"),
        [
            ("SET VARIABLE CHANNEL(musicclass) default", "200 result=1"),
            ("SET VARIABLE _PICKUPMARK house-01", "200 result=1"),
            ("EXEC Dial Local/s@parked/n,90,dgm", "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (ANSWER)"),
            ('SET VARIABLE GROUP(parked) ""', "200 result=1"),
            ("GET VARIABLE DIALEDPEERNAME", "200 result=1 (PJSIP/karim-0000002b)"),
            ("GET VARIABLE CDR(answer,u)", "200 result=1 (1795000010.500000)"),
        ],
        Dialled(Reached.TALKED, "karim", datetime.fromtimestamp(1795000010.5, UTC)),
    ),
    "parked, and called out of it: the slot stays his": (
        Dial((), 90, music=True, slot="house-01"),
        [
            ("SET VARIABLE CHANNEL(musicclass) default", "200 result=1"),
            ("SET VARIABLE _PICKUPMARK house-01", "200 result=1"),
            ("EXEC Dial Local/s@parked/n,90,dgm", "200 result=68"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (CANCEL)"),
            ("GET VARIABLE EXTEN", "200 result=1 (D)"),
        ],
        Dialled(Reached.NO_ANSWER, news=True),
    ),
    "dial, talked, with nobody knows whom": (
        CAMILLE,
        [
            (DIALLED, "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (ANSWER)"),
            ("GET VARIABLE DIALEDPEERNAME", "200 result=0"),
            ("GET VARIABLE CDR(answer,u)", "200 result=0"),
        ],
        Dialled(Reached.TALKED),
    ),
    "dial, told, accepted": (
        Dial(("camille", "karim"), 20, whisper=("hello",), accept=("menu",)),
        [
            *TOLD,
            ("GET VARIABLE DIALSTATUS", "200 result=1 (ANSWER)"),
            ("GET VARIABLE DIALEDPEERNAME", "200 result=1 (Local/jean-luc@reach-0000002a;1)"),
            ("GET VARIABLE CDR(answer,u)", "200 result=1 (1795000010.500000)"),
        ],
        Dialled(Reached.TALKED, "jean-luc", datetime.fromtimestamp(1795000010.5, UTC)),
    ),
    "dial, told, declined": (
        Dial(("camille", "karim"), 20, whisper=("hello",), accept=("menu",)),
        [
            *TOLD,
            ("GET VARIABLE DIALSTATUS", "200 result=1 (NOANSWER)"),
            ("GET VARIABLE IVR_DECLINED", "200 result=1 (yes)"),
        ],
        Dialled(Reached.DECLINED),
    ),
    "dial, told, nobody picked up": (
        Dial(("camille", "karim"), 20, whisper=("hello",), accept=("menu",)),
        [
            *TOLD,
            ("GET VARIABLE DIALSTATUS", "200 result=1 (NOANSWER)"),
            ("GET VARIABLE IVR_DECLINED", "200 result=1 ()"),
        ],
        Dialled(Reached.NO_ANSWER),
    ),
    "dial with a limit": (
        Dial(("camille",), 59.6, limit=1800.0),
        [
            ("SET VARIABLE IVR_LIMIT 1799", "200 result=1"),
            ("EXEC Dial PJSIP/camille,60,dgr(ring)L(1800000)", "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (BUSY)"),
        ],
        Dialled(Reached.BUSY),
    ),
    "dial, cut after a warning": (
        Dial(("camille",), 20, 1800.0, Warn(60, "hello")),
        [
            ("SET VARIABLE LIMIT_WARNING_FILE /s/fr/hello", "200 result=1"),
            ("SET VARIABLE IVR_LIMIT 1799", "200 result=1"),
            ("EXEC Dial PJSIP/camille,20,dgr(ring)L(1800000:60000)", "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (ANSWER)"),
            ("GET VARIABLE DIALEDPEERNAME", "200 result=1 (PJSIP/camille-0000002a)"),
            ("GET VARIABLE CDR(answer,u)", "200 result=1 (1795000010.500000)"),
            ("GET VARIABLE ANSWEREDTIME_MS", "200 result=1 (1800013)"),
        ],
        Dialled(Reached.TALKED, "camille", datetime.fromtimestamp(1795000010.5, UTC), cut=True),
    ),
    "who is there": (
        Reachable(("camille", "karim", "kim")),
        [
            (
                "GET VARIABLE PJSIP_DIAL_CONTACTS(camille)",
                "200 result=1 (PJSIP/camille/sip:camille@192.0.2.1:5062;ob&PJSIP/camille/sip:a)(b@192.0.2.2)",
            ),
            ("GET VARIABLE PJSIP_DIAL_CONTACTS(karim)", "200 result=1 ()"),
            ("GET VARIABLE PJSIP_DIAL_CONTACTS(kim)", "200 result=0"),
        ],
        There(("camille", "kim")),
    ),
    "who is there to serve queues": (
        Reachable(
            (),
            (
                Door("open", 3),
                Door("full", 3),
                Door("away"),
                Door("paused"),
                Door("any", 0, True),
                Door("some", 2, part="needs-english"),
            ),
        ),
        [
            ("GET VARIABLE QUEUE_WAITING_COUNT(open)", "200 result=1 (2)"),
            ("GET VARIABLE QUEUE_MEMBER_LIST(open)", "200 result=1 (PJSIP/karim,PJSIP/camille)"),
            ("GET VARIABLE QUEUE_MEMBER(open,penalty,PJSIP/karim)", "200 result=1 (1000)"),
            ("GET VARIABLE QUEUE_MEMBER(open,penalty,PJSIP/camille)", "200 result=1 (5)"),
            ("GET VARIABLE PJSIP_DIAL_CONTACTS(camille)", "200 result=1 (PJSIP/camille/sip:camille@192.0.2.1)"),
            ("GET VARIABLE QUEUE_WAITING_COUNT(full)", "200 result=1 (3)"),
            ("GET VARIABLE QUEUE_MEMBER_LIST(away)", "200 result=1 (PJSIP/kim)"),
            ("GET VARIABLE QUEUE_MEMBER(away,penalty,PJSIP/kim)", "200 result=1 (0)"),
            ("GET VARIABLE PJSIP_DIAL_CONTACTS(kim)", "200 result=1 ()"),
            ("GET VARIABLE QUEUE_MEMBER_LIST(paused)", "200 result=0"),
            ("GET VARIABLE QUEUE_WAITING_COUNT(some)", "200 result=1 (0)"),
            ("GET VARIABLE QUEUE_MEMBER_LIST(some.needs-english)", "200 result=1 (PJSIP/kim)"),
            ("GET VARIABLE QUEUE_MEMBER(some.needs-english,penalty,PJSIP/kim)", "200 result=1 (0)"),
            ("GET VARIABLE PJSIP_DIAL_CONTACTS(kim)", "200 result=1 ()"),
        ],
        There((), ("open", "any"), full=True),
    ),
    "dial, declined by the phone's own key": (
        CAMILLE,
        [
            (DIALLED, "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (CHANUNAVAIL)"),
            ("GET VARIABLE HANGUPCAUSE", "200 result=1 (21)"),
        ],
        Dialled(Reached.BUSY),
    ),
    "dial with music": (
        Dial(("camille",), 20, music=True),
        [
            ("SET VARIABLE CHANNEL(musicclass) default", "200 result=1"),
            ("EXEC Dial PJSIP/camille,20,dgm", "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (BUSY)"),
        ],
        Dialled(Reached.BUSY),
    ),
    "dial with music of a class": (
        Dial(("camille",), 20, music=True, hold="evening"),
        [
            ("SET VARIABLE CHANNEL(musicclass) evening", "200 result=1"),
            ("EXEC Dial PJSIP/camille,20,dgm", "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (BUSY)"),
        ],
        Dialled(Reached.BUSY),
    ),
    "dial for a moment": (
        Dial(("camille",), 0.2),
        [
            ("EXEC Dial PJSIP/camille,1,dgr(ring)", "200 result=0"),
            ("GET VARIABLE DIALSTATUS", "200 result=1 (NOANSWER)"),
        ],
        Dialled(Reached.NO_ANSWER),
    ),
    "queue, talked": (
        Enqueue("parts", 18.7, 3, place=2, limit=1800.0),
        waiting(
            "parts,cC,,,18,,queue-talk,,2",
            *("CONTINUE", "1", "7250", "karim", "1795000010.5", "61200"),
            priority=3,
            limit="1800",
        ),
        Queued(Served.TALKED, "karim", datetime.fromtimestamp(1795000010.5, UTC), 7.25, 1),
    ),
    "queue, talked to the limit": (
        Enqueue("parts", 18, limit=1800.0, warn=Warn(60, "hello")),
        [
            ("GET VARIABLE CHANNEL(name)", "200 result=1 (PJSIP/anonymous-00000012)"),
            ("SET VARIABLE SHARED(IVR_WARNING) /s/fr/hello", "200 result=1"),
            *waiting(
                "parts,cC,,,18,,queue-talk,,",
                *("CONTINUE", "1", "7250", "karim", "0.000000", "1799990"),
                limit="1800",
                warn="1740",
            ),
        ],
        Queued(Served.TALKED, "karim", None, 7.25, 1, cut=True),
    ),
    "queue, ringing in place of music": (
        Enqueue("parts", 300, music=False),
        waiting("parts,cCr,,,300,,,,", "TIMEOUT", "4", "300000", hold=""),
        Queued(Served.TIMEOUT, waited=300.0, place=4),
    ),
    "queue, with music of its own": (
        Enqueue("parts", 300, hold="evening", ring=40),  # for who is told something in another of his queues
        waiting(QUEUED, "FULL", "", "", hold="evening", ring=40),
        Queued(Served.FULL),
    ),
    "queue, left by a key": (
        Enqueue("parts", 300, key="1"),
        [*waiting(QUEUED, "", "2", "3000"), ("GET VARIABLE EXTEN", "200 result=1 (1)")],
        Queued(Served.KEY, waited=3.0, place=2),
    ),
    "queue, called out of it": (
        PARTS,
        [*waiting(QUEUED, "", "2", "3000"), ("GET VARIABLE EXTEN", "200 result=1 (D)")],
        Queued(Served.TIMEOUT, waited=3.0, place=2, news=True),
    ),
    "queue, whose agents are told something first": (
        Enqueue("parts", 300, whisper=("hello", BY_THEN), accept=("menu",), ring=15, music=False),
        [
            *waiting("", hold="", ring=15)[:11],
            ("GET VARIABLE CDR(start,u)", "200 result=1 (1795000000.25)"),
            ("SET VARIABLE __IVR_WHISPER /s/fr/hello&/s/queued/fr/whisper/waits-@&/s/fr/menu", "200 result=1"),
            ("SET VARIABLE __IVR_ACCEPT /s/fr/menu", "200 result=1"),
            ("SET VARIABLE __IVR_SINCE 1795000000.25", "200 result=1"),
            ('SET VARIABLE IVR_TAKEN ""', "200 result=1"),
            *waiting("parts,cCr,,,300,,,,", "TIMEOUT", "4", "300000", hold="")[11:],
        ],
        Queued(Served.TIMEOUT, waited=300.0, place=4),
    ),
    "queue, a part of it": (
        Enqueue("parts", 20, part="last-karim"),
        waiting("parts.last-karim,cC,,,20,,,,", "JOINEMPTY", "", ""),
        Queued(Served.EMPTY),
    ),
    "queue, full": (PARTS, waiting(QUEUED, "FULL", "", ""), Queued(Served.FULL)),
    "hang up": (
        Hangup(),
        [SERVED, ("CHANNEL STATUS", "200 result=6"), ("EXEC Hangup 16", "200 result=-1")],
        None,
    ),
    **{
        f"hang up, {cause}, {state}": (
            Hangup(cause),
            [SERVED, ("CHANNEL STATUS", f"200 result={state}"), (f"EXEC Hangup {number}", "200 result=-1")],
            None,
        )
        for cause, number in Q850.items()
        for state in (4, 6)
    },
    "hang up, unanswered": (
        Hangup(),
        [SERVED, ("CHANNEL STATUS", "200 result=4"), ("EXEC Hangup 19", "511 Command Not Permitted on a dead channel")],
        None,
    ),
}

# Every command that has words at all, with its first words and how it goes on until then.
ORDERS = {
    (name, place): (asked, script[:place], script[place][0])
    for name, (asked, script, _) in EXCHANGES.items()
    for place in range(len(script))
    if script[place][0].startswith(("EXEC", "ANSWER", "STREAM", "GET DATA", "WAIT", "RECORD", "CHANNEL"))
    and not script[place][0].startswith("EXEC Hangup")  # told as a failure when it went well
}


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_command_in_agi(name: str) -> None:
    """These words, and this made of these replies."""
    asked, script, result = EXCHANGES[name]

    assert lived(asked, script) == result


@pytest.mark.parametrize(
    ("door", "counts", "let_in"),
    [
        (Door("parts", 3, True), {"parts": 1, "parts.last-kim": 0, "parts.needs-english": 1}, True),
        (Door("parts", 3, True), {"parts": 1, "parts.last-kim": 0, "parts.needs-english": 2}, False),
        (Door("parts", 3, True), {"parts": 3}, False),
    ],
)
def test_a_queue_is_full_when_its_parts_together_are(door: Door, counts: dict[str, int], let_in: bool) -> None:
    """Whichever part a caller would wait in: before he is told a price, and before he enters."""
    agents = {"last-kim": {"kim": 0}, "needs-english": {"kim": 0}}
    limited = {"parts": Queue("parts", {"kim": 0}, max_length=3, parts=agents)}
    by = Speaker("fr", VOICE, lambda: NOON, queues=limited)
    asked = [(f"GET VARIABLE QUEUE_WAITING_COUNT({name})", f"200 result=1 ({many})") for name, many in counts.items()]
    there = lived(Reachable((), (door,)), asked, by)

    assert there == (There((), ("parts",)) if let_in else There((), (), full=True))
    for part in ("", "needs-english"):
        wanted = Enqueue("parts", 300, part=part)
        words = QUEUED.replace("parts", f"parts.{part}".rstrip("."))
        script = [*asked, *waiting(words, "TIMEOUT", "4", "300000")] if let_in else asked
        result = Queued(Served.TIMEOUT, waited=300.0, place=4) if let_in else Queued(Served.FULL, unasked=True)
        assert lived(wanted, script, by) == result


def test_every_cause_that_a_book_may_give_has_a_number() -> None:
    """But for the one that says nothing."""
    assert Q850.keys() == set(Cause) - {Cause.NORMAL}


@pytest.mark.parametrize("status", [*DIALSTATUS, "SOMETHING NEW", ""])
def test_every_way_in_which_ringing_ends(status: str) -> None:
    """In words that the flow knows; what Asterisk may say one day is: not reached."""
    script = [(DIALLED, "200 result=0"), ("GET VARIABLE DIALSTATUS", f"200 result=1 ({status})")]
    if status == "ANSWER":
        peers = [("GET VARIABLE DIALEDPEERNAME", "200 result=1 (PJSIP/karim-00000001)")]
        script += [*peers, ("GET VARIABLE CDR(answer,u)", "200 result=1 (0.000000)")]
    if status == "CANCEL":
        script.append(("GET VARIABLE EXTEN", "200 result=1 (start)"))
    if status == "CHANUNAVAIL":
        script.append(("GET VARIABLE HANGUPCAUSE", "200 result=1 (20)"))
    expected = {
        "ANSWER": Dialled(Reached.TALKED, "karim"),
        "BUSY": Dialled(Reached.BUSY),
        "NOANSWER": Dialled(Reached.NO_ANSWER),
        "CANCEL": Dialled(Reached.NO_ANSWER),
        "CONGESTION": Dialled(Reached.CONGESTION),
    }.get(status, Dialled(Reached.UNAVAILABLE))

    assert lived(CAMILLE, script) == expected


@pytest.mark.parametrize(
    ("status", "served"),
    [
        ("TIMEOUT", Served.TIMEOUT),
        ("FULL", Served.FULL),
        ("JOINEMPTY", Served.EMPTY),
        ("JOINUNAVAIL", Served.EMPTY),
        ("LEAVEEMPTY", Served.EMPTIED),
        ("LEAVEUNAVAIL", Served.EMPTIED),
        ("WITHDRAW", Served.EMPTIED),
    ],
)
def test_every_way_in_which_waiting_ends(status: str, served: Served) -> None:
    """In words that the flow knows; `CONTINUE` and the key stand among the exchanges."""
    assert lived(PARTS, waiting(QUEUED, status, "", "")) == Queued(served)
    assert {Served.TALKED, *QUEUESTATUS.values(), Served.KEY} == set(Served)


@pytest.mark.parametrize(("status", "place"), [("", ""), ("SOMETHING NEW", "1")])
def test_a_queue_that_asterisk_does_not_know_is_a_fault(status: str, place: str) -> None:
    """The caller hears the apology, and somebody is told."""
    with pytest.raises(Fault, match='let nobody wait in "parts"'):
        lived(PARTS, waiting(QUEUED, status, place, ""))


@pytest.mark.parametrize(("name", "place"), ORDERS)
def test_a_dead_channel_is_a_hang_up_in_every_command(name: str, place: int) -> None:
    """511, wherever it comes."""
    asked, before, words = ORDERS[name, place]

    with pytest.raises(HungUp):
        lived(asked, [*before, (words, "511 Command Not Permitted on a dead channel or intercept routine")])


@pytest.mark.parametrize(("name", "place"), ORDERS)
def test_a_minus_one_leaves_open_what_it_means(name: str, place: int) -> None:
    """The channel finds out: the caller is gone, or Asterisk could not."""
    asked, before, words = ORDERS[name, place]

    with pytest.raises(Refused, match="result=-1"):
        lived(asked, [*before, (words, "200 result=-1 endpos=0" if "FILE" in words else "200 result=-1")])


@pytest.mark.parametrize("answer", ["200 result=-2", "510 Invalid or unknown command", "520 Invalid command syntax."])
@pytest.mark.parametrize(("name", "place"), ORDERS)
def test_an_asterisk_that_does_not_understand_is_a_fault(name: str, place: int, answer: str) -> None:
    """An application that is not loaded, a command of another version: never silence."""
    asked, before, words = ORDERS[name, place]

    with pytest.raises(Fault, match="did not understand"):
        lived(asked, [*before, (words, answer)])


@pytest.mark.parametrize("endpos", [" endpos=0", " endpos=7100", " endpos=-1", ""])
def test_a_sound_that_was_not_played_to_its_end_is_a_fault(endpos: str) -> None:
    """A file that cannot be opened during the call is "played" to position 0 without a word of complaint."""
    with pytest.raises(Fault, match="/s/fr/hello was not played to its end"):
        lived(Play(("hello", "menu")), [('STREAM FILE /s/fr/hello ""', f"200 result=0{endpos}")])


@pytest.mark.parametrize("status", ["200 result=1 (ERROR)", "200 result=1 (SKIPPED)", "200 result=0"])
def test_sounds_that_read_could_not_play_are_a_fault(status: str) -> None:
    """Read says so in its status alone; the key is silence then, and the caller would be taken for a mute one."""
    with pytest.raises(Fault, match="Read of /s/fr/hello&/s/fr/menu"):
        lived(TWO, [(READ, "200 result=0"), ("GET VARIABLE READSTATUS", status)])


def test_a_hang_up_that_read_tells_is_one() -> None:
    """Where the channel lives on for a moment without its caller."""
    with pytest.raises(HungUp):
        lived(TWO, [(READ, "200 result=0"), ("GET VARIABLE READSTATUS", "200 result=1 (HANGUP)")])


@pytest.mark.parametrize("asked", [Play(("hello", "lost")), Ask(("lost",), ("1",)), Gather(("lost",), 4)])
def test_a_sound_that_was_never_baked_is_a_fault_before_anything_is_heard(asked: LineCommand) -> None:
    """Half a sentence is worse than the apology."""
    with pytest.raises(Fault, match='there is no sound "lost" in fr'):
        lived(asked, [])


@pytest.mark.parametrize("code", ["x", "", "999", "-5"])
def test_a_key_that_is_none_is_a_fault(code: str) -> None:
    """What an Asterisk never sends must not pass for a choice."""
    with pytest.raises(Fault, match="tells a key as"):
        lived(Ask((), ("1",)), [("WAIT FOR DIGIT 5000", f"200 result={code}")])


def test_what_a_language_has_is_said_in_it() -> None:
    """And what it lacks in the book's own."""
    by = speaker()
    lived(Speak("en"), [], by)
    script = [
        ('STREAM FILE /s/en/hello ""', "200 result=0 endpos=8000"),
        ('STREAM FILE /s/fr/menu ""', "200 result=0 endpos=20000"),
    ]

    assert lived(Play(("hello", "menu")), script, by) == Played()


def test_a_message_can_be_said_back() -> None:
    """Its length is Asterisk's business."""
    played = [('STREAM FILE /var/spool/ivr-messages/17.1-1 ""', "200 result=0 endpos=8000")]

    assert lived(Play(("message/17.1-1",)), played) == Played()


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        (Answer(), 0.0),
        (Play(("menu",)), 2.5),
        (Ask(("menu",), ("1",), first=7.0), 9.5),
        (Ask(("hello", "menu"), ("1",), first=7.0), 10.5),
        (Ask((), ("1",), first=7.0), 7.0),
        (MESSAGE, 60.0),
        (Dial(("camille",), 25.0), 25 + LONGEST_TALK),
    ],
)
def test_a_reply_may_take_as_long_as_its_command(asked: LineCommand, seconds: float) -> None:
    """And five seconds more; then the line is out of step."""
    talk = speaker().talk(asked)

    assert next(talk).limit == seconds + (PATIENCE if not isinstance(asked, Dial) else 0)


@pytest.mark.parametrize("text", ["", "0", "0.000000", "hangup", "nan", "inf", "-inf", "1e300", "12:00", "²"])
def test_an_instant_that_is_none(text: str) -> None:
    """Never, and nonsense."""
    assert epoch(text) is None


def test_an_instant() -> None:
    """Seconds since 1970 with their fraction."""
    assert epoch("1795000010.25") == datetime.fromtimestamp(1795000010.25, UTC)


BEYOND = Outside({"zoe": ("main", "second"), "desk": ("desk",)}, caller="+33612345678", own="")


def test_who_lies_outside_is_rung_by_a_channel_that_knows_the_ways() -> None:
    """Beside agents; whose number may be shown is handed on, and nothing of an earlier ring is left."""
    handed = [
        ("SET VARIABLE __IVR_RING 20", "200 result=1"),
        ('SET VARIABLE __IVR_TOLD ""', "200 result=1"),
        ("SET VARIABLE __IVR_CALLER +33612345678", "200 result=1"),
        ('SET VARIABLE __IVR_OWN ""', "200 result=1"),
    ]
    script = [
        *handed,
        ("EXEC Dial PJSIP/camille&Local/zoe@outside/n,20,dgr(ring)", "200 result=0"),
        ("GET VARIABLE DIALSTATUS", "200 result=1 (ANSWER)"),
        ("GET VARIABLE DIALEDPEERNAME", "200 result=1 (Local/zoe@outside-0000002a;1)"),
        ("GET VARIABLE CDR(answer,u)", "200 result=0"),
    ]
    by = replace(speaker(), outside=BEYOND)

    assert lived(Dial(("camille", "zoe"), 20), script, by) == Dialled(Reached.TALKED, "zoe")


def test_who_lies_outside_is_told_first_too() -> None:
    """By the routine that agents are told by."""
    script = [
        ("SET VARIABLE __IVR_RING 20", "200 result=1"),
        ("SET VARIABLE __IVR_TOLD U(told)", "200 result=1"),
        ("SET VARIABLE __IVR_CALLER +33612345678", "200 result=1"),
        ('SET VARIABLE __IVR_OWN ""', "200 result=1"),
        *TOLD[:-1],
        (TOLD[-1][0].replace("Local/karim@reach/n", "Local/zoe@outside/n"), "200 result=0"),
        ("GET VARIABLE DIALSTATUS", "200 result=1 (CONGESTION)"),
        ("GET VARIABLE IVR_DECLINED", "200 result=1 ()"),
    ]
    asked = Dial(("camille", "zoe"), 20, whisper=("hello",), accept=("menu",))

    assert lived(asked, script, replace(speaker(), outside=BEYOND)) == Dialled(Reached.CONGESTION)


@pytest.mark.parametrize(
    ("first", "second", "there"), [("PJSIP/main/sip:a", None, True), ("", "PJSIP/b", True), ("", "", False)]
)
def test_who_lies_outside_is_there_while_one_of_his_trunks_is(first: str, second: str | None, there: bool) -> None:
    """So that no price is told for nothing."""
    script = [("GET VARIABLE PJSIP_DIAL_CONTACTS(main)", f"200 result=1 ({first})")]
    if second is not None:
        script.append(("GET VARIABLE PJSIP_DIAL_CONTACTS(second)", f"200 result=1 ({second})"))

    assert lived(Reachable(("zoe",)), script, replace(speaker(), outside=BEYOND)) == There(("zoe",) if there else ())
