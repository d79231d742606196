"""How long sounds are that are not made; apart from `ivr.voice.gauge`, which mostly knows it already.

Whatever cannot be measured raises EngineFailed, be it of an engine or a recording.
"""

from pathlib import Path

from ivr.values.phrase import Part, Utterance
from ivr.voice import audio
from ivr.voice.engines import EngineFailed
from ivr.voice.recording import SILENCE, Unusable, as_delivered, decoded, recording
from ivr.voice.variants import RATES


def recorded(folder: Path, utterance: Utterance) -> bytes | None:
    """The recording of an utterance, as it was delivered."""
    try:
        content = recording(folder, utterance.language, utterance.name)
        if content is not None:
            as_delivered(content)
    except Unusable as unusable:
        raise EngineFailed(str(unusable)) from unusable
    return content


def lasts(content: bytes, *, any_kind: bool = False) -> int:
    """How long a voice is once it is trimmed, in samples of the lowest rate."""
    try:
        return audio.lasts(*decoded(content, any_kind=any_kind))
    except audio.Silent as silent:
        raise EngineFailed(f"the sound {SILENCE}") from silent
    except Unusable as unusable:
        raise EngineFailed(f"the sound {unusable}") from unusable


def laid_out(
    utterance: Utterance, lengths: list[int], parts: tuple[Part, ...]
) -> tuple[float, tuple[tuple[str, float, float], ...]]:
    """How many seconds an utterance lasts whose ``parts`` are so long, and when each is heard; without parts it is one
    sound.
    """
    pauses = [part.pause for part in parts] or [0.0]
    length, spans = audio.laid(lengths, pauses, tail=utterance.tail, at_least=utterance.at_least)
    return length / min(RATES.values()), tuple((part.what, *span) for part, span in zip(parts, spans, strict=False))
