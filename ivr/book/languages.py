"""The languages of a book: a file of texts each; a variant (``fr-BE``) has of its language what it does not say itself.

IVR214  a file of texts that is named after no language      IVR640  a prompt that cannot be called so
IVR217  a prompt without a text in a language that is spoken      IVR641  a number in a language without texts
"""

import re
from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import replace

from ivr.book.book import LANGUAGE
from ivr.book.numbers import Tell
from ivr.book.problems import Mark, Problem, did_you_mean
from ivr.book.table import Table, either
from ivr.book.tree import mark_of
from ivr.book.written import TAG, WrittenNumber
from ivr.flow.across import is_sound, spoken
from ivr.flow.flow import Flow
from ivr.values.numerals import base
from ivr.values.phrase import NAME


def no_language(name: str) -> Iterator[Problem]:
    """What is told of a file of texts whose name is no language."""
    if not re.match(TAG, name):
        hint = "name the file after one: fr.yaml, en.yaml, fr-BE.yaml"
        yield Problem.at(Mark(f"prompts/{name}.yaml"), "IVR214", f'"{name}" is no language', hint)


def misnamed(prompts: Mapping[str, Table[str]], house: Collection[str]) -> Iterator[Problem]:
    """Prompts that cannot be called so, and those of the ``house`` that are missing where nothing stands in."""
    for language, table in prompts.items():
        if not (tree := table.source.tree):
            continue
        for name in table.names:
            if not NAME.fullmatch(name):
                what = f'"{name}" cannot be the name of a prompt, which is that of its files too'
                hint = "begin with a small letter or digit; then small letters, digits, -, _ and /"
                yield Problem.at(mark_of(tree, (name,)), "IVR640", what, hint)
        for name in () if _is_variant(language, prompts) else house:
            if name not in table.names:
                hint = "callers hear it when all else fails"
                yield Problem.at(Mark(table.source.file), "IVR210", f'the prompt "{name}" is missing', hint)


def whole(prompts: Mapping[str, Table[str]]) -> dict[str, Table[str]]:
    """The texts by language, those of a variant with what it does not say itself."""
    return {
        language: replace(
            table,
            good={**prompts[base(language)].good, **table.good},
            names=either(prompts[base(language)].names, table.names),
        )
        if _is_variant(language, prompts)
        else table
        for language, table in prompts.items()
    }


def _is_variant(language: str, prompts: Mapping[str, Table[str]]) -> bool:
    return base(language) != language and base(language) in prompts


def unspeakable(numbers: Mapping[str, WrittenNumber], languages: Collection[str], tell: Tell) -> None:
    """Numbers whose calls would begin in a language that has no texts."""
    for number, entry in numbers.items():
        if entry.language not in languages:
            hint = f"write prompts/{entry.language}.yaml; {did_you_mean(entry.language, languages, 'known are')}"
            tell((number, "language"), "IVR641", f'there are no texts in "{entry.language}"', hint)


def untold(
    drawn: Mapping[str, Flow],
    numbers: Mapping[str, WrittenNumber],
    started: Set[str],
    prompts: Mapping[str, Table[str]],
    always: Collection[str],
) -> Iterator[Problem]:
    """What is missing; ``drawn`` are all flows, ``started`` those at which calls begin, ``always`` what any may say."""
    if not is_sound(drawn):
        return
    said = spoken(drawn, started, {(one.language, one.flow) for one in numbers.values()})
    for language in sorted(said.keys() & prompts.keys() - {LANGUAGE}):
        table = prompts[language]
        for name in sorted((said[language] | set(always)) - table.names):
            hint = f"a call that is held in {language} may say it"
            yield Problem.at(Mark(table.source.file), "IVR217", f'the prompt "{name}" has no text here', hint)
