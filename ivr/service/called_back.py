"""The line of the ledger about a call that we made to call somebody back.

It is chained with those of the calls to our numbers, and erased with its caller, but is none of them: nobody pays for
it, so no statement, no ceiling of a caller, and none of his calls counts it.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from ivr.flow.placing import Placing
from ivr.service.attempts import CALL, Attempt, Came, Outcome
from ivr.service.record import Record
from ivr.values.call import Ending
from ivr.values.tariff import Mode, Money

KIND = "callback"


def record(
    attempt: Attempt,
    came: Came,
    outcome: Outcome,
    placing: Placing | None,
    now: datetime,
    *,
    number: str,
    phone: str,
    node: str,
    book: str,
) -> Record:
    """Sum up an attempt: ``phone`` is who was called, for a call to ``number`` that was booked at ``node``.

    Where the exchange has not kept an end nobody answered, or it has died: ``now``, or when the ring was over.
    """
    caller_first = placing is not None and placing.first == "caller"
    ended = came.ended or now
    if placing is not None and caller_first and came.ended is None:
        ended = min(now, attempt.began + timedelta(seconds=placing.ring))
    joined = outcome is Outcome.TALKED or (outcome is Outcome.GONE and came.talked > 0)
    talked = came.talked if joined else None
    together = ended - timedelta(seconds=talked) if talked is not None else None
    answered, waited = came.reached, None
    if not caller_first:  # the agent's key has the caller dialled, whose answer is the beginning of the talk
        answered, waited = together, ((came.reached or ended) - attempt.began).total_seconds()
    elif came.reached is not None and outcome in (Outcome.TALKED, Outcome.WAITED):
        waited = ((together or ended) - came.reached).total_seconds()
    return Record(
        id=CALL + attempt.id,
        number=number,
        caller=phone,
        started=attempt.began,
        announced_from=None,
        announced_to=None,
        skipped=False,
        answered=answered,
        ended=max(ended, attempt.began),
        ending=Ending.FLOW,
        billed_seconds=0,
        amount=Money(Decimal(0)),
        tariff="",
        steps=(f"{node}:{outcome.name.lower()}",),
        tape=(),
        book=book,
        mode=Mode.FREE,
        price=Decimal(0),
        kind=KIND,
        agent=came.agent or None,
        waited=waited,
        talked=talked,
        held=came.held,
    )
