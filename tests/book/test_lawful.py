"""The law held against a whole book: places of what is broken, switches, owners."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.book.book import read_book
from ivr.book.lawful import unlawful, verdicts
from ivr.book.problems import BadBook
from ivr.cli import main
from ivr.flow.law.rule import Verdict

DEMO = Path(__file__).parents[2]
TODAY = date(2026, 11, 25)
OFF = "{}:\n  reason: The lawyer of the house has looked at it.\n  by: Camille Durand\n  until: {}\n"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The demonstration, to be edited."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def edit(book: Path, file: str, old: str, new: str) -> None:
    path = book / "dialplans" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(book: Path) -> list[str]:
    return [
        f"{one.file}:{one.line}:{one.column} {one.rule} {one.severity}"
        for one in unlawful(read_book(book), book, TODAY)
    ]


def law(*words: str) -> Result:
    return CliRunner().invoke(main, ["law", *words])


def test_the_demonstration_keeps_every_rule() -> None:
    """What cannot be seen is declared."""
    found = {one.rule.id: one.verdict for one in verdicts(read_book(DEMO), TODAY)}

    assert Verdict.BROKEN not in found.values()
    assert Verdict.OFF not in found.values()
    assert list(unlawful(read_book(DEMO), DEMO, TODAY)) == []


def test_a_purpose_that_may_not_be_paid_for_is_told_at_its_line(book: Path) -> None:
    """File, line and column of the declaration."""
    edit(book, "numbers.yaml", "purpose: information", "purpose: complaints")
    lines = (book / "dialplans" / "numbers.yaml").read_text(encoding="utf-8").splitlines()

    assert told(book) == [f"dialplans/numbers.yaml:{lines.index('  purpose: complaints') + 1}:3 IVR501 error"]


def test_what_is_broken_in_a_flow_is_told_at_its_node(book: Path) -> None:
    """The main menu that lost its key to name and contact; `ivr check` fails."""
    edit(book, "flows/repair.yaml", '"9": legal, ', '"9": operator, ')
    lines = (book / "dialplans" / "flows" / "repair.yaml").read_text(encoding="utf-8").splitlines()

    assert told(book) == [f"dialplans/flows/repair.yaml:{lines.index('  menu:') + 1}:3 IVR513 error"]
    checked = CliRunner().invoke(main, ["check", str(book)])
    assert checked.exit_code == 1
    assert "IVR513" in checked.output


def test_an_emergency_number_at_another_exchange_is_refused(book: Path) -> None:
    """It may be an extension there, but who can know: the extension needs a name of its own."""
    (book / "dialplans" / "destinations.yaml").write_text("desk: {label: x, sip: 'sip:115@exchange.example'}\n")
    edit(book, "flows/reception.yaml", "to: [karim, camille]", "to: [karim, desk]")

    checked = CliRunner().invoke(main, ["check", str(book)])
    assert checked.exit_code == 1
    assert "IVR471" in checked.output


def test_a_missing_description_is_a_warning(book: Path) -> None:
    """The directory asks for it; callers do not suffer."""
    edit(book, "numbers.yaml", '  description: "Code', '  # description: "Code')

    assert [one.rsplit(" ", 2)[1:] for one in told(book)] == [["IVR517", "warning"]]


def test_a_rule_is_switched_off_with_a_reason_that_the_report_shows(book: Path) -> None:
    """Until its day; then it is told that the switch has run out."""
    edit(book, "numbers.yaml", "purpose: information", "purpose: complaints")
    (book / "dialplans" / "law.yaml").write_text(OFF.format("complaints", "2999-12-31"))

    assert told(book) == []
    report = law(str(book), "--rule", "complaints")
    assert report.exit_code == 0
    assert "The lawyer of the house has looked at it." in report.output
    (book / "dialplans" / "law.yaml").write_text(OFF.format("complaints", "2020-01-31"))
    assert [one.split(" ", 1)[1] for one in told(book)] == ["IVR501 error", "IVR482 warning"]
    (over,) = (one for one in unlawful(read_book(book), book, TODAY) if one.rule == "IVR482")
    assert over.message == '"complaints" was switched off until 2020-01-31, and is in force again'


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        (OFF.format("complaint", "2027-01-31"), "IVR481", 'did you mean "complaints"?'),
        (
            OFF.format("complaints", "2027-01-31").replace("The lawyer of the house has looked at it.", "no time"),
            "",
            "20",
        ),
        (OFF.format("complaints", "soon"), "", "until"),
        ("complaints:\n  reason: The lawyer of the house has looked at it.\n  by: Camille Durand\n", "", "until"),
    ],
)
def test_a_switch_without_its_facts_is_refused(book: Path, text: str, rule: str, words: str) -> None:
    """An unknown rule, a reason too short, no day."""
    (book / "dialplans" / "law.yaml").write_text(text)

    with pytest.raises(BadBook) as refused:
        read_book(book)
    (problem,) = refused.value.problems
    assert problem.rule.startswith(rule)
    assert words in str(problem)


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("numbers.yaml", "owner: chaleur", "owner: chaleurs", 'did you mean "chaleur"?'),
        ("numbers.yaml", "purpose: sales", "purpose: sale", 'did you mean "sales"?'),
        ("numbers.yaml", "  owner: chaleur", "  family: free\n  owner: chaleur", "by its digits"),
        ("owners.yaml", 'contact: "0199001234"', "contact: nowhere", "phone number or an e-mail"),
        ("owners.yaml", "  company: ", "  kind: firm\n  company: ", "company"),
    ],
)
def test_slips_in_owners_and_numbers_are_told(book: Path, file: str, old: str, new: str, words: str) -> None:
    """With what was probably meant."""
    edit(book, file, old, new)

    with pytest.raises(BadBook) as refused:
        read_book(book)
    assert words in str(refused.value)


def test_the_table_fits_a_hundred_columns(book: Path) -> None:
    """With what is broken below its rule; exit status 1."""
    edit(book, "numbers.yaml", "purpose: information", "purpose: complaints")

    report = law(str(book))
    assert report.exit_code == 1
    assert max(map(len, report.output.splitlines())) <= 100
    assert "0 825 000 003 is surcharged" in report.output


def test_an_owner_reads_first_what_he_must_do(book: Path) -> None:
    """The worst first; what he declares, and of which number; what of the sources nobody read."""
    edit(book, "numbers.yaml", "purpose: information", "purpose: complaints")

    lines = law(str(book)).output.splitlines()
    assert [line.split()[:2] for line in lines if not line.startswith(" ")][:2] == [
        ["complaints", "broken"],
        ["caller-id", "declared"],
    ]
    assert "                                    - 0 899 000 004 is for sales" in lines
    assert "edition of 1 September 2026 was not read" in " ".join(lines)
    one = law(str(book), "--rule", "waiting").output.splitlines()
    assert "  not read  ISO 18295: known as RD SVA quotes it; RD SVA, edition of 1 September 2026" in one
    assert len(one) == len(set(one))


def test_programs_get_every_verdict(book: Path) -> None:
    """Of all rules, or of one; an unknown one is refused."""
    (complaints,) = json.loads(law(str(book), "--rule", "complaints", "--json").output)

    assert (complaints["verdict"], complaints["code"]) == ("not applicable", "IVR501")
    assert len(json.loads(law(str(book), "--json").output)) > 20
    unknown = law(str(book), "--rule", "complaint")
    assert unknown.exit_code == 2
    assert 'did you mean "complaints"?' in unknown.output
