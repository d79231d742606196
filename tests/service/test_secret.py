"""What a caller types in secret: sent where the book says, and seen nowhere else."""

import json
import logging
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ivr.book.book import Book, read_book
from ivr.flow.commands import Command, Gather, Heard, Now, Play, Played
from ivr.flow.errands import Fetch, Fetched
from ivr.flow.flow import Drawing, Flow
from ivr.service.attendance import Attendance
from ivr.service.library import Release
from ivr.service.record import Record
from ivr.values.call import Call, Ending
from ivr.values.number import parse

NOW = datetime(2026, 6, 3, 10, 0, tzinfo=UTC)
CODE = "471158"
NUMBER = "0805000024"

FLOW = Flow.model_validate(
    {
        "flow": "tried",
        "start": "hello",
        "nodes": {
            "hello": {"kind": "say", "prompt": "welcome-customers", "exits": {"done": "code"}},
            "code": {
                "kind": "ask",
                "prompt": "ask-code",
                "note": "code",
                "digits": 6,
                "secret": "yes",
                "exits": {"done": "check", "silence": "end", "wrong": "end"},
            },
            "check": {
                "kind": "lookup",
                "remote": "shop",
                "method": "POST",
                "fields": {"code": {"note": "code"}},
                "exits": {"found": "end", "not_found": "end", "failed": "end"},
            },
            "end": {"kind": "bye"},
        },
    }
)


def lived(command: Command[Any], sent: list[str]) -> Any:
    match command:
        case Now():
            return NOW
        case Play(until=until):
            return Played("4" if until else None)
        case Gather():
            return Heard(CODE)
        case Fetch(fields=fields):
            sent += [value for _, value in fields]
            return Fetched("found")
    return None


@pytest.mark.parametrize("breaks", [False, True])
def test_a_secret_is_in_no_tape_no_record_and_no_log(breaks: bool, caplog: pytest.LogCaptureFixture) -> None:
    """Also when the call breaks down just after it was typed, and its whole record is logged because of that."""
    caplog.set_level(logging.DEBUG)
    book: Book = read_book(Path(__file__).parents[2])
    service = replace(book.services[NUMBER], flow=FLOW)
    release = Release(replace(book, drawing=Drawing({"tried": FLOW})), {})
    call = Call("1.1", parse(NUMBER), parse("0612345678"), "fr", NOW)
    attendance = Attendance(call, release, service, call.at, lambda: 0.0)
    sent: list[str] = []
    talk = attendance.talk()
    ending = Ending.LOST
    try:
        command = next(talk)
        while True:
            if breaks and isinstance(command, Fetch):
                command = talk.throw(RuntimeError("the line broke"))
            else:
                command = talk.send(lived(command, sent))
    except StopIteration as stop:
        ending = stop.value
    record: Record = attendance.record(None, NOW + timedelta(minutes=1), ending)
    logging.getLogger("tried").error("record lost to the ledger, it follows: %s", record)
    written = json.dumps([entry.plain() for entry in record.tape], ensure_ascii=False, default=str)

    assert sent == ([] if breaks else [CODE])
    assert ending is (Ending.FAILED if breaks else Ending.FLOW)
    assert "••••••" in written
    assert CODE not in written + caplog.text + repr(record) + str(asdict(record))
