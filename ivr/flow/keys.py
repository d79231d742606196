"""Reading keys as they come: is this an answer, the beginning of one, or neither?"""

from collections.abc import Collection
from enum import Enum, auto


class Reading(Enum):
    COMPLETE = auto()  # an answer, and no longer one begins so: act at once
    AMBIGUOUS = auto()  # an answer, but a longer one begins so too: wait for the next key
    BEGUN = auto()  # only the beginning of answers
    WRONG = auto()  # no answer begins so


def reading(typed: str, accept: Collection[str]) -> Reading:
    """What ``typed`` means, where ``accept`` are the possible answers; nothing typed is the beginning of all."""
    longer = any(answer.startswith(typed) and answer != typed for answer in accept)
    if typed in accept:
        return Reading.AMBIGUOUS if longer else Reading.COMPLETE
    return Reading.BEGUN if longer else Reading.WRONG
