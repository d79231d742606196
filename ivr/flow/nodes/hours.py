"""Ask a calendar whether we are open.  Neither answers nor makes a sound."""

from typing import ClassVar, Literal

from pydantic import Field

from ivr.flow.commands import Now, Talk
from ivr.flow.errands import Overridden
from ivr.flow.node import CalendarName, Node, Scene, Way
from ivr.values.calendar import State


class Hours(Node):
    """Leave by `open`, or by what closes the calendar at this instant.

    Any opening is `open`, also one made by hand.  `pause`, `holiday`, `exception`, `override`, and the exits that
    exceptions of the calendar name, are taken where they are linked; where they are not, `closed` is.
    """

    leaves: ClassVar[tuple[str, ...]] = tuple(state.value for state in State)
    optional: ClassVar[frozenset[str]] = frozenset(leaves) - {State.OPEN.value, State.CLOSED.value}
    elsewhere: ClassVar[bool] = True

    kind: Literal["hours"]
    calendar: CalendarName = Field(description="the calendar that is asked")

    def run(self, scene: Scene) -> Talk[Way]:
        override = yield from Overridden(self.calendar)
        exits = scene.calendars[self.calendar].opening((yield from Now()), override).exits
        return next((leaf for leaf in exits if leaf in self.exits), exits[-1])
