"""Groups as people write them: several who are rung under one name.

IVR470  a name that two have whom a transfer may ring
"""

from collections.abc import Iterator, Mapping, Set
from typing import Annotated

from pydantic import BeforeValidator, Field

from ivr.book.written import Name, Written
from ivr.flow.check import Finding
from ivr.flow.node import OR_ONE, one_or_many
from ivr.values.routing import Group, Strategy

GROUPS = "dialplans/groups.yaml"


class WrittenGroup(Written):
    """One group of groups.yaml."""

    label: str = Field(description="what it is for, in words", min_length=1)
    members: Annotated[tuple[Name, ...], BeforeValidator(one_or_many)] = Field(
        min_length=1, description="who is rung, in this order", json_schema_extra=OR_ONE
    )
    strategy: Strategy = Field(
        default=Strategy.SIMULTANEOUS,
        description="simultaneous; hunt: one after the other; memory: the first, the first two, the first three …; "
        "random: one after the other, from one drawn by chance",
    )
    ring: float | None = Field(
        default=None, ge=5, le=120, description="seconds for each attempt [as the transfer says]"
    )

    def value(self, name: str) -> Group:
        """The group."""
        return Group(name, self.members, self.strategy, self.ring)


def wrong_groups(groups: Mapping[str, WrittenGroup], phones: Set[str]) -> Iterator[Finding]:
    """What is wrong with groups in themselves; ``phones`` are the names of all who can be rung."""
    for name, group in groups.items():
        if name in phones:
            hint = "rename one of the two: a transfer could not tell them apart"
            yield Finding("IVR470", (name,), f'"{name}" is both a group and somebody to ring', hint)
        for place, member in enumerate(group.members):
            if member not in phones:
                way = (name, "members", place)
                yield Finding("IVR201", way, f'there is no agent "{member}"', name=member, known=frozenset(phones))
