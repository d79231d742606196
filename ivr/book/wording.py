"""pydantic's errors in the words of the person who wrote the file: what was found, what is expected, what to write.

The words hang on the *type* of an error, never on its English text.  Where people make the same mistake again
and again (``9h30``, ``0,35``, ``25/12/2026``, ``oui``, one name where a list belongs) the hint says what to write.
"""

import re
from collections.abc import Mapping as Facts
from typing import Any, NamedTuple

from ivr.book.problems import did_you_mean, quoted
from ivr.book.tree import Mapping, Node, Scalar

Schema = dict[str, Any]
"""Part of a JSON Schema as pydantic generates it (Any: JSON)."""


class Words(NamedTuple):
    """What to tell of an error."""

    rule: str
    message: str
    hint: str


def words(kind: str, facts: Facts[str, Any], said: str, node: Node, schema: Schema) -> Words:
    """The words for an error of pydantic's type ``kind`` at ``node``.

    ``facts`` is the error's ``ctx`` and ``said`` its English text; ``schema`` says what is expected at ``node``.
    """
    if kind in {"value_error", "assertion_error"}:  # a rule of the model itself: raise ValueError("what; hint")
        message, _, hint = str(facts.get("error", said)).partition("; ")
        return Words("IVR108", message, hint)
    if wanted := _other_shape(kind, node):
        return Words("IVR104", *_shape(node, wanted, schema))
    text = node.text if isinstance(node, Scalar) else ""
    found = quoted(text)
    if kind in {"literal_error", "enum"}:
        return Words("IVR106", f"{found} is not known here", did_you_mean(text, _choices(schema), "write one of"))
    if kind == "string_pattern_mismatch":
        return Words("IVR107", f"{found} is not written as it must be here", _form(facts, schema))
    if kind in _VALUES:
        message, suggest = _VALUES[kind]
        return Words("IVR103", f"{found} is not {message}", suggest(text))
    if kind in _LIMITS:
        message, hint = _LIMITS[kind]
        bounds = {name: f"{fact:g}" if isinstance(fact, float) else fact for name, fact in facts.items()}
        return Words("IVR107", message.format(found=found, **bounds), hint.format(**bounds))
    return Words("IVR103", f"{found} does not fit here", re.sub(r"^(Input|Value|String) should", "it should", said))


ELSEWHERE = {
    "transfer": ("dial", "ring", "call", "connect"),
    "bye": ("hangup", "hang-up", "hang_up", "end"),
    "say": ("play", "playback", "message", "announce", "prompt"),
    "ask": ("gather", "input", "digits"),
    "hours": ("schedule", "time", "opening"),
    "voicemail": ("mailbox", "app_voicemail"),
    "queue": ("hold", "wait"),
}
"""How other systems call what a kind of node does, by the kind."""
PARKS = ("park", "parking")


def other_kind(text: str, kinds: list[str]) -> str:
    """What to write instead of a kind that there is not."""
    if text in PARKS and "queue" in kinds:
        return (
            "an agent parks whom he talks with, by *6 (README, Parking); who has talked to nobody yet waits in a queue"
        )
    meant = next((kind for kind, names in ELSEWHERE.items() if text in names and kind in kinds), None)
    return f'did you mean "{meant}"?' if meant else did_you_mean(text, kinds, "write one of")


def known_keys(schema: Schema) -> list[str]:
    """The keys that a model knows; none for a mapping with free keys."""
    return list(schema.get("properties", {}))


def _choices(schema: Schema) -> list[str]:
    return [str(choice) for choice in schema.get("enum", [schema["const"]] if "const" in schema else [])]


_LISTS = {"list_type", "tuple_type", "set_type", "frozen_set_type", "iterable_type"}
_KEYED = {"dict_type", "mapping_type", "model_type", "model_attributes_type", "dataclass_type"}


def _other_shape(kind: str, node: Node) -> str:
    """The shape that is expected here, if ``node`` has another; else empty."""
    if kind in _LISTS:
        return "a list is"
    if kind in _KEYED:
        return "keys are"
    single = kind.endswith(("_type", "_parsing")) or kind in {"literal_error", "enum", "union_tag_invalid"}
    return "one value is" if single and not isinstance(node, Scalar) else ""


def _shape(node: Node, wanted: str, schema: Schema) -> tuple[str, str]:
    """For a list, keys or a single value in the place of another of the three."""
    if isinstance(node, Scalar):
        message = f"{quoted(node.text)} is one value where {wanted} expected"
        if wanted == "a list is":
            simple = re.fullmatch(r"[\w +.,@-]{1,40}", node.text)
            return message, f"write [{node.text}]" if simple else 'begin a new line with "- " for each entry'
        if re.match(r"[\w-]+:\S", node.text):
            return message, f"write a space after the colon: {quoted(node.text.replace(':', ': ', 1))}"
        known = known_keys(schema)
        return message, f"known keys: {', '.join(known)}" if known else 'write lines of the form "key: value" under it'
    message = f"{'keys' if isinstance(node, Mapping) else 'a list'} where {wanted} expected"
    if wanted == "a list is":
        return message, 'begin each entry with "- "'
    if wanted == "keys are":
        return message, 'write lines of the form "key: value", without dashes or brackets'
    what = "keys or braces" if isinstance(node, Mapping) else "dash or brackets"
    return message, f"write the value alone, without {what}"


def _form(facts: Facts[str, Any], schema: Schema) -> str:
    if examples := schema.get("examples"):
        return f"write it like {quoted(str(examples[0]))}"
    return str(schema.get("description") or f"it must match {facts.get('pattern')}")


def _integer(text: str) -> str:
    digits = re.sub(r"[\s'.]", "", text) if re.fullmatch(r"\d{1,3}([\s'.]\d{3})+", text) else ""
    return f"write {digits}" if digits else "write digits only, such as 3"


def _decimal(text: str) -> str:
    number = re.sub(r"[\s€]", "", text).replace(",", ".")
    return f"write {number}" if re.fullmatch(r"-?\d+(\.\d+)?", number) else "write digits with a point, such as 0.35"


def _time(text: str) -> str:
    parts = re.fullmatch(r"(\d{1,2})\s*[hH:.]\s*(\d{2})?", text.strip())
    if parts and int(parts[1]) < 24 and int(parts[2] or 0) < 60:
        return f"write {int(parts[1]):02}:{parts[2] or '00'}"
    return "write hours and minutes from 00:00 to 23:59, such as 09:30"


def _date(text: str) -> str:
    parts = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text.strip())
    if parts and int(parts[2]) <= 12 and int(parts[1]) <= 31:
        return f"write {parts[3]}-{int(parts[2]):02}-{int(parts[1]):02}"
    return "write year-month-day, such as 2026-12-25"


def _yes_or_no(text: str) -> str:
    meant = {"oui": "yes", "vrai": "yes", "non": "no", "faux": "no"}.get(text.lower())
    return f"write {meant}" if meant else "write yes or no"


def _duration(text: str) -> str:
    return "write hours:minutes:seconds, such as 00:00:30"


_VALUES = {
    "int_type": ("a whole number", _integer),
    "int_parsing": ("a whole number", _integer),
    "int_parsing_size": ("a number of reasonable size", _integer),
    "int_from_float": ("a whole number", _integer),
    "float_type": ("a number", _decimal),
    "float_parsing": ("a number", _decimal),
    "decimal_type": ("a number", _decimal),
    "decimal_parsing": ("a number", _decimal),
    "finite_number": ("a number", _decimal),
    "bool_type": ("yes or no", _yes_or_no),
    "bool_parsing": ("yes or no", _yes_or_no),
    "time_type": ("a time of day", _time),
    "time_parsing": ("a time of day", _time),
    "date_type": ("a date", _date),
    "date_parsing": ("a date", _date),
    "date_from_datetime_parsing": ("a date", _date),
    "date_from_datetime_inexact": ("a date", _date),
    "time_delta_type": ("a duration", _duration),
    "time_delta_parsing": ("a duration", _duration),
}
"""Error type to what the text is not, and to the hint that its text deserves."""

_LIMITS = {
    "greater_than": ("{found} is too small", "write more than {gt}"),
    "greater_than_equal": ("{found} is too small", "write {ge} or more"),
    "less_than": ("{found} is too large", "write less than {lt}"),
    "less_than_equal": ("{found} is too large", "write {le} or less"),
    "multiple_of": ("{found} does not fit here", "write a multiple of {multiple_of}"),
    "string_too_short": ("{found} is too short", "write at least {min_length} characters"),
    "string_too_long": ("{found} is too long", "write at most {max_length} characters"),
    "too_short": ("too few entries: {actual_length}", "write at least {min_length}"),
    "too_long": ("too many entries", "write at most {max_length}"),
    "decimal_max_digits": ("{found} has too many digits", "write at most {max_digits}"),
    "decimal_max_places": ("{found} has too many decimals", "write at most {decimal_places}"),
    "decimal_whole_digits": ("{found} is too large", "write at most {whole_digits} digits before the point"),
}
"""Error type to the message and the hint, filled with the facts of the error."""
