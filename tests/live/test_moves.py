"""What moves by one edit, while calls are on: who serves a site, its clocks, a number's destination, a group."""

import re
from collections.abc import Mapping
from pathlib import Path

from ivr.phone.script import Agent
from tests.live.edited import reload, written
from tests.live.stack import ROOT, Placed, Stack
from tests.live.talks import hear_each_other

HOTLINE = "0805000033"
DAWN, EVENING = "2026-12-01T05:00:00+00:00", "2026-12-01T15:00:00+00:00"  # 6 and 9 o'clock, 16 and 19 o'clock
GROUP = {
    "groups": "\nsite:\n  label: sur place\n  members: benoite\n",
    "flows_direct": """
flow: direct
start: agent
nodes:
  agent: {kind: transfer, to: site, exits: {busy: nobody, no_answer: nobody, unavailable: nobody}}
  nobody: {kind: bye, prompt: nobody}
""",
}


def example() -> Mapping[str, str]:
    """The files of README's example of two sites, by the names that `written` takes, with agents of this test."""
    chapter = (ROOT / "README.md").read_text(encoding="utf-8").partition("### An example: a hotline in Paris")[2]
    parts = re.split(r"^# dialplans/(\S+)\.yaml\n", chapter.partition("```yaml\n")[2].partition("```")[0], flags=re.M)
    files = dict(zip(parts[1::2], parts[2::2], strict=True))
    files["queues"] = files["queues"].replace("camille", "colombe").replace("karim", "benoite")
    return {name.replace("/", "_"): f"\n{text}" for name, text in files.items()}


def edit(stack: Stack, folder: Path, file: str, old: str, new: str) -> None:
    """One edit, and a reload."""
    path = folder / f"{file}.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    reload(stack)


def call(stack: Stack, agent: Agent | None) -> Placed:
    """A call that has come to where it goes: the agent has answered, or it is told why nobody does."""
    placed = stack.call(HOTLINE, "", *filter(None, [agent]), hang_up_after=40.0)
    placed.saw("agent_answered" if agent else "early_media")
    return placed


def test_a_site_a_number_and_a_group_move_by_one_edit_while_calls_are_on(stack: Stack) -> None:
    """README's example, two clocks; calls go where the book said when they came, the first talks through it all."""
    benoite = stack.agent("benoite", hang_up_after=25.0)
    armande, colombe = stack.agent("armande", hang_up_after=2.0), stack.agent("colombe", hang_up_after=2.0)
    try:
        with written(stack, **example(), **GROUP) as folder:
            stack.clock(EVENING)
            in_paris = call(stack, colombe)
            stack.clock(DAWN)
            through = call(stack, benoite)
            edit(stack, folder, "queues", "agents: benoite}", "agents: armande}")
            moved = call(stack, armande)
            edit(stack, folder, "calendars", "zone: Indian/Reunion", "zone: America/Martinique")
            closed = call(stack, None)
            edit(stack, folder, "numbers", "flow: hotline}", "flow: direct}")
            edit(stack, folder, "groups", "members: benoite", "members: armande")
            assert moved.report  # the phone that she had in it is gone
            group = call(stack, armande)

            assert through.future is not None
            assert not through.future.done(), "the first talk was to outlast the edits"
            wanted = {
                "colombe": (in_paris, ["reunion:closed", "evening:open", "paris:talked"]),
                "benoite": (through, ["reunion:open", "both:closed", "saint-denis:talked"]),
                "armande": (moved, ["reunion:open", "both:closed", "saint-denis:talked"]),
                "": (closed, ["reunion:closed", "evening:closed", "closed:done"]),
                "site": (group, ["agent:talked"]),
            }
            for agent, (placed, steps) in wanted.items():
                record = stack.call_record(placed)
                talked = [one["result"]["agent"] for one in record["tape"] if "dial" in one or "enqueue" in one]
                name = agent.replace("site", "armande")
                assert (record["steps"], talked) == (steps, [name] if agent else [])
                if agent:
                    hear_each_other(placed, placed, name, least=0.3)
    finally:
        stack.clock(None)
