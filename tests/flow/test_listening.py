"""An agent listens to his messages, by tape: new ones first, and nothing is deleted that he did not delete."""

from datetime import UTC, datetime
from typing import Any

from ivr.flow.commands import Answer, Ask, Hangup, Now, Played, Progress
from ivr.flow.commands import Heard as Keys
from ivr.flow.commands import Play as Playing
from ivr.flow.errands import Pronounce
from ivr.flow.listening import Erase, Heard, Inbox, Kept, listened
from tests.flow.play import Script, perform

AT = datetime(2026, 11, 28, 14, 5, tzinfo=UTC)
NEW = Kept("n", "message/n", "0612", AT, True)
OLD = Kept("o", "message/o", "", AT, False)
DAY, HOUR = Pronounce("said/date/2026-11-28"), Pronounce("said/time/15:05")
WHEN: Script = [(DAY, True), (HOUR, True)]
NEVER: Script = [(DAY, False)]
FROM = ("mail/from", "slot/digit-0", "slot/digit-6", "slot/digit-1", "slot/digit-2")
AT_WORDS = ("mail/at", "said/date/2026-11-28", "said/time/15:05")
UNTIL = "1230"
CHOICES = Ask(("mail/choices",), tuple(UNTIL))


def says(*phrase: str) -> tuple[Any, Any]:
    return Playing(phrase), Played()


def plays(*phrase: str, key: str | None = None) -> tuple[Any, Any]:
    return Playing(phrase, UNTIL), Played(key)


def begins(count: str, *inbox: Kept) -> Script:
    return [(Inbox(), inbox), (Progress(), None), (Now(), AT), (Answer(), None), says(count)]


def goes(script: Script) -> None:
    perform(listened(), script)


END = (Hangup(), None)


def test_who_has_no_message_is_told_so() -> None:
    goes([*begins("mail/none"), says("mail/over"), END])


def test_a_new_message_is_heard_with_its_caller_and_hour_again_and_kept() -> None:
    """It is heard once it was played."""
    goes([
        *begins("mail/new-1", NEW), *WHEN, plays(*FROM, *AT_WORDS, "message/n"), (Heard("n"), None),
        (CHOICES, Keys("1")), plays("message/n"), (CHOICES, Keys("2")), says("mail/kept"), says("mail/over"), END,
    ])  # fmt: skip


def test_new_ones_come_first_and_a_key_while_one_is_said_is_the_choice() -> None:
    """The hour is left out where it could not be spoken in time; what he kept comes after the new ones."""
    goes([
        *begins("mail/new-1", NEW, OLD), *NEVER, plays(*FROM, "message/n", key="3"), (Heard("n"), None),
        (Erase("n"), None), says("mail/deleted"),
        *NEVER, plays("mail/old", "mail/hidden", "message/o"), (Heard("o"), None), (CHOICES, Keys("0")), END,
    ])  # fmt: skip


def test_who_presses_nothing_or_nonsense_has_deleted_nothing() -> None:
    """Twice, and the call is over."""
    goes([
        *begins("mail/none", OLD), *NEVER, plays("mail/old", "mail/hidden", "message/o"), (Heard("o"), None),
        (CHOICES, Keys("")), (CHOICES, Keys("7")), END,
    ])  # fmt: skip


def test_many_are_counted_up_to_twenty() -> None:
    many = [Kept(f"{place}", "message/x", "", AT, True) for place in range(21)]
    goes([*begins("mail/more", *many), *NEVER, plays("mail/hidden", "message/x", key="0"), (Heard("0"), None), END])
