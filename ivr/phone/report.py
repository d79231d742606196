"""What a call left behind: its events and what each side heard, on one time axis (seconds since the INVITE)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from ivr.phone.events import Event, first
from ivr.phone.times import take_up, wav

Samples = npt.NDArray[np.float32]
"""Mono sound, full scale ±1.0."""


@dataclass(frozen=True, eq=False)
class Recording:
    """What one side heard, without a gap; ``start_t`` is the moment of its first sample, within 20 ms."""

    samples: Samples
    rate: int
    start_t: float

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return len(self.samples) / self.rate

    def since(self, t: float) -> "Recording":
        """The part from ``t`` on."""
        later = min(max(t - self.start_t, 0.0), self.seconds)
        skip = round(later * self.rate)
        return Recording(self.samples[skip:], self.rate, self.start_t + skip / self.rate)

    def save(self, path: Path) -> None:
        """Write it as a 16-bit PCM WAV file."""
        soundfile.write(str(path), self.samples, self.rate, subtype="PCM_16", format="WAV")


@dataclass(frozen=True, eq=False)
class AgentReport:
    """What an agent's phone heard during the call, from the INVITE of the caller on; silence while idle."""

    name: str
    recording: Recording


@dataclass(frozen=True, eq=False)
class CallReport:
    """One call.  ``recording`` begins with the first early media (or the answer); it is empty without sound.

    ``drift`` is how much the recorder's clock fell behind the wall during the call, in seconds (large on a machine
    that was stalled: then times in the recording are not to be trusted).
    """

    events: tuple[Event, ...]
    recording: Recording
    agents: tuple[AgentReport, ...] = ()
    drift: float = 0.0

    @property
    def ended(self) -> Event:
        """How the call ended; every call has ended when there is a report."""
        return next(event for event in self.events if event.event == "ended")

    @property
    def invited_at(self) -> float:
        """Epoch seconds of the INVITE; the wall-clock time of an event is this plus its ``t``."""
        calling = first(self.events, "calling")
        return calling.at if calling else 0.0

    @property
    def answered_t(self) -> float | None:
        """Seconds from the INVITE to the 200, or ``None``: never answered, so nothing is owed."""
        answered = first(self.events, "answered")
        return answered.t if answered else None

    @property
    def spoken(self) -> float:
        """Seconds from the 200 to the end, 0.0 when never answered."""
        return 0.0 if self.answered_t is None else self.ended.t - self.answered_t

    def agent(self, name: str) -> AgentReport:
        """The report of one agent; raises ``KeyError``."""
        return {agent.name: agent for agent in self.agents}[name]


def load(path: Path) -> tuple[Samples, int]:
    """The samples and the rate of a WAV file, channels mixed to one; or of a sound that Asterisk plays in A-law."""
    bare = {"samplerate": 8000, "channels": 1, "format": "RAW", "subtype": "ALAW"} if path.suffix == ".alaw" else {}
    samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True, **bare)
    return samples.mean(axis=1, dtype=np.float32), int(rate)


def read(folder: Path, agents: Iterable[str], events: Iterable[Event]) -> CallReport:
    """The report of a call that a phone has placed; raises ``FileNotFoundError`` where it laid nothing down.

    Its events travelled apart, as they happened.
    """
    times = take_up(folder)
    sides = []
    for number, began in enumerate(times.began):
        samples, rate = load(wav(folder, number))
        sides.append(Recording(samples, rate, began - times.invited))
    sound_from = math.inf if times.sound_from is None else times.sound_from
    return CallReport(
        tuple(events),
        sides[0].since(sound_from),
        tuple(AgentReport(name, side) for name, side in zip(agents, sides[1:], strict=True)),
        times.ended - times.began[0] - sides[0].seconds,
    )
