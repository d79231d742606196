"""Decide by where the caller's number comes from; what that is worth, `values/geography.py` says."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from ivr.flow.commands import Talk
from ivr.flow.node import Node, NodeName, Scene, Way
from ivr.flow.nodes.match import DepartmentCode
from ivr.values.geography import Region, department, region


class Geo(Node):
    """Leave by the caller's department if it is named, else by his region if that is, else by `else`.

    Mobiles, 09, foreign and withheld numbers have no place, and leave by `else`.  Neither answers nor makes a sound.
    """

    leaves: ClassVar[tuple[str, ...]] = ("else",)

    kind: Literal["geo"]
    departments: dict[DepartmentCode, NodeName] = Field(
        default_factory=dict, description='department to node: "59", "2A", "974"; needs dialplans/departments.yaml'
    )
    regions: dict[Region, NodeName] = Field(
        default_factory=dict, description="region of the numbering plan (01 to 05, outre-mer) to node"
    )

    @model_validator(mode="after")
    def _names_a_place(self) -> Self:
        if not self.departments and not self.regions:
            raise ValueError("no place is named; write departments, regions or both")
        return self

    def doors(self) -> Mapping[str, str]:
        regions = {str(region): to for region, to in self.regions.items()}
        return {**self.departments, **regions, **self.exits}

    def run(self, scene: Scene) -> Talk[Way]:
        yield from ()
        caller = scene.call.caller
        for place in (department(caller, scene.departments), region(caller)):
            if place in self.doors():
                return str(place)
        return "else"
