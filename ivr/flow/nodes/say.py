"""Say something and go on."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ivr.flow.commands import Need, Play, Talk
from ivr.flow.node import Node, Scene, Sentence, Way, phrase

ANY_KEY = "0123456789*#"


class Say(Node):
    """Say a sentence.  A key cuts it short, unless it must be heard, and is kept for the question that follows."""

    kind: Literal["say"]
    prompt: Sentence = Field(description="what is said: a prompt, or a list of prompts and slots")
    barge_in: bool = Field(default=True, description="whether a key cuts it short; `no` for what must be heard")
    typeahead: Literal["keep", "flush"] = Field(
        default="keep", description="whether that key answers the question that follows, or is forgotten"
    )

    service: bool = Field(
        default=False, description="whether this is the service that the caller pays for: the line is answered first"
    )

    free: bool = Field(
        default=False,
        description="whether it is heard before any announcement and answer, whatever it leads to: so it is free",
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.service and self.free:
            raise ValueError("a service that is paid for cannot be free: write service or free")
        return self

    def is_free(self) -> bool:
        return self.free

    def need(self) -> Need:
        return Need.ANSWERED if self.service else Need.EARLY

    def run(self, scene: Scene) -> Talk[Way]:
        played = yield from Play((yield from phrase(self.prompt, scene)), until=ANY_KEY if self.barge_in else "")
        if played.key and self.typeahead == "keep":
            scene.ahead.append(played.key)
        return "done"
