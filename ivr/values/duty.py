"""Whether an agent takes the calls of queues."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Duty:
    """``present``: logged in; ``paused``: there, but not to be rung for a while.  Who was never told is on duty."""

    present: bool = True
    paused: bool = False

    @property
    def spoken(self) -> str:
        """The name of the utterance that says it, to the agent himself."""
        return LOGGED_OUT if not self.present else PAUSED if self.paused else ON_DUTY


ON = Duty()

ON_DUTY, PAUSED, LOGGED_OUT = "duty/on-duty", "duty/paused", "duty/logged-out"
SAID = {
    ON_DUTY: "Vous êtes en service.",
    PAUSED: "Vous êtes en pause. Aucun appel ne vous est présenté.",
    LOGGED_OUT: "Vous êtes déconnecté. Aucun appel ne vous est présenté.",
}
"""What agents hear of themselves; their own house speaks French to them."""
