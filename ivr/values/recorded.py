"""Prompts as people on the phone name them: by a number of five digits that each keeps for ever.

The number is made of the prompt's language and id alone, so neither edits nor other prompts move it.  Where two would
have the same one, the second in the order of language and id takes the next that is free; who types a number hears
which prompt he has chosen.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

DIGITS = 5


@dataclass(frozen=True)
class Prompt:
    """A prompt of the book, in one language."""

    language: str
    id: str

    def __str__(self) -> str:
        return f"{self.language}/{self.id}"


def numbered(prompts: Mapping[str, Mapping[str, str]]) -> dict[str, Prompt]:
    """Number to prompt, of all texts: language to id to text."""
    found: dict[str, Prompt] = {}
    for language in sorted(prompts):
        for name in sorted(prompts[language]):
            prompt = Prompt(language, name)
            wanted = int.from_bytes(hashlib.sha256(str(prompt).encode()).digest()[:8]) % 10**DIGITS
            while (number := f"{wanted:0{DIGITS}}") in found:
                wanted = (wanted + 1) % 10**DIGITS
            found[number] = prompt
    return found
