"""Dial by name: the caller spells it on the keypad."""

from functools import lru_cache
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ivr.flow.commands import Ask, Gather, Need, Phrase, Reached, Talk
from ivr.flow.connection import Connection
from ivr.flow.node import AgentName, Node, NoteName, PromptName, Scene, Sentence, Way, phrase
from ivr.flow.nodes.transfer import INSTEAD, Transfer
from ivr.values.keypad import folded, parts, person_name
from ivr.values.offered import MOST, press
from ivr.values.routing import Routing

FOUND, NONE, SILENCE, OPERATOR, QUIT = "found", "none", "silence", "operator", "quit"
RUNG = tuple(reached.value for reached in Reached)
OWN = frozenset(reached.value for reached in INSTEAD)  # of these: left by only where they are linked
OPERATOR_KEY, QUIT_KEY, OTHER_KEY = "0", "*", "9"


class Person(BaseModel):
    """Somebody who can be found."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: AgentName = Field(description="whom to ring: an agent, a group, a destination")
    name: str = Field(description="first name, then last: Zoé de la Tour", min_length=1, max_length=80)
    prompt: PromptName | None = Field(default=None, description="the prompt that says the name [a synthetic voice]")

    @field_validator("name")
    @classmethod
    def _can_be_spelt(cls, name: str) -> str:
        if not folded(name.split()[0] if name.split() else ""):
            raise ValueError("a name is spelt by letters from a to z, with or without accents; write some")
        return name

    @property
    def said(self) -> str:
        """The name of the utterance that says it."""
        return self.prompt or person_name(self.name)

    def begins(self, keys: str, by: str) -> bool:
        """Whether the name that is looked at begins by these keys."""
        first, last = parts(self.name)
        looked_at = (*((first,) if by != "last" or not last else ()), *(last if by != "first" else ()))
        return any(one.startswith(keys) for one in looked_at)


class Directory(Node):
    """Have the caller spell the first letters of a name, by the keys of its letters; name those whose names begin so,
    eight at most, each with the key that takes him; 9 is for another name.

    Who is taken is rung, and the node is left as a transfer is: `talked`, `busy`, `no_answer`, `unavailable`, and,
    where they are linked, `declined` (else `no_answer`) and `congestion` (else `unavailable`).  With `note` nobody is
    rung: he is noted, and the node is left by `found`.  `none` after so many names that nobody has, `silence` after as
    many silences; 0 leads to `operator` and the star to `quit`, where these are linked.
    """

    leaves: ClassVar[tuple[str, ...]] = (NONE, SILENCE, *RUNG, FOUND, OPERATOR, QUIT)
    final: ClassVar[frozenset[str]] = frozenset({"talked"})
    optional: ClassVar[frozenset[str]] = frozenset({*RUNG, FOUND, OPERATOR, QUIT})
    asks: ClassVar[bool] = True

    kind: Literal["directory"]
    people: tuple[Person, ...] = Field(min_length=1, max_length=500, description="who can be found, and by which name")
    by: Literal["last", "first", "both"] = Field(
        default="both", description="which name is spelt; of a last name any of its words may begin"
    )
    letters: int = Field(default=3, ge=1, le=8, description="how many letters are spelt; # ends a shorter name")
    prompt: Sentence = Field(
        default=("directory-spell",), description="asks for the letters, and says what 0 and the star do"
    )
    none_prompt: Sentence = Field(default=("directory-none",), description="says that nobody is called so")
    other_prompt: Sentence = Field(default=("directory-other",), description="said after the names: 9 is for another")
    misses: int = Field(default=3, ge=1, le=9, description="names that nobody has, or silences, before it is left")
    first_key: float = Field(default=7, ge=1, le=60, description="seconds of silence after the question")
    next_key: float = Field(default=3, ge=1, le=30, description="seconds between the keys of a name")
    ring: float = Field(default=25, ge=5, le=120, description="seconds to ring who was taken")
    accept: Sentence | None = Field(
        default=None, description="said to who picks up, who must press 1 to take the call; a mailbox presses nothing"
    )
    note: NoteName | None = Field(default=None, description="under which he is noted, and not rung: `camille`")

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        wanted, barred = ({FOUND}, {*RUNG}) if self.note else ({*RUNG} - self.final - OWN, {FOUND})
        for leaf in sorted(barred & self.exits.keys()):
            what = "with a note rings nobody" if self.note else "without a note rings who is found"
            raise ValueError(f'a directory {what}; delete the exit "{leaf}"')
        if self.note and self.accept:
            raise ValueError("a directory with a note rings nobody, who could accept; delete accept")
        if Reached.DECLINED.value in self.exits and not self.accept:
            raise ValueError("nobody declines who is told nothing: write accept, or delete the exit declined")
        for leaf in sorted(wanted - self.exits.keys()):
            raise ValueError(f'the exit "{leaf}" leads nowhere; write where such a call goes: exits: {{{leaf}: …}}')
        return self

    def fills(self) -> tuple[str, ...]:
        return (self.note,) if self.note else ()

    def connects(self, routing: Routing) -> Connection | None:
        # A synthetic voice says the name alone; a prompt of a person can say the number, too.
        if self.note:
            return None
        each = [self._rings(person).connects(routing) for person in self.people]
        return Connection(
            tuple(dict.fromkeys(name for one in each for name in one.to)),
            waits=max(one.waits for one in each),
            in_vain=each[0].in_vain,
            says=(self.people[0].prompt,) if all(person.prompt for person in self.people) else (),
        )

    @property
    def codes(self) -> frozenset[str]:
        """The keys by which people here are found, as many as are asked for."""
        names = (parts(person.name) for person in self.people)
        return frozenset(keys[: self.letters] for first, last in names for keys in (first, *last))

    def need(self) -> Need:
        return Need.ANSWERED

    def run(self, scene: Scene) -> Talk[Way]:
        again: Sentence = ()
        unknown = silences = 0
        while True:
            words = yield from phrase((*again, *self.prompt), scene)
            keys = (yield from Gather(words, self.letters, self.first_key, self.next_key, scene.typed())).keys
            if out := self._out(keys):
                return out
            found = [person for person in self.people if person.begins(keys, self.by)] if keys else []
            if not keys:
                silences, again = silences + 1, ()
                if silences == self.misses:
                    return SILENCE
            elif not found:
                unknown, again = unknown + 1, self.none_prompt
                if unknown == self.misses:
                    return NONE
            else:
                again = ()
                taken = yield from self._offered(found[:MOST], scene)
                if isinstance(taken, Person):
                    return (yield from self._put_through(taken, scene))
                if taken is not None:
                    return taken
                unknown += 1  # he asked for another name, or chose nobody: that does not go on for ever
                if unknown == self.misses:
                    return NONE

    def _out(self, keys: str) -> str | None:
        """The exit of who wants to go."""
        if QUIT_KEY in keys and QUIT in self.exits:
            return QUIT
        return OPERATOR if keys.startswith(OPERATOR_KEY) and OPERATOR in self.exits else None

    def _offered(self, found: list[Person], scene: Scene) -> Talk[Person | str | None]:
        """Who is taken, or the exit of who wants to go; ``None``: another name."""
        names: list[str] = []
        for key, person in enumerate(found, start=1):
            names += [person.said, press(key)]
        words: Phrase = (*names, *(yield from phrase(self.other_prompt, scene)))
        also = [key for key, leaf in ((OPERATOR_KEY, OPERATOR), (QUIT_KEY, QUIT)) if leaf in self.exits]
        accept = (*(str(key) for key in range(1, len(found) + 1)), OTHER_KEY, *also)
        for _ in range(2):
            pressed = (yield from Ask(words, accept, self.first_key)).keys
            if out := self._out(pressed):
                return out
            if pressed == OTHER_KEY:
                return None
            if pressed.isdecimal() and 1 <= int(pressed) <= len(found):
                return found[int(pressed) - 1]
        return None

    def _put_through(self, person: Person, scene: Scene) -> Talk[Way]:
        if self.note:
            scene.notes[self.note] = person.to
            return FOUND
        return (yield from self._rings(person).run(scene))

    def _rings(self, person: Person) -> Transfer:
        return _transfer(person.to, self.ring, self.accept, tuple(sorted(OWN & self.exits.keys())))


@lru_cache(maxsize=1000)
def _transfer(to: str, ring: float, accept: Sentence | None, leaves: tuple[str, ...]) -> Transfer:
    """The same one each time: the explorer knows nodes by their identity."""
    exits = dict.fromkeys(leaves, "there")  # where they lead is looked up in the directory's own
    return Transfer.model_validate({"kind": "transfer", "to": to, "ring": ring, "accept": accept, "exits": exits})
