"""What a country demands of a call that costs more than others, as data: one :class:`Profile` for each country.

France is complete.  The others hold what was found and name in ``missing`` what was not: nobody should charge a caller
there before a lawyer has filled those gaps.  Facts of 2026-11; `ivr check` warns of every number whose profile lacks
some.  A profile changes what is announced, what is waited for and where a call is cut; numbers stay those of France, so
a call is held to the stricter of both laws (:meth:`Profile.within`).
These here hold for books without a table of their own (``dialplans/profiles.yaml``), and for what it leaves out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from ivr.values.tariff import LONG_CALL, LONG_CALL_ABOVE, MOST_A_CALL, Mode, Tariff

Amount = TypeVar("Amount", float, Decimal)

BREATH = 0.2  # seconds over what the law wants, so that no rounding on the way falls short of it


@dataclass(frozen=True)
class Profile:
    """One country.  Amounts are in its ``currency``, taxes included; ``None``: there is none, or none was found.

    ``free_up_to`` are the prices, per minute and per call, up to which nothing need be announced.  ``at_least`` and
    ``at_most`` bound the announcement with its beep, ``gap`` lies between the price and the charge; seconds.
    ``skip`` is the only key that ends the announcement early, empty: none.  ``cuts`` are the longest calls, each above
    a price per minute.  ``free_queue``: waiting may not be charged by the minute, so no line is answered for it.
    ``verified``: somebody read ``source``, a text that binds, and found it so.
    """

    name: str
    country: str
    language: str
    source: str
    currency: str = "EUR"
    free_up_to: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    at_least: float | None = None
    at_most: float | None = None
    gap: float = 0.0
    beep: bool = False
    skip: str = ""
    most_a_minute: Decimal | None = None
    most_per_call: Decimal | None = None
    most_in_all: Decimal | None = None
    cuts: tuple[tuple[Decimal, timedelta], ...] = ()
    free_queue: bool = False
    missing: tuple[str, ...] = ()
    verified: bool = False

    @property
    def french(self) -> bool:
        """Whether it is that of France, as shipped or made stricter."""
        return self.name == FRANCE.name

    def announces(self, tariff: Tariff) -> bool:
        """Whether the price has to be told before the call is charged."""
        per_minute, per_call = self.free_up_to
        return tariff.surcharged and tariff.price > (per_minute if tariff.mode is Mode.PER_MINUTE else per_call)

    def bound(self, tariff: Tariff) -> Tariff:
        """The tariff with the ends of this country beside those of France, of which the tighter win."""
        most = _tighter(min, tariff.most, self.most_in_all)
        return replace(tariff, most=most, cuts=tuple(dict.fromkeys((*tariff.cuts, *self.cuts))))

    def within(self, law: "Profile") -> "Profile":
        """What is demanded of a number that bears this profile and stays under ``law``: of each the stricter one.

        The arrêté of 10 June 2009 (art. 1 and 2) asks its 10 s, its beep and the price of every call of a consumer to a
        surcharged number of France, whatever else is asked of it.  A length that cannot be kept beside that of ``law``
        gives way: :meth:`unkept` says so.
        """
        per_minute, per_call = (min(pair) for pair in zip(self.free_up_to, law.free_up_to, strict=True))
        return replace(
            self,
            currency=law.currency,
            free_up_to=(per_minute, per_call),
            at_least=_tighter(max, self.at_least, law.at_least),
            at_most=law.at_most if self._too_short(law) else _tighter(min, self.at_most, law.at_most),
            gap=max(self.gap, law.gap),
            beep=self.beep or law.beep,
            most_in_all=_tighter(min, self.most_in_all, law.most_in_all),
            cuts=tuple(dict.fromkeys((*law.cuts, *self.cuts))),
            free_queue=self.free_queue or law.free_queue,
        )

    def unkept(self, law: "Profile") -> Iterator[str]:
        """What of this cannot be kept beside ``law``, in words."""
        if self._too_short(law):
            yield f"an announcement of {self.at_most:g} s at most, and {law.country} of {law.at_least:g} s at least"

    def _too_short(self, law: "Profile") -> bool:
        return self.at_most is not None and law.at_least is not None and self.at_most <= law.at_least

    def too_dear(self, tariff: Tariff) -> Decimal | None:
        """What this country lets a minute or a call cost, where ``tariff`` costs more."""
        most = self.most_a_minute if tariff.mode is Mode.PER_MINUTE else self.most_per_call
        return most if tariff.surcharged and most is not None and tariff.price > most else None

    def looser(self) -> Iterator[tuple[str, str]]:
        """Where this is laxer than the law of France: the field, and what it has to be."""
        law = FRANCE
        per_minute, per_call = self.free_up_to
        if per_minute > 0 or per_call > 0:
            yield "free_up_to", "0: every price is announced"
        if self.language != law.language:
            yield "language", "fr: the announcement is in French"
        if self.currency != law.currency:
            yield "currency", "EUR"
        if law.at_least is not None and (self.at_least is None or self.at_least < law.at_least):
            yield "at_least", f"{law.at_least:g} s or more"
        if law.at_most is not None and (self.at_most is None or self.at_most > law.at_most):
            yield "at_most", f"{law.at_most:g} s or less"
        if self.gap < law.gap:
            yield "gap", f"{law.gap:g} s or more"
        if not self.beep:
            yield "beep", "yes: a sound marks where the charge begins"
        if law.most_in_all is not None and (self.most_in_all is None or self.most_in_all > law.most_in_all):
            yield "most_in_all", f"{law.most_in_all} € or less"
        if any(not any(a <= above and end <= longest for a, end in self.cuts) for above, longest in law.cuts):
            yield "cuts", f"{LONG_CALL.total_seconds() / 60:g} minutes or less above {LONG_CALL_ABOVE} € a minute"


def _tighter(which: Callable[[Iterable[Amount]], Amount], *ends: Amount | None) -> Amount | None:
    return which(found) if (found := [end for end in ends if end is not None]) else None


FRANCE = Profile(
    name="fr",
    country="France",
    language="fr",
    source="arrêté of 10 June 2009, art. 1-3; AF2M, RD SVA 2024, p. 16, 30-32",
    at_least=10.0,
    at_most=20.0,
    gap=1.0,
    beep=True,
    skip="#",
    most_in_all=MOST_A_CALL,  # the caps of a minute and of a call are those of each family: ivr.values.tariff.CAPS
    cuts=((LONG_CALL_ABOVE, LONG_CALL),),
    verified=True,
)

GERMANY = Profile(
    name="de",
    country="Germany",
    language="de",
    source="TKG 2021, § 109, 110, 112, 113, 115, as on dejure.org and buzer.de (2026-11)",
    gap=3.0,
    most_a_minute=Decimal("3.00"),
    most_per_call=Decimal("30.00"),
    cuts=((Decimal(0), timedelta(minutes=60)),),
    free_queue=True,
    missing=(
        "how short or long the announcement may be",
        "a prescribed wording",
        "whether a caller may skip it",
        "that the cut falls away once a caller has identified himself",
    ),
)

AUSTRIA = Profile(
    name="at",
    country="Austria",
    language="de",
    source="KEM-V, § 91; ooe.arbeiterkammer.at; tarife.at (2026-11)",
    free_up_to=(Decimal(0), Decimal("0.70")),
    at_most=10.0,
    most_a_minute=Decimal("3.64"),
    most_per_call=Decimal("10.00"),
    cuts=((Decimal("2.20"), timedelta(minutes=30)), (Decimal(0), timedelta(minutes=60))),
    free_queue=True,
    missing=(
        "how long the caller has between the price and the charge",
        "whether a beep is wanted",
        "a prescribed wording",
    ),
)

BELGIUM = Profile(
    name="be",
    country="Belgium",
    language="fr",
    source="proximus.be; mega.be (2026-11)",
    free_up_to=(Decimal("1.00"), Decimal("1.00")),
    most_a_minute=Decimal("2.00"),
    most_per_call=Decimal("31.00"),
    cuts=((Decimal(0), timedelta(minutes=10)),),
    missing=(
        "how short or long the announcement may be",
        "how long the caller has after it to hang up free",
        "a prescribed wording, and in which of the languages",
        "that 070 numbers announce at any price",
        "the lower prices of each prefix from 0900 to 0907",
    ),
)

SPAIN = Profile(
    name="es",
    country="Spain",
    language="es",
    source="eldebate.com (2024-09); revista.consumer.es (2006); cincodias (2002)",
    at_most=20.0,
    gap=5.0,
    most_a_minute=Decimal("3.45"),
    cuts=((Decimal(0), timedelta(minutes=30)),),
    missing=(
        "which of two texts is in force: 20 s (11 s for 905), or 15 s at most",
        "the dearest call",
        "the price from a mobile, which has to be told too",
        "a prescribed wording",
    ),
)

SWITZERLAND = Profile(
    name="ch",
    country="Switzerland",
    language="fr",
    source="OIP, art. 11a, as on bakom.admin.ch; savass.ch (2026-11)",
    currency="CHF",
    free_up_to=(Decimal("2.00"), Decimal("2.00")),
    most_a_minute=Decimal("10.00"),
    most_per_call=Decimal("100.00"),
    most_in_all=Decimal("400.00"),
    missing=(
        "how short or long the announcement may be",
        "how long the caller has between the price and the charge",
        "whether a long call is cut",
        "a prescribed wording, and in which of the languages",
    ),
)

PROFILES = {one.name: one for one in (FRANCE, GERMANY, AUSTRIA, BELGIUM, SPAIN, SWITZERLAND)}
