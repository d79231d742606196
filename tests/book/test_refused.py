"""No refusal without its test: models by their examples, and every sentence of the code by a test that has it whole."""

from pathlib import Path

import pytest

from ivr.book.problems import Problem
from ivr.book.source import parsed
from ivr.book.typed import typed
from tests.book.refused import REFUSED, Refused
from tests.house.refusals import refusals, sentences

CHECKOUT = Path(__file__).parents[2]
REFUSE = (
    "ivr/flow",
    "ivr/book",
    "ivr/settings.py",
    "ivr/tls.py",
    "ivr/secret.py",
    "ivr/asterisk/provision.py",
    "ivr/asterisk/tokens.py",
    "ivr/service/nuisances.py",
)


@pytest.mark.parametrize("refused", REFUSED, ids=lambda refused: refused.model.__name__)
def test_a_model_refuses_in_these_words(refused: Refused) -> None:
    """With a hint where there is something to do."""
    problems: list[Problem] = []
    tree = parsed(refused.text.encode(), "f", problems).tree

    assert tree is not None
    assert problems == []
    assert typed(refused.model, tree, "", problems) is None
    said = ["; ".join(filter(None, (one.message, one.hint))) for one in problems]
    assert len(said) == 1, said
    assert said[0].startswith(refused.said)


def test_every_refusal_is_told_by_a_test() -> None:
    """What a node, a flow, a book or any other configuration can be refused for, and what is warned of: in whole
    sentences.
    """
    told = sentences(*(CHECKOUT / "tests").rglob("*.py"))

    assert [str(one) for one in refusals(CHECKOUT, *REFUSE) if not one.told(told)] == []


CODE = """
HINT = "write it"


class Model:
    def fits(self):
        raise ValueError(f"it has {self.many} ends")


def wrong(name, one):
    way = (name,)
    message = f'"{name}" is {"long" if one else "short"}'
    yield Finding("IVR201", way, message, HINT)
    yield "IVR202", "so it is" if one else "so it was"
"""


def test_every_kind_of_refusal_is_found_and_one_without_a_test_is_told(tmp_path: Path) -> None:
    """Raised, yielded, put together before, or one of two."""
    (tmp_path / "ivr").mkdir()
    (tmp_path / "ivr" / "some.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "tested.py").write_text("a = 'so it was'\nb = f'\"x\" is {a}'\nc = 'it has 3'\n", encoding="utf-8")
    told = sentences(tmp_path / "tested.py")

    assert {str(one) for one in refusals(tmp_path, "ivr") if not one.told(told)} == {
        "ivr/some.py:7: it has … ends",
        "ivr/some.py:14: so it is",
    }
