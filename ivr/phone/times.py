"""What a phone's process lays down beside what its sides heard: the axis of time that makes a report of it.

A module of its own, so that a phone starts without the packages that read and compute sound: they take three times as
long to load as all else that it needs.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Times:
    """Monotonic seconds: INVITE, end of the recordings, beginning of each side's; ``sound_from`` since the INVITE,
    ``None`` where there was no sound.
    """

    invited: float
    ended: float
    began: tuple[float, ...]
    sound_from: float | None

    def lay(self, folder: Path) -> None:
        """Lay them down in a folder, for another process to ``take_up``."""
        _file(folder).write_text(json.dumps(asdict(self)), encoding="utf-8")


def take_up(folder: Path) -> Times:
    """What was laid down; raises ``FileNotFoundError`` where nothing was."""
    plain = json.loads(_file(folder).read_text(encoding="utf-8"))
    return Times(**plain | {"began": tuple(plain["began"])})


def wav(folder: Path, side: int) -> Path:
    """Where what a side hears is recorded: 0 is the caller, the agents follow in the order of the script."""
    return folder / f"side{side}.wav"


def _file(folder: Path) -> Path:
    return folder / "times.json"
