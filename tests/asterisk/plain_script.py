"""A plain AGI script for tests: ``plain_script.py REPORT INSTANT``, with the demo book and sounds of one second each.

What it has to say of the call goes into REPORT as one JSON object.
"""

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from ivr.asterisk.plain_agi import run_plain
from ivr.book.book import read_book
from ivr.service.library import Release
from ivr.service.record import Record
from ivr.values.phrase import Utterance

CHECKOUT = Path(__file__).parents[2]


@dataclass(frozen=True)
class OneSecond:
    """A sound as long as each file of the pretended Asterisk."""

    path: str
    text: str
    seconds: float = 1.0


@cache
def release() -> Release:
    """The demo book, its sounds not baked but named."""
    book = read_book(CHECKOUT)
    said = [*book.utterances(), Utterance("fr", "beep", "")]
    return Release(book, {(one.language, one.name): OneSecond(f"/sounds/{one.name}", one.text) for one in said})


def main() -> None:
    report, instant = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    records: list[Record] = []
    ending = run_plain(release(), sys.stdin, sys.stdout, now=lambda: instant, keep=records.append)
    told = [
        {"ending": one.ending, "steps": one.steps, "skipped": one.skipped, "answered": one.answered is not None,
         "announced": one.announced_to is not None, "caller": one.caller, "tape": len(one.tape)}
        for one in records
    ]  # fmt: skip
    report.write_text(json.dumps({"ending": ending, "records": told}))


if __name__ == "__main__":
    main()
