"""JSON Schemas of everything people write, for editors that complete and check while one types; and the reference
of node kinds, both from the models themselves.

Editors speak draft-07: what pydantic writes beyond it (``discriminator``) they ignore.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import Field, TypeAdapter

from ivr.book.agents import WrittenAgent
from ivr.book.bounds import WrittenCaps, WrittenProfiles
from ivr.book.cases import WrittenCase
from ivr.book.ceilings import WrittenCeiling
from ivr.book.crises import WrittenCrisis
from ivr.book.destinations import WrittenDestination
from ivr.book.groups import WrittenGroup
from ivr.book.hours import WrittenCalendar
from ivr.book.lists import WrittenDepartment, WrittenList
from ivr.book.mailboxes import WrittenMailbox
from ivr.book.money import WrittenSteps, WrittenVat
from ivr.book.nuisances import WrittenNuisance
from ivr.book.owners import WrittenOff, WrittenOwner
from ivr.book.promises import WrittenProperties
from ivr.book.queues import OR_LIST, WrittenQueue
from ivr.book.recordings import WrittenRecording
from ivr.book.remotes import WrittenRemote
from ivr.book.trunks import WrittenTrunk
from ivr.book.voices import WrittenVoices
from ivr.book.written import PromptText, WrittenNumber, WrittenTariff
from ivr.flow.flow import Flow
from ivr.flow.node import OR_ONE, Node
from ivr.flow.nodes import KINDS

FOLDER = ".schema"
YES_NO = ("yes", "no")
OR_ONE_KEY, OR_LIST_KEY = next(iter(OR_ONE)), next(iter(OR_LIST))

# The files that map names to things of one kind.
TABLES: dict[str, Any] = {
    "numbers": WrittenNumber,
    "tariffs": WrittenTariff,
    "calendars": WrittenCalendar,
    "agents": WrittenAgent,
    "groups": WrittenGroup,
    "trunks": WrittenTrunk,
    "destinations": WrittenDestination,
    "queues": WrittenQueue,
    "mailboxes": WrittenMailbox,
    "remotes": WrittenRemote,
    "departments": WrittenDepartment,
    "owners": WrittenOwner,
    "law": WrittenOff,
    "ceilings": WrittenCeiling,
    "crises": WrittenCrisis,
    "nuisance": WrittenNuisance,
    "prompts": PromptText,
    "recordings": WrittenRecording,
    "lexicon": Annotated[str, Field(min_length=1, max_length=200)],
}

# The files that are lists.
LISTS: dict[str, Any] = {"properties": WrittenProperties, "tests": tuple[WrittenCase, ...], "list": WrittenList}


def schemas() -> dict[str, str]:
    """File name to JSON text: ``flow.json``, ``numbers.json`` and so on."""
    made = {
        "flow.json": _schema("flow", TypeAdapter(Flow)),
        "voices.json": _schema("voices", TypeAdapter(WrittenVoices)),
        "vat.json": _schema("vat", TypeAdapter(WrittenVat)),
        "steps.json": _schema("steps", TypeAdapter(WrittenSteps)),
        "caps.json": _schema("caps", TypeAdapter(WrittenCaps)),
        "profiles.json": _schema("profiles", TypeAdapter(WrittenProfiles)),
    }
    for name, model in TABLES.items():
        made[f"{name}.json"] = _schema(name, TypeAdapter(dict[str, model]))  # type: ignore[valid-type]
    for name, model in LISTS.items():
        made[f"{name}.json"] = _schema(name, TypeAdapter(model), numbers=True)
    return made


def write(directory: Path) -> list[Path]:
    """Put the schemas where the modelines of the book look for them; returns what was written."""
    folder = directory / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written


def _schema(name: str, adapter: TypeAdapter[Any], *, numbers: bool = False) -> str:
    """``numbers``: texts may look like numbers to an editor (``charged: 1.50``); to us all are text."""
    schema = _plain(adapter.json_schema())
    made = {"$schema": "http://json-schema.org/draft-07/schema#", "title": name, **schema}
    if numbers:
        made = _numbers_too(made)
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=False) + "\n"


def _plain(schema: Any) -> Any:
    """Only what draft-07 knows, and what people may write: yes and no, one thing without the dash of a list."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "boolean":
        return {
            **{key: _plain(value) for key, value in schema.items() if key != "type"},
            "enum": [*YES_NO, True, False],
        }
    left_out = {"discriminator", OR_ONE_KEY, OR_LIST_KEY} | (
        {"title"} if isinstance(schema.get("title"), str) else set()
    )
    plain = {key: _plain(value) for key, value in schema.items() if key not in left_out}
    if schema.get(OR_ONE_KEY):
        kept = {key: plain.pop(key) for key in ("description", "default") if key in plain}
        return {"anyOf": [plain["items" if "items" in plain else "additionalProperties"], plain], **kept}
    if schema.get(OR_LIST_KEY):
        kept = {key: plain.pop(key) for key in ("description", "default") if key in plain}
        name = plain.get("propertyNames", {"type": "string"})
        return {"anyOf": [name, {"type": "array", "items": name, "minItems": 1}, plain], **kept}
    return plain


def _numbers_too(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_numbers_too(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: _numbers_too(value) for key, value in schema.items()}
    return {**plain, "type": ["string", "number"]} if plain.get("type") == "string" and "enum" not in plain else plain


def reference(kinds: tuple[type[Node], ...] = KINDS) -> Iterator[str]:
    """The kinds of node, in Markdown, a line at a time."""
    for kind in kinds:
        yield from (f"## {name_of(kind)}", "", " ".join((kind.__doc__ or "").split()), "")
        exits = [f"`{leaf}`" + (" (left out: the call ends)" if leaf in kind.final else "") for leaf in kind.leaves]
        yield from (f"Exits: {', '.join(exits) or 'none of its own'}.", "")
        yield from ("| field | default | meaning |", "|---|---|---|")
        for field, info in kind.model_fields.items():
            if field not in ("kind", "exits"):
                default = "required" if info.is_required() else _shown(info.get_default(call_default_factory=True))
                yield f"| `{field}` | {default} | {info.description} |"
        yield ""


def name_of(kind: type[Node]) -> str:
    """The word that people write for a kind of node."""
    return str(get_args(kind.model_fields["kind"].annotation)[0])


def _shown(value: Any) -> str:
    if value in (None, "", (), {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return str(value)
