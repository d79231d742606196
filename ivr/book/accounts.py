"""Names of accounts: agents, trunks and destinations are sections of Asterisk's settings.

IVR476  a name that no account of Asterisk can have
"""

from collections.abc import Iterable, Iterator

from ivr.flow.check import Finding
from ivr.values.trunk import LONGEST_NAME, RESERVED


def wrong_accounts(names: Iterable[str]) -> Iterator[Finding]:
    """Which of these names no account of Asterisk can have."""
    for name in names:
        if name in RESERVED:
            message = f'"{name}" is a name of Asterisk\'s own settings'
            yield Finding("IVR476", (name,), message, "choose another")
        elif len(name) > LONGEST_NAME:
            message = f'"{name}" has {len(name)} characters, and a name that Asterisk is told {LONGEST_NAME} at most'
            yield Finding("IVR476", (name,), message, "choose a shorter one")
