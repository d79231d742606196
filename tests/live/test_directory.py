"""Dial by name, by phone: spelt, named, taken and rung; and each other way out."""

from tests.live.stack import Stack
from tests.live.talks import hear_each_other

NUMBER = "0805000075"


def test_a_caller_spells_a_name_and_talks_or_leaves_as_he_likes(stack: Stack) -> None:
    """The name is spoken before it is taken; keys count while it is.  Who is rung must press 1, and one presses 5;
    where he is noted, nobody is rung.
    """
    talks = stack.call(NUMBER, "925@+1,1@+2.5", stack.agent("walther", keys="1", hang_up_after=4.0))
    engaged = stack.call(NUMBER, "352@+1,1@+2.5", stack.agent("flavie", engaged=True))
    in_vain = stack.call(NUMBER, "427@+1,1@+2.5", stack.agent("gaspard", answer_after=3600.0))
    declines = stack.call(NUMBER, "634@+1,1@+2.5", stack.agent("odilon", keys="5"))
    alone = stack.call(NUMBER, "986#@+1,1@+2.5")
    nobody = stack.call(NUMBER, "222@+1")
    operator = stack.call(NUMBER, "0@+1,546@+5,1@+2.5")
    leaves = stack.call(NUMBER, "*#@+1")
    silent = stack.call(NUMBER)
    heard = [one.name for one in stack.heard(talks, "directory-spell", "person/walther-zoltan").heard]
    steps = {
        name: stack.call_record(placed)["steps"]
        for name, placed in (
            ("talks", talks), ("engaged", engaged), ("in_vain", in_vain), ("declines", declines), ("alone", alone),
            ("nobody", nobody), ("operator", operator), ("leaves", leaves), ("silent", silent),
        )
    }  # fmt: skip

    assert steps == {
        "talks": ["names:talked"],
        "engaged": ["names:busy", "away:done"],
        "in_vain": ["names:no_answer", "away:done"],
        "declines": ["names:declined", "bye:done"],
        "alone": ["names:unavailable", "away:done"],
        "nobody": ["names:none", "bye:done"],
        "operator": ["names:operator", "reception:found", "whom:1", "bye:done"],
        "leaves": ["names:quit", "bye:done"],
        "silent": ["names:silence", "bye:done"],
    }
    assert "person/walther-zoltan" in heard
    (dialled,) = [entry for entry in stack.call_record(talks)["tape"] if "dial" in entry]
    assert dialled["dial"]["agents"] == ["walther"]
    assert dialled["result"]["agent"] == "walther"
    hear_each_other(talks, talks, "walther")
