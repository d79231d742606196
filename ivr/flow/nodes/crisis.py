"""Put a prepared crisis on, or take it away, over the phone, for those who know the PIN."""

from typing import Literal

from pydantic import Field

from ivr.flow.commands import Ask, Play, Talk
from ivr.flow.errands import Declare, InForce
from ivr.flow.guarded import Guarded
from ivr.flow.node import CrisisName, Scene, Sentence, Way, phrase

ORDERS = {"1": True, "2": False}
END = "0"


class Crisis(Guarded):
    """Ask for a PIN, say whether the crisis is on, and take orders: 1 on, 2 off, 0 end.  After each the state is said.

    `done` when the caller is through, `denied` after three wrong PINs, `failed` if an order could not be kept.
    The PIN is six digits that `ivr secrets show pin:NAME` prints.
    """

    kind: Literal["crisis"]
    crisis: CrisisName = Field(description="the crisis of crises.yaml")
    prompt: Sentence = Field(default=("crisis-choices",), description="the orders as they are spoken")
    on_prompt: Sentence = Field(default=("crisis-on",), description="says that the crisis is on")
    off_prompt: Sentence = Field(default=("crisis-off",), description="says that it is not")

    def run(self, scene: Scene) -> Talk[Way]:
        if not (yield from self.let_in(scene)):
            return "denied"
        choices = yield from phrase(self.prompt, scene)
        on = (yield from InForce((self.crisis,))) is not None
        for _ in range(self.orders):
            state = yield from phrase(self.on_prompt if on else self.off_prompt, scene)
            heard = yield from Ask((*state, *choices), (*ORDERS, END), self.first_key, self.next_key, scene.typed())
            if heard.keys == END:
                return "done"
            if heard.keys in ORDERS:
                on = ORDERS[heard.keys]
                if not (yield from Declare(self.crisis, on)):
                    yield from Play((yield from phrase(self.failed_prompt, scene)))
                    return "failed"
        yield from Play((yield from phrase(self.on_prompt if on else self.off_prompt, scene)))
        return "done"
