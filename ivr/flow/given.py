"""What a node tells another system: texts, notes of the call, the numbers of the caller and of the service."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from ivr.flow.node import NoteName, Scene
from ivr.flow.references import Refers
from ivr.values.hidden import Hidden

RemoteName = Annotated[str, Refers("remote")]

# A place on the other system: what follows its address.
Path = Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)*/?$", max_length=200)]


class Noted(BaseModel):
    """A note of this call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: NoteName = Field(description="the note whose value is sent; left out if there is none")


class Of(BaseModel):
    """A fact of this call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    of: Literal["caller", "dialled", "call"] = Field(
        description="caller: his number, left out if withheld; dialled: our number; call: the id of this call"
    )


Given = Annotated[str, Field(max_length=500)] | Noted | Of
FieldName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
Fields = Mapping[FieldName, Given]


def given(fields: Fields, scene: Scene, *, secrets: bool) -> tuple[tuple[str, str], ...]:
    """The fields with their values.  What was typed in secret is sent only where ``secrets`` may go."""
    found = ((name, _value(wanted, scene)) for name, wanted in fields.items())
    shown = ((name, value.shown if isinstance(value, Hidden) and not secrets else value) for name, value in found)
    return tuple((name, value) for name, value in shown if value is not None)


def _value(wanted: Given, scene: Scene) -> str | None:
    match wanted:
        case Noted(note=note):
            return scene.notes.get(note)
        case Of(of="caller"):
            return scene.call.caller.e164 or scene.call.caller.national
        case Of(of="dialled"):
            return scene.call.dialled.e164 or scene.call.dialled.national
        case Of():
            return scene.call.id
        case text:
            return text
