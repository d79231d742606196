"""The README knows every setting and every command: nobody should have to read code to find one."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ivr import settings
from ivr.cli import main

CHECKOUT = Path(__file__).parents[2]
README = (CHECKOUT / "README.md").read_text()


def verbs(group: click.Group, before: str = "ivr") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, f"{before} {name} is listed and not there"
        if isinstance(command, click.Group):
            yield from verbs(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


@pytest.mark.parametrize("name", sorted(set(re.findall(r'"(IVR_[A-Z_]+)"', Path(settings.__file__).read_text()))))
def test_every_setting_is_in_the_readme(name: str) -> None:
    """In code type, as it is written."""
    assert f"`{name}`" in README


@pytest.mark.parametrize("verb", list(verbs(main)))
def test_every_command_is_in_the_readme(verb: str) -> None:
    """As it is typed, on the host or in the container."""
    assert re.search(rf"\b{verb}\b", README)


@pytest.mark.parametrize("verb", sorted(set(re.findall(r"(?:docker/ivr|`ivr) ([a-z-]+(?: show| list)?)", README))))
def test_every_command_in_the_readme_is_one(verb: str) -> None:
    """What is shown can be typed."""
    known = {found.removeprefix("ivr ") for found in verbs(main)}

    assert any(name == verb or name.startswith(f"{verb} ") or verb.startswith(f"{name} ") for name in known)


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\bIVR_[A-Z_]+[A-Z]\b", README))))
def test_every_setting_in_the_readme_is_read_by_somebody(name: str) -> None:
    """By the controller, or by what starts the containers."""
    readers = [Path(settings.__file__), *(CHECKOUT / "docker").glob("*"), CHECKOUT / "tests" / "run"]

    assert any(name in path.read_text() for path in readers if path.is_file())
