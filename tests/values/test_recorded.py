"""The numbers by which prompts are recorded: whoever has noted one can use it for ever."""

from ivr.values.recorded import DIGITS, Prompt, numbered


def test_a_number_depends_on_nothing_but_its_prompt() -> None:
    """Neither on the text, nor on other prompts."""
    few = {"fr": {"goodbye": "Au revoir."}, "en": {"goodbye": "Goodbye."}}
    more = {"de": {"goodbye": "x"}, "fr": {"goodbye": "Au revoir !", **{f"p{at}": "x" for at in range(300)}}}
    found = {prompt: number for number, prompt in numbered(few).items()}

    assert found[Prompt("fr", "goodbye")] == "63417"
    assert found[Prompt("en", "goodbye")] != "63417"
    assert numbered(more)["63417"] == Prompt("fr", "goodbye")


def test_no_two_prompts_share_one() -> None:
    """With 5,000 prompts a hundred would."""
    prompts = {"fr": {f"prompt-{at}": "x" for at in range(5000)}}
    found = numbered(prompts)

    assert len(found) == 5000
    assert {len(number) for number in found} == {DIGITS}
