"""An operator's statement against the ledger: what differs is found call by call, what cannot be read is told."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.ledger.reconciling import reconcile, span
from ivr.ledger.told import BadStatement, Told, read

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)
HEAD = "number;started;seconds;amount\n"


def ours(number: int, **changes: Any) -> dict[str, Any]:
    """The figures of our n-th call, one a minute."""
    began = NOON + timedelta(minutes=number)
    facts = {
        "id": f"1.{number}", "number": "0899000004", "caller": "+33612345678", "started": began.isoformat(),
        "answered": (began + timedelta(seconds=15)).isoformat(), "billed_seconds": 60 + number,
        "amount_cents": 80 + number,
    }  # fmt: skip
    return facts | changes


def theirs(number: int, **changes: Any) -> Told:
    """The same call as an operator has it, by a clock that is three seconds late."""
    facts = {"line": number, "number": "0899000004", "started": NOON + timedelta(minutes=number, seconds=18),
             "seconds": 60 + number, "cents": 80 + number}  # fmt: skip
    return Told(**(facts | changes))


def found(told: list[Told], calls: list[dict[str, Any]]) -> tuple[list[str], int]:
    made = reconcile(told, calls, NOON - timedelta(hours=11), NOON + timedelta(hours=12))
    return [text.partition("  ")[2] for text in made.differences], made.agreed


def test_two_that_agree_say_so() -> None:
    """By either instant; free and unanswered calls are none of the operator's."""
    calls = [ours(1), ours(2), ours(3, answered=None, amount_cents=0), ours(4, amount_cents=0)]

    assert found([theirs(1), theirs(2, started=NOON + timedelta(minutes=2))], calls) == ([], 2)


def test_each_difference_is_told_with_its_call() -> None:
    """Seconds, amounts, calls that only one side has."""
    told = [theirs(1, seconds=62), theirs(2, cents=99, seconds=None), theirs(30, line=9)]

    assert found(told, [ours(1), ours(2), ours(60)]) == (
        [
            "0899000004  call 1.1, line 1: the operator says 62 s, the ledger 61 s",
            "0899000004  call 1.2, line 2: the operator says 0.99 €, the ledger 0.82 €",
            "0899000004  only the operator has it, line 9 (90 s, 1.10 €)",
            "0899000004  only the ledger has it, call 1.60 (120 s, 1.40 €)",
        ],
        0,
    )


def test_a_caller_who_is_named_must_be_the_same() -> None:
    """Two calls of one second, two callers: each finds his own."""
    calls = [ours(1), ours(1, id="2.1", caller="+33699999999", billed_seconds=9, amount_cents=12)]
    told = [theirs(1, caller="+33699999999", seconds=9, cents=12), theirs(1, caller="+33612345678", line=2)]

    assert found(told, calls) == ([], 2)
    assert found([theirs(1, caller="+33600000000")], [ours(1)])[0] == [
        "0899000004  only the ledger has it, call 1.1 (61 s, 0.81 €)",
        "0899000004  only the operator has it, line 1 (61 s, 0.81 €)",
    ]


@pytest.mark.parametrize("caller", ["erased", "anonymous"])
def test_a_caller_whom_the_ledger_does_not_know_is_nobody_else(caller: str) -> None:
    """He asked to be forgotten, or hid his number from us: the operator knows him all the same."""
    assert found([theirs(1, caller="+33612345678")], [ours(1, caller=caller)]) == ([], 1)


@pytest.mark.parametrize(
    ("answered", "changes", "told"),
    [
        (None, {}, "call 1.1, line 1: the operator says 61 s, 0.81 €, the ledger that it was never answered"),
        (None, {"seconds": 0, "cents": 0}, ""),
        (
            None,
            {"seconds": None, "cents": None},
            "call 1.1, line 1: the operator has it, the ledger that it was never answered",
        ),
        (True, {}, "call 1.1, line 1: the operator says 61 s, 0.81 €, the ledger that it cost nothing"),
        (True, {"cents": 0}, ""),
        (True, {"cents": None}, ""),
    ],
)
def test_what_the_operator_charges_of_a_free_call_is_told_with_the_call(
    answered: bool | None, changes: dict[str, Any], told: str
) -> None:
    """One that was never answered above all; of what nobody charges both agree."""
    call = ours(1, amount_cents=0, billed_seconds=0)
    call |= {} if answered else {"answered": None}
    facts = {"seconds": 61, "cents": 81} | changes

    assert found([theirs(1, **facts)], [call]) == ([f"0899000004  {told}"] if told else [], 0 if told else 1)
    # One that was charged is found first, though the other is nearer.
    charged = ours(1, id="2.1", started=(NOON + timedelta(seconds=30)).isoformat())
    assert found([theirs(1, seconds=61, cents=81)], [call, charged]) == ([], 1)


def test_many_calls_with_known_faults_are_all_found() -> None:
    """A thousand calls, some changed, some left out, some put in: just those are told."""
    dice = random.Random(7)
    calls = [ours(number, started=(NOON + timedelta(minutes=5 * number)).isoformat(),
                  answered=(NOON + timedelta(minutes=5 * number, seconds=dice.randint(10, 60))).isoformat())
             for number in range(1000)]  # fmt: skip
    chosen = dice.sample(range(1000), 60)
    changed, lost = set(chosen[:40]), set(chosen[40:])
    told = [
        theirs(number, started=NOON + timedelta(minutes=5 * number, seconds=dice.randint(0, 20)),
               seconds=60 + number + (number in changed))
        for number in range(1000) if number not in lost
    ]  # fmt: skip
    dice.shuffle(told)
    made = reconcile(told, calls, NOON, NOON + timedelta(days=9))

    assert {text.split("call 1.")[1].split(",")[0].split(" ")[0] for text in made.differences} == {
        str(number) for number in changed | lost
    }
    assert made.agreed == 940


def test_a_call_beside_the_days_of_the_statement_is_not_missed() -> None:
    """Ours of the evening before is looked at only in case that his first call is it."""
    begin, end = span([theirs(1)])
    calls = [ours(1), ours(2, started=(begin - timedelta(seconds=30)).isoformat())]

    assert reconcile([theirs(1)], calls, begin, end).differences == ()
    assert (begin.isoformat(), end.isoformat()) == ("2026-11-23T00:00:00+01:00", "2026-11-24T00:00:00+01:00")


@pytest.mark.parametrize(
    "content",
    [
        "number;started;seconds;amount\n0899000004;2026-11-23T12:00:10+01:00;61;0.81\n",
        "Numéro;Date;Heure;Durée;Montant TTC\n0899 000 004;23/11/2026;12:00:10;00:01:01;0,81 €\n",
        "called,datetime,duration,amount\n33899000004,2026-11-23 12:00:10,61,0.81\n",
        "\ufeffSVA\tHorodatage\tDurée\tMontant\n+33899000004\t23/11/2026 12:00:10\t61\t0,81\n\n",
    ],
)
def test_operators_write_as_they_like(content: str) -> None:
    """Separators, headings, dates, decimal signs; UTF-8 with a mark or without, and Windows' own."""
    for coded in (content.encode(), content.encode("cp1252", "ignore")):
        told, faults = read(coded)
        (one,) = told
        assert faults == []
        assert (one.number, one.started, one.seconds, one.cents) == (
            "0899000004", NOON + timedelta(seconds=10), 61, 81,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("rubbish;2026-11-23 12:00:00;61;0.81", 'line 2: "rubbish" is no number of ours'),
        (
            "0899000004;yesterday;61;0.81",
            'line 2: "yesterday" is no instant: 2026-11-23 14:05:10 or 23/11/2026 14:05:10',
        ),
        ("0899000004;2026-11-23 12:00:00;-61;0.81", 'line 2: "-61" is no duration: 61 or 00:01:01'),
        ("0899000004;2026-11-23 12:00:00;61;0.815", 'line 2: "0.815" is no amount in whole cents: 0.81 or 0,81'),
        ("0899000004;2026-11-23 12:00:00;61;NaN", 'line 2: "NaN" is no amount in whole cents: 0.81 or 0,81'),
        ("0899000004;2026-11-23 12:00:00;61;free", 'line 2: "free" is no amount: 0.81 or 0,81'),
        ("0899000004;2026-11-23 12:00:00;61", "line 2: it has 3 cells and the headings are 4"),
    ],
)  # fmt: skip
def test_a_bad_row_is_told_in_one_sentence(row: str, sentence: str) -> None:
    """And the others are read."""
    told, faults = read(f"{HEAD}{row}\n0899000004;2026-11-23 12:00:00;61;0.81\n".encode())

    assert faults == [sentence]
    assert [one.line for one in told] == [3]


def test_columns_that_are_unknown_or_double_are_told() -> None:
    """And left out."""
    told, faults = read(b"number;started;colour;date\n0899000004;2026-11-23 12:00:00;red;x\n")

    assert len(told) == 1
    assert faults == [
        'the column "colour" is not known, and is left out',
        'the column "date" says started again, and is left out',
    ]


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"number\n0899000004\n", b"PK\x03\x04\0\0"])
def test_a_file_that_is_no_statement_is_told(content: bytes) -> None:
    """In one sentence."""
    with pytest.raises(BadStatement):
        read(content)
