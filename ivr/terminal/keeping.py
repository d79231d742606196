"""A simulated call written down as a test, at the end of a file that people go on editing."""

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from ivr.book.cases import NOTHING, Case
from ivr.book.given import ALL, CALLER, HERE, Given
from ivr.book.problems import Problem
from ivr.book.source import parsed
from ivr.book.tree import Sequence
from ivr.service.record import Record
from ivr.terminal.paper import outcome
from ivr.terminal.simulate import Lived
from ivr.terminal.verdict import answered_by, said, seen
from ivr.values.announcement import BEEP


class NoTests(Exception):
    """A file that a test cannot be appended to; the text says why."""


def keep(path: Path, name: str, lived: Lived, from_: str, given: Given) -> int:
    """Append the call to the file, and give the line on which it stands.  Raises :class:`NoTests`."""
    before = path.read_bytes() if path.exists() else b""
    problems: list[Problem] = []
    tree = parsed(before, path.name, problems).tree
    if before.strip() and (problems or not isinstance(tree, Sequence)):
        why = str(problems[0]) if problems else "it is no list of cases"
        raise NoTests(f"{path} is not a file of tests ({why}): nothing was written")
    taken = [case.plain().get("name") for case in tree.values] if isinstance(tree, Sequence) else []  # type: ignore[union-attr]
    text = before.decode()
    gap = "" if not text or text.endswith("\n\n") else "\n" if text.endswith("\n") else "\n\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + gap + case_text(_free(name, taken), lived, from_, given), encoding="utf-8")
    return (text + gap).count("\n") + 1


def case_text(name: str, lived: Lived, from_: str, given: Given) -> str:
    """The call as people write a case."""
    record = lived.record
    lines = [f"- name: {_word(name)}", f"  dial: {_word(record.number)}"]
    if from_ != CALLER:
        lines.append(f"  from: {_word(from_ or 'anonymous')}")
    lines.append(f"  at: {record.started.astimezone(HERE):%Y-%m-%dT%H:%M:%S}")
    if given.keys:
        lines.append(f"  keys: {_list(map(str, given.keys))}")
    for key, table in (
        ("agents", given.agents),
        ("queue", given.queues),
        (
            "load",
            {name: ",".join(f"{what}:{one:g}" for what, one in told.items()) for name, told in given.load.items()},
        ),
        ("lookup", {name: outcome(told) for name, told in given.lookups.items()}),
        ("remembered", given.remembered),
        ("override", {name: "open" if one.open else "closed" for name, one in given.overrides.items()}),
    ):
        if table:
            lines.append(f"  {key}: {_table(table)}")
    if given.crises:
        lines.append(f"  crisis: {_list(given.crises)}")
    usual = Given()
    for key, value, default in (
        ("calls", given.calls, usual.calls),
        ("bothers", given.bothers, usual.bothers),
        ("spent", given.spent, usual.spent),
        ("at_once", given.at_once, usual.at_once),
        ("draw", given.draw, usual.draw),
        ("speaks", given.speaks, usual.speaks),
        ("talk", given.talk, usual.talk),
    ):
        if value != default:
            lines.append(f"  {key}: {value}")
    if given.learnt:
        lines.append("  learnt: yes")
    if not given.codes:
        lines.append("  codes: no")
    if given.full:
        lines.append("  full: yes")
    found = seen(lived)
    if heard := _heard(record):
        lines.append(f"  hears: {_list(heard)}")
    if found.nodes:
        lines.append(f"  goes_to: {found.nodes[-1]}")
    if agents := answered_by(record):
        lines.append(f"  talks_to: {agents[-1]}")
    lines.append(f"  ends: {record.ending}")
    lines.append(f"  charged: {f'{record.amount.amount:.2f}' if record.amount.amount else NOTHING}")
    return "\n".join(lines) + "\n"


def call_words(case: Case) -> str:
    """The command that lives through a case before one's eyes."""
    written, usual = case.written, Given()
    words = ["ivr", "simulate", written.dial, "--at", written.at]
    if written.from_ != CALLER:
        words += ["--from", written.from_]
    if written.keys:
        words += ["--keys", ",".join(map(str, case.given.keys))]
    for option, table in (
        ("--agent", written.agents),
        ("--queue", written.queue),
        ("--load", written.load),
        ("--lookup", written.lookup),
        ("--remembered", written.remembered),
        ("--override", written.override),
    ):
        for name, word in table.items():
            words += ["--agents", word] if (option, name) == ("--agent", ALL) else [option, f"{name}={word}"]
    for crisis in written.crisis:
        words += ["--crisis", crisis]
    for option, number, default in (
        ("--calls", written.calls, usual.calls),
        ("--bothers", written.bothers, usual.bothers),
        ("--spent", written.spent, f"{usual.spent}"),
        ("--at-once", written.at_once, usual.at_once),
        ("--draw", written.draw, usual.draw),
        ("--speaks", written.speaks, usual.speaks),
        ("--talk", written.talk, usual.talk),
    ):
        if number != default:
            words += [option, str(number)]
    words += ["--learnt"] if written.learnt else []
    words += ["--full"] if written.full else []
    return shlex.join([*words, *(["--no-codes"] if not written.codes else [])])


def _heard(record: Record) -> list[str]:
    """What a caller would tell of the call: neither the announcement nor beeps, hours or digits."""
    return [name for name in said(record) if "/" not in name and name != BEEP]


def _free(name: str, taken: Iterable[object]) -> str:
    """A name that no other case of the file has."""
    names = set(taken)
    if name not in names:
        return name
    return next(f"{name} ({number})" for number in range(2, len(names) + 3) if f"{name} ({number})" not in names)


def _list(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_word, words))}]"


def _table(table: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_word(name)}: {_word(value)}" for name, value in table.items()) + "}"


def _word(text: str) -> str:
    """A word as YAML takes it everywhere: plain if nothing in it could mean something else."""
    plain = re.fullmatch(r"[A-Za-zÀ-ÿ0-9](?:[\w &().’'/+@-]*[\w)’+])?", text)
    return text if plain and not text.isdigit() else json.dumps(text, ensure_ascii=False)
