"""A caller whom somebody noted as a nuisance."""

from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT = timedelta(days=90)  # how long he is kept from our numbers, and his number kept by us, unless told otherwise


@dataclass(frozen=True)
class Noted:
    """``caller`` is in E.164 (national form for short numbers); both instants are aware."""

    caller: str
    since: datetime
    until: datetime
    why: str
