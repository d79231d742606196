"""The place that a caller has in a queue which he has left, in the notes of his call: for when he comes back, or is
called back."""

from dataclasses import dataclass
from datetime import datetime

from ivr.flow.node import Scene


@dataclass(frozen=True)
class Kept:
    """Since when he stands there, and at which place he stood when he left, from 1; ``None``: nobody told.

    His priority, and the only part of the queue in which he waits, are for when he is called back.
    """

    came: datetime
    place: int | None = None
    priority: int = 0
    part: str = ""


def forget(scene: Scene, queue: str) -> None:
    """He has been served: should he wait again, he comes last."""
    scene.notes.pop(_note(queue), None)


def keep(scene: Scene, queue: str, kept: Kept) -> None:
    """Note it; it wins over what was noted of that queue before."""
    scene.notes[_note(queue)] = f"{kept.came.isoformat()} {kept.place or ''} {kept.priority} {kept.part}"


def kept(scene: Scene, queue: str) -> Kept | None:
    """What was noted of a queue; ``None``: he has not waited in it."""
    came, place, priority, part = [*scene.notes.get(_note(queue), "").split(" "), "", "", ""][:4]
    return Kept(datetime.fromisoformat(came), int(place or 0) or None, int(priority or 0), part) if came else None


def _note(queue: str) -> str:
    return f"(queue {queue})"
