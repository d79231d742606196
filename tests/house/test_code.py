"""Rules of the house that no linter knows."""

import ast
from pathlib import Path

import pytest

from .code import modules, name, tree, used

LONGEST = 300
# A module that must be longer, and why.
LONGER: dict[str, str] = {}


def test_no_module_is_too_long() -> None:
    """Past 300 lines look for the second noun."""
    long = {name(path): lines for path in modules() if (lines := len(path.read_text().splitlines())) > LONGEST}

    assert long.keys() == LONGER.keys(), long


def test_only_the_line_answers() -> None:
    """Nothing else in the flow makes an Answer, a Progress or a Limit: there lies the order of the law."""
    makers = {
        f"{name(path)}:{line}: {what}"
        for path in modules("flow")
        for what, line in used(path).called
        if what in ("Answer", "Progress", "Limit")
    }

    assert {maker.partition(":")[0] for maker in makers} == {"flow/line.py"}, makers


def test_the_core_never_looks_at_a_clock() -> None:
    """Time enters as a result or an argument."""
    lookers = {
        f"{name(path)}:{line}"
        for path in modules("values", "flow")
        for what, line in used(path).called
        if what in ("now", "today", "utcnow", "monotonic", "time_ns", "localtime", "gmtime")
    }

    assert lookers == set()


def test_only_the_settings_read_the_environment() -> None:
    """Whoever wants to know what can be set looks in one place."""
    readers = set()
    for path in modules():
        touched = used(path).attributes | used(path).imported
        if touched & {"environ", "environb", "getenv", "putenv", "os.environ", "os.getenv"}:
            readers.add(name(path))

    assert readers == {"settings.py"}


@pytest.mark.parametrize(
    ("package", "rooms"),
    [
        ("panoramisk", ["asterisk"]),
        ("asterisk", ["asterisk"]),
        ("sqlalchemy", ["ledger"]),
        ("yaml", ["book"]),
        ("phonenumbers", ["values/number.py"]),
        ("holidays", ["values/holiday.py"]),
    ],
)
def test_each_package_is_known_in_one_room(package: str, rooms: list[str]) -> None:
    """Where it can be replaced."""
    users = {name(path) for path in modules() if any(one.split(".")[0] == package for one in used(path).imported)}

    assert users
    assert {user for user in users if not user.startswith(tuple(rooms))} == set()


def test_panoramisk_is_not_even_named_outside_its_room() -> None:
    """Its words and its ways stay behind the door."""
    named = {name(path) for path in modules() if "panoramisk" in path.read_text(encoding="utf-8").lower()}

    assert {one for one in named if not one.startswith("asterisk/")} == set()


def test_packages_have_no_code_of_their_own() -> None:
    """`__init__.py` is empty, except for the lists of the kinds of node and of the rules of law."""
    full = {name(path) for path in modules() if path.name == "__init__.py" and path.read_text().strip()}

    assert full == {"flow/nodes/__init__.py", "flow/law/__init__.py"}


@pytest.mark.parametrize("path", list(modules()), ids=name)
def test_every_module_says_what_lives_in_it(path: Path) -> None:
    """In its first line."""
    if path.name != "__init__.py":
        assert ast.get_docstring(tree(path))
