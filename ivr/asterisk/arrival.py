"""The facts of a call, from the header that Asterisk sends; its dialplan has filtered what the caller's side wrote."""

from collections.abc import Mapping
from datetime import datetime

from ivr.book.book import LANGUAGE
from ivr.values.call import Call
from ivr.values.number import ANONYMOUS, parse


def arrival(headers: Mapping[str, str], at: datetime) -> Call:
    """The call that these AGI headers announce, at the instant ``at``."""
    withheld = _withheld(headers.get("agi_callingpres", ""))
    return Call(
        id=headers.get("agi_uniqueid", ""),
        dialled=parse(headers.get("agi_dnid", "")),
        caller=ANONYMOUS if withheld else parse(headers.get("agi_callerid", "")),
        language=LANGUAGE,
        at=at,
    )


def _withheld(presentation: str) -> bool:
    """Whether the caller withholds his number: ITU-T Q.951 presentation restricted, Asterisk's bits 0x60 = 0x20."""
    return presentation.isascii() and presentation.isdigit() and int(presentation) & 0x60 == 0x20
