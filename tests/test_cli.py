"""The commands as people and scripts meet them: what they print, where, and with which status they end."""

import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from ivr import secret
from ivr.cli import COMMANDS, main
from ivr.ledger.statement import pseudonym
from ivr.ledger.store import Store
from ivr.ledger.tables import VERSION
from ivr.terminal.table import table
from ivr.values.call import Ending
from ivr.verbs.manners import says
from tests import forked
from tests.conftest import CHECKOUT, laid
from tests.ledger.records import NOON, made


class House:
    """A book and a state directory of our own, and the command in our own process."""

    def __init__(self, home: Path) -> None:
        self.book = home / "book"
        self.state = home / "state"
        for part in ("dialplans", "prompts"):
            shutil.copytree(CHECKOUT / part, self.book / part)
        self.environment = {"IVR_BOOK": str(self.book), "IVR_STATE": str(self.state), "COLUMNS": "160"}

    def ivr(self, *words: str, **environment: str) -> Result:
        return CliRunner().invoke(main, words, env={**self.environment, **environment})

    def process(self, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """The same as a process of its own."""
        return forked.run(
            [sys.executable, "-m", "ivr", *words],
            imports=imports(words[0]),
            cwd=CHECKOUT,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.book / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


def imports(word: str) -> tuple[str, ...]:
    """What a command is made of."""
    return (f"ivr.verbs.{COMMANDS[word].split(':')[0]}", *(["ivr.controller", "uvloop"] if word == "serve" else []))


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def commands(group: click.Group = main, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))
        else:
            yield *before, name


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    """The example is of this command, and each option says what it is for."""
    help_ = CliRunner().invoke(main, [*words, "--help"])
    command: click.Command = main
    for word in words:
        assert isinstance(command, click.Group)
        command = command.commands[word]

    assert help_.exit_code == 0
    assert f"Example:\n    ivr {' '.join(words)}" in help_.output
    assert [p.name for p in command.params if isinstance(p, click.Option) and not p.help] == []


# -- what goes wrong --------------------------------------------------------------------------------------------------


def one_sentence(told: "Result | subprocess.CompletedProcess[str]") -> str:
    """What was said on standard error: one line, nothing on standard output, status 1."""
    status = told.exit_code if isinstance(told, Result) else told.returncode
    assert (status, told.stdout) == (1, "")
    assert "Traceback" not in told.stderr
    assert told.stderr.count("\n") == 1
    return told.stderr.strip()


@pytest.mark.parametrize(
    ("words", "environment", "sentence"),
    [
        (["calls"], {"IVR_MAX_CALLS": "many"}, 'ivr: IVR_MAX_CALLS is "many": write a whole number from 1 to 10000'),
        (["prepare"], {"IVR_SIP_PORT": "80"}, 'ivr: IVR_SIP_PORT is "80": write a whole number from 1024 to 65535'),
        (["simulate", "0899"], {}, "ivr: 0899 is not a number of this book; it has 0800000001, 0806000002, "),
        (["call", "0899000004", "--keys", "z"], {}, 'ivr: keys "z": "z" is not a step; '),
        (["call", "0899000004"], {}, "holds no catalogue of sounds: bake the prompts first"),
        (["secrets", "show", "agent:camille"], {}, "`ivr prepare` makes one"),
    ],
)
def test_what_people_meet_is_one_sentence(
    house: House, words: list[str], environment: dict[str, str], sentence: str
) -> None:
    """On standard error, with status 1."""
    assert sentence in one_sentence(house.ivr(*words, **environment))


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [({"IVR_SIP_BIND": "here"}, 'ivr: IVR_SIP_BIND is "here": write an IP address, '), ({}, "`ivr prepare` makes one")],
)
def test_a_controller_that_cannot_start_says_why_in_one_sentence(
    house: House, environment: dict[str, str], sentence: str
) -> None:
    """As a process, since it takes over its log."""
    assert sentence in one_sentence(house.process("serve", **environment))


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["simulate"],
        ["simulate", "0899000004", "--keys", "1,x"],
        ["calls", "--last", "0"],
        ["simulate", "1", "--at", "noon"],
        ["check", "/nowhere"],
    ],
)
def test_words_that_are_off_end_with_status_two(house: House, words: list[str]) -> None:
    """And say how it is done."""
    told = house.ivr(*words)

    assert (told.exit_code, told.stdout) == (2, "")
    assert "Usage:" in told.stderr


@pytest.mark.parametrize("words", [["prepare"], ["bake"], ["simulate", "0899000004"], ["call", "0899000004"]])
def test_a_bad_book_is_told_by_its_lines(house: House, words: list[str], prepared: Path) -> None:
    """All problems, one line each; nothing is written."""
    laid(prepared / "sounds", house.state / "sounds")
    house.edit("dialplans/tariffs.yaml", "0.80", "8.00")
    house.edit("dialplans/flows/repair.yaml", "to: camille", "to: camile")
    told = house.ivr(*words)
    lines = (house.book / "dialplans" / "numbers.yaml").read_text(encoding="utf-8").splitlines()

    assert told.exit_code == 1
    assert [line.partition(": ")[0] for line in told.stderr.strip().splitlines()] == [
        "dialplans/flows/repair.yaml:26:5",
        f"dialplans/numbers.yaml:{lines.index('  tariff: emergency-repair') + 1}:3",
    ]
    assert not (house.state / "secrets").exists()


def test_an_agent_whom_asterisk_cannot_be_told_of_is_one_sentence(house: House, prepared: Path) -> None:
    """Some names are taken by the fixed part of its configuration."""
    laid(prepared, house.state)
    house.edit("dialplans/agents.yaml", "camille:", "public:")
    house.edit("dialplans/agents.yaml", "Camille", "Public")
    house.edit("dialplans/queues.yaml", "camille", "public")
    house.edit("dialplans/groups.yaml", "camille", "public")
    house.edit("dialplans/mailboxes.yaml", "agents: camille", "agents: public")
    for flow in (house.book / "dialplans" / "flows").iterdir():
        flow.write_text(flow.read_text().replace("camille", "public"))

    assert '"public" is a name of Asterisk\'s own settings; choose another' in one_sentence(house.ivr("prepare"))


def test_no_asterisk_to_call_is_one_sentence(house: House, prepared: Path) -> None:
    """At once, not after half a minute of ringing nobody."""
    laid(prepared / "sounds", house.state / "sounds")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert f"no Asterisk at 127.0.0.1:{port}" in one_sentence(
        house.process("call", "0899000004", IVR_SIP_PORT=str(port))
    )


def test_a_ledger_that_cannot_be_read_is_one_sentence(house: House) -> None:
    """Damaged, newer than we are, or no file at all."""
    house.state.mkdir()
    ledger = house.state / "ledger.sqlite"
    ledger.write_bytes(b"not a database, but long enough to be taken for one at first sight" * 20)
    damaged = one_sentence(house.ivr("calls"))
    ledger.unlink()
    with sqlite3.connect(ledger) as base:
        base.execute("create table ledger_schema (version integer)")
        base.execute("insert into ledger_schema values (99)")
    newer = one_sentence(house.ivr("calls", "--json"))
    ledger.unlink()
    ledger.mkdir()
    directory = one_sentence(house.ivr("calls"))

    assert "file is not a database" in damaged
    assert f"has version 99 and this programme knows version {VERSION}: update the programme" in newer
    assert "cannot be read" in directory


# -- check ------------------------------------------------------------------------------------------------------------


def test_check_of_a_good_book(house: House) -> None:
    """One line with its digest; with --json an empty list."""
    told, plain = house.ivr("check"), house.ivr("check", str(house.book), "--json")

    assert (told.exit_code, told.stderr) == (0, "")
    assert re.fullmatch(r"The book is good: \d+ numbers, \d+ prompts, digest [0-9a-f]{16}\.\n.*", told.stdout)
    assert (plain.exit_code, json.loads(plain.stdout)) == (0, [])


def test_check_of_a_bad_book(house: House) -> None:
    """Each problem under the line that it is about; with --json for programs."""
    house.edit("dialplans/flows/repair.yaml", "to: camille", "to: camile")
    told, plain = house.ivr("check"), house.ivr("check", "--json")

    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == (
        'dialplans/flows/repair.yaml:26:5: error IVR201: there is no agent "camile"\n'
        "   26 |     to: camile\n"
        '      |     ^^ did you mean "camille"?\n'
    )
    assert plain.exit_code == 1
    assert [(problem["line"], problem["rule"]) for problem in json.loads(plain.stdout)] == [(26, "IVR201")]


def test_a_warning_stops_nobody(house: House) -> None:
    """It is told, and the book is good."""
    (house.book / "dialplans" / "flows" / "spare.yaml").write_text(
        "flow: spare\nstart: bye\nnodes:\n  bye: {kind: bye}\n"
    )
    told = house.ivr("check")

    assert told.exit_code == 0
    assert 'warning IVR213: no number uses the flow "spare"' in told.stdout
    assert "The book is good" in told.stdout


# -- simulate: no sounds are baked here, so lengths are those of the texts --------------------------------------------


def lived(told: Result) -> list[str]:
    """What a simulation tells of the call, without the places in the book; what is said is cut to its beginning."""
    assert (told.exit_code, told.stderr) == (0, "")
    lines = [line for line in told.stdout.splitlines() if "€  · " not in line]
    return [re.sub(r"“(.{12}).*”", r"“\1…”", line) for line in lines]


OPENING = [
    "    0.0 s  early media, free    0.00 €  183 early media",
    "    0.0 s  early media, free    0.00 €  “Bonjour. Apr…”",
]
ANSWERED = [
    "   16.5 s  answered             0.00 €  200 answered: charging begins",
    "   16.5 s  answered             0.00 €  the exchange will end the call in 0:30:00",
    "   16.5 s  answered             0.00 €  “Bienvenue au…”",
    "   21.8 s  answered             0.08 €  “Si vous n'av…”",
]


def test_a_call_to_an_open_surcharged_number(house: House) -> None:
    """Free until the beep; then what is owed runs, and at the end what is owed is what was shown."""
    assert lived(house.ivr("simulate", "0899000004", "--keys", "2")) == [
        *OPENING,
        "   16.0 s  early media, free    0.00 €  ♪",
        *ANSWERED,
        '   38.3 s  answered             0.29 €  key "2"',
        "   38.3 s  answered             0.29 €  “Ne quittez p…”",
        "   41.6 s  answered             0.35 €  rings camille for up to 25 s",
        "   46.6 s  answered             0.41 €  camille answers",
        "  106.6 s  answered             1.21 €  camille hangs up after 60 s",
        "  106.6 s  answered             1.21 €  hang-up",
        "ended by flow; steps hours:open welcome:done menu:2 boiler:talked; owed 1.21 €",
    ]


def test_the_announcement_skipped_and_all_agents_busy(house: House) -> None:
    """`#` cuts the announcement and not the beep."""
    assert lived(house.ivr("simulate", "+33 899 00 00 04", "--keys", "#,2", "--agents", "busy")) == [
        *OPENING,
        '    8.0 s  early media, free    0.00 €  key "#" cuts it short',
        "    8.0 s  early media, free    0.00 €  ♪",
        *[f"{float(line[:7]) - 8.0:7.1f}{line[7:]}" for line in ANSWERED],
        '   30.3 s  answered             0.29 €  key "2"',
        "   30.3 s  answered             0.29 €  “Ne quittez p…”",
        "   33.6 s  answered             0.35 €  rings camille for up to 25 s",
        "   34.1 s  answered             0.35 €  busy",
        "   34.1 s  answered             0.35 €  “Tous nos con…”",
        "   40.3 s  answered             0.43 €  hang-up",
        "ended by flow; steps hours:open welcome:done menu:2 boiler:busy busy:done; owed 0.43 €",
    ]


@pytest.mark.parametrize("at", ["2026-11-29T10:00", "2026-11-29T09:00:00Z", "2026-11-29 10:00:00"])
def test_a_call_to_a_closed_number_is_never_answered(house: House, at: str) -> None:
    """On a Sunday; an instant may have a zone, and otherwise is on the clocks of Paris."""
    told = house.ivr("simulate", "0825000003", "--at", at)

    assert lived(told) == [
        "    0.0 s  early media, free    0.00 €  183 early media",
        "    0.0 s  early media, free    0.00 €  “Nos bureaux …”",
        "    8.3 s  early media, free    0.00 €  hang-up",
        "ended by flow; steps hours:closed closed:done; owed 0.00 €",
    ]
    assert "à votre écoute demain à neuf heures”" in told.stdout


def test_each_step_is_told_with_its_place_in_the_book(house: House) -> None:
    """So that whoever reads it knows where to change it; a file, a line, a node, the exit taken."""
    told = house.ivr("simulate", "0899000004", "--keys", "2").stdout

    for place, line in re.findall(r"· (\S+):(\d+) hours → open\n", told):
        assert (house.book / place).read_text().splitlines()[int(line) - 1].strip() == "hours:"
    assert re.findall(r"· dialplans/flows/repair\.yaml:\d+ (.*)", told) == [
        "hours → open",
        "welcome → done",
        "menu → 2",
        "boiler → talked",
    ]


def test_silence_and_wrong_keys_are_counted_apart(house: House) -> None:
    """Each is answered in its own words; the third silence is put through to somebody."""
    told = lived(house.ivr("simulate", "0899000004", "--keys", ",8,,8,", "--agents", "unavailable"))

    assert [line[40:] for line in told[:-1] if re.search("silence|key|“Nous|“Ce", line)] == [
        "silence for 5 s", "“Nous n'avons…”", 'key "8"', "“Ce choix n'e…”", "silence for 5 s", "“Nous n'avons…”",
        'key "8"', "“Ce choix n'e…”", "silence for 5 s", "“Nous ne pouv…”",
    ]  # fmt: skip
    assert told[-1].startswith(
        "ended by flow; steps hours:open welcome:done menu:silence operator:unavailable nobody:done; owed "
    )


def test_a_caller_who_presses_nothing_more_hangs_up(house: House) -> None:
    """The script is over in the menu."""
    assert lived(house.ivr("simulate", "0800000001", "--from", ""))[-2:] == [
        "   16.1 s  answered             0.00 €  the caller hangs up",
        "ended by caller; steps hours:open welcome:done; owed 0.00 €",
    ]


def test_the_limit_of_the_tariff_ends_a_simulated_call(house: House) -> None:
    """No caller owes more than 24 €; here he hears the welcome again and again."""
    house.edit("dialplans/flows/repair.yaml", 'options: {"1": heating', 'hearings: 9\n    options: {"1": welcome')
    house.edit("prompts/fr.yaml", "Bienvenue au dépannage", "Bienvenue " * 60 + "au dépannage")
    told = lived(house.ivr("simulate", "0899000004", "--keys", ",".join("1" * 50)))

    assert told[-2].endswith("the limit of the tariff ends the call")
    assert told[-1].startswith("ended by limit; ")
    assert told[-1].endswith("owed 24.00 €")


# -- calls ------------------------------------------------------------------------------------------------------------


def keep(state: Path) -> None:
    store = Store.at(state / "ledger.sqlite")
    store.open()
    store.keep(made(1))
    store.keep(
        made(
            2,
            "0825000003",
            caller="+4915123456789012",
            started=NOON + timedelta(hours=13),
            announced_from=None,
            announced_to=None,
            answered=None,
            ending=Ending.SHUTDOWN,
            skipped=False,
            billed_seconds=0,
            amount=type(made().amount)(made().amount.amount * 0),
        )
    )
    store.close()


def test_no_call_yet(house: House) -> None:
    """A sentence, not an empty table; and with --json nothing."""
    assert house.ivr("calls").stdout == "No call yet.\n"
    assert house.ivr("calls", "--number", "0899000004").stdout == "No call to 0899000004 yet.\n"
    assert house.ivr("calls", "--json").stdout == ""
    assert not house.state.exists()


def test_calls_on_a_wide_terminal(house: House) -> None:
    """Newest first, everything in one line."""
    keep(house.state)

    assert [re.sub("  +", "|", line) for line in house.ivr("calls").stdout.splitlines()] == [
        "started|number|caller|announced|answered|ended by|billed|amount|steps",
        "2026-11-24 01:00:00|0825000003|+491***********12|-|never|shutdown|0 s|0.00 €|"
        "hours:open welcome:done menu:2 boiler:talked",
        "2026-11-23 12:00:01|0899000004|0612****78|11.5 s, skipped|+12.5 s|caller|61 s|0.81 €|"
        "hours:open welcome:done menu:2 boiler:talked",
    ]


def test_calls_on_a_narrow_terminal(house: House) -> None:
    """Whole columns are left out, never digits cut; the steps have a line of their own."""
    keep(house.state)
    told = house.ivr("calls", COLUMNS="80").stdout

    assert max(map(len, told.splitlines())) <= 80
    assert told == (
        "started              number      caller             answered  ended by  amount\n"
        "2026-11-24 01:00:00  0825000003  +491***********12  never     shutdown  0.00 €\n"
        "    hours:open welcome:done menu:2 boiler:talked\n"
        "2026-11-23 12:00:01  0899000004  0612****78         +12.5 s   caller    0.81 €\n"
        "    hours:open welcome:done menu:2 boiler:talked\n"
    )


def test_calls_of_one_number_in_any_spelling(house: House) -> None:
    """As many as are asked for."""
    keep(house.state)

    assert house.ivr("calls", "--number", "+33 899 000 004").stdout.count("0899000004") == 1
    assert house.ivr("calls", "--last", "1").stdout.count("\n") == 2


def test_calls_as_json_lines(house: House) -> None:
    """Whole records where that is asked for, tapes included; the newest first."""
    keep(house.state)
    found = [json.loads(line) for line in house.ivr("calls", "--json", "--with-callers").stdout.splitlines()]

    assert [record["id"] for record in found] == ["1795000000.2", "1795000000.1"]
    assert found[1]["amount"] == {"amount": "0.81", "currency": "EUR"}
    assert found[1]["caller"] == "+33612345678"
    assert found[1]["tape"][1]["play"]["phrase"] == ["announcement/per-minute-0-80"]


def test_calls_leave_by_pseudonyms(house: House) -> None:
    """Those of the month's statement, without what callers typed; in clear only where it is asked for."""
    keep(house.state)
    assert "the master secret" in one_sentence(house.ivr("calls", "--json"))
    (house.state / "secrets").mkdir(exist_ok=True)
    (house.state / "secrets" / "master").write_text("ab" * 32, encoding="ascii")
    text = house.ivr("calls", "--json").stdout
    found = [json.loads(line) for line in text.splitlines()]
    key = secret.derive(house.state / "secrets" / "master", "pseudonym:2026-11")

    assert [one["caller"] for one in found][1] == pseudonym(key, "+33612345678")
    assert "612345678" not in text
    assert all("tape" not in one for one in found)
    assert house.ivr("calls", "--with-callers").exit_code == 2


@pytest.mark.parametrize("width", [1, 20, 40, 79, 80, 120, 10_000])
def test_a_table_never_cuts_a_cell(width: int) -> None:
    """What is shown is shown whole, however narrow the terminal is."""
    rows = [["0899000004", "11.5 s", "a:1 b:22 c:333"], ["0825000003", "-", ""]]
    words = " ".join(table(["number", "announced", "steps"], rows, width, ["announced"])).split()

    assert {"0899000004", "0825000003", "a:1", "b:22", "c:333"} <= set(words)
    assert set(words) <= {
        "number",
        "announced",
        "steps",
        "11.5",
        "s",
        "-",
        "0899000004",
        "0825000003",
        "a:1",
        "b:22",
        "c:333",
    }


# -- prepare ----------------------------------------------------------------------------------------------------------


def test_prepare_makes_all_that_must_stand_before_asterisk(prepared: Path) -> None:
    """Secrets for their owner alone, sounds for all, Asterisk's configuration for its group."""
    found = {path.relative_to(prepared).as_posix(): path.stat().st_mode & 0o777 for path in prepared.rglob("*")}

    assert (found["secrets"], found["secrets/master"]) == (0o700, 0o600)
    assert {name: mode for name, mode in found.items() if name.startswith("asterisk/")} == {
        f"asterisk/{name}": 0o640
        for name in (
            *("extensions_numbers.conf", "http.conf", "manager_accounts.conf", "musiconhold.conf", "options.conf"),
            *("pjsip.conf", "queues.conf", "rtp.conf", "tls-trusted.crt", "tls.crt", "tls.key"),
        )
    }
    assert {
        "sounds/catalogue.json",
        "sounds/fr/fallback.alaw",
        "sounds/fr/fallback.ulaw",
        "sounds/fr/fallback.g722",
        "sounds/fr/fallback.sln48",
    } <= set(found)


def test_prepare_again_changes_nothing(house: House, prepared: Path) -> None:
    """The secrets stay, and so all passwords; nothing is baked again; the files are the same."""
    laid(prepared, house.state)
    for name in ("musiconhold.conf", "queues.conf"):  # they name the place of the sounds
        file = house.state / "asterisk" / name
        file.write_text(file.read_text(encoding="utf-8").replace(str(prepared), str(house.state)), encoding="utf-8")
    before = {path: path.read_bytes() for path in house.state.rglob("*") if path.is_file()}
    told = house.ivr("prepare")

    assert told.exit_code == 0
    assert re.search(r"Prompts: 0 made, \d+ kept \(", told.stdout)
    assert {path: path.read_bytes() for path in house.state.rglob("*") if path.is_file()} == before


def test_a_changed_text_alone_is_baked_again(house: House, prepared: Path) -> None:
    """And no other."""
    laid(prepared, house.state)
    house.edit("prompts/fr.yaml", "Au revoir.", "À bientôt.")
    changed = sum("À bientôt." in text for text in (house.book / "prompts" / "fr.yaml").read_text().splitlines())

    assert f"{changed} made, " in house.ivr("bake").stdout


def test_a_password_is_shown(house: House, prepared: Path) -> None:
    """The one that Asterisk was told."""
    password = house.ivr("secrets", "show", "agent:camille", IVR_STATE=str(prepared)).stdout.strip()

    assert re.fullmatch(r"[a-z2-7]{26}", password)
    assert f"password = {password}\n" in (prepared / "asterisk" / "pjsip.conf").read_text()


# -- how soon ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "nor"), [(["calls"], "ivr.book.book"), (["check"], "sqlalchemy")], ids=["calls", "check"]
)
def test_looking_does_not_import_what_listens(house: House, words: list[str], nor: str) -> None:
    """numpy and scipy take a second, and the phone is a library in C: for those commands alone that need them.  Nor
    does who looks at calls wait for a book, and who looks at a book for a database.

    A check needs them the first time, to measure announcements that are not baked.
    """
    house.ivr(*words)
    script = (
        "import sys\nfrom ivr.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        f"heavy = {{'numpy', 'scipy', 'soundfile', 'soxr', 'pyloudnorm', 'pjsua2', {nor!r}}}\n"
        "sys.exit(' '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=CHECKOUT, env={**os.environ, **house.environment}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


def test_check_can_watch_and_ends_with_what_it_saw_last(tmp_path: Path) -> None:
    """A mistake made while it watches is told, and Ctrl-C gives the exit status of the last look."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(CHECKOUT / part, tmp_path / part)
    command = [sys.executable, "-m", "ivr", "check", str(tmp_path), "--watch"]
    with forked.Popen(
        command, imports=imports("check"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=CHECKOUT
    ) as watching:
        assert watching.stdout is not None
        assert "The book is good" in watching.stdout.readline()
        tariffs = tmp_path / "dialplans" / "tariffs.yaml"
        text = tariffs.read_text()
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(iter(watching.stdout.readline, "")))
        reader.start()

        def told() -> bool:
            return any("may cost 0.80 € a minute at most" in line for line in lines)

        until = time.monotonic() + 60
        while not told() and time.monotonic() < until:
            tariffs.write_text(text.replace("0.80", "8.00"))  # again where it did not watch yet
            looked = time.monotonic() + 5
            while not told() and time.monotonic() < looked:
                time.sleep(0.1)
        watching.send_signal(signal.SIGINT)
        try:
            assert watching.wait(60) == 1
        finally:
            watching.kill()
        reader.join(20)
    assert told()


def test_commands_take_the_tariff_of_the_instant(house: House) -> None:
    """number, simulate, explore and law look at the price of then."""
    numbers, tariffs = (house.book / "dialplans" / f"{name}.yaml" for name in ("numbers", "tariffs"))
    text = numbers.read_text(encoding="utf-8")
    assert text.count("  tariff: advice\n") == 1
    periods = "  tariff:\n    - tariff: advice\n    - {from: 2027-01-01, tariff: dear, entered: 2026-12-01}\n"
    numbers.write_text(text.replace("  tariff: advice\n", periods), encoding="utf-8")
    tariffs.write_text(
        tariffs.read_text(encoding="utf-8") + "\ndear: {mode: per_call, price: 0.50}\n", encoding="utf-8"
    )
    before, after = "--at=2026-12-31T23:59", "--at=2027-01-01T00:00"

    told = house.ivr("number", "0825000003", before).output
    assert "           tariff advice: per_minute 0.15 €, cut after 9600 s\n" in told
    assert "           from 2027-01-01: tariff dear: per_call 0.50 €\n" in told
    assert "tariff dear: per_call 0.50 €\n" in house.ivr("number", "0825000003", after).output
    assert "advice" not in house.ivr("number", "0825000003", after).output.replace("flow advice", "")
    open_ = "--override=office=open"
    assert "quinze centimes par minute" in house.ivr("simulate", "0825000003", before, open_, "--keys=1").output
    assert "cinquante centimes par appel" in house.ivr("simulate", "0825000003", after, open_, "--keys=1").output
    assert json.loads(house.ivr("explore", "0825000003", after, "--json").output)["most_owed"] == "0.50"
    assert json.loads(house.ivr("explore", "0825000003", before, "--json").output)["most_owed"] != "0.50"
    assert house.ivr("law", after, "--json").exit_code == house.ivr("law", before, "--json").exit_code == 0


def test_money_from_the_ledger_to_the_owner(house: House) -> None:
    """A month stated, a call given back, an operator's file held against it; no caller's number leaves."""
    store = Store.at(house.state / "ledger.sqlite")
    for number in (1, 2, 3):
        store.keep(made(number))
    store.close()
    secret.make(house.state / "secrets" / "master")
    said = house.ivr("refund", made(2).id, "--reason", "cut off", "--amount", "0,40").output
    assert said == "0.40 € of call 1795000000.2 noted as given back; 0.41 € of the call are left.\n"
    for wrong in ("0.405", "-1", "", "1e3", "nan"):
        refused = house.ivr("refund", made(2).id, "--reason", "cut off", "--amount", wrong)
        assert (refused.exit_code, "is no amount" in refused.output) == (2, True)
    assert house.ivr("ledger", "verify").exit_code == 0

    told = house.ivr("statement", "2026-11").output
    assert re.search(r"0899000004 +chaleur +metropole +20 % +3 +3 +183 +2\.43 +2\.03 +1\.30", told)
    assert house.ivr("statement", "2026-10").output == "No call in 2026-10.\n"
    assert house.ivr("statement", "2026-11", "--number", "0 825 000 003").output == "No call in 2026-11.\n"
    assert 'there is no owner "nobody"' in house.ivr("statement", "2026-11", "--owner", "nobody").output
    paper, table_, callers = (house.state / name for name in ("m.pdf", "m.csv", "callers.csv"))
    done = house.ivr("statement", "2026-11", "--pdf", str(paper), "--csv", str(table_), "--callers", str(callers))
    assert (done.exit_code, done.output) == (0, "")
    assert paper.read_bytes().startswith(b"%PDF")
    assert "612345678" not in callers.read_text() + table_.read_text()
    assert callers.read_text().splitlines()[1].endswith(",0899000004,3,3,183,2.43")

    lines = ["Numéro;Date;Heure;Durée;Montant TTC;Offre"]
    lines += [f"0899000004;23/11/2026;12:00:{13 + n};61;0,81;x" for n in (1, 2, 3)]
    file = house.state / "operator.csv"
    file.write_text("\n".join(lines))
    found = house.ivr("reconcile", str(file))
    assert (found.exit_code, found.stdout) == (0, "3 calls agree, 0 differ.\n")
    assert 'the column "Offre" is not known, and is left out' in found.stderr
    file.write_text("\n".join([*lines[:3], lines[3].replace(";61;", ";62;")]))
    found = house.ivr("reconcile", str(file))
    assert found.exit_code == 1
    assert "call 1795000000.3, line 4: the operator says 62 s, the ledger 61 s\n" in found.stdout


@pytest.mark.parametrize(
    "words",
    ["prompts --json", "law", "listen --help", "simulate 0805000024"],
)
def test_who_has_read_enough_hears_no_complaint(house: House, words: str) -> None:
    """As with `| head`: the reader has gone, and the command ends without a word."""
    reads, writes = os.pipe()
    os.close(reads)
    try:
        done = forked.run(
            [sys.executable, "-m", "ivr", *words.split()], imports=imports(words.split()[0]),
            cwd=CHECKOUT, env={**os.environ, **house.environment}, stdout=writes, stderr=subprocess.PIPE,
            timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(writes)

    assert (done.returncode, done.stderr) == (1, b"")


def test_a_broken_pipe_elsewhere_is_told() -> None:
    """A socket whose other end has gone is no reader that has read enough."""

    @click.command()
    @says
    def sends() -> None:
        raise BrokenPipeError(32, "Broken pipe")

    result = CliRunner().invoke(sends)

    assert (result.exit_code, result.stderr) == (1, "ivr: [Errno 32] Broken pipe\n")
