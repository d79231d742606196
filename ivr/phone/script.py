"""What the phone does during one call, as a value: whom it dials, which keys it presses and when, who answers.

Keys are written ``"#@2.0,2@+6,1"``: commas separate steps, each step is the keys to press, then optionally the moment:

- ``#@2.0``: 2 s after the first early media (after the answer, if there was none);
- ``2@+6``: 6 s after the answer, or after the key before it, if that came later: to interrupt a prompt;
- ``1``: by listening.  Once the call is answered, one second of sound (``LISTEN``) must have been heard since the last
  key, and then a pause of one second (``PAUSE``): the menu has said all it has to say.  A key pressed as soon as there
  is sound would often fall into a welcome that takes none.

Steps keep their order.
"""

import re
import signal
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

LISTEN = 1.0
"""Seconds of sound that must be heard since the answer or the last key before a step without a moment."""

PAUSE = 1.0
"""Seconds of silence that then tell that the prompt is over; pauses within a prompt are shorter."""

CUE = signal.SIGUSR1
"""The signal that has the next such step done: by who looks at more than the phone can hear."""

LIMIT = 120.0
"""Seconds after which the phone hangs up whatever happens."""

Codec = Literal["alaw", "g722"]

RATES: dict[Codec, int] = {"alaw": 8000, "g722": 16000}
"""Samples a second of what is heard."""

_NUMBER = re.compile(r"[+*]?[0-9]{2,15}")
_STEP = re.compile(r"([0-9*#A-D]+)(?:@(\+?)([0-9]+(?:\.[0-9]+)?))?")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class BadScript(ValueError):
    """What was asked of the phone makes no sense; the text is one sentence for the person who asked."""


@dataclass(frozen=True)
class Step:
    """Keys pressed one after the other, when ``moment`` seconds have gone by ``since`` something.

    Since the first early media, or since the answer or the key before; ``listening`` has no moment, nor has ``cue``:
    they are pressed when the phone's process is sent ``CUE``.  Without ``keys`` the caller lets a question pass in
    silence.
    """

    keys: str
    moment: float = 0.0
    since: Literal["early_media", "key", "listening", "cue"] = "listening"


@dataclass(frozen=True)
class Agent:
    """A softphone that registers, rings, answers after ``answer_after`` s and plays a tone of ``tone`` Hz.

    ``hang_up_after`` counts from its answer; ``None``: the agent waits for the other side to hang up.  ``engaged``: he
    talks with somebody else all the time, so that who rings him hears that he is busy, by the status ``refusal`` (603
    of a phone on which he declines).  ``keys`` are pressed from ``keys_after`` s after his answer on.  ``hold_after`` s
    after it he puts the other on hold, for ``hold_for`` s.  Who does not register is a phone outside: it is called at
    the port on which the script listens, by whatever number.  ``secure``: by TLS, its sound by SRTP.
    """

    name: str
    secret: str
    answer_after: float = 0.5
    hang_up_after: float | None = None
    tone: float = 550.0
    engaged: bool = False
    refusal: int = 486
    keys: str = ""
    keys_after: float = 1.0
    hold_after: float | None = None
    hold_for: float = 2.0
    registers: bool = True
    secure: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not be written into a SIP address."""
        if not _NAME.fullmatch(self.name):
            raise BadScript(f'agent "{self.name}": a name is made of letters, digits, "_", "." and "-".')


@dataclass(frozen=True)
class CallScript:
    """One call.  Times are seconds; ``from_`` empty: an anonymous caller; ``tone`` 0: the caller says nothing.

    ``hang_up_after`` counts from the INVITE (``None``: when the other side does); ``limit`` is the last net.
    ``password``: an agent calls from his own phone, and ``from_`` is his account.
    ``lost`` is the share, in percent, of the packets that never reach this phone, by chance: a bad network.
    ``listen`` is the port on which it is called; 0: any, told to the registrar.  ``certificate`` is the file of what it
    shows to who comes by TLS.
    """

    number: str
    host: str = "127.0.0.1"
    port: int = 5060
    from_: str = ""
    keys: tuple[Step, ...] = ()
    hang_up_after: float | None = None
    limit: float = LIMIT
    codec: Codec = "alaw"
    lost: int = 0
    tone: float = 0.0
    agents: tuple[Agent, ...] = ()
    password: str = ""
    listen: int = 0
    certificate: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be dialled, before anything rings."""
        for what, number in (("number", self.number), ("from", self.from_)):
            known = number == "" or (self.password and _NAME.fullmatch(number))
            if not _NUMBER.fullmatch(number) and not (what == "from" and known):
                raise BadScript(f'{what} "{number}" is not a phone number: 2 to 15 digits, "+" allowed in front.')
        if not 1 <= self.port <= 65535:
            raise BadScript(f"port {self.port} is not between 1 and 65535.")
        if not re.fullmatch(r"[A-Za-z0-9.-]+", self.host):
            raise BadScript(f'host "{self.host}" is neither a host name nor an IPv4 address.')
        if not 0 <= self.lost <= 50:
            raise BadScript(f"{self.lost} % of packets lost: 0 to 50 can be tried.")
        if not 0 < self.limit <= 3600:
            raise BadScript(f"limit {self.limit:g} is not between 0 and 3600 seconds.")
        if self.hang_up_after is not None and not 0 <= self.hang_up_after <= self.limit:
            raise BadScript(f"hang-up after {self.hang_up_after:g} s is not within the limit of {self.limit:g} s.")

    @property
    def rate(self) -> int:
        """Samples a second of what is heard: 8000, or 16000 with the wideband codec."""
        return RATES[self.codec]

    def to_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``; secrets included."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """The script that ``to_json`` was made from (``Any``: JSON has no other type)."""
        keys = tuple(Step(**step) for step in plain.pop("keys"))
        agents = tuple(Agent(**agent) for agent in plain.pop("agents"))
        return replace(cls(**plain), keys=keys, agents=agents)


def dialled(text: str) -> str:
    """A number as people write it, without the spaces, dots and dashes: ``08 99 00 00 04`` → ``0899000004``."""
    return re.sub(r"[ .\-\u00a0\u202f]", "", text)


def keys(text: str) -> tuple[Step, ...]:
    """The steps written in ``text`` (see the head of this module); raises ``BadScript`` with one sentence."""
    steps: list[Step] = []
    latest = 0.0
    for part in (part.strip() for part in text.split(",")) if text.strip() else ():
        found = _STEP.fullmatch(part)
        if found is None:
            raise BadScript(
                f'keys "{text}": "{part}" is not a step; write keys 0-9, * or #, optionally @seconds or @+seconds,'
                ' with commas between the steps, for example "#@2.0,2".'
            )
        moment = float(found[3] or 0.0)
        if found[3] is None:
            steps.append(Step(found[1]))
        elif found[2]:
            steps.append(Step(found[1], moment, "key"))
        elif moment < latest:
            raise BadScript(f'keys "{text}": "{part}" comes earlier than the step before it.')
        else:
            latest = moment
            steps.append(Step(found[1], moment, "early_media"))
    return tuple(steps)
