"""Mailboxes as people write them: whose they are, what is heard there, and who is told of messages.

IVR590  a mailbox of whose messages nobody is told        IVR591  a message that is too short as soon as it is too long
IVR592  a place in another system, and no system
"""

from collections.abc import Iterator, Mapping, Set
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from ivr.book.written import Written
from ivr.flow.check import Finding, unknown
from ivr.flow.given import Path, RemoteName
from ivr.flow.node import OR_ONE, AgentName, PromptName, one_or_many
from ivr.flow.references import references
from ivr.values.mailbox import ADDRESS, LONGEST_ADDRESS, Mailbox, Temporary
from ivr.values.routing import Group

MAILBOXES = "dialplans/mailboxes.yaml"

Email = Annotated[
    str,
    Field(pattern=f"^{ADDRESS}$", max_length=LONGEST_ADDRESS, examples=["accueil@example.fr"]),
]

Prompts = Annotated[tuple[PromptName, ...], BeforeValidator(one_or_many), Field(min_length=1, json_schema_extra=OR_ONE)]


class WrittenTemporary(Written):
    """What is said for a while."""

    says: Prompts = Field(description="the prompt, or several in a row")
    until: date | None = Field(default=None, description="the last day on which it is heard: 2026-12-31 [for good]")


class WrittenMailbox(Written):
    """One mailbox of mailboxes.yaml: of an agent, of several, of a department."""

    label: str = Field(
        description="whose it is, in words, as e-mails say it", min_length=1, max_length=60, pattern=r"^[^\r\n]+$"
    )
    agents: Annotated[tuple[AgentName, ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="who may listen to it: agents, groups", json_schema_extra=OR_ONE
    )
    unavailable: Prompts = Field(description="the greeting: prompts")
    busy: Annotated[tuple[PromptName, ...], BeforeValidator(one_or_many)] = Field(
        default=(), description="the greeting while they talk with others [unavailable]", json_schema_extra=OR_ONE
    )
    temporary: WrittenTemporary | None = Field(
        default=None, description="the greeting for a while, in place of both: {says: PROMPT, until: 2026-12-31}"
    )
    longest: int = Field(default=180, ge=5, le=600, description="seconds that a message may last")
    shortest: int = Field(default=3, ge=2, le=30, description="seconds below which nothing was said")
    most: int = Field(default=100, ge=1, le=9999, description="messages that it holds; then callers leave by `full`")
    days: int = Field(
        default=0, ge=0, le=3650, description="days after which a message is deleted; 0: as all else, by IVR_KEEP_DAYS"
    )
    email: Annotated[tuple[Email, ...], BeforeValidator(one_or_many), Field(max_length=20)] = Field(
        default=(), description="addresses to which each message is sent", json_schema_extra=OR_ONE
    )
    remote: RemoteName | None = Field(default=None, description="the system of remotes.yaml that is told of each")
    path: Path = Field(default="", description="where it is told: /messages")
    audio: bool = Field(default=True, description="whether it is sent the sound too, or only told where to fetch it")

    def value(self, name: str, groups: Mapping[str, Group], agents: Set[str]) -> Mailbox:
        """The mailbox, with the agents of its groups."""
        named = [member for one in self.agents for member in (groups[one].members if one in groups else (one,))]
        return Mailbox(
            name=name,
            label=self.label,
            agents=tuple(dict.fromkeys(agent for agent in named if agent in agents)),
            unavailable=self.unavailable,
            busy=self.busy,
            temporary=Temporary(self.temporary.says, self.temporary.until) if self.temporary else None,
            longest=self.longest,
            shortest=self.shortest,
            most=self.most,
            days=self.days,
            emails=self.email,
            remote=self.remote or "",
            path=self.path,
            audio=self.audio,
        )


def wrong_mailboxes(boxes: Mapping[str, WrittenMailbox], defined: Mapping[str, Set[str]]) -> Iterator[Finding]:
    """What is wrong with mailboxes in themselves; ``defined`` has the names of all that they may name."""
    for name, box in boxes.items():
        for to, named, way in references(box):
            yield from unknown(to, named, (name, *way), defined)
        if not (box.agents or box.email or box.remote):
            hint = "write who listens or is told: agents, email, or remote"
            yield Finding("IVR590", (name,), f'nobody is told of messages in "{name}"', hint, severity="warning")
        if box.shortest >= box.longest:
            message = f'a message in "{name}" lasts at least {box.shortest} s, and at most {box.longest} s'
            yield Finding("IVR591", (name, "shortest"), message, "write fewer seconds, or more for longest")
        if not box.remote and (box.path or not box.audio):
            key = "path" if box.path else "audio"
            message = f'"{name}" has {key}, and no system that is told of messages'
            yield Finding("IVR592", (name, key), message, "write which: remote: NAME, or delete it")
