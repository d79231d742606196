"""Sell an access code by the price of the call.

What the law wants: the caller is told first how many calls he will need, what all of them cost together, and how
long a code is valid; at most 24 € for the whole; valid for 5 minutes at least and 48 hours at most; every call gives
a code.  Source: AF2M, RD SVA 2024, p. 16, 24, 25.  `ivr check` holds the node against the tariffs of the numbers that
lead to it.
"""

from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Need, Play, Talk
from ivr.flow.errands import Issue
from ivr.flow.node import Node, Scene, Sentence, Way, phrase
from ivr.values.wording import spelled

LEAST, MOST = 5, 48 * 60  # minutes


class PayCode(Node):
    """Give out a code and say it digit by digit, twice; leave by `sold`, or by `none_left` before anything is said.

    Put it where no sound was charged before, so that a call for which no code is left costs nothing.  Whoever opens
    the door asks the controller whether a code is good: `POST /codes/check`.
    """

    leaves: ClassVar[tuple[str, ...]] = ("sold", "none_left")

    kind: Literal["pay_code"]
    product: str = Field(min_length=1, max_length=60, description="what the code opens, in words")
    prompt: Sentence = Field(
        description="said before the code: how many calls it takes, the whole price, how long the code is valid"
    )
    minutes: int = Field(ge=LEAST, le=MOST, description="how long a code is valid, in minutes: 5 to 2880 (48 hours)")
    calls: int = Field(default=1, ge=1, le=24, description="how many calls one access takes; one is best")
    digits: int = Field(default=8, ge=6, le=12, description="how many digits a code has that is made here")
    pool: Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]{0,40})?$")] = Field(
        default="", description="the pool of codes loaded by `ivr codes load`; without, codes are made here"
    )
    again: Sentence = Field(default=("code-again",), description="said between the first time and the second")

    def need(self) -> Need:
        return Need.ANSWERED

    def run(self, scene: Scene) -> Talk[Way]:
        code = yield from Issue(self.product, timedelta(minutes=self.minutes), self.digits, self.pool)
        if code is None:
            return "none_left"
        prompt = yield from phrase(self.prompt, scene)
        again = yield from phrase(self.again, scene)
        yield from Play((*prompt, *spelled(code), *again, *spelled(code)))
        return "sold"
