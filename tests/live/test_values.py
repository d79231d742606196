"""A value that only the call knows is spoken while it lasts, and the caller hardly waits for it."""

import secrets
from pathlib import Path

from ivr.phone import ear
from ivr.values.said import words
from ivr.voice.teller import BUDGET
from tests.live.containers import run
from tests.live.fairness import hold
from tests.live.stack import Placed, Stack

NUMBER = "0805000073"
NAMES = ("studio-chosen", "goodbye", "nobody")
"""The prompts around the value, and the one instead of it."""


def spoken(stack: Stack) -> set[str]:
    """All values that are kept, by their files."""
    return set(stack.inside("controller", "sh", "-c", "ls /var/lib/ivr-sounds/said/fr | grep 'alaw$' || true").split())


def asked(stack: Stack, placed: Placed) -> tuple[float, bool]:
    """For how long a call waited for its value, and whether it could be said."""
    tape = stack.call_record(placed)["tape"]
    entry = next(one for one in tape if "pronounce" in one)
    return entry["took"], entry["result"] == "True"


def test_what_a_caller_types_is_said_back_to_him_as_an_amount(stack: Stack, tmp_path: Path) -> None:
    """In time or not at all; then it is kept: from the last key to the first sound, and no gap around the value."""
    sum_ = str(100_000 + secrets.randbelow(800_000))
    before = spoken(stack)
    first = stack.call(NUMBER, f"{sum_}@+1", hang_up_after=20.0)
    took, said = asked(stack, first)
    assert took < 2 * BUDGET
    heard = [(one.name, round(one.heard, 1), round(one.length, 1)) for one in stack.heard(first, *NAMES).heard]
    assert ("nobody" in [name for name, *_ in heard]) is not said, heard

    (made,) = spoken(stack) - before
    run("docker", "cp", f"{stack.container('controller')}:/var/lib/ivr-sounds/said/fr/{made}", str(tmp_path / made))

    def check(placed: Placed) -> None:
        side, key = placed.report.recording, [one for one in placed.events if one.event == "key"][-1]
        sounds = {name: ear.sound(Path(f"{stack.sounds.sounds['fr', name].path}.alaw"), side.rate) for name in NAMES}
        sounds["value"] = ear.sound(tmp_path / made, side.rate)
        chosen, value, goodbye = ear.heard(side.since(key.t).samples, side.rate, sounds)

        assert [chosen.name, value.name, goodbye.name] == ["studio-chosen", "value", "goodbye"]
        assert value.whole
        assert chosen.start < 1.0
        assert value.start - (chosen.start + chosen.length) < 0.2
        assert goodbye.start - (value.start + value.length) < 0.3

    again = stack.call(NUMBER, f"{sum_}@+1", hang_up_after=20.0)
    took, said = asked(stack, again)
    assert said
    assert took < BUDGET
    assert spoken(stack) - before == {made}
    assert words(f"said/amount/{sum_}", "fr") is not None
    hold(check, again, lambda: stack.call(NUMBER, f"{sum_}@+1", hang_up_after=20.0))
