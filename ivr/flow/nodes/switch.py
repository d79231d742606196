"""Open or close a calendar by hand, over the phone, for those who know the PIN."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from ivr.flow.commands import Ask, Now, Phrase, Play, Talk
from ivr.flow.errands import Overridden, Override, Overrule
from ivr.flow.guarded import WHY, Guarded
from ivr.flow.node import CalendarName, Scene, Sentence, Way, phrase
from ivr.values.wording import reopening, sayable

# Key to: open or closed, and whether only until the hours change next; none: back to the hours.
ORDERS = {"1": (True, True), "2": (False, True), "3": (True, False), "4": (False, False), "5": None}
END = "0"


class Switch(Guarded):
    """Ask for a PIN, say how the calendar stands, and take orders: 1 open and 2 close until the hours change next,
    3 open and 4 close for good, 5 back to the hours, 0 end.  After each order the state is said.

    `done` when the caller is through, `denied` after three wrong PINs, `failed` if an order could not be kept.
    The PIN is six digits that `ivr secrets show pin:NAME` prints.
    """

    kind: Literal["switch"]
    calendar: CalendarName = Field(description="the calendar that is switched")
    prompt: Sentence = Field(default=("switch-choices",), description="the orders as they are spoken")
    open_prompt: Sentence = Field(default=("switch-open",), description="says that we are open")
    closed_prompt: Sentence = Field(default=("switch-closed",), description="says that we are closed")
    hours_prompt: Sentence = Field(default=("switch-by-hours",), description="says: as the hours are")
    hand_prompt: Sentence = Field(default=("switch-by-hand",), description="says: switched by hand")
    until_prompt: Sentence = Field(default=("switch-until",), description="said before the instant of the next change")
    for_good_prompt: Sentence = Field(default=("switch-for-good",), description="says: until further notice")

    def run(self, scene: Scene) -> Talk[Way]:
        if not (yield from self.let_in(scene)):
            return "denied"
        choices = yield from phrase(self.prompt, scene)
        override = yield from Overridden(self.calendar)
        for _ in range(self.orders):
            state = yield from self._state(override, scene)
            heard = yield from Ask((*state, *choices), (*ORDERS, END), self.first_key, self.next_key, scene.typed())
            if heard.keys == END:
                return "done"
            if heard.keys in ORDERS:
                override = yield from self._override(heard.keys, scene)
                if not (yield from Overrule(self.calendar, override)):
                    yield from Play((yield from phrase(self.failed_prompt, scene)))
                    return "failed"
        yield from Play((yield from self._state(override, scene)))
        return "done"

    def _override(self, key: str, scene: Scene) -> Talk[Override | None]:
        """What the order behind a key puts in force."""
        order = ORDERS[key]
        if order is None:
            return None
        is_open, for_now = order
        until: datetime | None = None
        if for_now:
            until = scene.calendars[self.calendar].opening((yield from Now())).until
        return Override(is_open, WHY, until)

    def _state(self, override: Override | None, scene: Scene) -> Talk[Phrase]:
        """How the calendar stands, by what, and until when: "… fermé, à la main. Prochain changement : demain …"."""
        calendar = scene.calendars[self.calendar]
        now = (yield from Now()).astimezone(calendar.zone)
        opening = calendar.opening(now, override)
        how = yield from phrase(self.open_prompt if opening.open else self.closed_prompt, scene)
        by = yield from phrase(self.hand_prompt if override else self.hours_prompt, scene)
        if opening.until is None:
            return (*how, *by, *(yield from phrase(self.for_good_prompt, scene)))
        until = yield from phrase(self.until_prompt, scene)
        return (*how, *by, *until, *reopening(now, sayable(opening.until, calendar)))
