"""What editors are told of the book: the schemas are those of the models, and every file of the demo names its own."""

import json
import re
from pathlib import Path

import pytest

from ivr.book.schema import FOLDER, reference, schemas
from ivr.flow.nodes import KINDS

DEMO = Path(__file__).parents[2]
FILES = [
    *sorted((DEMO / "dialplans").glob("*.yaml")),
    *(path for folder in ("flows", "lists", "tests") for path in sorted((DEMO / "dialplans" / folder).glob("*.yaml"))),
    *sorted((DEMO / "prompts").glob("*.yaml")),
]


MADE = schemas()  # once, since it takes a while


@pytest.mark.parametrize("name", sorted(MADE))
def test_the_schemas_in_the_demo_are_those_of_the_models(name: str) -> None:
    """After a change of a model: `ivr schema .`"""
    assert (DEMO / "dialplans" / FOLDER / name).read_text(encoding="utf-8") == MADE[name]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_file_tells_editors_its_schema(file: Path) -> None:
    """By the modeline that yaml-language-server reads."""
    found = re.search(r"^# yaml-language-server: \$schema=(\S+)$", file.read_text(encoding="utf-8"), re.MULTILINE)

    assert found is not None
    assert (file.parent / found[1]).is_file()


def test_the_schemas_say_no_more_than_editors_know() -> None:
    """Draft-07, and yes and no as people write them."""
    flow = MADE["flow.json"]

    assert not re.search(r'"(prefixItems|unevaluatedProperties|discriminator|x-or-one)"', flow)
    barge_in = json.loads(flow)["$defs"]["Say"]["properties"]["barge_in"]
    assert barge_in["enum"] == ["yes", "no", True, False]
    assert barge_in["description"]


def test_tests_may_be_written_as_people_write_them() -> None:
    """One thing without the dash of a list, one word for all agents, an amount without quotes."""
    fields = json.loads(MADE["tests.json"])["$defs"]["WrittenCase"]["properties"]

    assert fields["keys"]["anyOf"][0] == fields["agents"]["anyOf"][0] == {"type": ["string", "number"]}
    assert {"type": ["string", "number"]} in fields["charged"]["anyOf"]
    assert fields["codes"]["enum"] == ["yes", "no", True, False]


def test_the_reference_has_every_kind_with_every_field() -> None:
    """A field without a description would be an empty cell."""
    text = "\n".join(reference())

    for kind in KINDS:
        for field in kind.model_fields.keys() - {"kind", "exits"}:
            assert re.search(rf"^\| `{field}` \| .* \| \S.* \|$", text, re.MULTILINE), (kind, field)
