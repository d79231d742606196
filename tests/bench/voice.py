"""How long a bake takes: `python -m tests.bench.voice [2000]`, from nothing, again, and after one changed word.

The whole command on the demo book with so many prompts more, each some 5 s of French speech, with the engines of this
machine.  2,000 prompts from nothing are to take 180 s on two processors, and 2 s where nothing changed: it fails where
the processors' seconds, the engines' included, say that they cannot, and where the wall's do on a machine that had
nothing else to do as it began (what the wall says of a busy one is no measure).
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ivr.voice.catalogue import Catalogue

DEMO = Path(__file__).parents[2]
SENTENCE = "Votre commande numéro {} est en préparation, elle vous sera livrée sous quarante-huit heures."

DEMOS = 500
"""Sounds of the demo book, which are baked as well."""

IDLE = 0.7
"""Load below which a machine has nothing else to do."""


def missed(what: str, count: int, wall: float, processors: float, *, idle: bool) -> str:
    """Which figure was missed, as a sentence; empty: none.  ``processors`` are two processors' seconds together."""
    most = 180.0 * (count + DEMOS) / (2000 + DEMOS) if what == "from nothing" else 2.0
    shared = processors / 2 if what == "from nothing" else processors
    took = max(wall, shared) if idle else shared
    return f"{what}: {took:.2f} s, and {most:g} s are allowed" if took > most else ""


def main(count: int) -> int:
    failures = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("dialplans", "prompts"):
            shutil.copytree(DEMO / part, folder / part)
        texts = folder / "prompts" / "fr.yaml"
        lines = [f'p{at}: "{SENTENCE.format(at)}"\n' for at in range(count)]
        texts.write_text(texts.read_text(encoding="utf-8") + "".join(lines), encoding="utf-8")
        environment = {**os.environ, "IVR_BOOK": name, "IVR_STATE": str(folder / "state")}
        idle = os.getloadavg()[0] < IDLE
        for what in ("from nothing", "nothing changed", "one word changed"):
            if what == "one word changed":
                texts.write_text(texts.read_text(encoding="utf-8").replace("numéro 7 est", "numéro sept est"), "utf-8")
            began, busy = time.monotonic(), sum(os.times()[2:4])
            words = [sys.executable, "-m", "ivr", "bake"]
            said = subprocess.run(words, env=environment, cwd=DEMO, capture_output=True, text=True, check=True).stdout
            took, busy = time.monotonic() - began, sum(os.times()[2:4]) - busy
            print(f"{what}: {took:.2f} s, {busy:.2f} s of processors: {said.partition(', in ')[0]}", flush=True)
            if what != "one word changed" and (sentence := missed(what, count, took, busy, idle=idle)):
                failures.append(sentence)
        sounds = folder / "state" / "sounds"
        seconds = sum(sound.seconds for sound in Catalogue.load(sounds).sounds.values())
        size = sum(path.stat().st_size for path in sounds.rglob("*") if path.is_file())
        print(f"{seconds / 60:.0f} minutes of speech, {size / 1e6:.0f} MB in all variants")
    for sentence in failures:
        print(f"missed: {sentence}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
