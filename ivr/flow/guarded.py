"""What nodes have in common by which the staff gives orders over the phone: a PIN, and three attempts at it."""

from typing import ClassVar

from pydantic import Field

from ivr.flow.commands import Gather, Need, Phrase, Play, Talk
from ivr.flow.errands import Verify
from ivr.flow.node import Node, Scene, Sentence, phrase
from ivr.values.hidden import Hidden

ATTEMPTS = 3  # PINs tried in one call
DIGITS = 6
WHY = "switched by phone"


class Guarded(Node):
    """`done` when the caller is through, `denied` after three wrong PINs, `failed` if an order could not be kept."""

    leaves: ClassVar[tuple[str, ...]] = ("done", "denied", "failed")
    final: ClassVar[frozenset[str]] = frozenset({"done", "denied"})
    asks: ClassVar[bool] = True

    pin: str = Field(description="whose PIN is asked for: NAME of the secret pin:NAME", pattern=r"^[a-z][a-z0-9-]*$")
    pin_prompt: Sentence = Field(default=("switch-pin",), description="asks for the PIN")
    wrong_prompt: Sentence = Field(default=("switch-wrong",), description="said before the PIN is asked for again")
    denied_prompt: Sentence = Field(default=("switch-denied",), description="said after three wrong PINs")
    failed_prompt: Sentence = Field(default=("switch-failed",), description="said if an order could not be kept")
    orders: int = Field(default=2, ge=1, le=9, description="how often the orders are spoken; then the node is left")
    first_key: float = Field(default=8, ge=1, le=60, description="seconds of silence after a question")
    next_key: float = Field(default=4, ge=1, le=30, description="seconds between the digits of the PIN")

    def need(self) -> Need:
        return Need.ANSWERED

    def let_in(self, scene: Scene) -> Talk[bool]:
        """Whether the caller knows the PIN; who does not is told so."""
        again: Phrase = ()
        for _ in range(ATTEMPTS):
            words = (*again, *(yield from phrase(self.pin_prompt, scene)))
            heard = yield from Gather(words, DIGITS, self.first_key, self.next_key, scene.typed(), secret=True)
            if heard.keys and (yield from Verify(self.pin, Hidden(heard.keys))):
                return True
            again = yield from phrase(self.wrong_prompt, scene)
        yield from Play((yield from phrase(self.denied_prompt, scene)))
        return False
