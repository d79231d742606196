"""How long a caller of a queue has to wait, as it is told to him: whole sentences that are baked ahead.

Steps are so close to each other that rounding to the nearest tells nobody more than a sixth too much or too little.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from ivr.values.numerals import base
from ivr.values.phrase import Utterance
from ivr.values.saying import duration

STEPS: tuple[int, ...] = (
    *(10, 15, 20, 25, 30, 35, 40, 45, 50, 60, 75, 90, 105, 120, 150, 180, 210),
    *range(240, 901, 60),
    *(1200, 1500, 1800, 2400, 3000, 3600),
)
"""Seconds that are said; a wait that is shorter than the first is not worth a word."""
LONGER = 7200
"""Stands for all that is longer than an hour."""
SHORTEST = 8.0  # seconds
NAME = "waits/"
"""What the names of these sentences begin with; seconds follow."""
FILE = "wait"
"""What a queue plays for each of them."""
PLACES = ("fr", "en")
"""The languages in which the image of Asterisk has a queue's places; who speaks another hears them in the first."""
_TELLS = re.compile(r"_\d+$")
_TOLD = {"fr": ("Votre attente est estimée à", "environ", "plus d'une heure"),
         "en": ("Your estimated waiting time is", "about", "more than one hour")}  # fmt: skip


def step(seconds: float | None) -> int | None:
    """The one that is told for a wait of so many seconds; ``None``: nothing is, for it is not known, or very short."""
    if seconds is None or seconds < SHORTEST:
        return None
    wait = seconds
    return min((*STEPS, LONGER), key=lambda one: max(one / wait, wait / one))


def estimates(languages: Iterable[str]) -> list[Utterance]:
    """All of them, in those of these languages in which numbers are said right."""
    found = []
    for language in languages:
        if (spoken := base(language)) in _TOLD:
            begins, about, longer = _TOLD[spoken]
            texts = {one: f"{about} {duration(timedelta(seconds=one), language)}" for one in STEPS} | {LONGER: longer}
            found += [Utterance(language, f"{NAME}{one}", f"{begins} {text}.") for one, text in texts.items()]
    return found


def names() -> tuple[str, ...]:
    """What they are called."""
    return tuple(f"{NAME}{one}" for one in (*STEPS, LONGER))


def tongue(language: str, told: int | None) -> str:
    """The language of the channel of a caller of a queue who speaks ``language`` and is to be told so.

    To Asterisk it is a *style* of the language in which it says places: what a style has no sound of is played in the
    one without its last ``_`` (main/file.c, fileexists_core; numbers by how it begins: main/say.c, say_number_full;
    Asterisk 22).  `en-GB` alone would be no English to it, and its places French: to Asterisk that is `en_en-GB`, and
    `de`, in which it has no places, `fr_de`.
    """
    places = base(language) if base(language) in PLACES else PLACES[0]
    return retold(language if language == places else f"{places}_{language}", told)


def retold(tongue: str, told: int | None) -> str:
    """The language of the same channel, once its caller is to be told that."""
    plain = _TELLS.sub("", tongue)
    return plain if told is None else f"{plain}_{told}"


def place(language: str, name: str) -> tuple[str, str]:
    """The folder and the name under which a queue finds a sound that it says by itself."""
    if name.startswith(NAME):
        return tongue(language, int(name.removeprefix(NAME))), FILE
    return tongue(language, None), name
