"""The free tariff announcement of a number: what is said, in which order, and how long it may last.

The order is prescribed: first, if wished, the name of the owner or of the service, 3 s at most; then the mode and the
price, taxes included, and that the call comes on top; only then the hint that # skips it; then at least a second
without a word, then the beep, and only then the call is charged.  10 to 20 s in all.  Nothing else, no music; only a
service that sells access codes says what an access takes.  Without time for it the hint is left out: no text demands
it, and # works all the same.
Sources: arrêté of 10 June 2009, art. 2 (10 s, the beep) and 3 (#); AF2M, RD SVA 2024 (in force since 1 May 2024),
p. 24-25 (access codes, connections), 30 (order and lengths) and 32 (model texts, skipping).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise

from ivr.values import saying
from ivr.values.numerals import cardinal
from ivr.values.phrase import Part, Utterance
from ivr.values.profile import BREATH, FRANCE, Profile
from ivr.values.tariff import Mode, Tariff

BEEP_SECONDS = 0.5
BEEP = "beep"
NAME_AT_MOST = 3.0  # seconds for the name in front (RD SVA 2024, p. 30)
PAUSE = 0.25  # seconds between two parts

NAME, PRICE, ENGLISH, ABROAD, ACCESS, SKIP = "name", "price", "english", "abroad", "access", "skip"
SILENCES = {
    "operator": "the operator says it before the call comes to us",
    "professionals": "exempt: only professional callers can call (arrêté of 10 June 2009, art. 5)",
    "machines": "exempt: machines call, under prior written contract (arrêté of 10 June 2009, art. 5)",
    "free": "the service and the call are free",
    "plain": "the service is free, the call costs what a plain one does",
}
"""Why a number announces nothing, by the name that the book and certificates use."""

_INFORMATION = (PRICE, ENGLISH, ABROAD, ACCESS)  # what the beep may follow only after the gap

Spans = Mapping[str, tuple[float, float]]
"""Where each part of a sound begins and ends, measured, in seconds."""


@dataclass(frozen=True)
class Access:
    """What buying an access code takes: how many calls, and how long the code is valid."""

    product: str
    calls: int
    valid: timedelta


@dataclass(frozen=True)
class Manner:
    """What a number says in its announcement beside the price.

    ``number`` is its own, in digits, and names the sound where it is not that of every number of its price.
    ``variant`` of its language has words of its own for the price: ``fr-BE``; empty: as in the profile's country.
    ``connection``: what is charged is being connected to somebody else.
    """

    number: str = ""
    name: str = ""
    english: bool = False
    connection: bool = False
    access: Access | None = None
    variant: str = ""

    @property
    def plain(self) -> bool:
        """Whether every number of the same price says the same, each in its variant."""
        return not (self.name or self.english or self.connection or self.access)


USUAL = Manner()


@dataclass(frozen=True)
class Announcement:
    """What is said, and the country whose law it has to satisfy; ``charged``: whether the call costs after it."""

    utterance: Utterance
    profile: Profile
    charged: bool

    @property
    def name(self) -> str:
        return self.utterance.name

    @property
    def beep(self) -> bool:
        """Whether the tone follows."""
        return self.charged and self.profile.beep

    def faults(self, seconds: float, spans: Spans) -> Iterator[str]:
        """What is unlawful about its sound, which lasts ``seconds``; a recording made as a whole has no ``spans``."""
        least, most = self.profile.at_least, self.profile.at_most
        total = seconds + (BEEP_SECONDS if self.beep else 0.0)
        if self.charged and least is not None and total < least:
            yield f"with its beep it lasts {total:.1f} s, and {least:g} s are the least"
        if most is not None and total > most:
            yield f"with its beep it lasts {total:.1f} s, and {most:g} s are the most"
        first, last = spans.get(NAME, (0.0, 0.0))
        if last - first > NAME_AT_MOST:
            yield f"the name in front lasts {last - first:.1f} s, and {NAME_AT_MOST:g} s are the most"
        order = [spans[what] for what in (NAME, PRICE, ACCESS, ENGLISH, ABROAD, SKIP) if what in spans]
        if any(one[1] > other[0] for one, other in pairwise(order)):
            yield "its parts are not in the order of the law: name, price, then how to skip it"
        told = max((spans[what][1] for what in _INFORMATION if what in spans), default=None)
        if self.charged and told is not None and seconds - told < self.profile.gap:
            yield f"the charge begins {seconds - told:.1f} s after the price, and {self.profile.gap:g} s are the least"


@lru_cache(maxsize=1024)  # thousands of numbers have the same few
def announcement(tariff: Tariff, manner: Manner = USUAL, profile: Profile = FRANCE) -> Announcement:
    """The announcement of a number of this tariff, without its beep, whether the law wants one or not.

    The law of France wants it in French, whatever the caller speaks; a profile of a country with another language has
    it said in that one, too, after it.  Content and order are those of the model texts,
    the words are ours: where we say "ce service vous sera facturé … par minute", "par appel" and "la touche dièse", the
    models have "vous serez facturé un service à … par minute", no "par appel", and "dièse"; "toutes taxes comprises"
    (the price has to be so), and what a connection or an access code takes, are worded by us.  Which of their words
    are mandatory was not to be seen in the text that was read.  For numbers that charge no service the model is
    optional, and no length is prescribed.
    Source: arrêté of 10 June 2009, art. 2 and 3; RD SVA 2024, p. 30-32 (model texts).
    """
    parts = tuple(_parts(tariff, manner, profile))
    most, least = profile.at_most, profile.at_least
    after = BEEP_SECONDS if profile.beep and tariff.surcharged else 0.0
    utterance = Utterance(
        language=FRANCE.language,  # the language in which calls begin
        name=announcement_name(tariff, manner, profile),
        text=" ".join(part.text for part in parts),
        tail=profile.gap + BREATH if tariff.surcharged else BREATH,
        at_least=least - after if tariff.surcharged and least is not None else 0.0,
        at_most=most - after if most is not None else None,
        parts=parts,
    )
    return Announcement(utterance, profile, tariff.surcharged)


def announcement_name(tariff: Tariff, manner: Manner = USUAL, profile: Profile = FRANCE) -> str:
    """``announcement/per-minute-0-80``: one audio file for each price, whatever numbers bear it; with something of
    its own, ``announcement/0899000004-per-minute-0-80``.
    """
    price = f"-{tariff.price:.2f}".replace(".", "-") if tariff.surcharged else ""
    country = "" if profile.french else f"{profile.name}-"
    own = "" if manner.plain else f"{manner.number}-"
    variant = f"{manner.variant.lower()}-" if manner.variant else ""
    return f"announcement/{country}{variant}{own}{tariff.mode.value.replace('_', '-')}{price}"


def _parts(tariff: Tariff, manner: Manner, profile: Profile) -> Iterator[Part]:
    language = manner.variant or FRANCE.language
    abroad = {"de": _german, "es": _spanish}.get(profile.language)
    if manner.name:
        yield Part(NAME, f"{manner.name.rstrip('.')}.", language, PAUSE, NAME_AT_MOST)
    yield Part(PRICE, _french(tariff, manner, profile), language, PAUSE)
    if manner.access and tariff.surcharged:
        yield Part(ACCESS, _access(tariff, manner.access, profile, language), language, PAUSE)
    if manner.english:
        yield Part(ENGLISH, _english(tariff, manner, profile), "en", PAUSE)
    if abroad:
        yield Part(ABROAD, abroad(tariff, manner, profile), profile.language, PAUSE)
    if profile.skip and tariff.surcharged and not (manner.english or manner.access or abroad):
        yield Part(SKIP, _SKIP, language)


_SKIP = "La prochaine fois, appuyez sur la touche dièse pour ne pas écouter ce message."


def _french(tariff: Tariff, manner: Manner, profile: Profile) -> str:
    if tariff.mode is Mode.FREE:
        return "Service et appel gratuits."
    if tariff.mode is Mode.PLAIN:
        return "Service gratuit, plus prix de l'appel."
    price = saying.amount(tariff.price, manner.variant or FRANCE.language)
    each = "par minute" if tariff.mode is Mode.PER_MINUTE else "par appel"
    # Nor is there time for a greeting before two languages and five seconds.
    hello = "" if manner.name or profile.language != FRANCE.language else "Bonjour. "
    what = "la mise en relation vous sera facturée" if manner.connection else "ce service vous sera facturé"
    when = "Après le bip sonore" if profile.beep else "Après ce message"
    access = f", et donne accès au service {manner.access.product}" if manner.access else ""
    taxes = "toutes taxes comprises"
    return f"{hello}{when}, {what} {price} {each}, {taxes}, en plus du prix de l'appel{access}."


def _access(tariff: Tariff, access: Access, profile: Profile, language: str) -> str:
    """How many calls, how much in all, how long the code is valid (RD SVA 2024, p. 24-25)."""
    total = saying.amount(profile.bound(tariff).dearest * access.calls, language)
    most = " au plus" if tariff.mode is Mode.PER_MINUTE else ""
    calls = "Il suffit d'un appel" if access.calls == 1 else f"Il faut {cardinal(access.calls, language)} appels"
    return f"{calls}, soit {total} en tout{most}, pour un code valable {saying.duration(access.valid, language)}."


def _english(tariff: Tariff, manner: Manner, profile: Profile) -> str:
    """The same, for callers who do not understand the first language; short, for the whole must end in time."""
    if tariff.mode is Mode.FREE:
        return "This service and this call are free."
    if tariff.mode is Mode.PLAIN:
        return "This service is free; you pay for the call."
    price = saying.amount(tariff.price, "en")
    each = "per minute" if tariff.mode is Mode.PER_MINUTE else "per call"
    what = "Being connected costs" if manner.connection else "After the tone:" if profile.beep else "After this:"
    return f"{what} {price} {each}, tax included, plus the call charge."


def _german(tariff: Tariff, manner: Manner, profile: Profile) -> str:
    """The same in German, in our words: a prescribed text was not found.  Digits are read well by every voice."""
    if not tariff.surcharged:
        return "Dieser Anruf ist kostenfrei." if tariff.mode is Mode.FREE else "Dieser Dienst ist kostenfrei."
    euros, cents = divmod(int(tariff.price * 100), 100)
    price = " ".join([f"{euros} Euro"] * (euros > 0) + [f"{cents} Cent"] * (cents > 0))
    each = "pro Minute" if tariff.mode is Mode.PER_MINUTE else "pro Anruf"
    what = "Die Vermittlung kostet" if manner.connection else "Nach dem Ton:" if profile.beep else "Nach dieser Ansage:"
    return f"{what} {price} {each}, inklusive Mehrwertsteuer."


def _spanish(tariff: Tariff, manner: Manner, profile: Profile) -> str:
    """The same in Spanish, in our words: a prescribed text was not found."""
    if not tariff.surcharged:
        return "Llamada gratuita." if tariff.mode is Mode.FREE else "Servicio gratuito."
    euros, cents = divmod(int(tariff.price * 100), 100)
    ones = ["1 euro" if euros == 1 else f"{euros} euros"] * (euros > 0)
    price = " con ".join(ones + [f"{cents} céntimo{'s' if cents > 1 else ''}"] * (cents > 0))
    each = "por minuto" if tariff.mode is Mode.PER_MINUTE else "por llamada"
    what = "La conexión cuesta" if manner.connection else "Tras el tono:" if profile.beep else "Tras este mensaje:"
    return f"{what} {price} {each}, impuestos incluidos."
