"""Nobody is recorded who has not heard to the end that he is, or has refused: by example, by chance, and by mutants."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ivr.flow import consent as the_consent
from ivr.flow.commands import (
    Answer,
    Ask,
    Command,
    Dial,
    Dialled,
    Enqueue,
    Hangup,
    Heard,
    Limit,
    Need,
    Play,
    Played,
    Queued,
    Reached,
    Served,
    Talk,
)
from ivr.flow.consent import Consent
from ivr.flow.line import Line
from ivr.flow.line_commands import Tap, Tapped, Untap
from ivr.flow.terms import Terms
from ivr.values.taping import Taping
from tests.flow.play import perform

USUAL = Taping("recorded", "9", "not-recorded", 7)
OTHER = Taping("also-recorded", "", "", 30)
KARIM = Dial(("karim",), 25)
TALKED = Dialled(Reached.TALKED, "karim")
TAP = Tap(7, "9", "recorded")


def gives(*commands: Command[Any], told: list[Any] | None = None) -> Talk[None]:
    for command in commands:
        result = yield command
        if told is not None:
            told.append(result)


# -- by example --------------------------------------------------------------------------------------------------


def test_who_has_heard_it_is_recorded_while_they_talk() -> None:
    """Announced before anybody rings; once in a call, for two talks; and no more than talks."""
    perform(
        Consent(USUAL).carry(gives(KARIM, Play(("hello",)), KARIM, Hangup())),
        [
            (Play(("recorded",), "9"), Played()),
            (TAP, Tapped("1-1")),
            (KARIM, TALKED),
            (Untap(), None),
            (Play(("hello",)), Played()),
            (TAP, Tapped("1-2")),
            (KARIM, TALKED),
            (Untap(), None),
            (Hangup(), None),
        ],
    )


def test_who_presses_the_key_is_not_and_hears_so() -> None:
    """Nor in a later talk, whatever that one's way is."""
    other = replace(KARIM, recording=OTHER)
    perform(
        Consent(USUAL).carry(gives(KARIM, other)),
        [
            (Play(("recorded",), "9"), Played("9")),
            (Play(("not-recorded",)), Played()),
            (KARIM, TALKED),
            (KARIM, TALKED),
        ],
    )


def test_a_number_says_so_before_charging_begins() -> None:
    """In early media, in front of the first question; then the price, and then the answer."""
    terms = Terms("price", "beep", 1800.0, 30.0)
    menu = Ask(("menu",), ("1",))
    script: list[tuple[Any, Any]] = []

    def note(command: Command[Any]) -> None:
        script.append((type(command).__name__, getattr(command, "phrase", None)))

    talk = Line(terms).carry(Consent(USUAL).carry(gives(menu, KARIM)))
    result: Any = None
    try:
        while True:
            command = talk.send(result)
            note(command)
            result = {Play: Played(), Ask: Heard("1"), Tap: Tapped("1-1"), Dial: TALKED}.get(type(command))
            if type(command).__name__ == "Now":
                from tests.flow.proof import EPOCH

                result = EPOCH
    except StopIteration:
        pass
    names = [name for name, _ in script if name not in ("Now", "Spent")]

    assert [phrase for name, phrase in script if name == "Play"] == [("recorded",), ("price",), ("beep",)]
    assert names == ["Progress", "Play", "Play", "Play", "Answer", "Limit", "Ask", "Tap", "Dial", "Untap"]


def test_a_node_has_a_way_of_its_own_or_none() -> None:
    """`off` in a number that records: nothing is said and nothing recorded."""
    perform(Consent(USUAL).carry(gives(replace(KARIM, recording="off"))), [(KARIM, TALKED)])
    perform(
        Consent().carry(gives(replace(KARIM, recording=OTHER))),
        [(Play(("also-recorded",)), Played()), (Tap(30, "", "also-recorded"), Tapped(None, "full")), (KARIM, TALKED)],
    )
    perform(Consent().carry(gives(KARIM)), [(KARIM, TALKED)])


# -- by chance ---------------------------------------------------------------------------------------------------


class Broken(AssertionError):
    """A call that must never be."""


class Gone(Exception):
    """The caller hangs up now."""


@dataclass(frozen=True)
class Asked:
    command: Command[Any]
    result: Any
    done: bool


WAYS = st.sampled_from([None, "off", USUAL, OTHER, Taping("third", "1", "", 1)])
COMMANDS = st.lists(
    st.one_of(
        st.builds(lambda way: replace(KARIM, recording=way), WAYS),
        st.builds(lambda way: Enqueue("parts", 60, recording=way), WAYS),
        st.sampled_from([Play(("hello",)), Play(("paid",), needs=Need.ANNOUNCED), Ask(("menu",), ("1",)), Hangup()]),
    ),
    max_size=8,
)


def called(module: ModuleType, usual: Taping | None, commands: Sequence[Command[Any]], seed: int) -> list[Asked]:
    """A call of chance; what its channel was asked."""
    chance = random.Random(seed)
    told: list[Any] = []
    asked: list[Asked] = []
    talk = module.Consent(usual).carry(gives(*commands, told=told))
    result: Any = None
    try:
        while True:
            command = talk.send(result)
            done = chance.random() > 0.07
            result = world(command, chance)
            asked.append(Asked(command, result, done))
            if not done:
                try:
                    more = talk.throw(Gone())
                except Gone:
                    break
                raise Broken(f"after the hang-up it asks for {more}")
    except StopIteration:
        pass
    own = [one.result for one in asked if one.done and not _ours(one.command)]
    if told != own[: len(told)]:
        raise Broken("the flow was told something else than what happened")
    return asked


def world(command: Command[Any], chance: random.Random) -> Any:
    match command:
        case Play(until=until):
            return Played(chance.choice([None, *until]))
        case Tap():
            return chance.choice([Tapped("1-1"), Tapped(None, "full")])
        case Dial():
            return chance.choice([TALKED, Dialled(Reached.BUSY)])
        case Enqueue():
            return chance.choice([Queued(Served.TALKED, "karim"), Queued(Served.TIMEOUT)])
        case Ask():
            return Heard("1")
    return None


def _ours(command: Command[Any]) -> bool:
    said = isinstance(command, Play) and command.phrase[0] not in ("hello", "paid")
    return said or isinstance(command, Tap | Untap)


def judge(asked: Sequence[Asked], usual: Taping | None, commands: Sequence[Command[Any]]) -> None:
    """Reads what was asked in its order, and keeps books of its own."""
    heard: set[str] = set()
    refused = False
    tapped = False
    rings = iter(one for one in commands if isinstance(one, Dial | Enqueue))
    for place, one in enumerate(asked):
        command, before = one.command, asked[place - 1].command if place else None
        if tapped and not isinstance(before, Tap) and not isinstance(command, Untap):
            raise Broken(f"recorded on after the talk: {command}")
        if isinstance(before, Tap) and not isinstance(command, Dial | Enqueue):
            raise Broken(f"recorded, and nobody rings: {command}")
        match command:
            case Play(phrase=(name,), until=until) if _ours(command) and one.done:
                if one.result.key is not None and until:
                    refused = True
                elif name != "not-recorded":
                    heard.add(name)
            case Tap(announce=announce):
                if refused or announce not in heard:
                    raise Broken(f"recorded unawares: {asked}")
                tapped = one.done and one.result.name is not None
            case Untap():
                if not tapped or not isinstance(before, Dial | Enqueue):
                    raise Broken("nothing is recorded")
                tapped = False
            case Dial() | Enqueue():
                wanted = next(rings)
                way = usual if wanted.recording is None else wanted.recording
                may = isinstance(way, Taping) and not refused and way.announce in heard
                if may != isinstance(before, Tap) or command.recording is not None:
                    raise Broken(f"{wanted} came as {command} after {before}")
                if (
                    isinstance(before, Tap)
                    and isinstance(way, Taping)
                    and before != Tap(way.days, way.refuse, way.announce)
                ):
                    raise Broken(f"recorded in another way: {before}")
            case _ if usual and command.needs >= Need.ANNOUNCED and not refused and usual.announce not in heard:
                raise Broken(f"the number has not said so before {command}")
            case Answer() | Limit():
                raise Broken("only the line may")


def by_chance(module: ModuleType, examples: int = 400) -> None:
    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(COMMANDS, st.sampled_from([None, USUAL, OTHER]), st.integers(0, 2**32))
    def holds(commands: list[Command[Any]], usual: Taping | None, seed: int) -> None:
        judge(called(module, usual, commands, seed), usual, commands)

    holds()


def test_nobody_is_recorded_unawares_whatever_happens() -> None:
    """Any commands, any keys, any results, the caller gone at any instant."""
    by_chance(the_consent)


MUTANTS: dict[str, tuple[str, str]] = {
    "records without asking": (
        "isinstance(way, Taping) or not (yield from self._agreed(way)):",
        "isinstance(way, Taping):",
    ),
    "takes a key for consent": ("if played.key is None:", "if True:"),
    "forgets who refused": ("        self.refused = True\n", ""),
    "never stops": ("            yield from Untap()", "            pass"),
    "records with off": ("if command.recording is None else command.recording", ""),
    "does not tell a paying caller": ("if self._usual and command.needs >= Need.ANNOUNCED:", "if False:"),
    "takes one announcement for another": ("way.announce in self.heard", "self.heard"),
    "keeps it for ever": ("Tap(way.days,", "Tap(3650,"),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_the_proof_sees_each_mutant(name: str) -> None:
    """Each is the file with one line otherwise."""
    source = Path(the_consent.__file__).read_text(encoding="utf-8")
    was, becomes = MUTANTS[name]
    assert source.count(was) == 1
    mutant = ModuleType("mutant")
    exec(compile(source.replace(was, becomes), name, "exec"), vars(mutant))  # noqa: S102 - our own file

    with pytest.raises(Exception) as caught:  # noqa: PT011 - hypothesis may group them
        by_chance(mutant)
    assert not isinstance(caught.value, NameError)
