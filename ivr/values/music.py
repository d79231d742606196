"""Music on hold as values: where it stands among what is baked, and the names that every book has."""

from collections.abc import Iterable, Mapping

from ivr.values.phrase import Utterance

MUSIC = "music"
"""Stands in the place of a language: nobody speaks it."""
DEFAULT = "default"
"""The class that is heard where nobody names one."""
HOUSE = "house"
"""The piece that the house itself brings, where the class ``DEFAULT`` has no folder of its own."""


def music_pieces(music: Mapping[str, Iterable[str]]) -> list[Utterance]:
    """What must be baked so that these classes can be heard."""
    return [Utterance(MUSIC, f"{name}/{piece}", "") for name, pieces in music.items() for piece in pieces]
