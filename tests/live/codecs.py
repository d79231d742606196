"""What Asterisk does to play a sound to somebody: which file it has open, and whether it computes anything."""

import re

from tests.live.stack import Stack


def opened(stack: Stack) -> set[str]:
    """The baked sounds that are being played, to anybody: their files."""
    files = "\n".join(stack.opened("asterisk"))
    return set(re.findall(r" -> (/\S+-[0-9a-f]{12}\.\w+)$", files, re.MULTILINE))


def written_to(stack: Stack, caller: str) -> tuple[str, ...]:
    """The codecs of a caller's channel, the format of what is played, and whether that is computed into another.

    Nothing where he has no channel.
    """
    for line in stack.asterisk("core show channels concise").splitlines():
        name, *_, number = line.split("!")[:8]
        if number == caller:
            told = stack.asterisk(f"core show channel {name}")
            found = [re.search(rf"{what}: (\S+)", told) for what in ("NativeFormats", "WriteFormat", "WriteTranscode")]
            return tuple(one[1] for one in found if one)
    return ()


def played_to(stack: Stack, caller: str, suffix: str) -> tuple[str, ...]:
    """The same while a file of that suffix is played, before one asks and still afterwards; nothing where none is."""
    before, how, after = opened(stack), written_to(stack, caller), opened(stack)
    return how if any(one.endswith(suffix) for one in before & after) else ()
