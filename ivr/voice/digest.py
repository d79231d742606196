"""What tells one sound from another before it is made."""

import hashlib
import json

from ivr.values.phrase import Utterance
from ivr.values.speech import Speech
from ivr.voice.audio import RECIPE


def digest_of(utterance: Utterance, content: str, source: str, speech: Speech) -> str:
    """Twelve digits that change with all that shapes a sound; ``content`` is its text, or the digest of a recording."""
    shape: tuple[object, ...] = (utterance.tail, utterance.at_least, utterance.at_most)
    if utterance.parts and source != "recording":
        parts = [
            (part.what, speech.spelled(part.text, part.language), part.language, part.pause) for part in utterance.parts
        ]
        shape = (*shape, parts)
    told = json.dumps([RECIPE, utterance.language, source, content, *shape])
    return hashlib.sha256(told.encode()).hexdigest()[:12]
