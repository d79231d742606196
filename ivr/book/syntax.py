"""What a YAML parser's complaint means for the person who wrote the file.

The parser names the rule that broke; people need the mistake they made: a missing space after a colon, a tab, an
apostrophe.  The complaints are told apart by the parser's words, which libyaml and the parser in Python spell a
little differently; a complaint not listed is passed on as it is.
"""

import re

import yaml

from ivr.book.problems import Mark, Problem, quoted

_MISTAKES: tuple[tuple[str, str, str, str], ...] = (
    (
        r"tab character",
        "IVR005",
        "a tab is used to indent",
        "indent with spaces",
    ),
    (
        r"undefined tag handle",
        "IVR009",
        'a word that begins with "!" is a tag',
        "remove it, or put the text in quotes",
    ),
    (
        r"sequence entries are not allowed",
        "IVR004",
        "a list cannot begin on the line of its key",
        "begin it on the next line, or put a text that begins with a dash in quotes",
    ),
    (
        r"mapping keys are not allowed",
        "IVR004",
        'a text cannot begin with "? "',
        "put it in quotes",
    ),
    (
        r"could not find expected ':'",
        "IVR004",
        "a key without its colon before this place",
        'write "key: value", with a space after the colon',
    ),
    (
        r"expected alphabetic or numeric character",
        "IVR004",
        'a text cannot begin with "*" or "&"',
        "put it in quotes",
    ),
    (
        r"unknown escape|hexa?decimal number|Unicode character escape",
        "IVR004",
        "a backslash that means nothing here",
        "write the text in single quotes, or double the backslash",
    ),
    (
        r"<document start>",
        "IVR006",
        "more text after the end of the document",
        'remove the line "..." or whatever does not belong to the keys above',
    ),
    (
        r"expected key|expected '-' indicator|expected <block end>",
        "IVR004",
        "this does not fit to the lines above",
        "look at the indentation and at the quotes: an apostrophe inside '…' is written twice",
    ),
    (
        r"node content",
        "IVR004",
        "a value cannot begin here like this",
        "put it in quotes",
    ),
)


def problem_of(error: yaml.MarkedYAMLError, file: str, text: str) -> Problem:
    """The problem that tells what ``error`` means in ``text``."""
    place = error.problem_mark or error.context_mark
    if place is None:
        return Problem.at(Mark(file), "IVR004", f"this is not YAML: {error.problem}")
    lines = re.split(r"\r\n|\r|\n", text)
    line = lines[place.line] if place.line < len(lines) else ""
    here = Mark(file, place.line + 1, place.column + 1)
    said = error.problem or ""
    if "nesting depth" in said:
        return Problem.at(here, "IVR002", "so many levels inside one another cannot be read", "flatten this part")
    opened = error.context_mark and Mark(file, error.context_mark.line + 1, error.context_mark.column + 1)
    if opened and "quoted scalar" in (error.context or "") and "unexpected" in said:
        hint = "close it; an apostrophe inside '…' is written twice"
        return Problem.at(opened, "IVR004", "this quote is not closed", hint)
    if opened and "flow" in (error.context or ""):
        bracket = "[" if "sequence" in (error.context or "") else "{"
        hint = 'separate the entries by ", " and close it with ' + quoted("]" if bracket == "[" else "}")
        return Problem.at(opened, "IVR004", f"{quoted(bracket)} is not closed before {here.line}:{here.column}", hint)
    if "cannot start any token" in said:
        odd = line[place.column : place.column + 1]
        if odd == "\t" or re.match(r"[ ]*\t", line):
            said = "tab character"
        else:
            return Problem.at(here, "IVR004", f"a text cannot begin with {quoted(odd)}", "put it in quotes")
    if "mapping values are not allowed" in said:
        return Problem.at(here, "IVR004", *_colon(lines, place.line, place.column))
    for pattern, rule, message, hint in _MISTAKES:
        if re.search(pattern, said):
            return Problem.at(here, rule, message, hint)
    context = f" ({error.context})" if error.context else ""
    return Problem.at(here, "IVR004", f"this is not YAML: {said}{context}", "put texts with special signs in quotes")


def _colon(lines: list[str], line: int, column: int) -> tuple[str, str]:
    """Why a colon cannot stand where it does: the line has one already, or the key above lacks its own."""
    before = lines[line][:column] if line < len(lines) else ""
    if re.search(r":\s", before):
        return "a second colon on this line", 'put a text that holds ": " in quotes'
    above = next((text for text in reversed(lines[:line]) if text.strip() and not text.lstrip().startswith("#")), "")
    if not re.search(r":(\s|$)", above):
        return "the line above has no colon with a space after it", 'write "key: value"'
    return "this key is indented too far", "begin it below the key that it belongs beside"
