"""How fast paths are found: `python -m tests.bench.explore` prints the numbers that the README gives."""

import time
from datetime import UTC, datetime
from itertools import islice

from ivr.book.book import read_book
from ivr.book.worlds import world_of
from ivr.flow.explore import explore
from ivr.flow.paths import Paths
from tests.conftest import CHECKOUT


def main() -> None:
    book = read_book(CHECKOUT)
    since = datetime(2026, 6, 1, tzinfo=UTC)
    for number, service in book.services.items():
        began = time.perf_counter()
        paths = Paths(explore(world_of(book, service, since)))
        found = time.perf_counter()
        told = sum(1 for path in islice(paths.each(), 10_000) if path.steps and path.price(service.tariff))
        ended = time.perf_counter()
        print(
            f"{number}: {paths.count:.4g} paths through {len(paths.explored.states)} states in {found - began:.2f} s; "
            f"{told} of them told one by one in {ended - found:.2f} s"
        )


if __name__ == "__main__":
    main()
