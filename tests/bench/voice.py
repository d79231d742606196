"""How long a bake takes: `python -m tests.bench.voice [2000]`, from nothing, again, and after one changed word.

Seconds of the wall and of the processors, the engines' included: 2,000 prompts in 180 s on two of them are 360.
With the engines of this machine, each text some 4 s of French speech; nothing is asserted, the figures are for reading.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from ivr.values.phrase import Utterance
from ivr.voice.bake import bake

SENTENCE = "Votre commande numéro {} est en préparation, elle vous sera livrée sous quarante-huit heures."


def main(count: int) -> None:
    texts = [Utterance("fr", f"p{i}", SENTENCE.format(i)) for i in range(count)]
    changed = [*texts[:-1], Utterance("fr", texts[-1].name, SENTENCE.format("inconnu"))]
    with tempfile.TemporaryDirectory() as folder:
        sounds = Path(folder, "sounds")
        for what, utterances in (("from nothing", texts), ("nothing changed", texts), ("one word changed", changed)):
            began, busy = time.monotonic(), sum(os.times()[:4])
            baked = bake(utterances, Path(folder, "prompts"), sounds)
            took, busy = time.monotonic() - began, sum(os.times()[:4]) - busy
            print(
                f"{what}: {took:.2f} s, {busy:.2f} s of processors,"
                f" {len(baked.made)} made, {len(baked.kept)} kept, {len(baked.problems)} problems"
            )
        seconds = sum(sound.seconds for sound in baked.catalogue.sounds.values())
        size = sum(path.stat().st_size for path in sounds.rglob("*") if path.is_file())
        print(f"{seconds / 60:.0f} minutes of speech, {size / 1e6:.0f} MB in all variants")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
