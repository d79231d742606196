"""``dialplans/ceilings.yaml``: the most that one caller may spend with us in a calendar month, and the free message.

Without the file the ceiling is 300 €, as the law pack's edition of 2026 has it.  A number uses the ceiling called
`default`, or the one that it names.
"""

from collections.abc import Callable, Iterator, Mapping, Set
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from ivr.book.hours import is_zone
from ivr.book.problems import did_you_mean
from ivr.book.written import Written, WrittenNumber
from ivr.flow.check import Finding
from ivr.flow.references import references
from ivr.values.ceiling import MOST_A_MONTH, Ceiling
from ivr.values.tariff import Tariff

CEILINGS = "dialplans/ceilings.yaml"
DEFAULT = "default"
WARNING = "limit-warning"
MESSAGE = "ceiling"  # the prompt that tells it, where the book has one and names no other
LEAST_CEILING = Decimal(3)  # euros: the dearest call; below it some number could never be called

# The ceiling of a number, by its name, with the number's tariff.
Ceilings = Callable[[str, Tariff], Ceiling]


class WrittenCeiling(Written):
    """One ceiling of ceilings.yaml."""

    most: Decimal = Field(
        default=MOST_A_MONTH, ge=LEAST_CEILING, description="euros, taxes included, that one caller may spend a month"
    )
    prompt: str | None = Field(
        default=None, description=f"the free message of who has reached it [{MESSAGE}, else fallback]"
    )
    zone: Annotated[str, AfterValidator(is_zone)] = Field(
        default="Europe/Paris", description="on whose clocks the month begins, such as Indian/Reunion"
    )


def ceilings(written: Mapping[str, WrittenCeiling], prompts: Set[str]) -> Ceilings:
    """What gives each number its ceiling; a name that does not exist was told, and gives the default."""
    usual = written.get(DEFAULT, WrittenCeiling())

    def ceiling(name: str, tariff: Tariff) -> Ceiling:
        found = written.get(name, usual)
        prompt = found.prompt or (MESSAGE if MESSAGE in prompts else "fallback")
        return Ceiling(found.most, prompt, ZoneInfo(found.zone), tariff)

    return ceiling


def wrong_prompts(written: Mapping[str, WrittenCeiling], prompts: Set[str]) -> Iterator[Finding]:
    """Messages that nobody wrote; the ways are from the top of ceilings.yaml."""
    for name, ceiling in written.items():
        if ceiling.prompt is not None and ceiling.prompt not in prompts:
            message = f'there is no prompt "{ceiling.prompt}"'
            yield Finding("IVR201", (name, "prompt"), message, name=ceiling.prompt, known=frozenset(prompts))


def wrong_names(
    numbers: Mapping[str, WrittenNumber],
    known: Set[str],
    prompts: Set[str],
    tell: Callable[[tuple[str, ...], str, str, str], None],
) -> None:
    """Tell numbers that name a ceiling, a warning before a cut, or words about a recording, which nobody wrote."""
    for written, entry in numbers.items():
        if entry.ceiling not in known | {DEFAULT}:
            hint = did_you_mean(entry.ceiling, known, "known are")
            tell((written, "ceiling"), "IVR201", f'there is no ceiling "{entry.ceiling}"', hint)
        if entry.warn_before is not None and entry.warn_prompt not in prompts:
            way = "warn_prompt" if entry.warn_prompt != WARNING else "warn_before"
            hint = did_you_mean(entry.warn_prompt, prompts, "known are")
            tell((written, way), "IVR201", f'there is no prompt "{entry.warn_prompt}"', hint)
        for to, name, path in references(entry.recording) if entry.recording else ():
            if to == "prompt" and name not in prompts:
                way = str(path[0])
                hint = did_you_mean(name, prompts, "known are")
                tell((written, "recording", way), "IVR201", f'there is no prompt "{name}"', hint)
