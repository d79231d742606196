"""What `ivr explore` says shows each of twenty faults: the book as it was says otherwise."""

import functools
import json
from datetime import UTC, datetime
from itertools import islice

import pytest

from ivr.book.book import LANGUAGE, Book, read_book
from ivr.book.worlds import world_of
from ivr.flow.explore import explore
from ivr.flow.paths import Paths
from ivr.terminal import explored
from ivr.values.number import parse
from tests.book.faults import DEMO, FAULTS, faulty

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
CALLERS = [parse("0612345678")]  # as with --from: others would take longer, and show no more of these faults
SHOWN, WORDS = 2500, 100


def said(book: Book, number: str) -> str:
    """All that is said of a number: figures, paths, and what is heard along them."""
    service = book.services[number]
    texts = {one.name: one.text for one in book.utterances() if one.language == LANGUAGE}
    paths = Paths(explore(world_of(book, service, MONDAY), CALLERS))
    shown = list(islice(paths.each(), SHOWN))
    lines = [*explored.summary(paths, service, None, None), *(explored.line(one, service.tariff) for one in shown)]
    words = {
        json.dumps(explored.plain(one, service, None, texts)["heard"], ensure_ascii=False) for one in shown[:WORDS]
    }
    return "\n".join([*lines, *words])


@functools.cache
def said_before(number: str) -> str:
    return said(read_book(DEMO), number)


@pytest.mark.parametrize("name", FAULTS)
def test_exploring_shows_each_fault_put_into_the_book(name: str) -> None:
    """What was said of the book before is said no longer, and what is said now was not."""
    fault = FAULTS[name]
    before, after = said_before(fault.number), said(faulty(name), fault.number)

    assert fault.before in before
    assert not fault.before or fault.before not in after
    assert fault.after in after
    assert fault.after not in before


def test_there_are_twenty_faults() -> None:
    """Fewer would show less."""
    assert len(FAULTS) >= 20
