"""An operator records a prompt by phone: callers hear him from the next bake on, and nobody else can."""

import json
import subprocess
from pathlib import Path

from ivr.phone import ear, tone
from ivr.phone.report import Samples
from ivr.values.recorded import Prompt, numbered
from ivr.values.wording import spelled
from tests.live.stack import CALLER_TONE, Stack, until

NUMBER = "0805000034"
PROMPT = Prompt("fr", "studio-unknown")
"""Said in this flow alone."""


def source(stack: Stack) -> str:
    rows = json.loads(stack.inside("controller", "ivr", "prompts", "--json", "--language", PROMPT.language))
    return str(next(row["source"] for row in rows if row["id"] == PROMPT.id))


def voiced(samples: Samples, rate: int) -> float:
    """Seconds in which the operator's tone, and nothing else, is heard."""
    return sum(span.seconds for span in tone.tones(samples, rate, CALLER_TONE, 0.5))


def test_what_an_operator_says_is_what_callers_hear(stack: Stack, tmp_path: Path) -> None:
    """Dialled, let in, read back, spoken, kept; baked by itself, as loud as all prompts; heard by the next caller."""
    pin = stack.password("pin:studio")
    number = next(number for number, prompt in numbered(stack.book.prompts).items() if prompt == PROMPT)
    before = source(stack)
    try:
        keys = f"{pin}@+1,{number}@+1.5,1@+8.5,#@+6.5,2@+1.5,0@+5"
        recorded = stack.call(NUMBER, keys, tone=CALLER_TONE)
        heard = [one.name for one in stack.heard(recorded, "studio-*").heard]
        said = [one["play"]["phrase"] for one in stack.call_record(recorded)["tape"] if "play" in one]

        assert [name for name in heard if name in ("studio-chosen", "studio-current", PROMPT.id, "studio-kept")] == [
            "studio-chosen", "studio-current", PROMPT.id, "studio-kept",
        ]  # fmt: skip
        assert ["studio-chosen", *spelled(number), "studio-current"] in said
        until(lambda: source(stack) == "phone", "the recording is baked", 20.0, every=0.5)

        caller = stack.call(NUMBER, f"{pin}@+1,11111@+1.5", hang_up_after=12.0)
        sound = subprocess.run(
            ["docker", "exec", stack.container("controller"), "ivr", "listen", PROMPT.id, "--to", "-"],
            capture_output=True, check=True,
        ).stdout  # fmt: skip
        (tmp_path / "baked.wav").write_bytes(sound)
        baked = ear.sound(tmp_path / "baked.wav", 16000)
        side = caller.report.recording

        assert 2.0 < voiced(baked, 16000) <= len(baked) / 16000 < 5.0
        assert abs(voiced(side.samples, side.rate) - voiced(baked, 16000)) < 0.3
        assert PROMPT.id not in [one.name for one in stack.heard(caller, "studio-*").heard]
        assert f"{PROMPT}  {number}" in stack.inside("controller", "ivr", "recordings", "list")
        assert stack.inside("controller", "sh", "-c", "ls /var/spool/ivr-messages/take-* || true") == ""
    finally:
        stack.inside("controller", "sh", "-c", f"ivr recordings delete {PROMPT} || true")
        until(lambda: source(stack) == before, "the voice is back", 20.0, every=0.5)
