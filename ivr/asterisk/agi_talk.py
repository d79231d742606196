"""What each command of a flow is in AGI: words to send, replies to make sense of.  No I/O, no waiting.

`talk` is a generator that yields :class:`Order`s and is sent their :class:`Reply`s, so that the FastAGI channel
(asyncio) and the plain AGI channel (synchronous) carry out the same AGI.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, assert_never

from ivr.asterisk.agi_agents import NOWHERE, dial, enqueue, reachable
from ivr.asterisk.agi_limit import limit
from ivr.asterisk.agi_order import PATIENCE, AgiTalk, Refused, do, variable
from ivr.asterisk.agi_taping import tap, untap
from ivr.asterisk.agi_wire import Reply
from ivr.asterisk.causes import Q850
from ivr.asterisk.queues_conf import QUEUED
from ivr.book.book import LANGUAGE
from ivr.flow.commands import (
    MESSAGE,
    Answer,
    Ask,
    Capture,
    Captured,
    Dial,
    Enqueue,
    Gather,
    Hangup,
    Heard,
    Limit,
    Now,
    Phrase,
    Play,
    Played,
    Progress,
    Reachable,
    Speak,
    Warn,
)
from ivr.flow.keys import Reading, reading
from ivr.flow.line_commands import LineCommand, Tap, Untap
from ivr.service.ports import Fault, HungUp, Sound, Voice
from ivr.values.cause import Cause
from ivr.values.estimate import tongue
from ivr.values.outside import Outside
from ivr.values.queue import Queue
from ivr.values.whisper import BY_THEN, WAITED

SERVED = "IVR_SERVED"  # set last in a served call: the dialplan tells it from an abandoned one
ANY_KEY = "0123456789*#"
MESSAGES = "/var/spool/ivr-messages"
LONGEST_MESSAGE = 600.0  # seconds
UP = "6"  # CHANNEL STATUS of an answered channel
KEY = "IVR_KEY"  # where Read leaves the key
SHORTFALL = 0.1  # seconds that may lack at the end of a sound that Asterisk says it has played


@dataclass
class Speaker:
    """Carries out commands in AGI for one call: its language, its sounds, its clock, what lies outside, the queues."""

    language: str
    voice: Voice
    now: Callable[[], datetime]
    outside: Outside = NOWHERE
    queues: Mapping[str, Queue] = field(default_factory=dict)
    told: int | None = None
    """What callers who enter a queue now are told of their wait, as it is in estimate.STEPS; ``None``: nothing."""

    def talk(self, command: LineCommand) -> AgiTalk[Any]:
        """Carry out one command.  Raises ``HungUp``, ``Refused`` or ``Fault``."""
        match command:
            case Now():
                return self.now()
            case Progress():
                # 183 with SDP: sound reaches the caller, who is not charged.
                yield from do("EXEC", "Progress")
            case Answer():
                yield from do("ANSWER")
            case Limit():
                yield from limit(command, self._warning(command.warn))
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
            case Reachable():
                return (yield from reachable(command, self.outside, self.queues))
            case Dial():
                warning = self._warning(command.warn)
                told = self._told(command.whisper), self._told(command.accept)
                return (yield from dial(command, warning, *told, self.outside))
            case Enqueue():
                told = self._told(command.whisper), self._told(command.accept)
                language = tongue(self.language, self.told)
                queue = self.queues.get(command.queue)
                return (yield from enqueue(command, language, self._warning(command.warn), *told, queue))
            case Hangup(cause=cause):
                yield from _hang_up(cause)
            case Tap():
                return (yield from tap(command))
            case Untap():
                yield from untap()
            case _:
                assert_never(command)
        return None

    def _play(self, phrase: Phrase, until: str) -> AgiTalk[Played]:
        for sound in self._sounds(phrase):
            longest = sound.seconds if not isinstance(sound, _Message) else LONGEST_MESSAGE
            reply = yield from do("STREAM", "FILE", sound.path, until, limit=longest + PATIENCE)
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
            reply = yield from do("GET", "DATA", sounds[0].path, f"{ask.first * 1000:.0f}", "1", limit=limit)
            # `#` ends GET DATA and is not told: an empty result that is not a time-out is a lone `#`.
            return reply.result or ("" if reply.timed_out else "#")
        # GET DATA takes one file; Read, the same function of Asterisk behind it, takes several.  `n`: do not answer.
        paths = "&".join(sound.path for sound in sounds)
        status = yield from _read(f"{paths},1,n,1,{ask.first:g}", limit)
        return (yield from variable(KEY)) or ("#" if status == "OK" else "")

    def _gather(self, gather: Gather) -> AgiTalk[Heard]:
        typed = gather.typed
        if not typed:
            sounds = self._sounds(gather.phrase)
            limit = sum(sound.seconds for sound in sounds) + gather.first + gather.most * gather.between + PATIENCE
            yield from do("SET", "VARIABLE", "TIMEOUT(response)", f"{gather.first:g}")
            yield from do("SET", "VARIABLE", "TIMEOUT(digit)", f"{gather.between:g}")
            paths = "&".join(sound.path for sound in sounds)
            # `n`: do not answer.  Without a time of its own, Read takes the two above, which differ.
            yield from _read(f"{paths},{gather.most},n,1", limit)
            return Heard((yield from variable(KEY)))
        while len(typed) < gather.most and not typed.endswith("#"):
            key = yield from _wait_for_key(gather.between)
            if not key:
                break
            typed += key
        return Heard(typed.removesuffix("#"))

    def _told(self, phrase: Phrase) -> tuple["Sound | _Message", ...]:
        """What an agent hears, in the language of the book: he has no other."""
        return tuple(replace(self, language=LANGUAGE)._sounds(phrase))

    def _warning(self, warn: Warn | None) -> str:
        return self._sound(warn.prompt).path if warn else ""

    def _sounds(self, phrase: Phrase) -> list["Sound | _Message"]:
        return [self._sound(name) for name in phrase]

    def _sound(self, name: str) -> "Sound | _Message":
        if name.startswith(MESSAGE):
            return _Message(_message(name))
        if name == BY_THEN:  # beside copies without digests, whose names end in minutes
            first = self.voice[LANGUAGE, f"{WAITED}0"]
            return _Message(f"{first.path.partition(f'/{LANGUAGE}/{WAITED}')[0]}/{QUEUED}/{LANGUAGE}/{BY_THEN}")
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
    reply = yield from do(*words, f"s={capture.silence:.0f}", limit=capture.longest + PATIENCE)
    return Captured(capture.name, round((reply.endpos or 0) / 8000, 3))


def _hang_up(cause: Cause) -> AgiTalk[None]:
    """Served, and over.  An unanswered call ends with 480, not with the 603 of AGI's own HANGUP, which carriers
    take for a refusal.  The hang-up itself is told as a failure: the channel is gone.
    """
    yield from do("SET", "VARIABLE", SERVED, "yes")
    state = yield from do("CHANNEL", "STATUS")
    with contextlib.suppress(Refused, HungUp):
        yield from do("EXEC", "Hangup", f"{Q850.get(cause, 16 if state.result == UP else 19)}")


def _read(words: str, limit: float) -> AgiTalk[str]:
    """Have Read put keys into ``KEY``; ``OK`` or ``TIMEOUT``.  Its status alone tells that a sound is missing."""
    yield from do("EXEC", "Read", f"{KEY},{words}", limit=limit)
    status = yield from variable("READSTATUS")
    if status == "HANGUP":
        raise HungUp
    if status not in ("OK", "TIMEOUT"):
        raise Fault(f"Read of {words} ended with {status or 'no status'}")
    return status


def _wait_for_key(seconds: float) -> AgiTalk[str]:
    reply = yield from do("WAIT", "FOR", "DIGIT", f"{seconds * 1000:.0f}", limit=seconds + PATIENCE)
    return "" if reply.result == "0" else _key(reply)


def _key(reply: Reply) -> str:
    """A key comes as the decimal code of its character: ``35`` is ``#``."""
    if not reply.result.isdecimal() or int(reply.result) > 127:
        raise Fault(f"Asterisk tells a key as {reply.result!r}")
    return chr(int(reply.result))
