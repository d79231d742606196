"""What names what: told of a node as of a flow, and remembered of no copy that says something else."""

from ivr.flow.nodes.say import Say
from ivr.flow.references import references

from .play import flow_of


def test_a_node_has_the_same_references_alone_as_in_its_flow() -> None:
    """In a flow with the way to the node before them."""
    flow = flow_of(
        {"hello": {"kind": "say", "prompt": ["welcome", "more"], "exits": {"done": "end"}}, "end": {"kind": "bye"}}
    )
    alone = references(flow.nodes["hello"])

    assert alone == (
        ("node", "end", ("exits", "done")),
        ("prompt", "welcome", ("prompt", 0)),
        ("prompt", "more", ("prompt", 1)),
    )
    for _ in range(2):
        assert [one for one in references(flow) if one[2][:2] == ("nodes", "hello")] == [
            (to, name, ("nodes", "hello", *way)) for to, name, way in alone
        ]


def test_a_copy_refers_to_what_it_says_itself() -> None:
    """Not to what it was made of, though that was asked before."""
    node = Say(kind="say", prompt=("welcome",))
    before = references(node)
    copied = node.model_copy(update={"prompt": ("night",)})

    assert [name for _, name, _ in references(copied)] == ["night"]
    assert references(node) == before
    assert copied == Say(kind="say", prompt=("night",))
    assert node == Say(kind="say", prompt=("welcome",))
