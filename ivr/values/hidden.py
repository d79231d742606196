"""What a caller typed in secret: it may be used, never shown."""

from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

BULLET = "•"


class Hidden(str):
    """Text that shows itself as bullets in every representation; tape and log write these instead of it.

    It is text, so that a look-up can send it and a rule can compare it.  Who makes other text of it (joins it,
    formats it) has taken it out of its hiding.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(self.shown)

    @property
    def shown(self) -> str:
        """As many bullets as there are characters."""
        return BULLET * len(self)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A text that comes back from a tape stays hidden, bullets that it is."""
        return core_schema.no_info_after_validator_function(cls, handler(str))
