"""The second reading of a book that is right: its properties understood, and advice given, each at its place."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from ivr.book import recordings
from ivr.book.access import with_access
from ivr.book.advice import advice
from ivr.book.book import Book
from ivr.book.countries import profiled
from ivr.book.dates import NUMBERS, dated
from ivr.book.directories import crowded
from ivr.book.money import off_the_steps, rates
from ivr.book.problems import BadBook, Mark, Problem, in_order
from ivr.book.promises import FILE, WrittenProperties, properties
from ivr.book.source import Source
from ivr.book.taped import taped
from ivr.book.tree import Scalar, Way, child, mark_of
from ivr.book.typed import understood
from ivr.book.unread import unread
from ivr.book.voices import speech


def advised(
    book: Book, directory: Path, sources: Iterable[Source], read: Callable[[Path], Source], house: Iterable[str]
) -> Book:
    """``book`` with its properties, and with what can be advised among its warnings.  Raises ``BadBook``.

    ``sources`` are the files that were read, ``house`` the prompts that the house itself says.
    """
    book, problems = with_access(book), list[Problem]()
    files = {source.file: source for source in sources}
    flows = {_flow(source): source for source in files.values() if source.file.startswith("dialplans/flows/")}

    def at(what: str, name: str, way: Way) -> Mark:
        if what == "flow":
            source = flows.get(name)
        elif what == "prompt":
            source = files.get(f"prompts/{name}.yaml")
        elif what == "list":
            return Mark(
                next((file for file in files if file.startswith(f"dialplans/lists/{name}.")), "dialplans/lists")
            )
        else:
            source = files.get(f"dialplans/{what}{'es' if what.endswith('x') else 's'}.yaml")
        return mark_of(source.tree, way) if source and source.tree else Mark(source.file if source else "dialplans")

    problems += (*advice(book, at, house), *crowded(book))
    if NUMBERS in files:
        problems += (*dated(book, files[NUMBERS]), *profiled(book, files[NUMBERS]), *taped(book, files[NUMBERS]))
    book = replace(book, vat=rates(directory, read, problems))
    problems += off_the_steps(book, directory, read, at, problems)
    if (directory / FILE).exists():
        source = read(directory / FILE)
        written = understood(WrittenProperties, source, problems)

        def tell(way: Way, rule: str, message: str, hint: str) -> None:
            problems.append(Problem.at(mark_of(source.tree, way) if source.tree else Mark(FILE), rule, message, hint))

        found = list(properties(written or (), book, tell))
        marked = tuple((one, mark_of(source.tree, (place,))) for one, place in found) if source.tree else ()
        book = replace(book, properties=marked)
    book = replace(book, speech=speech(directory, book, read, problems))
    problems += recordings.told(directory, book, read)
    problems += unread(directory, book, {*(source.file for source in sources), *_tables(directory)})
    told = in_order((*book.warnings, *problems))
    if any(problem.severity == "error" for problem in told):
        raise BadBook(told)
    return replace(book, warnings=told)


def _tables(directory: Path) -> list[str]:
    """The lists that are no YAML."""
    return [path.relative_to(directory).as_posix() for path in (directory / "dialplans" / "lists").glob("*.csv")]


def _flow(source: Source) -> str:
    found = child(source.tree, "flow") if source.tree else None
    return found.text if isinstance(found, Scalar) else ""
