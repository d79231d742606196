"""``mailboxes.yaml``: what is wrong with mailboxes is told, and what is right is heard, listened to and sent."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.book.uses import uses
from ivr.values.mailbox import Mailbox, Temporary

DEMO = Path(__file__).parents[2]
GOOD = "repairs:\n  label: Camille, dépannage\n  agents: camille\n  unavailable: personal-unavailable\n"
RICH = (
    "  busy: personal-busy\n  temporary: {says: [closed, goodbye], until: 2026-12-31}\n  longest: 60\n  shortest: 2\n"
    "  most: 9\n  days: 30\n  email: [a@chaleur.example, b@chaleur.example]\n  remote: shop\n  path: /m\n  audio: no\n"
)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def write(book: Path, text: str) -> None:
    (book / "dialplans" / "mailboxes.yaml").write_text(text, encoding="utf-8")


def test_a_mailbox_is_as_it_says(book: Path) -> None:
    """Its agents are those of its groups too; its prompts are used by it."""
    write(book, GOOD.replace("agents: camille", "agents: [camille, advisers]") + RICH)
    read = read_book(book)

    assert read.mailboxes["repairs"] == Mailbox(
        name="repairs", label="Camille, dépannage", agents=("camille", "karim"), unavailable=("personal-unavailable",),
        busy=("personal-busy",), temporary=Temporary(("closed", "goodbye"), date(2026, 12, 31)), longest=60, shortest=2,
        most=9, days=30, emails=("a@chaleur.example", "b@chaleur.example"), remote="shop", path="/m", audio=False,
    )  # fmt: skip
    assert "mailbox repairs" in uses(read)["personal-busy"]
    assert read.warnings == ()


def test_what_is_not_written_is_as_in_asterisk_s_sample_file(book: Path) -> None:
    """voicemail.conf: maxmsg 100, minsecs 3, maxsecs 180."""
    write(book, GOOD)
    box = read_book(book).mailboxes["repairs"]

    assert (box.most, box.shortest, box.longest, box.days) == (100, 3, 180, 0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace("agents: camille", "agents: camile"), 'IVR201 there is no agent "camile"'),
        (GOOD.replace("personal-unavailable", "camile"), 'IVR201 there is no prompt "camile"'),
        (GOOD + "  remote: shopp\n", 'IVR201 there is no remote "shopp"'),
        (GOOD.replace("  agents: camille\n", ""), None),
        (GOOD + "  shortest: 20\n  longest: 20\n",
         'IVR591 a message in "repairs" lasts at least 20 s, and at most 20 s'),
        (GOOD + "  path: /m\n", 'IVR592 "repairs" has path, and no system that is told of messages'),
        (GOOD + "  audio: no\n", 'IVR592 "repairs" has audio, and no system that is told of messages'),
        (GOOD + "  email: camille at chaleur\n", "IVR1"),
        (GOOD + "  email: camille..b@chaleur.example\n", "IVR1"),
        (GOOD + "  email: camille@chaleur..example\n", "IVR1"),
        (GOOD + '  email: "a@b.example\\nBcc: c@d.example"\n', "IVR1"),
        (GOOD.replace("repairs:", "Repairs:", 1), 'IVR222 "Repairs" cannot be a name'),
        ("other" + GOOD[len("repairs"):], 'IVR201 there is no mailbox "repairs"'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(book: Path, text: str, told: str | None) -> None:
    """With its place in the file."""
    write(book, text)
    if told is None:
        (warned,) = [one for one in read_book(book).warnings if one.rule != "IVR285"]
        assert (warned.rule, warned.file) == ("IVR590", "dialplans/mailboxes.yaml")
        assert warned.message == 'nobody is told of messages in "repairs"'
        return
    with pytest.raises(BadBook) as bad:
        read_book(book)

    assert any(told in f"{one.rule} {one.message}" for one in bad.value.problems), list(map(str, bad.value.problems))


def test_a_mailbox_that_no_flow_leads_to_is_told(book: Path) -> None:
    """At its own line."""
    write(book, GOOD + "karim:\n  label: Karim\n  agents: karim\n  unavailable: nobody\n")
    (warned,) = [one for one in read_book(book).warnings if one.rule == "IVR286"]

    assert (warned.file, warned.line) == ("dialplans/mailboxes.yaml", 5)
    assert 'nobody lets callers leave messages in "karim"' in warned.message


def test_a_greeting_wants_every_language_that_is_offered(book: Path) -> None:
    """The caller may have chosen it before he comes to the box."""
    write(book, GOOD)
    english = book / "prompts" / "en.yaml"
    text = english.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("personal-unavailable"))
    english.write_text(text.replace(line + "\n", ""), encoding="utf-8")
    with pytest.raises(BadBook, match="personal-unavailable"):
        read_book(book)
