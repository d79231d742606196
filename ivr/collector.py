"""Python's collector of cycles, kept away from what comes to stay: books, and what a command imports."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector from walking what is made meanwhile, then or later.

    For a book: it stops every thread, 0.17 s with 10,000 numbers, in which no caller would be answered.  Books have no
    cycles: the old one goes when the last call that keeps it ends.  For imports: a tenth of the time that they take.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was:
            gc.enable()
