"""One bad example for each rule of `ivr check`: an edit of the demonstration, and the message that it gives.

The demonstration itself, of which nothing is told, is the good example.
"""

from dataclasses import dataclass

ADVICE = "dialplans/flows/advice.yaml"
AGENTS = "dialplans/agents.yaml"
CALENDARS = "dialplans/calendars.yaml"
FRENCH = "prompts/fr.yaml"
NUMBERS = "dialplans/numbers.yaml"
PROPERTIES = "dialplans/properties.yaml"
TARIFFS = "dialplans/tariffs.yaml"
VOICES = "dialplans/voices.yaml"

NEW = ""  # in place of what was written: the file is added
GONE = None  # the file, or folder, is taken away


@dataclass(frozen=True)
class Bad:
    """``file`` with ``new`` in place of ``old`` breaks ``rule``; the message points at ``at`` and is ``said``."""

    rule: str
    file: str
    old: str | None
    new: str
    at: str
    said: str


BAD = (
    Bad(
        "IVR001",
        AGENTS,
        GONE,
        "",
        "",
        (
            "dialplans/agents.yaml: the file cannot be read (No such file or directory); check that "
            "it exists and may be read"
        ),
    ),
    Bad(
        "IVR002",
        AGENTS,
        "camille:",
        "camille: " + "[" * 60 + "]" * 60 + "\nlouise:",
        "[[[[[[[[[[[]]]]]]]]]]]]]",
        "dialplans/agents.yaml: more than 50 levels inside one another; flatten this part",
    ),
    Bad(
        "IVR003",
        AGENTS,
        "Camille,",
        "Camille\u202e,",
        "\u202e, dépannage",
        "dialplans/agents.yaml: an invisible control character (U+202E); remove it",
    ),
    Bad(
        "IVR004",
        AGENTS,
        "label: Camille, dépannage",
        "label: 'Camille",
        "'Camille",
        "dialplans/agents.yaml: this quote is not closed; close it; an apostrophe inside '…' is written twice",
    ),
    Bad(
        "IVR005",
        AGENTS,
        "  label: Camille",
        "\tlabel: Camille",
        "\tlabel: Camille, dépanna",
        "dialplans/agents.yaml: a tab is used to indent; indent with spaces",
    ),
    Bad(
        "IVR006",
        AGENTS,
        "karim:",
        "---\nkarim:",
        "---",
        'dialplans/agents.yaml: a second document begins here; remove the line "---"',
    ),
    Bad(
        "IVR007",
        AGENTS,
        "karim:",
        "camille:",
        "camille:",
        'dialplans/agents.yaml: the key "camille" is written twice; it is already at 3:1; keep one of the two',
    ),
    Bad(
        "IVR008",
        AGENTS,
        "karim:",
        "karim: &k",
        "&k",
        ('dialplans/agents.yaml: the anchor "&k" is not allowed; remove it and write each value where it is used'),
    ),
    Bad(
        "IVR009",
        AGENTS,
        "label: Camille, dépannage",
        "label: !!python/name:os.system",
        "!!python/name:os.system",
        (
            'dialplans/agents.yaml: the tag "tag:yaml.org,2002:python/name:os.system" is not '
            "allowed; remove it: values are read as text and typed by their place"
        ),
    ),
    Bad(
        "IVR010",
        AGENTS,
        "karim:",
        "? [karim]\n:",
        "[karim]",
        "dialplans/agents.yaml: a key cannot be a list or a mapping; write a word before the colon",
    ),
    Bad(
        "IVR011",
        AGENTS,
        "label: Camille, dépannage",
        "label:",
        "label:",
        'dialplans/agents.yaml: nothing is written after "label"; write a value or remove the key',
    ),
    Bad(
        "IVR101",
        ADVICE,
        "calendar: office",
        "calender: office",
        "calender: office",
        'dialplans/flows/advice.yaml: nodes.hours: unknown key "calender"; did you mean "calendar"?',
    ),
    Bad(
        "IVR102",
        ADVICE,
        "    prompt: welcome-advice\n",
        "",
        "welcome:",
        (
            'dialplans/flows/advice.yaml: nodes.welcome: the key "prompt" is missing; add it: what '
            "is said: a prompt, or a list of prompts and slots"
        ),
    ),
    Bad(
        "IVR103",
        NUMBERS,
        "unanswered_limit: 60",
        "unanswered_limit: one minute",
        "one minute",
        (
            'dialplans/numbers.yaml: 0899000004.unanswered_limit: "one minute" is not a number; '
            "write digits with a point, such as 0.35"
        ),
    ),
    Bad(
        "IVR104",
        ADVICE,
        "to: karim",
        "to: {karim: 1}",
        "to: {karim: 1}",
        (
            "dialplans/flows/advice.yaml: nodes.heat-pump.to: keys where one value is expected; "
            "write the value alone, without keys or braces"
        ),
    ),
    Bad(
        "IVR105",
        ADVICE,
        "kind: menu",
        "kind: meun",
        "meun",
        'dialplans/flows/advice.yaml: nodes.menu.kind: unknown kind "meun"; did you mean "menu"?',
    ),
    Bad(
        "IVR105",
        ADVICE,
        "kind: menu",
        "kind: park",
        "park",
        (
            'dialplans/flows/advice.yaml: nodes.menu.kind: unknown kind "park"; an agent parks whom he talks with, by '
            "*6 (README, Parking); who has talked to nobody yet waits in a queue"
        ),
    ),
    Bad(
        "IVR105",
        ADVICE,
        "kind: menu",
        "kind: dial",
        "dial",
        'dialplans/flows/advice.yaml: nodes.menu.kind: unknown kind "dial"; did you mean "transfer"?',
    ),
    Bad(
        "IVR106",
        TARIFFS,
        "mode: per_call",
        "mode: per_cal",
        "per_cal",
        'dialplans/tariffs.yaml: guide-code.mode: "per_cal" is not known here; did you mean "per_call"?',
    ),
    Bad(
        "IVR107",
        NUMBERS,
        "unanswered_limit: 60",
        "unanswered_limit: 600",
        "600",
        'dialplans/numbers.yaml: 0899000004.unanswered_limit: "600" is too large; write 180 or less',
    ),
    Bad(
        "IVR108",
        TARIFFS,
        "price: 0.15",
        "price: 0.155",
        "advice:",
        "dialplans/tariffs.yaml: advice: a price is in whole cents: the law knows no fractions of a cent",
    ),
    Bad(
        "IVR108",
        "prompts/fr.yaml",
        "goodbye: Merci de votre appel.",
        "goodbye: Merci {name} de votre appel.",
        "Merci {name} de votre ap",
        (
            "prompts/fr.yaml: goodbye: a text is said as it is written, and nobody fills a place in braces; "
            "make prompts of what stands before and after it, and write in the flow: "
            "prompt: [BEFORE, {note: NOTE, spoken: amount, otherwise: PROMPT}, AFTER]"
        ),
    ),
    Bad(
        "IVR201",
        ADVICE,
        "to: camille",
        "to: camile",
        "to: camile",
        'dialplans/flows/advice.yaml: there is no agent "camile"; did you mean "camille"?',
    ),
    Bad(
        "IVR202",
        ADVICE,
        "exits: {open: welcome, closed: closed}",
        "exits: {open: welcome}",
        "hours:",
        (
            'dialplans/flows/advice.yaml: the exit "closed" of hours "hours" leads nowhere; write '
            "where such a call goes: exits: {closed: …}"
        ),
    ),
    Bad(
        "IVR203",
        ADVICE,
        "exits: {done: bye}",
        "exits: {done: bye, bussy: busy}",
        "bussy: busy}",
        'dialplans/flows/advice.yaml: say "grants" has no exit "bussy"; known are: done',
    ),
    Bad(
        "IVR204",
        ADVICE,
        '"3": grants, ',
        "",
        "grants:",
        'dialplans/flows/advice.yaml: no call can come to "grants"; link it from another node, or delete it',
    ),
    Bad(
        "IVR205",
        ADVICE,
        "exits: {done: menu}",
        "exits: {done: welcome}",
        "welcome:",
        (
            'dialplans/flows/advice.yaml: a call at "welcome" comes back to it without the caller '
            "being asked anything; break the circle with a menu, or end it with a bye"
        ),
    ),
    Bad(
        "IVR206",
        ADVICE,
        "  busy:\n",
        "  back:\n    kind: bye\n  busy:\n",
        "back:",
        (
            'dialplans/flows/advice.yaml: a node cannot be called "back": as a target it means the '
            "question before, or the same again; rename it"
        ),
    ),
    Bad(
        "IVR207",
        ADVICE,
        "exits: {done: bye}",
        "exits: {done: repeat}",
        "done: repeat}",
        (
            'dialplans/flows/advice.yaml: the exit "done" repeats say "grants", which asks nothing: '
            "it would never end; name the node to go on to"
        ),
    ),
    Bad(
        "IVR210",
        FRENCH,
        "fallback:",
        "fall-back:",
        "# What callers hear.  A",
        'prompts/fr.yaml: the prompt "fallback" is missing; callers hear it when all else fails',
    ),
    Bad(
        "IVR211",
        "dialplans/flows/other.yaml",
        NEW,
        "flow: advice\nstart: bye\nnodes:\n  bye: {kind: bye}\n",
        "flow: advice",
        ('dialplans/flows/other.yaml: the flow "advice" exists already, in dialplans/flows/advice.yaml; rename one'),
    ),
    Bad(
        "IVR212",
        "dialplans/flows",
        GONE,
        "",
        "",
        "dialplans/flows: there is no flow; write one: a file <name>.yaml",
    ),
    Bad(
        "IVR213",
        "dialplans/flows/spare.yaml",
        NEW,
        "flow: spare\nstart: bye\nnodes:\n  bye: {kind: bye}\n",
        "flow: spare",
        'dialplans/flows/spare.yaml: no number uses the flow "spare"',
    ),
    Bad(
        "IVR214",
        "prompts/french.yaml",
        NEW,
        "fallback: Au revoir.\n",
        "fallback: Au revoir.",
        'prompts/french.yaml: "french" is no language; name the file after one: fr.yaml, en.yaml, fr-BE.yaml',
    ),
    Bad(
        "IVR215",
        "dialplans/lists/nuisance.csv",
        NEW,
        "0639980003\n",
        "# yaml-language-server:",
        'dialplans/lists/nuisance.yaml: the list "nuisance" exists already; rename one',
    ),
    Bad(
        "IVR216",
        "dialplans/lists/nuisance.yaml",
        '"06 39 98 00 02"',
        '"the neighbour"',
        '"the neighbour"',
        (
            'dialplans/lists/nuisance.yaml: "the neighbour" is not a phone number; write it as '
            "+33612345678 or 0612345678"
        ),
    ),
    Bad(
        "IVR217",
        "prompts/en.yaml",
        "welcome-customers:",
        "welcome-clients:",
        "# What callers hear who",
        ('prompts/en.yaml: the prompt "welcome-customers" has no text here; a call that is held in en may say it'),
    ),
    Bad(
        "IVR220",
        NUMBERS,
        '"0805000026"',
        '"112"',
        '"112":',
        (
            'dialplans/numbers.yaml: "112" is not a number that can be ours; write it as it is '
            "dialled in France: 0899000004, 3615, 118000"
        ),
    ),
    Bad(
        "IVR221",
        NUMBERS,
        '"0805000026"',
        '"+33 805 00 00 27"',
        '"0805000027":',
        'dialplans/numbers.yaml: "0805000027" is the same number as "+33 805 00 00 27"',
    ),
    Bad(
        "IVR222",
        TARIFFS,
        "guide-code:",
        "Guide code:",
        "Guide code:",
        (
            'dialplans/tariffs.yaml: "Guide code" cannot be a name; begin with a small letter; then '
            "small letters, digits and -"
        ),
    ),
    Bad(
        "IVR230",
        NUMBERS,
        "tariff: advice",
        "tariff: free",
        "tariff: free",
        "dialplans/numbers.yaml: 0825000003 is a surcharged number and cannot be free",
    ),
    Bad(
        "IVR231",
        TARIFFS,
        "price: 0.15",
        "price: 0.30",
        "tariff: advice",
        (
            "dialplans/numbers.yaml: 0825000003 may cost 0.20 € a minute at most, not 0.30 €; nobody read that cap in "
            "a text that binds: who has, corrects it in dialplans/caps.yaml"
        ),
    ),
    Bad(
        "IVR240",
        "dialplans/flows/customers.yaml",
        "identified: keep, ",
        "",
        "identify:",
        (
            'dialplans/flows/customers.yaml: "identify" can be left by "identified", which leads '
            'nowhere from run "identify"; write where such a call goes: exits: {identified: …}'
        ),
    ),
    Bad(
        "IVR241",
        "dialplans/flows/customers.yaml",
        "identified: keep,",
        "identified: keep, lost: menu,",
        "lost: menu, unchecked: m",
        (
            'dialplans/flows/customers.yaml: "identify" is never left by "lost"; known are: '
            "given_up, identified, unchecked"
        ),
    ),
    Bad(
        "IVR242",
        "dialplans/flows/identify.yaml",
        "  sorry:\n",
        (
            "  circle: {kind: run, flow: identify, exits: {identified: sorry, unchecked: sorry, "
            "given_up: sorry}}\n  sorry:\n"
        ),
        "circle: {kind: run, flow",
        'dialplans/flows/identify.yaml: "identify" runs itself; hand the call over with pass, or link a node',
    ),
    Bad(
        "IVR243",
        ADVICE,
        "  closed:\n    kind: bye\n    prompt: [closed, {reopens: office}]",
        "  closed: {kind: leave, exit: closed}",
        "closed: {kind: leave, ex",
        (
            'dialplans/flows/advice.yaml: a number starts "advice", and its calls end at "closed": '
            "no run waits for them; end them with a bye, or give the number a flow that runs this one"
        ),
    ),
    Bad(
        "IVR244",
        "dialplans/flows/customers.yaml",
        "    note: customer\n    days",
        "    note: code\n    days",
        "note: code",
        (
            'dialplans/flows/customers.yaml: the note "code" holds what was typed in secret, and '
            'cannot be remembered; remember that it was right: value: "yes"'
        ),
    ),
    Bad(
        "IVR582",
        ADVICE,
        "prompt: [closed, {reopens: office}]",
        "prompt: [closed, {note: total, spoken: amount, otherwise: closed}]",
        "note: total, spoken: amo",
        (
            'dialplans/flows/advice.yaml: nobody has filled the note "total" when a call comes to "closed"; '
            "take it before, with an ask, a lookup or a recall"
        ),
    ),
    Bad(
        "IVR583",
        "dialplans/flows/customers.yaml",
        "    prompt: menu-customers\n",
        "    prompt: [menu-customers, {note: code, otherwise: menu-customers}]\n",
        "note: code, otherwise: m",
        'dialplans/flows/customers.yaml: the note "code" holds what was typed in secret, and is never said; '
        "say something else",
    ),
    Bad(
        "IVR245",
        ADVICE,
        "    exits: {done: bye}",
        "    exits: {done: lost}\n  lost: {kind: run, flow: guide}",
        "lost: {kind: run, flow:",
        (
            'dialplans/flows/advice.yaml: no call comes back from "guide" to run "lost"; give it a '
            "node of kind leave, or hand the call over with pass"
        ),
    ),
    Bad(
        "IVR247",
        "dialplans/departments.yaml",
        GONE,
        "",
        "agency:",
        (
            'dialplans/flows/customers.yaml: "agency" asks for a department, and '
            "dialplans/departments.yaml says none; write it, or ask for regions"
        ),
    ),
    Bad(
        "IVR249",
        "dialplans/departments.yaml",
        "#\n",
        '"0899": "59"\n#\n',
        '"0899": "59"',
        (
            'dialplans/departments.yaml: "0899" begins no geographic number; write four to six '
            "digits, as dialled in France: 0320"
        ),
    ),
    Bad(
        "IVR251",
        NUMBERS,
        "tariff: free\n  flow: parts",
        "tariff: free\n  flow: guide",
        "tariff: free",
        (
            'dialplans/numbers.yaml: 0805000028 costs nothing, and "code" of the flow "guide" would '
            "give codes away; give the number a tariff per_call"
        ),
    ),
    Bad(
        "IVR252",
        "dialplans/flows/guide.yaml",
        "minutes: 1440",
        "minutes: 1440\n    calls: 17",
        "tariff: guide-code",
        (
            'dialplans/numbers.yaml: an access sold by "code" of the flow "guide" may cost 25.50 €, '
            "in 17 calls of 0891000107; the law allows 24 € in all: fewer calls, or a lower price "
            "per_call"
        ),
    ),
    Bad(
        "IVR253",
        "dialplans/flows/guide.yaml",
        "kind: bye\n    prompt: goodbye",
        (
            "kind: queue\n    queue: parts\n    prompt: goodbye\n    exits: {timeout: none-left, full: "
            "none-left, empty: none-left, emptied: none-left}"
        ),
        "agents:",
        (
            'dialplans/flows/parts.yaml: "agents" lets callers leave the queue "parts" by key 1, and '
            '"bye" by no key; give both the same key, or each a queue of its own'
        ),
    ),
    Bad(
        "IVR254",
        "dialplans/queues.yaml",
        "parts:",
        "general:",
        "general:",
        (
            'dialplans/queues.yaml: a queue cannot be called "general"; choose another: Asterisk\'s '
            "own settings stand under it"
        ),
    ),
    Bad(
        "IVR260",
        CALENDARS,
        "monday: [09:00-12:00, 14:00-18:00]",
        "monday: [09:00-15:00, 14:00-18:00]",
        "14:00-18:00]",
        (
            "dialplans/calendars.yaml: the periods 09:00-15:00 and 14:00-18:00 overlap; write them "
            "as one, or let the first end before the other begins"
        ),
    ),
    Bad(
        "IVR261",
        CALENDARS,
        "  2026-12-24:",
        (
            "  2026-12-23..2026-12-24: {why: a, hours: []}\n    2026-12-24..2026-12-25: {why: b, "
            "hours: []}\n    2026-12-26:"
        ),
        "2026-12-24..2026-12-25:",
        (
            "dialplans/calendars.yaml: the exceptions 2026-12-23..2026-12-24 and "
            "2026-12-24..2026-12-25 want the same days, and neither is shorter; end one before the "
            "other begins, or write the days that they share as an exception of their own"
        ),
    ),
    Bad(
        "IVR263",
        CALENDARS,
        "  holidays: fr\n",
        "",
        "bridges: yes",
        (
            'dialplans/calendars.yaml: calendar "office" has no holidays to bridge; name its public '
            "holidays: holidays: fr"
        ),
    ),
    Bad(
        "IVR264",
        "dialplans/flows/workshop.yaml",
        "inventory:",
        "inventry:",
        "inventry: special",
        (
            'dialplans/flows/workshop.yaml: hours "hours" has no exit "inventry", and no exception '
            'of calendar "office" names it; did you mean "inventory"?'
        ),
    ),
    Bad(
        "IVR265",
        CALENDARS,
        "exit: inventory",
        "exit: stock-taking",
        "exit: stock-taking, prom",
        (
            'dialplans/calendars.yaml: no hours node that asks "office" has the exit "stock-taking"; '
            "such calls go by exception or closed; link the exit, or delete it here"
        ),
    ),
    Bad(
        "IVR266",
        "dialplans/flows/repair.yaml",
        "exits: {open: welcome, closed: closed}",
        "exits: {open: welcome, closed: closed, holiday: closed}",
        "holiday: closed}",
        (
            'dialplans/flows/repair.yaml: calendar "always" never leads to the exit "holiday": it '
            "has no holidays; delete the exit, or complete the calendar"
        ),
    ),
    Bad(
        "IVR270",
        PROPERTIES,
        "human within 4 keys",
        "a human soon",
        "always: a human soon",
        (
            'dialplans/properties.yaml: "a human soon" is not a property that can be verified; '
            "always: human within N keys; announcement before charge; free; ends within N minutes"
        ),
    ),
    Bad(
        "IVR271",
        PROPERTIES,
        "when office is closed",
        "when offices is closed",
        "always: free when office",
        'dialplans/properties.yaml: there is no calendar "offices"; did you mean "office"?',
    ),
    Bad(
        "IVR272",
        PROPERTIES,
        'numbers: "0825000003"',
        'numbers: "0825000009"',
        'numbers: "0825000009"',
        'dialplans/properties.yaml: "0825000009" is not a number of this book; did you mean "0825000003"?',
    ),
    Bad(
        "IVR280",
        ADVICE,
        '"9": legal,',
        '"8": grants, "9": legal,',
        '"8": grants, "9": legal,',
        (
            'dialplans/flows/advice.yaml: no text of menu "menu" tells the caller of key 8; say it: '
            '"… tapez 8", or take the option away'
        ),
    ),
    Bad(
        "IVR281",
        ADVICE,
        '"1": heat-pump, ',
        "",
        'options: {"2": stove, "3',
        (
            'dialplans/flows/advice.yaml: the text of menu "menu" offers key 1 ("tapez 1"), which is '
            "no option; options: 2, 3, 9, 0"
        ),
    ),
    Bad(
        "IVR282",
        ADVICE,
        '"1": heat-pump',
        '"1": heat-pump, "12": heat-pump',
        '"1": heat-pump, "12": he',
        (
            'dialplans/flows/advice.yaml: key 1 of menu "menu" begins 12: who presses it waits 3 s; '
            "give options of one key each, or lower next_key"
        ),
    ),
    Bad(
        "IVR283",
        FRENCH,
        "menu-advice: >-",
        "menu-advice: >-\n  Tapez 1 pour une pompe à chaleur.",
        "prompt: menu-advice",
        (
            'dialplans/flows/advice.yaml: menu "menu" says "Tapez 1" before what it is for; say '
            "first what it is for: people remember the key they hear last"
        ),
    ),
    Bad(
        "IVR284",
        ADVICE,
        '"9": legal,',
        '"4": grants, "5": grants, "6": grants, "7": grants, "8": grants, "9": legal,',
        'options: {"1": heat-pump',
        (
            'dialplans/flows/advice.yaml: menu "menu" has 10 options; nobody remembers more than 9; '
            "put some into a menu of their own"
        ),
    ),
    Bad(
        "IVR285",
        FRENCH,
        "goodbye:",
        "so-long: Au revoir.\ngoodbye:",
        "so-long: Au revoir.",
        'prompts/fr.yaml: nobody says the prompt "so-long"; delete it, or have a node say it',
    ),
    Bad(
        "IVR286",
        AGENTS,
        "karim:",
        "louise: {label: Louise}\n\nkarim:",
        "louise: {label: Louise}",
        'dialplans/agents.yaml: nobody rings the agent "louise"; delete it, or use it in a flow',
    ),
    Bad(
        "IVR287",
        FRENCH,
        "menu-advice: >-",
        "menu-advice: >-\n  " + "Veuillez écouter attentivement tous les choix qui suivent. " * 12,
        "prompt: menu-advice",
        (
            'dialplans/flows/advice.yaml: the choices of menu "menu" take about 63 s; shorten them, '
            "or make two menus of them"
        ),
    ),
    Bad(
        "IVR288",
        ADVICE,
        "  welcome:\n    kind: say\n    prompt: welcome-advice\n    exits: {done: menu}",
        (
            "  welcome:\n    kind: transfer\n    prompt: transfer\n    to: karim\n    ring: 50\n    "
            "exits: {busy: menu, no_answer: menu, unavailable: menu}"
        ),
        "welcome:",
        (
            'dialplans/flows/advice.yaml: "welcome" rings for 50 s, but the carrier of 0825000003 '
            "bears an unanswered call for 30 s: the rest is charged; ring for at most 30 s"
        ),
    ),
    Bad(
        "IVR400",
        "dialplans/number.yaml",
        NEW,
        "a: b\n",
        "a: b",
        "dialplans/number.yaml: nobody reads this file; did you mean dialplans/numbers.yaml?",
    ),
    Bad(
        "IVR401",
        "prompts/fr/goodby.wav",
        NEW,
        "RIFF",
        "",
        "prompts/fr/goodby.wav: nobody hears this recording: no prompt is called so; did you mean goodbye.wav?",
    ),
    Bad(
        "IVR420",
        NUMBERS,
        "tariff: guide-code",
        "tariff: [{tariff: guide-code, from: 2027-02-01}, {tariff: guide-code, from: 2027-01-01}]",
        "from: 2027-01-01}]",
        (
            'dialplans/numbers.yaml: "guide-code" begins before the tariff above it; write the '
            "tariffs in the order of their first days"
        ),
    ),
    Bad(
        "IVR421",
        NUMBERS,
        "tariff: guide-code",
        "tariff: [{tariff: guide-code}, {tariff: guide-code, from: 2027-01-15}]",
        "from: 2027-01-15}]",
        (
            "dialplans/numbers.yaml: 0891000107 has the tariff guide-code from 2027-01-15 on, and "
            "operators change prices on the first of a month only; write from: 2027-02-01"
        ),
    ),
    Bad(
        "IVR422",
        NUMBERS,
        "tariff: guide-code",
        "tariff: [{tariff: guide-code}, {tariff: guide-code, from: 2027-01-01, entered: 2026-12-30}]",
        "entered: 2026-12-30}]",
        (
            "dialplans/numbers.yaml: 0891000107 has the tariff guide-code from 2027-01-01 on, but "
            "that was entered on 2026-12-30: later than 2026-12-24, the last day for it; ask the "
            "operator; otherwise it begins on 2027-02-01"
        ),
    ),
    Bad(
        "IVR426",
        TARIFFS,
        "price: 0.15",
        "price: 0.13",
        "price: 0.13",
        (
            "dialplans/tariffs.yaml: 0.13 € a minute is no step of dialplans/steps.yaml; near are "
            "0.12 and 0.15; nobody verified that table: ask the operator"
        ),
    ),
    Bad(
        "IVR430",
        NUMBERS,
        "tariff: guide-code",
        "tariff: guide-code\n  announcement: operator\n  announce_english: yes",
        "announce_english: yes",
        (
            "dialplans/numbers.yaml: announce_english is never heard: the operator says the "
            "announcement; take announce_english out"
        ),
    ),
    Bad(
        "IVR480",
        NUMBERS,
        "tariff: guide-code",
        "tariff: guide-code\n  family: surcharged",
        "family: surcharged",
        (
            "dialplans/numbers.yaml: the family of 0 891 000 107 is surcharged, by its digits; leave "
            "family out: only 32xx, 34xx, 36xx, 39xx, 10xx and 118xxx have one each"
        ),
    ),
    Bad(
        "IVR481",
        "dialplans/law.yaml",
        NEW,
        "waitin: {reason: a long enough reason, by: Camille Durand, until: 2027-06-30}\n",
        "waitin: {reason: a long",
        'dialplans/law.yaml: there is no rule "waitin"; did you mean "waiting"?',
    ),
    Bad(
        "IVR570",
        VOICES,
        NEW,
        "speakers: {studio: {remote: spech, voice: camille}}\n",
        "remote: spech, voice: ca",
        'dialplans/voices.yaml: there is no remote "spech"; remotes.yaml has: shop',
    ),
    Bad(
        "IVR630",
        "dialplans/flows/parts.yaml",
        "keep_place: yes",
        "keep_place: yes\n    needs: english",
        "needs: english",
        (
            'dialplans/flows/parts.yaml: nobody who serves "parts" has the skills english; '
            "give them to an agent of it in agents.yaml: skills: {english: 5}"
        ),
    ),
    Bad(
        "IVR476",
        AGENTS,
        "camille:\n",
        "general:\n",
        "general:",
        'dialplans/agents.yaml: "general" is a name of Asterisk\'s own settings; choose another',
    ),
    Bad(
        "IVR631",
        "dialplans/caps.yaml",
        "per_minute: 0.20",
        "per_minute: 0.25",
        "per_minute: 0.25",
        (
            "dialplans/caps.yaml: 0.25 € a minute for 082 is above the cap that is known, 0.20 €; lower it, or write "
            "which text says so as source, and verified: yes"
        ),
    ),
    Bad(
        "IVR632",
        "dialplans/caps.yaml",
        "per_call: 0.50\n  verified: no\n  source: three",
        "per_call: 0.60\n  verified: yes\n  source: three",
        "per_call: 0.60",
        (
            "dialplans/caps.yaml: 0.60 € a call for 082 is above the cap that is known, 0.50 €; keep it only if three "
            "secondary sources that agree (2026-11); Arcep's own table was not read says so: callers are charged by it"
        ),
    ),
    Bad(
        "IVR633",
        "dialplans/profiles.yaml",
        "at_most: 20",
        "at_most: 25",
        "at_most: 25",
        (
            "dialplans/profiles.yaml: at_most would be laxer than the law of France; write 20 s or less (arrêté of 10 "
            "June 2009, art. 1-3; AF2M, RD SVA 2024, p. 16, 30-32); "
            "a change of the law is a new version of this program"
        ),
    ),
    Bad(
        "IVR634",
        "dialplans/profiles.yaml",
        "de:\n",
        "it: {country: Italy}\nde:\n",
        "it: {country: Italy}",
        'dialplans/profiles.yaml: the profile "it" does not say its language; add language: to it',
    ),
    Bad(
        "IVR635",
        "dialplans/profiles.yaml",
        "at_least: 10",
        "at_least: 21",
        "at_least: 21",
        (
            'dialplans/profiles.yaml: no announcement of "fr" can last 21 s or more, and 20 or less; have at_least '
            "below at_most"
        ),
    ),
    Bad(
        "IVR650",
        AGENTS,
        "camille:\n",
        "camille:\n  secure: yes\n  webrtc: yes\n",
        "secure: yes",
        (
            'dialplans/agents.yaml: the phone of "camille" cannot be a browser and come by TLS; a browser is always '
            "encrypted: take `secure` away, or have another agent for the telephone"
        ),
    ),
    Bad(
        "IVR571",
        VOICES,
        NEW,
        "languages: {fr: [pico2wav]}\n",
        "fr: [pico2wav]}",
        'dialplans/voices.yaml: nobody is called "pico2wav"; did you mean "pico2wave"?',
    ),
    Bad(
        "IVR572",
        VOICES,
        NEW,
        "languages: {de: [pico2wave]}\n",
        "de: [pico2wave]}",
        'dialplans/voices.yaml: "de" has no prompts; known are: en, fr',
    ),
    Bad(
        "IVR573",
        VOICES,
        NEW,
        "prompts: {good-by: [pico2wave]}\n",
        "good-by: [pico2wave]}",
        'dialplans/voices.yaml: "good-by" is no prompt; did you mean "goodbye"?',
    ),
)
