"""Leave a message in a mailbox of mailboxes.yaml."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ivr.flow.commands import Ask, Need, Now, Play, Talk
from ivr.flow.errands import Room
from ivr.flow.message import Taking
from ivr.flow.node import CAME_BY, Node, Scene, Sentence, Way, phrase
from ivr.flow.references import Refers

MailboxName = Annotated[str, Refers("mailbox")]

KEPT, NOTHING, DECLINED, FULL, OPERATOR = "kept", "nothing", "declined", "full", "operator"
OPERATOR_KEY = "0"
# The exits of what rings that say that people are there, and talk with others.
BUSY = frozenset({"busy", "full"})


class Voicemail(Node):
    """Greet the caller for a mailbox, and record his message; who is to have it is told by e-mail or over HTTP.

    He must press a key first (`press`), so that no box fills with the silence of those who want to leave no message:
    they leave by `declined`.  Then he is told that he is recorded, speaks after the beep, and may listen, keep, or
    begin again: `kept`, or `nothing` if he said too little.  Where no message can be left any more the node is left by
    `full` at once, and nothing was said or charged; 0 leads to `operator`, where that exit is linked.
    """

    leaves: ClassVar[tuple[str, ...]] = (KEPT, NOTHING, DECLINED, FULL, OPERATOR)
    optional: ClassVar[frozenset[str]] = frozenset({OPERATOR})
    asks: ClassVar[bool] = True

    kind: Literal["voicemail"]
    box: MailboxName = Field(description="the mailbox in mailboxes.yaml")
    greeting: Literal["auto", "unavailable", "busy"] = Field(
        default="auto",
        description="which greeting of the box: auto: busy after the exits busy and full of what rang before, else "
        "unavailable; what is said for a while wins",
    )
    press: str = Field(
        default="1", pattern=r"^[1-9#]?$", description="the key by which a message is left; empty: none is asked for"
    )
    press_prompt: Sentence = Field(default=("voicemail-press",), description="says which key; after the greeting")
    prompt: Sentence = Field(
        default=("voicemail-speak",),
        description="said before the beep: that the caller is recorded, what for, and that a key ends the message",
    )
    silence: int = Field(default=5, ge=2, le=30, description="seconds of silence that end the message")
    takes: int = Field(default=3, ge=1, le=9, description="how often the message may be made, in all")
    review: Sentence = Field(
        default=("message-review",), description="the choices after it: 1 listen again, 2 keep, 3 make another"
    )
    hearings: int = Field(
        default=2, ge=1, le=9, description="how often it is said what may be pressed, before he is taken not to want to"
    )
    first_key: float = Field(default=5, ge=1, le=60, description="seconds of silence after that")

    @model_validator(mode="after")
    def _can_be_declined(self) -> Self:
        if not self.press and OPERATOR in self.exits:
            raise ValueError("nobody presses 0 where no key is asked for: write press, or delete the exit operator")
        return self

    def need(self) -> Need:
        return Need.ANSWERED

    def run(self, scene: Scene) -> Talk[Way]:
        box, came = scene.mailboxes[self.box], scene.notes.pop(CAME_BY, "")
        busy = self.greeting == "busy" or (self.greeting == "auto" and came in BUSY)
        if not (yield from Room(box.name, box.most)):
            return FULL
        now = (yield from Now()) if box.temporary else None
        greeting = box.greeting(busy=busy, now=now)
        if not self.press:
            yield from Play(greeting)
        elif taken := (yield from self._declines(greeting, scene)):
            return taken
        taking = Taking(
            prompt=self.prompt,
            longest=box.longest,
            silence=self.silence,
            least=box.shortest,
            takes=self.takes,
            review=self.review,
            hearings=self.hearings,
            box=box.label,
            mailbox=box.name,
        )
        return KEPT if (yield from taking.take(scene)) else NOTHING

    def _declines(self, greeting: tuple[str, ...], scene: Scene) -> Talk[str | None]:
        """The exit of who leaves no message; ``None``: he wants to."""
        accept = (self.press, OPERATOR_KEY) if OPERATOR in self.exits else (self.press,)
        said = greeting
        for _ in range(self.hearings):
            words = (*said, *(yield from phrase(self.press_prompt, scene)))
            keys = (yield from Ask(words, accept, self.first_key, typed=scene.typed())).keys
            if keys == self.press:
                return None
            if keys == OPERATOR_KEY and OPERATOR in self.exits:
                return OPERATOR
            said = ()
        return DECLINED
