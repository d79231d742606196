"""Recording a conversation, in AGI: Asterisk writes it, and only while the caller's line is joined with another one.

`D`: one raw stream of two channels, the caller's voice on the left and what he hears on the right; it has no header, so
whatever was written of it can be used after a crash.  `b`: nothing is written of a wait, of music or of what the flow
asks, secret digits among that.  `i`: so that the caller's own key can end it (context `tape` of the dial plan).
Source: `core show application MixMonitor`, Asterisk 22.10.1; keys: features.conf.sample.
"""

from ivr.asterisk.agi_order import AgiTalk, do, variable
from ivr.flow.line_commands import Tap, Tapped

TALKS = "/var/spool/ivr-talks"
"""Where both containers see what is being recorded: in memory, never on a disk."""
SUFFIX = ".raw"
TAPE, CALL = "IVR_TAPE", "IVR_CALL"
FEATURES = "DYNAMIC_FEATURES"
OURS = ("ivr-pause", "ivr-resume", "ivr-refuse-")  # keys that a talk has which is recorded, beside those of any talk


def tap(command: Tap) -> AgiTalk[Tapped]:
    """Have a talk recorded from the moment at which it begins.  Nobody keeps it who has given it no name."""
    if not command.name:
        return Tapped(None, "nobody is there to keep it")
    refuse = (f"{OURS[2]}{command.refuse}",) if command.refuse else ()
    keys = "#".join((*(yield from _others()), *OURS[:2], *refuse))
    for name, value in ((f"__{CALL}", command.name.rpartition("-")[0]), (f"__{FEATURES}", keys)):
        yield from do("SET", "VARIABLE", name, value)
    yield from do("EXEC", "MixMonitor", f"{TALKS}/{command.name}{SUFFIX},bDi({TAPE})")
    return Tapped(command.name)


def untap() -> AgiTalk[None]:
    """Record no more."""
    yield from do("EXEC", "StopMixMonitor")
    yield from do("SET", "VARIABLE", TAPE, "")
    yield from do("SET", "VARIABLE", f"__{FEATURES}", "#".join((yield from _others())))


def _others() -> AgiTalk[tuple[str, ...]]:
    """The keys that any talk of this call has; see [attend]."""
    there = yield from variable(FEATURES)
    return tuple(key for key in there.split("#") if key and not key.startswith(OURS))
