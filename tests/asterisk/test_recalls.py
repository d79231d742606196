"""What Asterisk is told of a call back, and what its words about the end mean."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from panoramisk.utils import CaseInsensitiveDict

from ivr.asterisk.agi_order import AgiTalk
from ivr.asterisk.agi_wire import Reply
from ivr.asterisk.ami_link import AmiReply
from ivr.asterisk.holds import HOLD, UNHOLD, Holds
from ivr.asterisk.places import Places
from ivr.asterisk.recall_talk import through, to_agents, with_agent
from ivr.asterisk.recalls import AmiExchange, came, originate, outside
from ivr.flow.commands import Ask, Enqueue, Heard
from ivr.flow.placing import Placing
from ivr.service.attempts import Came, Order, Outcome, Stand
from ivr.values.number import parse
from ivr.values.trunk import Trunk

ATTEMPT = "0" * 32 + "-2"
PHONE, SHOWN = parse("0612345678"), parse("0805000028")


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def order(**placing: object) -> Order:
    stand = Stand("parts", 60.0, 10, "needs-english") if "queue" in placing else None
    return Order(ATTEMPT, PHONE, SHOWN, Placing.model_validate({"through": "gateway", **placing}), stand)


def test_agents_of_a_queue_are_rung_at_the_callers_place() -> None:
    """By a Local channel that waits in his stead, with his priority and for who can do what he needs; its halves are
    never joined.
    """
    asked = originate(order(queue="parts"), 3)

    assert asked["Channel"] == "Local/queue@callback-agents/n"
    assert asked["ChannelId"] == f"callback-{ATTEMPT}"
    assert asked["OtherChannelId"] == f"callback-{ATTEMPT}-other"
    told = {"IVR_QUEUE=parts.needs-english", "IVR_PLACE=3", "IVR_PRIORITY=10", f"IVR_CALLBACK={ATTEMPT}"}
    assert told <= set(asked["Variable"])


def test_agents_without_a_queue_all_ring() -> None:
    """For a short time."""
    asked = originate(order(agents=["camille", "karim"]), None)

    assert asked["Channel"] == "Local/phones@callback-agents/n"
    assert "IVR_PHONES=PJSIP/camille&PJSIP/karim" in asked["Variable"]
    assert asked["Timeout"] == "30000"


def test_a_caller_who_is_called_first_sees_the_number_that_may_be_shown() -> None:
    """And is dialled through the gateway."""
    asked = originate(order(queue="parts", first="caller", ring=20), None)

    assert (asked["Channel"], asked["CallerID"], asked["Timeout"]) == (
        "PJSIP/+33612345678@gateway",
        "<0805000028>",
        "20000",
    )


def test_a_caller_who_is_called_first_is_put_through_to_his_place() -> None:
    """As if he had stayed, also while he was greeted; without a queue all agents ring."""
    place = Enqueue("parts", 900, 10, stood=65.0, part="needs-english")

    assert through(Stand("parts", 60.0, 10, "needs-english"), 5.0) == place
    rung = next(to_agents(order(agents=["karim", "zoe"], first="caller")))
    assert rung.words == ("EXEC", "Dial", "PJSIP/karim&PJSIP/zoe,25,gr(ring)U(callback-joined)")


class Globals:
    """A link to an Asterisk that has kept what came of calls, until it is told to delete it."""

    def __init__(self, **kept: str) -> None:
        self.kept = kept

    async def action(self, name: str, fields: dict[str, str]) -> AmiReply:
        variable = fields["Variable"]
        if name == "Setvar":
            self.kept.pop(variable.removeprefix("GLOBAL_DELETE(").removesuffix(")"), None)
        return AmiReply(True, "", CaseInsensitiveDict({"Value": self.kept.get(variable, "")}))


CALL = {"Event": "CoreShowChannel", "Linkedid": f"callback-{ATTEMPT}"}


@pytest.mark.parametrize(
    ("phones", "counted", "dead"),
    [
        ([["PJSIP/sacha-01"]], ["120", "120"], True),
        ([["PJSIP/sacha-01"]], ["120", "140"], False),
        ([["PJSIP/sacha-01"]], ["", ""], False),
        ([["PJSIP/sacha-01", "PJSIP/gateway-02"], ["PJSIP/sacha-01"]], ["120", "120"], True),
        ([["PJSIP/sacha-01", "PJSIP/gateway-02"]] * 2, ["120", "120"], False),
        ([[]], [], False),
    ],
)
async def test_a_phone_that_sends_nothing_has_died(
    phones: list[list[str]], counted: list[str], dead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As its packets are counted twice; nobody is said to be dead of whom that is not known."""
    counts, lists = iter(counted), iter(phones)

    class Link:
        async def list(self, _name: str) -> tuple[dict[str, str], ...]:
            names = ["Local/queue@callback-agents-1;1", *next(lists)]
            return (
                *({**CALL, "Channel": one} for one in names),
                {"Event": "CoreShowChannel", "Channel": "PJSIP/zoe-9"},
            )

        async def action(self, _name: str, fields: dict[str, str]) -> AmiReply:
            assert fields == {"Channel": phones[0][0], "Variable": "CHANNEL(rtcp,rxcount)"}
            return AmiReply(True, "", CaseInsensitiveDict({"Value": next(counts)}))

    monkeypatch.setattr("ivr.asterisk.recalls.LISTENED", 0.0)
    link: Any = Link()

    assert await AmiExchange(link, link, Places(link), link, Holds()).is_dead(ATTEMPT) is dead


async def test_what_came_of_a_call_is_told_with_its_holds_and_then_forgotten() -> None:
    """Asked as often as need be: only once it is safe is it deleted in Asterisk."""
    main, half = f"CALLBACK_{ATTEMPT}", f"CALLBACK_{ATTEMPT}-other"
    link: Any = Globals(**{main: "dialled|ANSWER|PJSIP/gateway-01||12.5|22|30|", half: "|||sacha", "OTHER": "1"})
    clock = iter((3.0, 5.0)).__next__
    holds = Holds(clock)
    exchange = AmiExchange(link, link, Places(link), link, holds)
    holds.expect(f"callback-{ATTEMPT}")
    for event in (HOLD, UNHOLD):
        holds.hear(event, {"Linkedid": f"callback-{ATTEMPT}", "Channel": "PJSIP/sacha-01"})
    found = await exchange.result(ATTEMPT)

    assert found == Came(Outcome.TALKED, "sacha", at(12.5), at(30), 8.0, (2.0,))
    assert replace(await exchange.result(ATTEMPT), held=(2.0,)) == found
    await exchange.forget(ATTEMPT)
    assert link.kept == {"OTHER": "1"}


def told(*pressed: str, **variables: str) -> tuple[list[tuple[str, ...]], bool]:
    """What Asterisk is asked in a call in which an agent presses these keys, and whether nobody may have been heard."""
    speaker: Any = Agent(*pressed)
    talk, orders = with_agent(order(agents=["karim"]), speaker), []
    try:
        words = next(talk).words
        while True:
            orders.append(words)
            note = variables.get(words[-1]) if words[0] == "GET" else None
            words = talk.send(Reply(200, "1" if words[0] != "GET" or note else "0", note, None, "")).words
    except StopIteration as over:
        return orders, bool(over.value)


@pytest.mark.parametrize(
    ("status", "lasted", "unheard"),
    [
        ("ANSWER", "3", True),
        ("ANSWER", "19", True),
        ("ANSWER", "20", False),
        ("NOANSWER", "", False),
        ("BUSY", "", False),
    ],
)
def test_who_hangs_up_soon_may_have_heard_nobody(status: str, lasted: str, unheard: bool) -> None:
    """A phone that dies while his rings is not noticed for twenty seconds."""
    assert told("1", DIALSTATUS=status, ANSWEREDTIME=lasted)[1] is unheard
    assert told("2", DIALSTATUS=status, ANSWEREDTIME=lasted)[1] is False


class Agent:
    """A speaker to whom an agent answers by keys, one after the other."""

    def __init__(self, *pressed: str) -> None:
        self.pressed = list(pressed)

    def talk(self, asked: Ask) -> AgiTalk[Heard]:
        yield from ()
        return Heard(self.pressed.pop(0))


@pytest.mark.parametrize(
    ("pressed", "result", "dials"),
    [
        (["1"], "dialled", True),
        (["", "1"], "dialled", True),
        (["2"], "later", False),
        (["3"], "dropped", False),
        (["", ""], "untaken", False),
    ],
)
def test_an_agents_key_says_what_is_done(pressed: list[str], result: str, dials: bool) -> None:
    """Whoever presses none has not put it off: his phone may have died, or a mailbox has picked up."""
    orders, _ = told(*pressed)

    assert ("SET", "VARIABLE", "IVR_RESULT", result) in orders
    rung = [words[2] for words in orders if words[1] == "Dial"]
    assert rung == ["PJSIP/+33612345678@gateway,30,gr(ring)U(callback-joined)"] * dials


class Queue:
    """Both what is told of a queue and who estimates its waits: ``turn`` is told for whatever place is asked."""

    def __init__(self, waiting: int, turn: float | None) -> None:
        self.waiting = waiting
        self.turn = turn
        self.asked: list[tuple[str, int | None, int]] = []

    async def list(self, action: str, fields: dict[str, str]) -> list[dict[str, str]]:
        entry = {"Event": "QueueEntry", "Queue": fields["Queue"], "Wait": "100", "Priority": "10"}
        return [entry] * self.waiting

    async def ahead(self, queue: str, place: int | None, priority: int = 0) -> float | None:
        self.asked.append((queue, place, priority))
        return self.turn


@pytest.mark.parametrize(
    ("waiting", "turn", "near"),
    [(0, 0.0, True), (0, 500.0, True), (0, None, False), (2, 40.0, True), (2, 61.0, False), (2, None, False)],
)
async def test_a_caller_is_called_when_it_is_nearly_his_turn(waiting: int, turn: float | None, near: bool) -> None:
    """Or when he is next; never where nobody serves."""
    queue = Queue(waiting, turn)
    exchange = AmiExchange(None, None, Places(queue), queue, Holds())  # type: ignore[arg-type]

    assert await exchange.near(Stand("parts", 60.0, 10, "needs-english")) is near
    assert queue.asked == [("parts.needs-english", waiting + 1, 10)]


def test_over_a_trunk_its_ceilings_hold() -> None:
    """By a Local channel that counts; the numbers and the ring are handed on to it.  Its name, which Asterisk notes in
    its own record of each call, has no caller's number.
    """
    over = replace(order(queue="parts", first="caller", ring=20), trunk=Trunk("main", "sip.carrier.example"))
    asked = originate(over, None)

    assert asked["Channel"] == "Local/s@through-main/n"
    assert {"__IVR_CALLED=+33612345678", "__IVR_RING=20", "__IVR_OWN=+33805000028"} <= set(asked["Variable"])
    national = replace(over, trunk=Trunk("main", "sip.carrier.example", national=True))
    assert "__IVR_CALLED=0612345678" in originate(national, None)["Variable"]


def test_what_has_no_international_form_is_never_dialled() -> None:
    """Short numbers, nonsense, nobody."""
    for number in ("3615", "", "12"):
        with pytest.raises(OSError, match="cannot be dialled"):
            outside(replace(order(queue="parts"), phone=parse(number)))


@pytest.mark.parametrize(
    ("kept", "other", "found"),
    [
        ("dialled|ANSWER|PJSIP/gateway-01|", "||PJSIP/karim-07|", (Outcome.TALKED, "karim")),
        ("dialled|ANSWER|PJSIP/gateway-01|", "|||sacha", (Outcome.TALKED, "sacha")),
        ("dialled|BUSY||", "|||sacha", (Outcome.BUSY, "sacha")),
        ("dialled|NOANSWER||", "|||sacha", (Outcome.NO_ANSWER, "sacha")),
        ("dialled|CONGESTION||", "|||sacha", (Outcome.UNREACHABLE, "sacha")),
        ("dialled|CANCEL||", "|||sacha", (Outcome.GONE, "sacha")),
        ("gone|ANSWER|PJSIP/gateway-01|", "|||sacha", (Outcome.GONE, "sacha")),
        ("dialled|ANSWER|||12|20|39.9|900|44", "|||sacha", (Outcome.GONE, "sacha")),
        ("dialled|ANSWER|||12|20|40.1|900|44", "|||sacha", (Outcome.TALKED, "sacha")),
        ("dialled|ANSWER|||12|20|39.9|900|16", "|||sacha", (Outcome.TALKED, "sacha")),
        ("through||||12|20|39.9|900|44", "", (Outcome.WAITED, "")),
        ("later|||", "|||sacha", (Outcome.LATER, "sacha")),
        ("dropped|||", "|||sacha", (Outcome.DROPPED, "sacha")),
        ("untaken|||", "|||sacha", (Outcome.NOBODY, "sacha")),
        ("|||", "|||sacha", (Outcome.NOBODY, "sacha")),
        ("", "|NOANSWER||", (None, "")),
        ("", "", (None, "")),
        ("declined|||", "", (Outcome.DECLINED, "")),
        ("unmanned|||", "", (Outcome.UNMANNED, "")),
        ("|||", "", (Outcome.UNMANNED, "")),
        ("through|ANSWER|PJSIP/romane-03|", "", (Outcome.TALKED, "romane")),
        ("through|||karim", "", (Outcome.TALKED, "karim")),
        ("through|NOANSWER||", "", (Outcome.WAITED, "")),
    ],
)
def test_what_the_exchange_kept_is_an_outcome(kept: str, other: str, found: tuple[Outcome | None, str]) -> None:
    """Of both halves."""
    told = came(kept, other)

    assert (told.outcome, told.agent) == found


def test_what_the_exchange_kept_says_when() -> None:
    """Who was called first answered at 12.5 s, the two talked for 8 s; where he was not reached, the other half says
    when it was over; what Asterisk of before an update has kept says nothing.
    """
    talked = came("dialled|ANSWER|PJSIP/gateway-01||12.500|22.127|30.250|17750", "|||sacha|||30.251|17000")
    assert talked == Came(Outcome.TALKED, "sacha", at(12.5), at(30.25), 8.123)
    assert came("", "|NOANSWER|||||25.000|") == Came(None, "", None, at(25.0))
    unheard = came("gone|ANSWER|PJSIP/gateway-01||12.500|22.127|26.250|4123|16", "|||sacha|||26.251|17000|16")
    assert unheard == Came(Outcome.GONE, "sacha", at(12.5), at(26.25), 4.123)
    queued = came("through|||karim|12.500||30.250|3083", "")
    assert queued == Came(Outcome.TALKED, "karim", at(12.5), at(30.25), 3.083)
    assert came("dropped|||", "|||sacha") == Came(Outcome.DROPPED, "sacha")
