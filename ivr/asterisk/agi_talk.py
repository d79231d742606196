"""What each command of a flow is in AGI: words to send, replies to make sense of.  No I/O, no waiting.

`talk` is a generator that yields :class:`Order`s and is sent their :class:`Reply`s, so that the FastAGI channel
(asyncio) and the plain AGI channel (synchronous) carry out the same AGI.
"""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, assert_never

from ivr.asterisk.agi_wire import Outcome, Reply
from ivr.asterisk.causes import DIALSTATUS, Q850
from ivr.book.book import LANGUAGE
from ivr.flow.commands import (
    MESSAGE,
    Answer,
    Ask,
    Capture,
    Captured,
    Cause,
    Dial,
    Dialled,
    Gather,
    Hangup,
    Heard,
    Limit,
    LineCommand,
    Now,
    Phrase,
    Play,
    Played,
    Progress,
    Reached,
    Speak,
)
from ivr.flow.keys import Reading, reading
from ivr.service.ports import Fault, HungUp, Sound, Voice

R = TypeVar("R")

PATIENCE = 5.0  # seconds beyond what a command can take; then the line is out of step
LONGEST_TALK = 4 * 3600.0  # the dialplan's own net, TIMEOUT(absolute), is no longer
SERVED = "IVR_SERVED"  # set last in a served call: the dialplan tells it from an abandoned one
ANY_KEY = "0123456789*#"
MESSAGES = "/var/spool/ivr-messages"
LONGEST_MESSAGE = 600.0  # seconds
UP = "6"  # CHANNEL STATUS of an answered channel
KEY = "IVR_KEY"  # where Read leaves the key
SHORTFALL = 0.1  # seconds that may lack at the end of a sound that Asterisk says it has played


@dataclass(frozen=True)
class Order:
    """The words of one AGI command and how many seconds its reply may take."""

    words: tuple[str, ...]
    limit: float = PATIENCE


class Refused(Exception):
    """Asterisk gave ``result=-1``: the caller has hung up, or it could not; the channel finds out which."""


AgiTalk = Generator[Order, Reply, R]


@dataclass
class Speaker:
    """Carries out commands in AGI for one call: its language, its sounds, its clock."""

    language: str
    voice: Voice
    now: Callable[[], datetime]

    def talk(self, command: LineCommand) -> AgiTalk[Any]:
        """Carry out one command.  Raises ``HungUp``, ``Refused`` or ``Fault``."""
        match command:
            case Now():
                return self.now()
            case Progress():
                # 183 with SDP: sound reaches the caller, who is not charged.
                yield from _do("EXEC", "Progress")
            case Answer():
                yield from _do("ANSWER")
            case Limit(seconds=seconds):
                yield from _do("SET", "VARIABLE", "TIMEOUT(absolute)", f"{seconds:.0f}")
            case Play(phrase=phrase, until=until):
                return (yield from self._play(phrase, until))
            case Ask():
                return (yield from self._ask(command))
            case Gather():
                return (yield from self._gather(command))
            case Capture():
                return (yield from _capture(command))
            case Speak(language=language):
                self.language = language
            case Dial():
                return (yield from _dial(command))
            case Hangup(cause=cause):
                yield from _hang_up(cause)
            case _:
                assert_never(command)
        return None

    def _play(self, phrase: Phrase, until: str) -> AgiTalk[Played]:
        for sound in self._sounds(phrase):
            longest = sound.seconds if not isinstance(sound, _Message) else LONGEST_MESSAGE
            reply = yield from _do("STREAM", "FILE", sound.path, until, limit=longest + PATIENCE)
            if reply.result != "0":
                return Played(key=_key(reply))
            # A file that cannot be opened is "played" to position 0 without a word.  Positions are samples at
            # 8 kHz, or at more where the caller's codec is wide; so this is the least that must have been heard.
            if (reply.endpos or 0) < (sound.seconds - SHORTFALL) * 8000:
                raise Fault(f"{sound.path} was not played to its end (position {reply.endpos})")
        return Played()

    def _ask(self, ask: Ask) -> AgiTalk[Heard]:
        typed = ask.typed or (yield from self._first_key(ask))
        while typed and reading(typed, ask.accept) in (Reading.BEGUN, Reading.AMBIGUOUS):
            key = yield from _wait_for_key(ask.between)
            if not key:
                break
            typed += key
        return Heard(typed)

    def _first_key(self, ask: Ask) -> AgiTalk[str]:
        """One command says the phrase and takes the first key, so that none is lost while it is said."""
        sounds = self._sounds(ask.phrase)
        if not sounds:
            return (yield from _wait_for_key(ask.first))
        limit = sum(sound.seconds for sound in sounds) + ask.first + PATIENCE
        if len(sounds) == 1:
            reply = yield from _do("GET", "DATA", sounds[0].path, f"{ask.first * 1000:.0f}", "1", limit=limit)
            # `#` ends GET DATA and is not told: an empty result that is not a time-out is a lone `#`.
            return reply.result or ("" if reply.timed_out else "#")
        # GET DATA takes one file; Read, the same function of Asterisk behind it, takes several.  `n`: do not answer.
        paths = "&".join(sound.path for sound in sounds)
        status = yield from _read(f"{paths},1,n,1,{ask.first:g}", limit)
        return (yield from _variable(KEY)) or ("#" if status == "OK" else "")

    def _gather(self, gather: Gather) -> AgiTalk[Heard]:
        typed = gather.typed
        if not typed:
            sounds = self._sounds(gather.phrase)
            limit = sum(sound.seconds for sound in sounds) + gather.first + gather.most * gather.between + PATIENCE
            yield from _do("SET", "VARIABLE", "TIMEOUT(response)", f"{gather.first:g}")
            yield from _do("SET", "VARIABLE", "TIMEOUT(digit)", f"{gather.between:g}")
            paths = "&".join(sound.path for sound in sounds)
            # `n`: do not answer.  Without a time of its own, Read takes the two above, which differ.
            yield from _read(f"{paths},{gather.most},n,1", limit)
            return Heard((yield from _variable(KEY)))
        while len(typed) < gather.most and not typed.endswith("#"):
            key = yield from _wait_for_key(gather.between)
            if not key:
                break
            typed += key
        return Heard(typed.removesuffix("#"))

    def _sounds(self, phrase: Phrase) -> list["Sound | _Message"]:
        return [self._sound(name) for name in phrase]

    def _sound(self, name: str) -> "Sound | _Message":
        if name.startswith(MESSAGE):
            return _Message(_message(name))
        # What a language lacks is said in the book's own, rather than not at all; the law's announcement always is.
        sound = self.voice.get((self.language, name)) or self.voice.get((LANGUAGE, name))
        if sound is None:
            raise Fault(f'there is no sound "{name}" in {self.language}')
        return sound


@dataclass(frozen=True)
class _Message:
    """A caller's message as a sound; how long it is, only Asterisk knows."""

    path: str
    seconds: float = 0.0


def _message(name: str) -> str:
    """Where a message lies in both containers."""
    return f"{MESSAGES}/{name.removeprefix(MESSAGE)}"


def _capture(capture: Capture) -> AgiTalk[Captured]:
    path = _message(capture.name)
    words = ("RECORD", "FILE", path, "wav", ANY_KEY, f"{capture.longest * 1000:.0f}", "0", "BEEP")
    reply = yield from _do(*words, f"s={capture.silence:.0f}", limit=capture.longest + PATIENCE)
    return Captured(capture.name, round((reply.endpos or 0) / 8000, 3))


def _dial(dial: Dial) -> AgiTalk[Dialled]:
    """Ring the agents' phones; the caller hears ringing.  `g`: the call goes on when the agent has hung up."""
    options = "gr(ring)" + (f"L({dial.limit * 1000:.0f})" if dial.limit is not None else "")
    phones = "&".join(f"PJSIP/{agent}" for agent in dial.agents)
    ring = max(1, round(dial.ring))
    yield from _do("EXEC", "Dial", f"{phones},{ring},{options}", limit=ring + LONGEST_TALK)
    status = yield from _variable("DIALSTATUS")
    reached = DIALSTATUS.get(status, Reached.UNAVAILABLE)
    if reached is not Reached.TALKED:
        return Dialled(reached)
    peer = yield from _variable("DIALEDPEERNAME")  # PJSIP/camille-0000002a
    answered = epoch((yield from _variable("CDR(answer,u)")))
    return Dialled(reached, peer.removeprefix("PJSIP/").rpartition("-")[0] or None, answered)


def epoch(text: str) -> datetime | None:
    """An instant in Asterisk's words, seconds since 1970 with a fraction; ``None`` for 0, nothing, and nonsense."""
    try:
        return datetime.fromtimestamp(float(text), UTC) if float(text or 0) > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def _hang_up(cause: Cause) -> AgiTalk[None]:
    """Served, and over.  An unanswered call ends with 480, not with the 603 of AGI's own HANGUP, which carriers
    take for a refusal.  The hang-up itself is told as a failure: the channel is gone.
    """
    yield from _do("SET", "VARIABLE", SERVED, "yes")
    state = yield from _do("CHANNEL", "STATUS")
    with contextlib.suppress(Refused, HungUp):
        yield from _do("EXEC", "Hangup", f"{Q850.get(cause, 16 if state.result == UP else 19)}")


def _read(words: str, limit: float) -> AgiTalk[str]:
    """Have Read put keys into ``KEY``; ``OK`` or ``TIMEOUT``.  Its status alone tells that a sound is missing."""
    yield from _do("EXEC", "Read", f"{KEY},{words}", limit=limit)
    status = yield from _variable("READSTATUS")
    if status == "HANGUP":
        raise HungUp
    if status not in ("OK", "TIMEOUT"):
        raise Fault(f"Read of {words} ended with {status or 'no status'}")
    return status


def _wait_for_key(seconds: float) -> AgiTalk[str]:
    reply = yield from _do("WAIT", "FOR", "DIGIT", f"{seconds * 1000:.0f}", limit=seconds + PATIENCE)
    return "" if reply.result == "0" else _key(reply)


def _variable(name: str) -> AgiTalk[str]:
    reply = yield from _do("GET", "VARIABLE", name)
    return (reply.note or "") if reply.result == "1" else ""


def _do(*words: str, limit: float = PATIENCE) -> AgiTalk[Reply]:
    reply = yield Order(words, limit)
    match reply.outcome:
        case Outcome.done:
            return reply
        case Outcome.dead:
            raise HungUp
        case Outcome.failed:
            raise Refused(f"{' '.join(words)}: {reply.text}")
        case Outcome.missing | Outcome.usage | Outcome.invalid:
            raise Fault(f"Asterisk did not understand {' '.join(words)}: {reply.code} {reply.text[:200]}")
        case _:
            assert_never(reply.outcome)


def _key(reply: Reply) -> str:
    """A key comes as the decimal code of its character: ``35`` is ``#``."""
    if not reply.result.isdecimal() or int(reply.result) > 127:
        raise Fault(f"Asterisk tells a key as {reply.result!r}")
    return chr(int(reply.result))
