"""``trunks.yaml``: what is wrong with carriers' lines is told, and what is right is known to Asterisk."""

import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.values.trunk import Trunk

DEMO = Path(__file__).parents[2]
MAIN = "main:\n  label: ligne principale\n  host: sip.carrier.example\n  user: us\n  registers: yes\n"
SECOND = "second:\n  label: secours\n  host: 192.0.2.10\n  sources: 192.0.2.5/28\n  encrypted: yes\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def write(book: Path, text: str) -> None:
    (book / "dialplans" / "trunks.yaml").write_text(text, encoding="utf-8")


def test_a_line_that_registers_and_one_that_is_known_by_its_address(book: Path) -> None:
    """The usual ports, and networks as Asterisk wants them."""
    write(book, MAIN + SECOND)

    assert read_book(book).trunks == {
        "main": Trunk("main", "sip.carrier.example", 5060, "us", registers=True),
        "second": Trunk("second", "192.0.2.10", 5061, sources=("192.0.2.0/28",), encrypted=True),
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (MAIN.replace("  user: us\n", ""), 'IVR475 the trunk "main" registers, and nobody says as whom'),
        (SECOND.replace("second:", "camille:"), 'IVR476 "camille" is both an agent and a trunk'),
        (SECOND.replace("second:", "advisers:"), 'IVR476 "advisers" is both a group and a trunk'),
        (
            SECOND.replace("192.0.2.5/28", "0.0.0.0/0"),
            'IVR477 calls of the trunk "second" cannot come from 0.0.0.0/0: so',
        ),
        (
            SECOND.replace("192.0.2.5/28", "carrier"),
            'IVR477 calls of the trunk "second" cannot come from carrier: that',
        ),
        (
            SECOND.replace("192.0.2.5/28", '[192.0.2.5, "::/0"]'),
            'IVR477 calls of the trunk "second" cannot come from ::/0',
        ),
        (MAIN.replace("sip.carrier.example", "sip:carrier"), "IVR107"),
        (MAIN.replace("us\n", "us;x\n"), "IVR107"),
        (MAIN + "  password: secret\n", "IVR101"),
    ],
)
def test_what_is_wrong_is_told(book: Path, text: str, told: str) -> None:
    """With its place in the file."""
    write(book, text)
    with pytest.raises(BadBook) as bad:
        read_book(book)

    assert [f"{one.rule} {one.message}"[: len(told)] for one in bad.value.problems] == [told]
