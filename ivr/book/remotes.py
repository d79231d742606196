"""The other systems that a book may reach, as people write them in remotes.yaml."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ivr.values.site import Site, why_not


class WrittenRemote(BaseModel):
    """One system of remotes.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(description="its address: https://crm.example.com/api", max_length=500)
    token: str = Field(
        default="",
        description="the name of the token sent to it; `ivr remotes token NAME` stores it, outside the book",
        pattern=r"^([a-z][a-z0-9-]{0,40})?$",
    )
    private: bool = Field(
        default=False, description="whether it is in a private network or on this machine; http:// is allowed then"
    )

    @model_validator(mode="after")
    def _may_be_reached(self) -> Self:
        if why := why_not(self.url, self.private):
            raise ValueError(why)
        return self

    def value(self, name: str) -> Site:
        return Site(name, self.url, self.token, self.private)
