"""The calls that run at the same time, so that a minute shows what one after the other would take ten."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from tests.live.fairness import Watch, hold
from tests.live.sip import HungUp
from tests.live.stack import Placed, Stack

NIGHT = "2026-11-26T03:00:00+01:00"  # a Thursday

CLOSED = ("0806000002", "0825000003")
"""Numbers that keep office hours."""

HANG_UPS = (0.5, 5.0, 11.5, 19.0, 25.0)
"""Seconds from the INVITE: in the announcement thrice, in the welcome, in the menu."""


class Proof:
    """A run of ``ivr call --prove --json --record``, whose caller presses 3 in the menu."""

    def __init__(self, stack: Stack) -> None:
        self.caller = stack.caller()
        self.recording = stack.settings.state / f"{self.caller}.wav"
        self._watch = Watch()
        self.command = ivr(stack, "call", "0899000004", "--from", self.caller, "--keys", "3@+7", "--prove", "--json",
                           "--record", str(self.recording))  # fmt: skip
        self.starved = 0.0

    def communicate(self) -> tuple[str, str]:
        """What it said, on standard output and standard error; waits for its end."""
        try:
            return self.command.communicate(timeout=90)
        finally:
            self.starved = self._watch.over()


@dataclass(frozen=True)
class Batch:
    """The calls: of phones by name, of those who hang up by second, and two of the command line with their callers;
    and how many files the controller had open before all of them."""

    placed: dict[str, Placed]
    again: dict[str, Callable[[], Placed]]
    hang_ups: "dict[float, Future[HungUp]]"
    command: Proof
    leaving: "subprocess.Popen[str]"
    leaver: str
    descriptors: tuple[int, int]

    def __getitem__(self, name: str) -> Placed:
        return self.placed[name]

    def hold(self, name: str, check: Callable[[Placed], None]) -> None:
        """Hold one of the phones' calls against what is expected of it; see ``stack.hold``."""
        hold(check, self[name], self.again[name])

    def finish(self) -> None:
        """Wait until all are over."""
        for placed in self.placed.values():
            _ = placed.report
        for future in self.hang_ups.values():
            future.result()
        self.command.command.wait(60)
        self.leaving.wait(60)


def place(stack: Stack) -> Batch:
    """Place them all."""
    stack.quiet()
    descriptors = stack.descriptors()
    again = factories(stack)
    # Only these two look at the clock: it is night until they have heard what is said at night.
    placed = {number: again[number]() for number in CLOSED}
    hang_ups = {seconds: stack.hang_up("0899000004", seconds) for seconds in HANG_UPS}
    leaver = stack.caller()
    leaving = ivr(stack, "call", "0899000004", "--from", leaver, "--hang-up-after", "3", "--prove")
    # Phones that start make those that listen stumble: what is listened to most closely comes last.
    for name in ("long", "refused", "anonymous", "once", "free", "waiting", "skip", "whole"):
        placed[name] = again[name]()
    command = Proof(stack)
    placed["whole"].saw("early_media")
    return Batch(placed, again, hang_ups, command, leaving, leaver, descriptors)


def factories(stack: Stack) -> dict[str, Callable[[], Placed]]:
    """How each of the phones' calls is placed."""
    long, once, waiting, free, whole = (
        stack.agent("noemie", answer_after=60.0),
        stack.agent("marius", answer_after=4.0),
        stack.agent("louise", answer_after=4.0, hang_up_after=3.0),
        stack.agent("karim", hang_up_after=3.0),
        stack.agent("camille", hang_up_after=3.0),
    )

    def at_night(number: str) -> Placed:
        stack.clock(NIGHT)
        try:
            placed = stack.call(number)
            placed.saw("early_media")
        finally:
            stack.clock(None)
        return placed

    return {
        "0806000002": lambda: at_night("0806000002"),
        "0825000003": lambda: at_night("0825000003"),
        "long": lambda: stack.call("0806000007", "", long, hang_up_after=28.0),
        "refused": lambda: stack.call("0805000024", from_="0639980001"),
        "anonymous": lambda: stack.call("0800000001", from_="", hang_up_after=4.0),
        "once": lambda: stack.call("0892000006", "#@1.0", once, hang_up_after=14.0),
        "free": lambda: stack.call("0800000001", "3", free),
        "waiting": lambda: stack.call("0892000005", "#@3.0", waiting),
        "skip": lambda: stack.call("0899000004", "#@2.0", hang_up_after=8.0),
        "whole": lambda: stack.call("0899000004", "2", whole),
    }


def ivr(stack: Stack, *words: str) -> "subprocess.Popen[str]":
    """The command ``ivr`` on this side, for this stack."""
    settings = stack.settings
    environment = {**os.environ, "IVR_STATE": str(settings.state), "IVR_BOOK": str(settings.book)}
    return subprocess.Popen(
        [sys.executable, "-m", "ivr", *words],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
