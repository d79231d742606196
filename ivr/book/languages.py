"""A language that a flow offers has every prompt that may be said after the choice.

IVR217  a prompt without a text in a language that is offered
"""

from collections.abc import Collection, Iterator, Mapping, Set

from ivr.book.book import LANGUAGE
from ivr.book.problems import Mark, Problem
from ivr.book.table import Table
from ivr.flow.across import is_sound, spoken
from ivr.flow.flow import Flow


def untold(
    drawn: Mapping[str, Flow], started: Set[str], prompts: Mapping[str, Table[str]], always: Collection[str]
) -> Iterator[Problem]:
    """What is missing; ``drawn`` are all flows, ``started`` those at which calls begin, ``always`` what any may say."""
    if not is_sound(drawn):
        return
    said = spoken(drawn, started)
    for language in sorted(said.keys() & prompts.keys() - {LANGUAGE}):
        table = prompts[language]
        for name in sorted((said[language] | set(always)) - table.names):
            hint = f"it may be said, and a flow offers {language}"
            yield Problem.at(Mark(table.source.file), "IVR217", f'the prompt "{name}" has no text here', hint)
