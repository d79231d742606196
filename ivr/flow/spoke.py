"""With whom a caller has talked last, in the notes of his call: so that what he says of it is known to be of whom."""

from ivr.flow.node import Scene

AGENT, QUEUE = "(agent)", "(agent's queue)"  # no note that people name is written so


def spoke(scene: Scene, agent: str | None, queue: str = "") -> None:
    """Note it; ``None``: the exchange did not tell who it was.  ``queue`` is where he waited for him, if he did."""
    for name, value in ((AGENT, agent or ""), (QUEUE, queue)):
        scene.notes.pop(name, None)
        if value:
            scene.notes[name] = value


def spoken_with(scene: Scene) -> tuple[tuple[str, str], ...]:
    """As facts: `agent` and `queue`, those that are known."""
    known = (("agent", scene.notes.get(AGENT, "")), ("queue", scene.notes.get(QUEUE, "")))
    return tuple((name, value) for name, value in known if value)
