"""``destinations.yaml``: what toll fraud would want is refused when the book is read; what is right can be rung."""

import shutil
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook
from ivr.values.outside import Destination
from ivr.values.trunk import Trunk

DEMO = Path(__file__).parents[2]
TRUNKS = (
    'main: {label: a, host: sip.carrier.example, shows: "0145000000"}\n'
    "bare: {label: b, host: 192.0.2.10, sources: 192.0.2.10}\n"
)
ZOE = 'zoe: {label: Zoé, number: "06 12 34 56 78", trunks: main}\n'


@pytest.fixture
def book(tmp_path: Path) -> Path:
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, tmp_path / part)
    return tmp_path


def write(book: Path, destinations: str, trunks: str = TRUNKS) -> None:
    (book / "dialplans" / "trunks.yaml").write_text(trunks, encoding="utf-8")
    (book / "dialplans" / "destinations.yaml").write_text(destinations, encoding="utf-8")


def told(book: Path) -> list[str]:
    with pytest.raises(BadBook) as bad:
        read_book(book)
    return [f"{one.rule} {one.message}" for one in bad.value.problems]


def test_who_lies_outside_is_rung_like_an_agent_and_in_a_group(book: Path) -> None:
    """By number or SIP address; the number in E.164, and the trunk with what it shows."""
    write(book, ZOE + "desk: {label: accueil, sip: 'sip:desk@partner.example'}\n")
    groups = book / "dialplans" / "groups.yaml"
    groups.write_text(groups.read_text().replace("[karim, camille]", "[karim, zoe, desk]"), encoding="utf-8")
    flow = book / "dialplans" / "flows" / "repair.yaml"
    flow.write_text(flow.read_text().replace("to: [camille, karim]", "to: [camille, karim, zoe]"), encoding="utf-8")
    read = read_book(book)

    assert read.destinations == {
        "zoe": Destination("zoe", "+33612345678", trunks=("main",)),
        "desk": Destination("desk", sip="sip:desk@partner.example"),
    }
    assert read.trunks["main"] == Trunk("main", "sip.carrier.example", shows="+33145000000")
    assert set(read.drawing.routing.everyone(["advisers"])) == {"karim", "zoe", "desk"}
    assert not [one for one in read.warnings if one.rule == "IVR286" and "zoe" in one.message]


def test_who_is_never_rung_is_told(book: Path) -> None:
    """A destination, and a trunk by which nobody calls and from which nobody comes."""
    write(
        book,
        'zoe: {label: Zoé, number: "0612345678", trunks: bare}\n',
        TRUNKS.replace("sources", "shows: '0145000000', sources"),
    )

    assert [one.message for one in read_book(book).warnings if one.rule == "IVR286"] == [
        'nobody rings the destination "zoe"',
        'nobody calls over the trunk "main"',
    ]


@pytest.mark.parametrize(
    ("number", "extra", "why"),
    [
        ("0899000004", "", "it is surcharged, and only fixed and mobile numbers"),
        ("0800000001", "", "it is free, and only"),
        ("0806000002", "", "it is plain, and only"),
        ("118218", "", "it is enquiries, and only"),
        ("3615", "", "it is short, and only"),
        ("112", ", allow: [short, free]", "it is an emergency number"),
        ("15", ", allow: short", "it is an emergency number"),
        ("+32470123456", "", "it lies in BE, which is not among"),
        ("+32470123456", ", countries: CH", "it lies in BE, which is not among"),
        ("+88213000000", ", countries: BE", "it lies in"),
        ("hello", "", "it is unknown, which nobody can be put through to"),
    ],
)
def test_who_may_not_be_dialled(book: Path, number: str, extra: str, why: str) -> None:
    """Special, short and emergency numbers; countries that nobody allowed."""
    write(book, f'zoe: {{label: Zoé, number: "{number}", trunks: main{extra}}}\n')
    (found,) = told(book)

    assert found.startswith(f'IVR471 "zoe" cannot be dialled: {why}')


@pytest.mark.parametrize(
    ("number", "extra"),
    [
        ("0145000000", ""),
        ("0692123456", ""),
        ("+32470123456", ", countries: [CH, BE]"),
        ("0800000001", ", allow: free"),
        ("3639", ", allow: short"),
        ("0899000004", ", allow: [plain, surcharged]"),
    ],
)
def test_who_may(book: Path, number: str, extra: str) -> None:
    """Fixed and mobile numbers; others one by one, where the book says so."""
    write(book, f'zoe: {{label: Zoé, number: "{number}", trunks: main{extra}}}\n')

    assert read_book(book).destinations["zoe"].number.lstrip("+").isdigit()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zoe: {label: Zoé, trunks: main}\n", 'IVR472 "zoe" has neither a number nor a SIP address'),
        (
            "zoe: {label: Zoé, number: '0612345678', sip: 'sip:a@b.example'}\n",
            'IVR472 "zoe" has both a number and a SIP address',
        ),
        ("zoe: {label: Zoé, number: '0612345678'}\n", 'IVR473 no trunk reaches "zoe"'),
        (
            "zoe: {label: Zoé, sip: 'sip:a@b.example', trunks: main}\n",
            'IVR473 "zoe" is a SIP address, to which no trunk leads',
        ),
        ("zoe: {label: Zoé, number: '0612345678', trunks: mian}\n", 'IVR201 there is no trunk "mian"'),
        (
            "zoe: {label: Zoé, number: '0612345678', trunks: bare}\n",
            'IVR474 "zoe" would be called over the trunk "bare", which has no number to show',
        ),
        (ZOE.replace("zoe:", "camille:"), 'IVR476 "camille" is both an agent and a destination'),
        ("zoe: {label: Zoé, sip: 'sip:a;b@c'}\n", "IVR107"),
        (
            "zoe: {label: Zoé, sip: 'sip:0899000004@SIP.carrier.example.x'}\n".replace(".x", ":5070"),
            'IVR473 "zoe" is a number at the server of the trunk "main", dialled past all that is looked at',
        ),
        (
            "zoe: {label: Zoé, sip: 'sip:+32470123456@192.0.2.10'}\n",
            'IVR473 "zoe" is a number at the server of the trunk "bare", dialled past all that is looked at',
        ),
        (
            ZOE + ZOE.replace("zoe:", "z-oe:"),
            'IVR476 "zoe" and "z-oe" differ only by hyphens, over which Asterisk reads',
        ),
        (ZOE.replace("zoe:", "way:"), 'IVR476 "way" is a name of Asterisk\'s own settings'),
        (
            ZOE.replace("zoe:", f"{'z' * 33}:"),
            f'IVR476 "{"z" * 33}" has 33 characters, and a name that Asterisk is told 32 at most',
        ),
    ],
)
def test_what_cannot_be_dialled(book: Path, text: str, expected: str) -> None:
    """One sentence each."""
    write(book, text)

    assert [one if one[:6] != "IVR107" else "IVR107" for one in told(book)] == [expected]


ORDINARY = "and only fixed and mobile numbers can be dialled from a call unless allowed"
HELP = "it is an emergency number: who needs help dials it himself, and is located by his own line"


@pytest.mark.parametrize(
    ("address", "extra", "why"),
    [
        ("112@192.0.2.10", "", HELP),
        ("112@192.0.2.10", ", allow: [short, free]", HELP),
        ("1-1_2@pbx.partner.example", "", HELP),
        ("0112@pbx.partner.example", "", HELP),
        ("+33112@pbx.partner.example", "", "it is unknown, which nobody can be put through to"),
        ("0033899123456@sbc2.carrier.example", "", f"it is surcharged, {ORDINARY}"),
        ("0899123456@192.0.2.11", "", f"it is surcharged, {ORDINARY}"),
        ("0899123456@192.0.2.11", ", allow: free", f"it is surcharged, {ORDINARY}"),
        ("3615@pbx.partner.example", "", f"it is short, {ORDINARY}"),
        ("118218@pbx.partner.example", "", f"it is enquiries, {ORDINARY}"),
        (
            "+32470123456@pbx.partner.example",
            "",
            "it lies in BE, which is not among the countries allowed",
        ),
        ("9001234567@pbx.partner.example", "", "it is unknown, which nobody can be put through to"),
        ("00899@pbx.partner.example", "", "it is unknown, which nobody can be put through to"),
    ],
)
def test_a_number_at_a_sip_address_is_judged_like_that_number(book: Path, address: str, extra: str, why: str) -> None:
    """Whatever its host: an exchange there may dial it."""
    trunks = TRUNKS.replace("192.0.2.10", "192.0.2.99")
    write(book, f"zoe: {{label: Zoé, sip: 'sip:{address}'{extra}}}\n", trunks)

    assert told(book) == [f'IVR471 "zoe" cannot be dialled: {why}']


@pytest.mark.parametrize(
    ("address", "extra"),
    [
        ("0145000001@pbx.partner.example", ""),
        ("201@pbx.partner.example", ""),
        ("0@pbx.partner.example", ""),
        ("desk-112@pbx.partner.example", ""),
        ("3639@pbx.partner.example", ", allow: short"),
        ("0899000004@pbx.partner.example", ", allow: surcharged"),
        ("+32470123456@pbx.partner.example", ", countries: BE"),
        ("desk@pbx.partner.example", ", per_minute: 0"),
    ],
)
def test_what_is_right_at_a_sip_address(book: Path, address: str, extra: str) -> None:
    """Fixed numbers, extensions, names; others one by one, where the book says so."""
    write(book, f"zoe: {{label: Zoé, sip: 'sip:{address}'{extra}}}\n")

    assert read_book(book).destinations["zoe"].sip == f"sip:{address}"


def test_a_price_that_nobody_would_count_is_refused(book: Path) -> None:
    """Ceilings of money are those of trunks (IVR730)."""
    write(book, "zoe: {label: Zoé, sip: 'sip:desk@pbx.partner.example', per_minute: 5}\n")

    assert told(book) == ['IVR730 "zoe" is a SIP address, and what it costs would be counted by no trunk']


def test_a_name_is_one_thing_to_asterisk_and_no_trunk_shows_a_number_that_costs(book: Path) -> None:
    """Trunks against destinations; a number that costs whoever calls it back."""
    write(book, ZOE.replace("zoe:", "main:"))
    assert told(book) == ['IVR476 "main" is both a destination and a trunk']
    write(book, ZOE, TRUNKS.replace("0145000000", "0899000004"))
    assert told(book) == ['IVR474 the trunk "main" would show 0899000004 (surcharged) to whom we call']
    write(book, ZOE, TRUNKS.replace("0145000000", "3639"))
    assert told(book) == ['IVR474 the trunk "main" would show 3639 (short) to whom we call']


def test_no_trunk_has_a_name_that_asterisk_cannot_be_told(book: Path) -> None:
    """Said when the book is read, not when Asterisk is to be told of it; a partner's own number is no carrier's."""
    write(book, ZOE + "desk: {label: accueil, sip: 'sip:0145000001@pbx.partner.example'}\n")
    read_book(book)
    write(book, ZOE, TRUNKS + 'tls: {label: c, host: 192.0.2.11, shows: "0145000000"}\n')
    assert told(book) == ['IVR476 "tls" is a name of Asterisk\'s own settings']


def test_people_are_called_back_over_a_trunk_by_agents_and_by_nobody_outside(book: Path) -> None:
    """`through` is a trunk or the account of a gateway; agents are agents."""
    write(book, ZOE)
    flows = list((book / "dialplans" / "flows").glob("*.yaml"))
    (flow,) = [one for one in flows if "through: passerelle" in one.read_text(encoding="utf-8")]
    text = flow.read_text(encoding="utf-8")
    flow.write_text(text.replace("through: passerelle", "through: main"), encoding="utf-8")
    read_book(book)
    flow.write_text(text.replace("through: passerelle", "through: mian"), encoding="utf-8")

    assert told(book) == ['IVR201 there is no trunk "mian"']
