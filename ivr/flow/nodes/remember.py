"""Remember something of a caller for his next calls."""

from datetime import timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from ivr.flow import errands
from ivr.flow.commands import Talk
from ivr.flow.node import Node, NoteName, Scene, Way


class Remember(Node):
    """Keep a note of this call, or a text, for this caller's next calls; then leave by `done`.

    Anonymous callers are not remembered; a note that there is not is not either.
    """

    kind: Literal["remember"]
    key: NoteName = Field(description="the name under which it is remembered")
    note: NoteName | None = Field(default=None, description="the note of this call whose value is remembered")
    value: str | None = Field(default=None, min_length=1, max_length=200, description="or the text itself")
    days: float = Field(default=365, gt=0, le=3650, description="for how long, in days")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.note is None) == (self.value is None):
            raise ValueError("what is to be remembered is not clear; write either note or value")
        return self

    def run(self, scene: Scene) -> Talk[Way]:
        value = self.value if self.note is None else scene.notes.get(self.note)
        if value is not None:
            yield from errands.Remember(self.key, value, timedelta(days=self.days))
        return "done"
