"""The tables of caps and countries: the demonstration's are those that are shipped; what is edited counts, and what the
law of France says cannot be edited away.
"""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.book.book import read_book
from ivr.book.bounds import CAPS_FILE, PROFILES_FILE, SHIPPED
from ivr.book.problems import BadBook, Problem
from ivr.cli import main
from ivr.values.profile import FRANCE, PROFILES
from ivr.values.tariff import CAPS

DEMO = Path(__file__).parents[2]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def write(book: Path, file: str, text: str) -> None:
    (book / file).write_text(text, encoding="utf-8")


def problems(book: Path) -> list[Problem]:
    try:
        return list(read_book(book).warnings)
    except BadBook as bad:
        return list(bad.problems)


def told(book: Path) -> list[str]:
    """Everything that is told of the tables and of what rests on them."""
    return [f"{one.rule} {one}" for one in problems(book)]


def number(book: Path, line: str) -> None:
    with (book / "dialplans" / "numbers.yaml").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def test_the_tables_of_the_demonstration_are_the_shipped_ones() -> None:
    """What ops see is what holds: entry by entry, with source and whether it is verified."""
    bounds = read_book(DEMO).bounds

    assert dict(bounds.caps) == dict(CAPS)
    assert dict(bounds.profiles) == dict(PROFILES)


def test_a_book_without_tables_is_as_safe(book: Path) -> None:
    """Nobody gets round a law by taking away a file."""
    (book / CAPS_FILE).unlink()
    (book / PROFILES_FILE).unlink()
    made = read_book(book)

    assert made.bounds == SHIPPED
    assert [one.terms for one in made.services.values()] == [one.terms for one in read_book(DEMO).services.values()]


def test_an_empty_entry_leaves_what_is_shipped(book: Path) -> None:
    """Only what is written changes."""
    write(book, CAPS_FILE, '"082": {per_call: 0.40}\n')
    write(book, PROFILES_FILE, "at: {gap: 2}\nfr: {at_least: 11}\n")
    made = read_book(book).bounds

    assert (made.caps["082"].per_minute, made.caps["082"].per_call) == (Decimal("0.20"), Decimal("0.40"))
    assert made.caps["089"] == CAPS["089"]
    assert (made.profiles["at"].gap, made.profiles["at"].most_per_call) == (2, Decimal("10.00"))
    assert (made.profiles["fr"].at_least, made.profiles["fr"].at_most, made.profiles["fr"].verified) == (11, 20, True)


def test_a_lower_cap_refuses_what_was_allowed(book: Path) -> None:
    """Also one of more digits than the shipped ones."""
    write(book, CAPS_FILE, '"0825": {per_minute: 0.12, source: Arcep, verified: yes}\n')

    (said,) = told(book)
    assert said.startswith("IVR231 dialplans/numbers.yaml:")
    assert said.endswith("0825000003 may cost 0.12 € a minute at most, not 0.15 €")


def test_a_cap_above_the_shipped_one_wants_a_text_that_was_read(book: Path) -> None:
    """Without it the book is refused, with it told at each check; then the price is allowed."""
    write(book, CAPS_FILE, '"0825": {per_minute: 0.30}\n')
    assert [one.split()[0] for one in told(book)] == ["IVR631"]

    write(book, CAPS_FILE, '"0825": {per_minute: 0.30, verified: yes}\n')
    assert [one.split()[0] for one in told(book)] == ["IVR631"]

    write(book, CAPS_FILE, '"0825": {per_minute: 0.30, verified: yes, source: "Arcep, 2027-1, p. 3"}\n')
    tariffs = book / "dialplans" / "tariffs.yaml"
    tariffs.write_text(tariffs.read_text().replace("price: 0.15", "price: 0.30"), encoding="utf-8")
    said = problems(book)
    assert [one.rule for one in said] == ["IVR632"]
    assert said[0].severity == "warning"
    assert "0.30 € a minute for 0825 is above the cap that is known, 0.20 €" in str(said[0])


def test_a_cap_that_nobody_knew_may_be_written(book: Path) -> None:
    """Of 10YT none was found; still no call costs more than any call may."""
    tariffs = book / "dialplans" / "tariffs.yaml"
    tariffs.write_text(tariffs.read_text() + "once: {mode: per_call, price: 5.00}\n", encoding="utf-8")
    number(book, '"1094": {label: opérateur, family: surcharged, tariff: once, flow: guide}')
    write(book, CAPS_FILE, '"10": {per_call: 3.00, source: the operator, verified: yes}\n')
    assert any("1094 may cost 3.00 € a call at most, not 5.00 €" in one for one in told(book))

    write(book, CAPS_FILE, '"10": {per_call: 30.00, source: the operator, verified: yes}\n')
    tariffs.write_text(tariffs.read_text().replace("price: 5.00", "price: 25.00"), encoding="utf-8")
    assert any("1094 may cost 24 € a call at most, not 25.00 €" in one for one in told(book))


def test_a_stricter_france_holds_for_every_number(book: Path) -> None:
    """Where the call is cut, what it comes to, and how its announcement is made; its sounds keep their names."""
    write(book, PROFILES_FILE, "fr: {most_in_all: 12, gap: 2, cuts: [{above: 0.10, minutes: 20}]}\n")
    made = read_book(book)
    dear, advice = made.services["0899000004"], made.services["0825000003"]

    assert (dear.terms.limit, advice.terms.limit) == (900, 1200)
    assert dear.tariff.dearest == 12
    assert dear.terms.ceiling is not None
    assert dear.terms.ceiling.at_most == 12
    assert dear.terms.announcement == read_book(DEMO).services["0899000004"].terms.announcement
    assert {one.utterance.tail for one in made.announcements if one.charged} == {2.2}


def test_the_law_of_france_cannot_be_edited_away(book: Path) -> None:
    """Every field at its place, all at once; the caps of a minute and of a call are those of caps.yaml."""
    text = (book / PROFILES_FILE).read_text(encoding="utf-8")
    for was, now in (
        ("at_least: 10", "at_least: 5"),
        ("gap: 1", "gap: 0"),
        ("beep: yes", "beep: no"),
        ("most_in_all: 24", "most_in_all: 50"),
        ("{above: 0.20, minutes: 30}", "{above: 0.20, minutes: 60}"),
    ):
        assert was in text
        text = text.replace(was, now, 1)
    write(book, PROFILES_FILE, text)
    said = told(book)

    assert [one.split(" would")[0].rpartition(" ")[2] for one in said] == [
        "at_least", "gap", "beep", "most_in_all", "cuts",
    ]  # fmt: skip
    assert {one.split()[0] for one in said} == {"IVR633"}
    assert "write 10 s or more (arrêté of 10 June 2009" in said[0]


def test_a_minute_may_be_capped_for_all_of_france(book: Path) -> None:
    """Stricter than its family."""
    write(book, PROFILES_FILE, "fr: {most_a_minute: 0.50}\n")

    assert any("France allows 0.50 EUR per minute at most, not 0.80" in one for one in told(book))


def abroad(book: Path, profiles: str) -> list[str]:
    write(book, PROFILES_FILE, profiles)
    number(book, '"0899000055": {label: conseil, tariff: emergency-repair, flow: advice, profile: at}')
    return told(book)


def test_who_fills_the_gaps_of_a_country_hears_no_more_of_them(book: Path) -> None:
    """Once they are filled and somebody says that he read them."""
    lacking = abroad(book, "at: {missing: [a wording]}\n")
    assert any("IVR452" in one and "is missing: a wording" in one for one in lacking)

    write(book, PROFILES_FILE, "at: {missing: [], source: KEM-V}\n")
    assert any("nobody verified the profile of Austria" in one and "(KEM-V)" in one for one in told(book))

    write(book, PROFILES_FILE, "at: {missing: [], source: KEM-V, verified: yes}\n")
    assert not any("IVR452" in one for one in told(book))


def test_the_report_of_the_law_names_the_caps_that_nobody_read(book: Path) -> None:
    """Until somebody has."""

    def told_of() -> list[str]:
        said = CliRunner().invoke(main, ["law", str(book)]).output
        return [line for line in said.splitlines() if line.startswith("cap of")]

    assert [line.partition(":")[0] for line in told_of()] == ["cap of 0825000003", "cap of 0899000004, 0891000107"]
    write(book, CAPS_FILE, '"089": {source: "Arcep, 2012-0856", verified: yes}\n')
    assert [line.partition(":")[0] for line in told_of()] == ["cap of 0825000003"]

    tariffs = book / "dialplans" / "tariffs.yaml"
    tariffs.write_text(tariffs.read_text() + "once: {mode: per_call, price: 5.00}\n", encoding="utf-8")
    number(book, '"1094": {label: opérateur, family: surcharged, tariff: once, flow: guide}')
    assert told_of()[-1] == "cap of 1094: none was found (dialplans/caps.yaml)"


def test_a_country_of_ones_own(book: Path) -> None:
    """Its numbers announce by it; its sounds have its name."""
    write(book, PROFILES_FILE, "lu: {country: Luxembourg, language: fr, gap: 4, verified: yes, source: ILR}\n")
    number(book, '"0899000055": {label: conseil, tariff: emergency-repair, flow: advice, profile: lu}')
    made = read_book(book).services["0899000055"]

    assert made.terms.announcement == "announcement/lu-per-minute-0-80"
    assert made.periods[0].profile.gap == 4
    assert made.terms.beep  # that of France


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            CAPS_FILE,
            "089x: {per_minute: 0.80}\n",
            'IVR108 dialplans/caps.yaml:1:1: 089x: write the first digits of the numbers, as dialled in France: "089"',
        ),
        (CAPS_FILE, '"089": {per_minute: -1}\n', "IVR107 dialplans/caps.yaml:1:21: 089.per_minute: "),
        (CAPS_FILE, '"089": {per_hour: 1}\n', 'IVR101 dialplans/caps.yaml:1:9: 089: unknown key "per_hour"'),
        (CAPS_FILE, "- 1\n", "IVR104 dialplans/caps.yaml:1:1: "),
        (PROFILES_FILE, "fr: {at_least: ten}\n", "IVR103 dialplans/profiles.yaml:1:16: fr.at_least: "),
        (PROFILES_FILE, 'fr: {skip: "*"}\n', "IVR106 dialplans/profiles.yaml:1:12: fr.skip: "),
        (PROFILES_FILE, "de: {cuts: [{above: 1}]}\n", "IVR102 dialplans/profiles.yaml:1:13: de.cuts.0: "),
        (
            PROFILES_FILE,
            "germany: {gap: 1}\n",
            "IVR108 dialplans/profiles.yaml:1:1: germany: write the two small letters of the country: de",
        ),
        (PROFILES_FILE, "de: {language: it}\n", "IVR106 dialplans/profiles.yaml:1:16: de.language: "),
    ],
)
def test_a_table_that_makes_no_sense_is_told_once_at_its_place(book: Path, file: str, text: str, said: str) -> None:
    """One problem, with file, line and column; nothing is said of the numbers that rest on it."""
    write(book, file, text)

    assert [one[: len(said)] for one in told(book)] == [said]


def test_a_profile_that_does_not_exist_is_told_at_the_number(book: Path) -> None:
    """With what was meant."""
    number(book, '"0899000055": {label: conseil, tariff: emergency-repair, flow: advice, profile: dee}')

    (said,) = [one for one in told(book) if "IVR201" in one]
    assert 'there is no profile "dee"; did you mean "de"?' in said


def test_france_by_itself_announces_as_the_constants_of_its_law() -> None:
    """The wording depends on whether a number is French, not on which object says so."""
    assert read_book(DEMO).bounds.profiles["fr"] == FRANCE
