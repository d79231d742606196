"""What models of flow and book refuse by themselves: one bad example of each sentence, as people would write it."""

from typing import NamedTuple

from pydantic import BaseModel

from ivr.book.cases import WrittenCase
from ivr.book.crises import WrittenCrisis
from ivr.book.nuisances import Elsewhere
from ivr.book.owners import WrittenOwner
from ivr.book.promises import WrittenProperty
from ivr.book.voices import WrittenSpeaker
from ivr.book.written import WrittenNumber
from ivr.flow.nodes.ask import Ask
from ivr.flow.nodes.directory import Directory
from ivr.flow.nodes.geo import Geo
from ivr.flow.nodes.limit import Limit
from ivr.flow.nodes.list import List
from ivr.flow.nodes.match import Match
from ivr.flow.nodes.menu import Menu
from ivr.flow.nodes.queue import Queue
from ivr.flow.nodes.remember import Remember
from ivr.flow.nodes.say import Say
from ivr.flow.nodes.split import Split
from ivr.flow.nodes.survey import Survey
from ivr.flow.nodes.transfer import Transfer
from ivr.flow.nodes.voicemail import Voicemail
from ivr.flow.placing import Placing
from ivr.flow.taping import Recording

RING = "kind: transfer, to: camille, exits: {busy: a, no_answer: a, unavailable: a"
WAIT = "kind: queue, queue: parts, exits: {timeout: a, full: a, empty: a, emptied: a"
ZOE = "kind: directory, people: [{to: zoe, name: Zoé Namur}], exits: {none: a, silence: a"
MARKS = "kind: survey, exits: {done: a, abandoned: a}"


class Refused(NamedTuple):
    """A ``text`` that is not taken for a ``model``, and what is said: the sentence and its hint, if it has one."""

    model: type[BaseModel]
    text: str
    said: str


REFUSED = (
    Refused(
        Transfer,
        f"{{{RING}}}, past_limit: leave}}",
        "past_limit: leave and the exit past_limit go together: write both, or none",
    ),
    Refused(
        Transfer,
        f"{{{RING}, past_limit: a}}}}",
        "past_limit: leave and the exit past_limit go together: write both, or none",
    ),
    Refused(
        Transfer,
        f"{{{RING}, declined: a}}}}",
        "nobody declines who is told nothing: write accept or whisper, or delete the exit declined",
    ),
    Refused(
        Queue,
        f"{{{WAIT}}}, calendar: office}}",
        "calendar and the exit closed go together: write where who still waits at closing time goes, or "
        "on_close: announce",
    ),
    Refused(
        Queue,
        f"{{{WAIT}, closed: a}}, calendar: office, on_close: announce, closing: sorry}}",
        "calendar and the exit closed go together: write where who still waits at closing time goes, or "
        "on_close: announce",
    ),
    Refused(
        Queue,
        f"{{{WAIT}}}, calendar: office, on_close: announce}}",
        "on_close: announce says the sentence `closing` at the closing time of `calendar`",
    ),
    Refused(
        Queue,
        f"{{{WAIT}}}, closing: sorry}}",
        "on_close: announce says the sentence `closing` at the closing time of `calendar`",
    ),
    Refused(
        Queue,
        f"{{{WAIT}}}, others_after: 30}}",
        "others_after goes with needs: write the skills of those who come first",
    ),
    Refused(
        Queue,
        f'{{{WAIT}}}, key: "1"}}',
        "key 1 leads nowhere; write where such a call goes: exits: {key: …}",
    ),
    Refused(Queue, f"{{{WAIT}, key: a}}}}", 'no key leaves by the exit "key"; write which: key: "1"'),
    Refused(
        Directory,
        "{kind: directory, people: [{to: zoe, name: 李 小龍}]}",
        "a name is spelt by letters from a to z, with or without accents; write some",
    ),
    Refused(
        Directory,
        f"{{{ZOE}, found: a, busy: a}}, note: who}}",
        'a directory with a note rings nobody; delete the exit "busy"',
    ),
    Refused(
        Directory,
        f"{{{ZOE}, busy: a, no_answer: a, unavailable: a, found: a}}}}",
        'a directory without a note rings who is found; delete the exit "found"',
    ),
    Refused(
        Directory,
        f"{{{ZOE}, found: a}}, note: who, accept: press}}",
        "a directory with a note rings nobody, who could accept; delete accept",
    ),
    Refused(
        Directory,
        f"{{{ZOE}, busy: a, no_answer: a, unavailable: a, declined: a}}}}",
        "nobody declines who is told nothing: write accept, or delete the exit declined",
    ),
    Refused(
        Directory,
        f"{{{ZOE}}}, note: who}}",
        'the exit "found" leads nowhere; write where such a call goes: exits: {found: …}',
    ),
    Refused(
        Voicemail,
        '{kind: voicemail, box: repairs, press: "", exits: {operator: a}}',
        "nobody presses 0 where no key is asked for: write press, or delete the exit operator",
    ),
    Refused(
        Survey,
        f"{{{MARKS}, questions: [{{name: kind, prompt: a}}, {{name: kind, prompt: b}}]}}",
        "two questions have the same name; rename one",
    ),
    Refused(
        Split,
        "{kind: split, shares: [{percent: 60, to: a}, {percent: 60, to: b}]}",
        "the percents sum up to 120, not to 100",
    ),
    Refused(
        Match,
        "{kind: match, cases: [{to: a, prefix: 0033x}], exits: {else: b}}",
        "a prefix is digits as dialled in France, or + and a country code: 04, 0033 is written +33",
    ),
    Refused(
        Match,
        "{kind: match, cases: [{to: a, dialled: hello}], exits: {else: b}}",
        "that is not a French number; write it as it is dialled: 0899000004",
    ),
    Refused(
        Match,
        '{kind: match, cases: [{to: a, department: "99"}], exits: {else: b}}',
        "there is no such department; write two digits, 2A, 2B, 20 for all Corsica, or 971 to 976",
    ),
    Refused(
        Match,
        "{kind: match, cases: [{to: a, waiting: {queue: parts, over: 5, under: 9}}], exits: {else: b}}",
        "write one of over and under: {queue: parts, over: 5}",
    ),
    Refused(
        Match,
        "{kind: match, cases: [{to: a}], exits: {else: b}}",
        "a case without a test holds for every call; write what it tests",
    ),
    Refused(
        Match,
        "{kind: match, cases: [{to: a, note: order}], exits: {else: b}}",
        "a note goes with one of equals, one_of and present; write both",
    ),
    Refused(
        Match,
        "{kind: match, cases: [{to: a, caller: mobile, equals: x}], exits: {else: b}}",
        "a note goes with one of equals, one_of and present; write both",
    ),
    Refused(
        Ask,
        "{kind: ask, prompt: order, note: order, digits: 4, check: {range: 500-1}}",
        "a range is written 1-500, the least first",
    ),
    Refused(
        Ask,
        "{kind: ask, prompt: order, note: order}",
        "how many digits is not clear; write either digits, or most (and least)",
    ),
    Refused(
        Ask,
        "{kind: ask, prompt: order, note: order, most: 4, least: 5}",
        "least is more than the digits there can be; write fewer",
    ),
    Refused(
        Ask,
        "{kind: ask, prompt: order, note: order, digits: 4, secret: yes, confirm: {before: typed, after: right}}",
        "a secret is never read back; leave out confirm",
    ),
    Refused(
        Menu,
        "{kind: menu, prompt: choices, options: {A: a}}",
        "an option is one to eight of the keys 0 to 9, * and #",
    ),
    Refused(Geo, "{kind: geo, exits: {else: b}}", "no place is named; write departments, regions or both"),
    Refused(Limit, "{kind: limit}", "a limit bounds one thing; write either at_once or per_caller"),
    Refused(List, "{kind: list}", "which list is not clear; write either list or remote"),
    Refused(
        Remember,
        "{kind: remember, key: order, days: 30}",
        "what is to be remembered is not clear; write either note or value",
    ),
    Refused(
        Say,
        "{kind: say, prompt: welcome, service: yes, free: yes}",
        "a service that is paid for cannot be free: write service or free",
    ),
    Refused(Placing, "{through: main}", "write who talks to the caller: either a queue or agents"),
    Refused(
        Recording,
        '{refuse: "9"}',
        "nobody is recorded unawares; write the prompt that says so first: announce: PROMPT",
    ),
    Refused(
        Recording,
        "{announce: recorded, refused: fine}",
        'nobody can refuse without a key; write which: refuse: "9", or leave out refused',
    ),
    Refused(
        Elsewhere,
        "{message: nobody, flow: repair}",
        "what is done is not clear; write busy, challenge, {message: PROMPT} or {flow: NAME}",
    ),
    Refused(
        WrittenNumber,
        "{label: x, tariff: free, flow: repair, connects: hello}",
        "that is not a phone number; write it as it is dialled: 0145000000",
    ),
    Refused(
        WrittenCrisis,
        "{label: x, numbers: all, prompt: nobody}",
        "what follows is not clear; write either then: hang_up, then: go_on, or flow: NAME",
    ),
    Refused(
        WrittenCrisis,
        "{label: x, numbers: all, then: hang_up}",
        "a crisis without a message changes nothing; write its prompt, or a flow",
    ),
    Refused(
        WrittenOwner,
        "{company: x, contact: the shop}",
        "a contact is a phone number or an e-mail; write 0199001234 or service@example.com",
    ),
    Refused(WrittenProperty, "{numbers: all}", "an entry says one thing; write either always or never"),
    Refused(WrittenSpeaker, "{voice: Zoé}", "a voice is either a service or a file; write remote or piper"),
    Refused(
        WrittenCase,
        "{name: nothing, dial: '0899000004', at: 2026-11-26T10:00}",
        "a case that expects nothing cannot fail; write one of ",
    ),
)
