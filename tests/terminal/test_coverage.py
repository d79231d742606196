"""What tests leave untried."""

from pathlib import Path

from ivr.terminal.coverage import coverage, exits_of

from .calls import FLOW, call, demo, small, write_book


def covered(directory: Path, *keys: str) -> tuple[dict[str, tuple[int, int]], tuple[tuple[str, str], ...]]:
    simulator = small(directory)
    calls = [call(simulator, one)[0] for one in keys]
    (found,) = coverage(simulator.release.book, ((lived.trail, lived.left) for lived in calls))
    return {"nodes": (found.nodes, found.all_nodes), "exits": (found.exits, found.all_exits)}, found.missed


def test_nothing_is_covered_by_no_call(tmp_path: Path) -> None:
    counts, missed = covered(tmp_path)

    assert counts["nodes"] == (0, 7)
    assert ("menu", "") in missed


def test_a_call_covers_its_nodes_and_exits(tmp_path: Path) -> None:
    """Of nodes come to, the exits not taken are named; others only by themselves."""
    counts, missed = covered(tmp_path, "1")

    assert counts["nodes"] == (4, 7)
    assert counts["exits"][0] == 4
    assert {leaf for node, leaf in missed if node == "menu"} == {"2", "silence", "wrong"}
    assert {leaf for node, leaf in missed if node == "code"} == {""}


def test_a_node_in_which_the_caller_hung_up_was_come_to(tmp_path: Path) -> None:
    """Though no exit of it was taken."""
    counts, missed = covered(tmp_path, "")

    assert counts["nodes"] == (3, 7)
    assert {leaf for node, leaf in missed if node == "menu"} == {"1", "2", "silence", "wrong"}


def test_the_exits_of_a_run_are_taken_when_its_flow_is_left(tmp_path: Path) -> None:
    """Also where flows enter flows."""
    outer = FLOW.replace("prompt: welcome\n    exits", "prompt: welcome\n    exits").replace(
        "{done: menu}", "{done: inner}"
    )
    outer = outer.replace(
        "  menu:\n    kind",
        "  inner:\n    kind: run\n    flow: inner\n    exits: {fine: menu, bad: bye}\n  menu:\n    kind",
    )
    inner = (
        "flow: inner\nstart: ask\nnodes:\n  ask:\n    kind: menu\n    prompt: menu\n"
        '    options: {"1": fine, "2": bad}\n    exits: {silence: bad, wrong: bad}\n'
        "  fine: {kind: leave, exit: fine}\n  bad: {kind: leave, exit: bad}\n"
    )
    (write_book(tmp_path) / "dialplans" / "flows" / "inner.yaml").write_text(inner)
    simulator = small(tmp_path, outer)
    lived, _ = call(simulator, "1")
    found = {one.flow: one for one in coverage(simulator.release.book, [(lived.trail, lived.left)])}

    assert ("inner", "bad") in found["tried"].missed
    assert ("inner", "fine") not in found["tried"].missed
    assert ("bad", "") in found["inner"].missed


def test_every_step_of_the_demonstration_is_one_of_the_exits_counted() -> None:
    """Else a flow could never be covered, or more than covered."""
    for flow in demo().drawing.flows.values():
        for node in flow.nodes.values():
            assert len(set(exits_of(node))) == len(exits_of(node)) > 0
