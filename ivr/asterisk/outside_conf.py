"""Who lies outside, as Asterisk is told: an extension for each destination, which tries one trunk after the other.

What trying means is written once, in the context [way] of the fixed dial plan; here stand only its arguments.
"""

from collections.abc import Iterable, Mapping

from ivr.asterisk.tokens import distinct, section, token
from ivr.values.outside import Destination
from ivr.values.trunk import Trunk

CONTEXT = "outside"
THROUGH = "through-"  # the context of a trunk, for calls that we begin ourselves, to the number in `CALLED`
CALLED = "IVR_CALLED"  # no extension: Asterisk notes those, and the names of channels that bear them (cel_custom.conf)
MOST_AT_ONCE = 1000  # calls to one SIP address, which costs nothing; `max_calls` is less


def dialled(number: str, trunk: Trunk) -> str:
    """A number as a trunk's carrier wants it: short ones have no other form."""
    return f"0{number[3:]}" if trunk.national and number.startswith("+33") else number


def extensions(destinations: Iterable[Destination], trunks: Mapping[str, Trunk]) -> list[str]:
    """The lines of the dial plan; ``trunks`` are those that Asterisk knows.  Raises UnsafeError."""
    destinations = tuple(destinations)
    distinct("agent name", (one.name.replace("-", "") for one in destinations))  # as extensions are compared
    lines = ["", f"[{CONTEXT}]"]
    for one in destinations:
        name = token("agent name", one.name)
        if one.sip:
            host = one.sip.partition("@")[2].partition(":")[0]
            way = f"{name},PJSIP/{name},{MOST_AT_ONCE},,yes,e164,{name},{token('host', host)}"
            ways = [f"Gosub(way,start,1({way}))"]
        else:
            number = token("dialled", one.number)
            ways = [
                _by(
                    trunks[trunk],
                    f"PJSIP/{dialled(number, trunks[trunk])}@{token('agent name', trunk)}",
                    name,
                    callers=trunks[trunk].shows_callers,
                )
                for trunk in one.trunks
                if trunk in trunks
            ]
        steps = [step for way in ways for step in (way, 'GotoIf($["${IVR_NEXT}" = ""]?over)')]
        lines += _extension(name, [*steps[:-1], "Goto(way-over,start,1)"], over=True)
    for name, trunk in trunks.items():
        lines += ["", f"[{THROUGH}{token('agent name', name)}]"]
        way = _by(trunk, f"PJSIP/${{{CALLED}}}@{name}", "", callers=False)
        lines += _extension("s", [way, "Goto(way-over,start,1)"])
    return lines


def address(one: Destination) -> str:
    """Where a SIP address lies, as a section: it is an account that nobody can call us by.  Raises UnsafeError."""
    return section(token("agent name", one.name), [("contact", token("sip", one.sip))], "trunk-aor")


def _by(trunk: Trunk, channel: str, to: str, *, callers: bool) -> str:
    shows = token("dialled", trunk.shows) if trunk.shows else ""
    form = "national" if trunk.national else "e164"
    way = f"{trunk.name},{channel},{trunk.at_once:d},{shows},{'yes' if callers else 'no'},{form},{to}"
    return f"Gosub(way,start,1({way},{token('host', trunk.host)}))"


def _extension(name: str, steps: list[str], *, over: bool = False) -> list[str]:
    first, *rest = steps
    last = len(rest) - 1
    lines = [f"exten => {name},1,{first}"]
    return lines + [f" same => n{'(over)' if over and place == last else ''},{step}" for place, step in enumerate(rest)]
