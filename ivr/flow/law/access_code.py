"""Who buys a code knows how many calls, for how much, and until when."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from ivr.flow.law.case import example
from ivr.flow.law.rule import RD_SVA, Found, Rule, Verdict
from ivr.flow.law.view import View
from ivr.flow.nodes.pay_code import LEAST, MOST, PayCode
from ivr.values.numerals import cardinal
from ivr.values.purpose import Purpose
from ivr.values.saying import amount, duration
from ivr.values.tariff import Mode, Tariff

# No amount or duration ends where its number goes on: "un euro" is not said by "un euro cinquante".
_ON = re.compile(rf"\s+(?:et\s+)?(?:\d|(?:{'|'.join(cardinal(one) for one in range(2, 21))})\b)", re.ASCII)
_ON_TENS = re.compile(r"\s+(?:et\s+)?(?:trente|quarante|cinquante|soixante|quatre-vingt)")


def check(view: View) -> Iterator[Found]:
    """The prompt of the node has the calls that it counts, what they cost together at the number's tariff, and how long
    its code is valid, in words or in digits.  Whoever gives codes out by another way answers for what is told.
    """
    for held in view.numbers:
        sales = view.nodes(held.flow, PayCode)
        if held.purpose is Purpose.ACCESS_CODE and not sales:
            message = f"no pay_code sells the codes of {held.number.display}: who does tells calls, price and validity"
            yield Found(Verdict.DECLARED, held, message)
        for place, node in sales:
            facts = {"calls": _calls(node.calls), "validity": _validity(node.minutes)}
            if held.tariff is not None and held.tariff.surcharged:
                facts["price"] = _price(held.tariff, node.calls)
            words = re.sub(r"\s+", " ", view.words(node).casefold())
            lacking = [f"{name} ({told[0]})" for name, told in facts.items() if not _says(words, told)]
            if lacking or not LEAST <= node.minutes <= MOST:
                message = f'"{place.node}" sells a code without telling {" and ".join(lacking)}'
                yield Found(Verdict.BROKEN, held, message, "say all three in its prompt, as they are", place=place)
            else:
                yield Found(Verdict.HOLDS, held)


def _says(words: str, told: Iterable[str]) -> bool:
    for one in told:
        for found in re.finditer(rf"(?<!\bpas )(?<!\bcent )(?<!\bmille )(?<![\w,.-]){one}(?!\w)", words):
            after = words[found.end() :]
            if not _ON.match(after) and not _ON_TENS.match(after):
                return True
    return False


def _calls(calls: int) -> list[str]:
    appel = "appel" if calls == 1 else "appels"
    numbers = (cardinal(calls), str(calls))
    return [f"{number} {appel}" for number in numbers] + [f"{number} seuls? {appel}" for number in numbers]


def _price(tariff: Tariff, calls: int) -> list[str]:
    """Of all calls together; by the minute nobody knows it before, and what a minute costs is told."""
    whole = tariff.price * calls if tariff.mode is Mode.PER_CALL else tariff.price
    euros, cents = divmod(int(whole * 100), 100)
    named = "euro" if euros < 2 else "euros"
    digits = [f"{whole:.2f}".replace(".", "[.,]")]
    if not cents:
        digits.append(str(euros))
    forms = [amount(whole), *(f"{one} ?(?:€|euros?)" for one in digits)]
    if euros and cents:
        rest = "(?: centimes?)?"
        forms += [f"{cardinal(euros)} {named} (?:et )?{cardinal(cents)}{rest}"]
        forms += [f"{euros} {named} (?:et )?{cents:02}{rest}", f"{euros} ?€ ?{cents:02}"]
    elif cents:
        forms += [f"{cents} centimes?", f"{cardinal(cents)} centimes?"]
    return forms


def _validity(minutes: int) -> list[str]:
    forms = [duration(timedelta(minutes=minutes))]
    for one, long in (("jour", 1440), ("heure", 60), ("minute", 1)):
        if minutes % long == 0:
            count = minutes // long
            said = (cardinal(count, feminine=one != "jour"), str(count), f"{count:,}".replace(",", " "))
            forms += [f"{number} {one}{'' if count == 1 else 's'}" for number in said]
            forms += [f"{count} ?h"] if one == "heure" else []
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        named = "heure" if hours == 1 else "heures"
        forms += [
            f"{cardinal(hours, feminine=True)} {named} (?:et )?{cardinal(rest, feminine=True)}(?: minutes?)?",
            f"{hours} ?(?:h|{named}) ?(?:et )?{rest:02}(?: minutes?)?",
        ]
    return forms


RULE = Rule(
    id="access-code",
    code="IVR518",
    text="An access code is announced with calls, price and validity, and is valid for 5 minutes to 48 hours.",
    source=f"{RD_SVA}, p. 24 and 25",
    severity="error",
    since=date(2024, 5, 1),
    check=check,
    breaks=lambda: example(
        nodes={
            "c": {
                "kind": "pay_code",
                "product": "p",
                "prompt": "c",
                "minutes": 60,
                "exits": {"sold": "b", "none_left": "b"},
            },
            "b": {"kind": "bye"},
        },
        texts={"c": "Voici votre code."},
    ),
    keeps=lambda: example(
        nodes={
            "c": {
                "kind": "pay_code",
                "product": "p",
                "prompt": "c",
                "minutes": 60,
                "exits": {"sold": "b", "none_left": "b"},
            },
            "b": {"kind": "bye"},
        },
        texts={"c": "Un appel, à un euro, un code valable une heure."},
    ),
)
