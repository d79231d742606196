"""One line of the ledger: everything that must remain of a call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from ivr.flow.commands import Answer, Dial, Dialled, Enqueue, Play, Progress, Queued, Reached, Served
from ivr.flow.line_commands import Tapped
from ivr.flow.tape import Entry
from ivr.flow.terms import SKIP, Terms
from ivr.flow.walk import Step
from ivr.service.evidence import announced
from ivr.service.ports import Toll, Voice
from ivr.values.call import Call, Ending
from ivr.values.tariff import Mode, Money, Tariff, billed_seconds
from ivr.values.vat import RATES, Rate, territory


@dataclass(frozen=True)
class Record:
    """A finished call.  Instants are aware; ``announced_from`` and ``announced_to`` bound what the caller heard of
    the announcement, ``skipped`` says that he cut it short with its key.  ``answered`` is ``None`` when charging
    never began; ``billed_seconds`` and ``amount`` are then zero.  ``progress`` is when 183 was sent, ``announced_text``
    and ``announced_audio`` what the announcement says and the digests of its sound, ``mode`` and ``price`` the tariff
    in force.  ``payout`` is what the operator owes the owner, in euros; ``territory`` where a surcharged call is taxed,
    and ``vat`` the rate there in percent; ``None`` where nobody knows.  ``hung_up_in`` is the node in which the caller
    hung up, which is no step, for it was not left by an exit; ``None`` where the flow had its say to the end.

    ``kind`` is that of a call which we made ourselves, to ``caller`` for one who had called ``number``, and which costs
    him nothing: ``answered`` is then when he did, ``waited`` the seconds of waiting for our ``agent``, ``talked`` those
    for which both talked, ``held`` those of each time that one held the other.
    """

    id: str
    number: str
    caller: str
    started: datetime
    announced_from: datetime | None
    announced_to: datetime | None
    skipped: bool
    answered: datetime | None
    ended: datetime
    ending: Ending
    billed_seconds: int
    amount: Money
    tariff: str
    steps: tuple[str, ...]
    tape: tuple[Entry, ...]
    book: str
    mode: Mode
    price: Decimal
    progress: datetime | None = None
    beep_from: datetime | None = None
    beep_to: datetime | None = None
    announced_text: str | None = None
    announced_audio: str | None = None
    payout: Decimal | None = None
    territory: str | None = None
    vat: Decimal | None = None
    kind: str | None = None
    agent: str | None = None
    waited: float | None = None
    talked: float | None = None
    held: tuple[float, ...] = ()
    hung_up_in: str | None = None


def record(
    call: Call,
    tariff: Tariff,
    terms: Terms,
    voice: Voice,
    trail: Sequence[Step],
    tape: Sequence[Entry],
    toll: Toll | None,
    ended: datetime,
    ending: Ending,
    book: str,
    rates: Mapping[str, Rate] = RATES,
    left: str | None = None,
) -> Record:
    """Sum up a call; ``rates`` are of the tax, by territory, and ``left`` is the node in which the call ended.

    The exchange's own measure of the charge wins, unless our tape knows of an earlier answer: after two conversations
    with agents the exchange's is that of the second.
    """
    opened = next((entry for entry in tape if isinstance(entry.command, Progress)), None)
    heard = next((entry for entry in tape if _plays(entry, terms.announcement)), None)
    beep = next((entry for entry in tape if heard and entry.at >= heard.at and _plays(entry, terms.beep)), None)
    said = announced(terms.announcement, voice) if heard and terms.announcement else None
    toll = _earliest(toll, _measured(call, tape, ended))
    taxed = territory(call.caller) if tariff.surcharged else None
    rate = rates.get(taxed) if taxed else None
    return Record(
        id=call.id,
        number=call.dialled.national or call.dialled.raw,
        caller=call.caller.e164 or call.caller.national or call.caller.family.value,
        started=call.at,
        announced_from=_instant(call, heard.at) if heard else None,
        announced_to=_instant(call, heard.at + heard.took) if heard else None,
        skipped=bool(heard and heard.done and heard.result.key == SKIP),
        answered=toll.answered,
        ended=ended,
        ending=ending,
        billed_seconds=billed_seconds(toll.spoken) if toll.spoken is not None and tariff.surcharged else 0,
        amount=tariff.charge(toll.spoken),
        tariff=tariff.name,
        steps=tuple(str(step) for step in trail),
        tape=tuple(tape),
        book=book,
        mode=tariff.mode,
        price=tariff.price,
        progress=_instant(call, opened.at) if opened else None,
        beep_from=_instant(call, beep.at) if beep else None,
        beep_to=_instant(call, beep.at + beep.took) if beep else None,
        announced_text=said.text if said else None,
        announced_audio=said.audio if said else None,
        payout=tariff.paid_out(toll.spoken),
        territory=taxed,
        vat=rate.percent if rate else None,
        hung_up_in=left if ending is Ending.CALLER else None,
    )


def completed(tape: Sequence[Entry], toll: Toll | None, tapped: Mapping[str, Tapped]) -> Sequence[Entry]:
    """The tape with what only others know: with whom the caller talked, or how long he waited and who was rung for him,
    when he hung up; what became of recordings.
    """

    def what_became(entry: Entry) -> Entry:
        name = entry.result.name if isinstance(entry.result, Tapped) else None
        return replace(entry, result=tapped[name]) if name is not None and name in tapped else entry

    return _hung_up([what_became(entry) for entry in tape], toll)


def _hung_up(tape: Sequence[Entry], toll: Toll | None) -> Sequence[Entry]:
    if toll is None or not tape or tape[-1].done:
        return tape
    wait = Queued(Served.TIMEOUT, waited=toll.waited, place=toll.place, rang=toll.rang, gone=True)
    match tape[-1].command:
        case Dial() if toll.dialled:
            came: Dialled | Queued = Dialled(Reached.TALKED, toll.dialled, held=toll.held)
        case Enqueue() if toll.queued:
            came = replace(wait, served=Served.TALKED, agent=toll.queued, held=toll.held, gone=False)
        case Enqueue() if toll.place is not None:
            came = wait
        case _:
            return tape
    return (*tape[:-1], replace(tape[-1], result=came))


def _plays(entry: Entry, name: str | None) -> bool:
    return isinstance(entry.command, Play) and entry.command.phrase == (name,)


def _earliest(told: Toll | None, measured: Toll) -> Toll:
    if told is None or told.answered is None or told.spoken is None:
        return measured if told is None or measured.answered else told
    if measured.answered is None or told.answered - measured.answered < timedelta(seconds=1):
        return told
    return Toll(measured.answered, told.answered + told.spoken - measured.answered)


def _measured(call: Call, tape: Sequence[Entry], ended: datetime) -> Toll:
    """The charge by our own tape: from the moment the exchange confirmed the answer, or told when an agent gave it."""
    for entry in tape:
        answered = None
        if isinstance(entry.command, Answer) and entry.done:
            answered = _instant(call, entry.at)
        elif isinstance(entry.result, Dialled | Queued):
            answered = entry.result.answered
        if answered is not None:
            return Toll(answered, ended - answered)
    return Toll(None, None)


def _instant(call: Call, seconds: float) -> datetime:
    return call.at + timedelta(seconds=seconds)
