"""The limit of an answered line, in AGI: Asterisk itself warns the caller, whatever he is in, and ends the call.

The warning is a PERIODIC_HOOK on the caller's channel: after so many seconds Asterisk runs the context `warning` on a
channel of its own and puts what that says into the call: over a prompt, while it waits for a key, in a queue, in a
conversation (where the agent hears it too).  Both hold if we die.  Source: Asterisk 22, funcs/func_periodic_hook.c.
It runs that context at once, too, which says nothing then.
"""

from ivr.asterisk.agi_order import AgiTalk, do, variable
from ivr.flow.commands import Limit

ABSOLUTE = "TIMEOUT(absolute)"  # seconds until Asterisk itself ends the call
HOOK = "IVR_HOOK"  # the hook that is armed, which the context `queue-talk` may have done
WARNING = "SHARED(IVR_WARNING)"  # the sound; the context `warning` reads it from its own channel


def limit(wanted: Limit, warning: str) -> AgiTalk[None]:
    """Arm the end of the call, and the sound at ``warning`` before it; the last limit counts."""
    yield from do("SET", "VARIABLE", ABSOLUTE, f"{wanted.seconds:.0f}")
    earlier = (yield from variable(HOOK)) if wanted.warn else ""
    if earlier:
        yield from do("SET", "VARIABLE", f"PERIODIC_HOOK({earlier})", "off")
    if wanted.warn and (yield from ready_to_warn(warning)):
        seconds = max(1, round(wanted.seconds - wanted.warn.before))
        yield from do("SET", "VARIABLE", HOOK, (yield from variable(f"PERIODIC_HOOK(warning,say,{seconds})")))


def ready_to_warn(warning: str) -> AgiTalk[bool]:
    """Lay the sound ready; false for a caller whom a hook would not find.

    Asterisk looks for the channel by what stands before the second hyphen of its name, so that somebody else who came
    over the same trunk could be warned in his place: of names with more than one hyphen nobody is.
    """
    if (yield from variable("CHANNEL(name)")).count("-") != 1:
        return False
    yield from do("SET", "VARIABLE", WARNING, warning)
    return True
