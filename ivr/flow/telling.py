"""What somebody who picks up is told of the call that is about to reach him, while the caller waits and hears nothing.

He is told in the language of the book: agents have no other.
"""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ivr.flow.commands import Dial, Enqueue, Now, Phrase, Talk
from ivr.flow.node import OR_ONE, PromptName, Scene, one_or_many
from ivr.values.whisper import BY_THEN, MENU, NUMBER, PRICE, waited
from ivr.values.wording import spelled


class Tell(BaseModel):
    """A fact of this call: `{tell: number}` the number dialled, `{tell: option}` the last key chosen in a menu,
    `{tell: waiting}` for how long the caller is in the line, `{tell: tariff}` what the call costs him.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tell: Literal["number", "option", "waiting", "tariff"] = Field(description="number, option, waiting or tariff")

    def say(self, scene: Scene) -> Talk[Phrase]:
        """The names of what is said; nothing where there is nothing to say."""
        match self.tell:
            case "number":
                digits = scene.call.dialled.national or ""
                return (NUMBER, *spelled(digits)) if digits else ()
            case "option":
                return (MENU, *spelled(scene.chosen[-1])) if scene.chosen and scene.chosen[-1].isdigit() else ()
            case "waiting":
                return (waited(((yield from Now()) - scene.call.at).total_seconds()),)
            case "tariff":
                return (PRICE,)


def priced(to: Dial | Enqueue, told: str) -> Dial | Enqueue:
    """The same, in which whoever picks up hears ``told`` where he is to be told the price; empty: nothing."""
    if PRICE not in to.whisper:
        return to
    return replace(to, whisper=tuple(filter(None, (told if one == PRICE else one for one in to.whisper))))


def _or_one(value: Any) -> Any:
    return one_or_many(value) if value != () else value


Whisper = Annotated[tuple[PromptName | Tell, ...], BeforeValidator(_or_one), Field(json_schema_extra=OR_ONE)]


def told(whisper: Whisper, scene: Scene, *, later: bool = False) -> Talk[Phrase]:
    """The names of the utterances, in order; ``later``: it is not known yet when they are said."""
    names: list[str] = []
    for part in whisper:
        if later and isinstance(part, Tell) and part.tell == "waiting":
            names.append(BY_THEN)
            continue
        names.extend((part,) if isinstance(part, str) else (yield from part.say(scene)))
    return tuple(names)
