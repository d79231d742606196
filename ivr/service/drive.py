"""The loop: command to channel, result to talk.  The only one with an event loop."""

from typing import TypeVar

from ivr.flow.commands import Talk
from ivr.service.ports import Channel

T = TypeVar("T")


async def drive(talk: Talk[T], channel: Channel) -> T:
    """Carry out a talk to its end and give what it returns; what the channel raises is thrown into the talk."""
    try:
        command = next(talk)
        while True:
            try:
                result = await channel.perform(command)
            except Exception as error:  # noqa: BLE001 - the talk decides: a hang-up, a fault, or ours
                command = talk.throw(error)
            else:
                command = talk.send(result)
    except StopIteration as done:
        value: T = done.value
        return value
    finally:
        talk.close()
