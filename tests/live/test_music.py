"""Music on hold by class, heard by real phones."""

import shutil
import wave
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from ivr.phone import tone
from ivr.phone.events import first
from tests.live.codecs import opened, written_to
from tests.live.stack import Stack, until
from tests.live.talks import hear_each_other

BY_NUMBER, BY_QUEUE = "0892000020", "0892000023"
"""The one rings iris with the music of the number, the other waits in a queue that has music of its own."""
PIECES = {"high": 1320.0, "low": 310.0}
"""Class to the tone, in hertz, of its only piece."""


@contextmanager
def classes(stack: Stack) -> Iterator[None]:
    """Two classes, brought while the stack is up, one named by a number, the other by a queue."""
    book = stack.settings.book
    numbers, queues = book / "dialplans/numbers.yaml", book / "dialplans/queues.yaml"
    before = {path: path.read_text(encoding="utf-8") for path in (numbers, queues)}
    for name, hertz in PIECES.items():
        path = book / f"prompts/music/{name}/tone.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        samples = 8000 * np.sin(2 * np.pi * hertz * np.arange(5 * 44100) / 44100)
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 44100, 0, "NONE", ""))
            file.writeframes(samples.astype("<i2").tobytes())
    numbers.write_text(before[numbers].replace("  flow: music-iris", "  flow: music-iris\n  music: high"), "utf-8")
    queues.write_text(before[queues].replace("label: musique à elle", "label: musique à elle\n  music: low"), "utf-8")
    until(lambda: all(f"Class: {name}" in stack.asterisk("moh show classes") for name in PIECES), "classes are there")
    try:
        yield
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
        shutil.rmtree(book / "prompts/music")
        until(lambda: "Class: high" not in stack.asterisk("moh show classes"), "classes are gone")


def test_each_caller_hears_the_class_of_his_number_or_of_his_queue(stack):
    """Pieces of 44.1 kHz, converted, taken up without a restart, sent as they are then; no other class is heard."""
    with classes(stack):
        waits = stack.call(BY_QUEUE, "#@1.0", hang_up_after=14.0)
        rings = stack.call(BY_NUMBER, "#@1.0", stack.agent("iris", answer_after=6.0, hang_up_after=2.0))
        until(lambda: any("/music/low/tone-" in one for one in opened(stack)), "music is on", 15.0)
        written = written_to(stack, waits.script.from_)
        picked_up = first(rings.report.events, "agent_answered")
        ends = waits.report.ended.t

    assert written == ("(alaw)", "alaw", "No")
    assert picked_up is not None
    hear_each_other(rings, rings, "iris")
    for placed, mine, until_ in ((rings, "high", picked_up.t), (waits, "low", ends)):
        side = placed.report.recording
        heard = {
            name: sum(
                min(span.end + side.start_t, until_) - (span.start + side.start_t)
                for span in tone.tones(side.samples, side.rate, hertz, 0.5)
                if span.start + side.start_t < until_
            )
            for name, hertz in PIECES.items()
        }
        assert heard[mine] > 3.0, heard
        assert sum(heard.values()) == heard[mine]
