"""Statements: every call in its month, once, and every sum as somebody with pencil and paper would reckon it."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.ledger.engine import at
from ivr.ledger.reading import Reader
from ivr.ledger.statement import HERE, BadMonth, Holder, Month, as_csv, callers_csv, pseudonym, statement
from ivr.ledger.statement_page import pdf
from ivr.ledger.store import Store
from ivr.values.vat import RATES, Rate
from tests.ledger.records import made

HOLDERS = {
    "0899000004": Holder("chaleur", "Chaleur et Compagnie", "dépannage"),
    "0825000003": Holder("chaleur", "Chaleur et Compagnie", "conseil"),
    "0891000107": Holder("guides", "=HYPERLINK(1)", "guides"),
}
NOVEMBER = Month(2026, 11)
LATER = datetime(2026, 12, 5, tzinfo=UTC)
TABLE = {**RATES, "mayotte": Rate(Decimal(0), "from memory")}


def call(number: str = "0899000004", **changes: Any) -> dict[str, Any]:
    """The figures of a call."""
    facts = {
        "id": "1.1", "number": number, "caller": "+33612345678", "started": "2026-11-23T11:00:00.000000+00:00",
        "answered": "2026-11-23T11:00:15.000000+00:00", "ended": "2026-11-23T11:01:15.000000+00:00",
        "billed_seconds": 60, "amount_cents": 80, "currency": "EUR", "mode": "per_minute",
        "payout": "0.4321", "territory": "metropole", "vat": "20",
    }  # fmt: skip
    return facts | changes


CALLS = st.lists(
    st.builds(
        call,
        st.sampled_from([*HOLDERS, "0899999999"]),
        amount_cents=st.integers(0, 2400),
        billed_seconds=st.integers(0, 1800),
        answered=st.sampled_from([None, "2026-11-23T11:00:15.000000+00:00"]),
        payout=st.sampled_from([None, "0.4321", "12.9999", "0.0000"]),
        territory=st.sampled_from(["metropole", "reunion", "mayotte", "guyane"]),
    ).map(lambda one: one | {"vat": {"metropole": "20", "reunion": "8.5"}.get(one["territory"], "0")}),
    max_size=40,
)


@given(CALLS)
def test_sums_are_those_of_pencil_and_paper(calls: list[dict[str, Any]]) -> None:
    """By number and rate; tax from the sum of the line, payouts rounded once; totals are the sums of the lines."""
    told = statement(NOVEMBER, LATER, calls, [], HOLDERS, TABLE)

    for line in told.lines:
        mine = [one for one in calls if (one["number"], one["territory"]) == (line.number, line.territory)]
        answered = [one for one in mine if one["answered"]]
        cents = sum(one["amount_cents"] for one in answered)
        exact = Fraction(cents) * 100 / (100 + Fraction(str(line.percent)))
        paid = sum((Fraction(one["payout"]) for one in answered if one["payout"]), Fraction(0))
        assert (len(mine), len(answered)) == (line.calls, line.answered)
        assert sum(one["billed_seconds"] for one in answered) == line.seconds
        assert Decimal(cents) / 100 == line.taxed
        assert line.untaxed is not None
        assert abs(Fraction(line.untaxed) * 100 - exact) <= Fraction(1, 2)
        assert line.vat == line.taxed - line.untaxed
        assert abs(Fraction(line.payout) - paid) <= Fraction(1, 200)
        assert line.unpaid == sum(one["payout"] is None and one["amount_cents"] > 0 for one in answered)
    assert told.total("calls") == len(calls)
    rows = list(csv.DictReader(io.StringIO(as_csv(told))))
    assert sum(Decimal(row["amount_ttc"]) for row in rows) == told.total("taxed")
    assert {row["vat_verified"] for row in rows if row["territory"] == "mayotte"} <= {"no"}
    assert pdf(told, LATER).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("month", "begin", "end"),
    [
        ("2026-11", "2026-10-31T23:00", "2026-11-30T23:00"),
        ("2026-03", "2026-02-28T23:00", "2026-03-31T22:00"),  # the clocks go forward within it
        ("2026-10", "2026-09-30T22:00", "2026-10-31T23:00"),  # and back
        ("2028-02", "2028-01-31T23:00", "2028-02-29T23:00"),
        ("2026-12", "2026-11-30T23:00", "2026-12-31T23:00"),
    ],
)
def test_a_month_begins_and_ends_at_midnight_in_paris(month: str, begin: str, end: str) -> None:
    """Leap years, clocks that change, the end of the year."""
    of = Month.of(month)

    assert [one.astimezone(UTC).isoformat()[:16] for one in (of.begin, of.end)] == [begin, end]
    assert str(of) == month


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "26-11", "2026", "2026-1", "2026-11-01", "", "²026-11"])
def test_what_is_no_month_is_told(text: str) -> None:
    """In one sentence."""
    with pytest.raises(BadMonth, match="is no month: write it like 2026-11"):
        Month.of(text)


def test_each_call_is_in_one_month(tmp_path: Path) -> None:
    """Around midnight in Paris of the first; by the ledger itself."""
    store = Store.at(tmp_path / "ledger.sqlite")
    first = datetime(2026, 12, 1, tzinfo=HERE)
    for number, seconds in enumerate((-1, 0, 1), 1):
        started = first + timedelta(seconds=seconds)
        store.keep(made(number, started=started, answered=started + timedelta(seconds=15)))
    store.close()
    reader = Reader(at(tmp_path / "ledger.sqlite"))
    found = {
        str(month): [one["id"][-1] for one in reader.figures(month.begin, month.end)]
        for month in (NOVEMBER, Month(2026, 12), Month(2027, 1))
    }

    assert found == {"2026-11": ["1"], "2026-12": ["2", "3"], "2027-01": []}
    assert "tape" not in reader.figures(first, first + timedelta(days=1))[0]


def test_one_owner_gets_his_own_numbers_only() -> None:
    """And a number in nobody's book belongs to nobody."""
    calls = [call(), call("0891000107"), call("0899999999")]

    assert [one.number for one in statement(NOVEMBER, LATER, calls, [], HOLDERS, TABLE, "guides").lines] == [
        "0891000107"
    ]
    assert [one.number for one in statement(NOVEMBER, LATER, calls, [], HOLDERS, TABLE).lines] == [
        "0899999999", "0899000004", "0891000107",
    ]  # fmt: skip


def test_what_is_not_known_is_not_made_up() -> None:
    """A call of an older ledger has neither rate nor payout."""
    (line,) = statement(NOVEMBER, LATER, [call(vat=None, territory=None, payout=None)], [], HOLDERS, TABLE).lines

    assert (line.untaxed, line.vat, line.unpaid) == (None, None, 1)
    assert statement(NOVEMBER, LATER, [], [], HOLDERS, TABLE).lines == ()


def test_rates_that_nobody_verified_are_named() -> None:
    """In the table's rates, and where the call was noted with another rate than the table has now."""
    told = statement(
        NOVEMBER, LATER, [call(territory="mayotte", vat="0"), call(territory="reunion", vat="9")], [], HOLDERS, TABLE
    )

    assert told.unverified == ["mayotte 0 %", "reunion 9 %"]


def test_refunds_stand_in_the_month_in_which_they_were_given() -> None:
    """Whatever month the call was of; so a month that is over does not change."""
    back = {"number": "0899000004", "territory": "metropole", "vat": "20", "call": "1.1", "at": "2026-11-28T10:00",
            "amount_cents": 40, "reason": "x"}  # fmt: skip
    told = statement(NOVEMBER, LATER, [], [back, back | {"number": "0891000107"}], HOLDERS, TABLE, "chaleur")

    (line,) = told.lines
    assert (line.calls, line.refunds, line.refunded) == (0, 1, Decimal("0.40"))
    assert len(told.refunds) == 1
    assert told.over
    assert not statement(NOVEMBER, datetime(2026, 11, 30, 22, 59, tzinfo=UTC), [], [], HOLDERS, TABLE).over


def test_a_reason_is_read_to_its_end_on_paper() -> None:
    """One that is longer than a line goes on below, and over the page."""
    back = {"number": "0899000004", "territory": "metropole", "vat": "20", "call": "1.1", "at": "2026-11-28T10:00",
            "amount_cents": 40, "reason": "la ligne a été coupée " * 400}  # fmt: skip
    told = statement(NOVEMBER, LATER, [], [back], HOLDERS, TABLE)

    assert pdf(told, LATER).count(b"/Type /Page\n") > 1


def test_no_spreadsheet_takes_a_name_for_a_formula() -> None:
    """A company may call itself as it likes."""
    told = statement(NOVEMBER, LATER, [call("0891000107")], [], HOLDERS, TABLE)

    assert next(csv.DictReader(io.StringIO(as_csv(told))))["company"] == "'=HYPERLINK(1)"


def test_callers_leave_by_pseudonyms_only() -> None:
    """The same within a month, another in the next; sums are right; no digits of a number anywhere."""
    calls = [
        call(),
        call(),
        call(caller="+262692123456"),
        call(caller="anonymous"),
        call("0825000003"),
        call("0891000107"),
    ]
    text = callers_csv(calls, "key of november", ["0899000004", "0825000003"])
    rows = {(row["caller"], row["number"]): row for row in csv.DictReader(io.StringIO(text))}
    mine = pseudonym("key of november", "+33612345678")

    assert rows[mine, "0899000004"]["amount_ttc"] == "1.60"
    assert rows[mine, "0825000003"]["calls"] == "1"
    assert len(rows) == 4
    assert "612345678" not in text
    assert "692123456" not in text
    assert "0891000107" not in text
    assert mine != pseudonym("key of december", "+33612345678")
