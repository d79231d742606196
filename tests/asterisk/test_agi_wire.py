"""The AGI wire: bytes in, events out; at every split, with HANGUP and the end of the stream in every place."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.asterisk.agi_wire import (
    FAILURE,
    MAX_COMMAND,
    MAX_HEADER,
    MAX_HEADERS,
    MAX_LINE,
    MAX_WORDS,
    Event,
    Gone,
    Opened,
    Outcome,
    Reply,
    Wire,
    WireError,
    command,
)
from tests.asterisk.fake_asterisk import header, parse_args

NOOP = command("NOOP")
USAGE = (
    b"520-Invalid command syntax.  Proper usage follows:\n"
    b"Usage: STREAM FILE <filename> <escape digits> [sample offset]\n"
    b"Send the given file, allowing playback to be interrupted by the given\n"
    b"digits, if any. If sample offset is provided then the audio will seek to\n"
    b"sample offset before play starts. Returns 0 if playback completes without\n"
    b"a digit being pressed, or -1 on error or if the channel was disconnected.\n"
    b"520 End of proper usage.\n"
)
REPLIES = [
    (b"200 result=0\n", Reply(200, "0", None, None, "result=0")),
    (b"200 result=1 (a (b) c)\n", Reply(200, "1", "a (b) c", None, "result=1 (a (b) c)")),
    (b"200 result=35 endpos=16960\n", Reply(200, "35", None, 16960, "result=35 endpos=16960")),
    (b"511 Command Not Permitted on a dead channel\n",
     Reply(511, "", None, None, "Command Not Permitted on a dead channel")),
    (b"200 result= (timeout)\n", Reply(200, "", "timeout", None, "result= (timeout)")),
    (b"510 Invalid or unknown command\n", Reply(510, "", None, None, "Invalid or unknown command")),
]  # fmt: skip


class Peer:
    """A wire whose owner sends the next command as soon as one is answered."""

    def __init__(self, wire: Wire | None = None) -> None:
        self.wire = wire or Wire()
        self.events: list[Event] = []
        self.error: str | None = None

    def take(self, data: bytes) -> None:
        """Receive and collect; an error ends it."""
        self.wire.receive(data)
        try:
            while (event := self.wire.event()) is not None:
                self.events.append(event)
                if isinstance(event, Opened | Reply):
                    self.wire.ask(NOOP)
        except WireError as error:
            self.error = str(error)


def events(*chunks: bytes) -> list[Event | str]:
    """What the wire makes of the chunks, with the error as last entry."""
    peer = Peer()
    for chunk in chunks:
        peer.take(chunk)
    return [*peer.events, *([peer.error] if peer.error else [])]


def answer(line: bytes) -> Reply:
    """The reply that one line is."""
    found = events(header(), line)
    assert len(found) == 2, found
    reply = found[1]
    assert isinstance(reply, Reply), reply
    return reply


def opened() -> Wire:
    """A wire whose header is there."""
    wire = Wire()
    wire.receive(header())
    assert isinstance(wire.event(), Opened)
    return wire


def kinds(found: list[Event | str]) -> list[str]:
    """The events without their contents."""
    return [type(event).__name__ for event in found]


# --- the header ------------------------------------------------------------------------------------------


def test_a_header_opens_with_every_line_of_it():
    """What Asterisk sends is there, empty values included."""
    [event] = events(header("call?flow=400", ["a", "b: c"]))

    assert isinstance(event, Opened)
    assert event.headers["agi_network_script"] == "call?flow=400"
    assert event.headers["agi_arg_2"] == "b: c"
    assert event.headers["agi_accountcode"] == ""


def test_a_hang_up_right_behind_the_header_is_heard():
    """F4: what follows the empty line is not taken for header."""
    assert kinds(events(header() + b"HANGUP\n")) == ["Opened", "Gone"]


def test_a_header_that_is_not_utf_8_is_read_with_replacements():
    """F5: a caller's name in latin-1 costs a letter, not the call."""
    data = header(headers={"calleridname": "Andr\udce9e"})
    [event] = events(data)

    assert b"Andr\xe9e" in data
    assert isinstance(event, Opened)
    assert event.headers["agi_calleridname"] == "Andr�e"


def test_a_header_name_that_comes_twice_is_refused():
    """F6: an injected line cannot replace the script that was asked for."""
    data = header(headers={"calleridname": "x\nagi_network_script: ended"})

    assert events(data) == ["the header agi_network_script came twice"]


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTP/1.1\r\n", b"agi_request\n", b"agi_: x\n", b"AGI_X: y\n", b"\x16\x03\x01\n", b"200 result=0\n",
     b"agi_x:\n\r\n"],
)  # fmt: skip
def test_what_is_no_header_is_refused(data):
    """A browser, TLS, a reply before its time: the peer is no Asterisk."""
    assert events(data)[-1] == "a header line without agi_name: value"


def test_a_header_ends_at_its_limit_of_lines():
    """As many lines as allowed are taken; one more is refused."""
    lines = [b"agi_arg_%d: x\n" % place for place in range(MAX_HEADERS + 1)]

    assert kinds(events(b"".join(lines[:-1]) + b"\n")) == ["Opened"]
    assert [f"more than {MAX_HEADERS} header lines"] == events(b"".join(lines))


def test_a_header_ends_at_its_limit_of_bytes():
    """F3: a header of exactly 64 KiB is taken, one byte more is refused before it is kept."""
    lead = b"agi_a: " + b"x" * 40_000 + b"\nagi_b: "
    fitting = lead + b"x" * (MAX_HEADER - len(lead) - 1) + b"\n"

    assert len(fitting) == MAX_HEADER
    assert kinds(events(fitting, b"\n")) == ["Opened"]
    assert [f"a header of more than {MAX_HEADER} bytes"] == events(fitting[:-1] + b"xx")


def test_an_endless_header_costs_linear_time():
    """F3: 6 MB of header, in the pieces of 100 bytes that made panoramisk's search quadratic, and none kept."""
    peer = Peer()
    begun = time.process_time()
    for _ in range(60_000):
        peer.take(b"agi_x: " + b"x" * 93)

    assert f"a line of more than {MAX_LINE} bytes" == peer.error
    assert time.process_time() - begun < 3
    assert not peer.wire._buffer


# --- replies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "expected"), REPLIES)
def test_a_reply_is_read_into_its_parts(line, expected):
    """Code, result, note, position and text."""
    assert expected == answer(line)


def test_a_failure_keeps_its_position():
    """F16: result=-1 is a typed outcome and does not drop what comes with it."""
    reply = answer(b"200 result=-1 endpos=480\n")

    assert (Outcome.failed, 480, False) == (reply.outcome, reply.endpos, reply.timed_out)
    assert Outcome.failed != answer(b"200 result=0 (timeout)\n").outcome


@pytest.mark.parametrize("word", [b"hangup", b"HANGUP", b"timeout"])
def test_a_variable_that_says_hangup_is_a_variable(word):
    """F17: a caller named "hangup" stays on the line, one named "timeout" too."""
    reply = answer(b"200 result=1 (" + word + b")\n")

    assert (Outcome.done, word.decode()) == (reply.outcome, reply.note)


def test_silence_and_a_lone_hash_are_two_things():
    """F18: both have an empty result; only silence has timed out."""
    silence, lone_hash = answer(b"200 result= (timeout)\n"), answer(b"200 result=\n")

    assert (silence.result, silence.note, silence.timed_out) == ("", "timeout", True)
    assert (lone_hash.result, lone_hash.note, lone_hash.timed_out) == ("", None, False)


def test_keys_before_the_time_was_up_are_kept():
    """The keys that were pressed come with the news that the time was up."""
    reply = answer(b"200 result=*12 (timeout)\n")

    assert (reply.result, reply.timed_out) == ("*12", True)


def test_an_application_that_does_not_exist_is_an_outcome():
    """F19: result=-2 is neither success nor a plain failure."""
    assert Outcome.missing == answer(b"200 result=-2\n").outcome


def test_parentheses_are_paired_as_asterisk_writes_them():
    """F20: a note ends where it ends, a value reaches to the end of its line, and a value's endpos is no position."""
    speech = answer(b'200 result=1 (speech) endpos=80 results=1 score0=90 text0="oui (merci)" grammar0=choix\n')
    record = answer(b"200 result=35 (dtmf) endpos=8000\n")
    forged = answer(b"200 result=1 (timeout) endpos=8000 (x)\n")

    assert (speech.note, speech.endpos) == ("speech", 80)
    assert (record.result, record.note, record.endpos) == ("35", "dtmf", 8000)
    assert (forged.note, forged.endpos, forged.timed_out) == ("timeout) endpos=8000 (x", None, False)


def test_a_dead_channel_is_recognised():
    """F21: 511 is an outcome of its own."""
    assert Outcome.dead == answer(b"511 Command Not Permitted on a dead channel\n").outcome


@pytest.mark.parametrize(
    "data", [USAGE, USAGE.replace(b".\n520 End", b".520 End"), USAGE.replace(b"a digit", b"\na digit")]
)
def test_a_usage_text_is_swallowed_whole(data):
    """F14: seven lines, or more, or glued ends, are one reply; the next reply is the next command's."""
    found = events(header(), data, b"200 result=7\n")

    assert kinds(found) == ["Opened", "Reply", "Reply"]
    assert isinstance(found[1], Reply)
    assert isinstance(found[2], Reply)
    assert (Outcome.usage, "7") == (found[1].outcome, found[2].result)
    assert "Usage: STREAM FILE" in found[1].text
    assert found[1].text.endswith("or if the channel was disconnected.")


def test_a_usage_without_text_is_one_line():
    """The other form of 520."""
    reply = answer(b"520 Invalid command syntax.  Proper usage not available.\n")

    assert (Outcome.usage, 520) == (reply.outcome, reply.code)


def test_an_unknown_command_is_an_outcome():
    """510."""
    assert Outcome.invalid == answer(b"510 Invalid or unknown command\n").outcome


def test_a_provisional_reply_is_waited_out():
    """1xx promises that the reply is still to come."""
    assert answer(b"100 Trying...\n200 result=3\n").result == "3"


@pytest.mark.parametrize(
    "line",
    [
        b"", b"hello", b"200", b"200 ", b"200 result", b"200 result=0 x", b"200 result=1 (open", b"200 result=1 (",
        b"200 result=0 endpos=", b"200 result=0 endpos=9999999999999999999", b"200-result=0",
        b"2000 result=0", b"20 result=0", b"600 no", b"HANGUP ", b" HANGUP", b"hangup", b"HANGUP\r", b"agi_request: x",
        b"\xd9\xa2\xd9\xa0\xd9\xa0 result=0",
    ],
)  # fmt: skip
def test_what_is_no_reply_is_an_error_for_ever(line):
    """Garbage is never guessed at, and nothing that follows is believed."""
    wire = opened()
    wire.ask(NOOP)
    wire.receive(line + b"\n200 result=0\n")

    with pytest.raises(WireError) as first:
        wire.event()
    wire.receive(b"200 result=0\n")
    with pytest.raises(WireError) as again:
        wire.event()
    assert str(first.value) == str(again.value)


def test_a_value_with_a_line_end_in_it_cannot_forge_a_reply():
    """A variable whose value contains a whole reply: the second line answers nothing."""
    found = events(header(), b"200 result=1 (x)\n")
    wire = opened()
    wire.ask(NOOP)
    wire.receive(b"200 result=1 (x)\n200 result=1 (y)\n")

    assert kinds(found) == ["Opened", "Reply"]
    assert isinstance(wire.event(), Reply)
    with pytest.raises(WireError, match="nobody asked for"):
        wire.event()


@pytest.mark.parametrize("data", [b"x" * (MAX_LINE + 1), b"200 result=1 (" + b"x" * MAX_LINE + b")\n"])
def test_a_line_without_an_end_is_given_up(data):
    """F15: 64 KiB are the limit of a line, a WireError is the answer."""
    assert f"a line of more than {MAX_LINE} bytes" == events(header(), data)[-1]


def test_a_usage_text_without_an_end_is_given_up():
    """So is a 520 that goes on for ever."""
    found = events(header(), b"520-x\n", *[b"y" * 1000 + b"\n"] * 70)

    assert kinds(found) == ["Opened", "str"]


# --- splits, hang-ups, ends ------------------------------------------------------------------------------

CONVERSATION = header("call", ["x"]) + b"".join(line for line, _ in REPLIES) + b"HANGUP\n" + USAGE + b"HANGUP\n"


def test_events_do_not_depend_on_where_the_bytes_were_split():
    """Every split in two, and every byte alone."""
    whole = events(CONVERSATION)

    assert ["Opened", *["Reply"] * len(REPLIES), "Gone", "Reply", "Gone"] == kinds(whole)
    assert [reply for _, reply in REPLIES] == whole[1 : len(REPLIES) + 1]
    for place in range(1, len(CONVERSATION)):
        assert whole == events(CONVERSATION[:place], CONVERSATION[place:]), place
    assert whole == events(*(CONVERSATION[place : place + 1] for place in range(len(CONVERSATION))))


def test_errors_do_not_depend_on_where_the_bytes_were_split():
    """What came before the garbage is told first, then the error, wherever it was cut."""
    data = header() + b"200 result=1\nHANGUP\ngarbage\n200 result=2\n"
    whole = events(data)

    assert kinds(whole) == ["Opened", "Reply", "Gone", "str"]
    for place in range(1, len(data)):
        assert whole == events(data[:place], data[place:]), place


def test_a_hang_up_in_any_place_answers_nothing():
    """F13: HANGUP between any two lines, once or thrice, leaves every reply with its own command."""
    plain = events(CONVERSATION)
    lines = CONVERSATION.splitlines(keepends=True)
    for place in range(len(lines) + 1):
        for times in (1, 3):
            found = events(b"".join([*lines[:place], b"HANGUP\n" * times, *lines[place:]]))

            assert [event for event in plain if event != Gone()] == [event for event in found if event != Gone()], place
            assert found.count(Gone()) == plain.count(Gone()) + times


def test_the_end_of_the_stream_is_a_departure_at_every_byte():
    """F12: whatever was being said, the end is ``Gone(closed=True)``, once, and neither an error nor a reply."""
    for place in range(len(CONVERSATION) + 1):
        said = [CONVERSATION[:place]] if place else []

        assert [*events(*said), Gone(closed=True)] == events(*said, b"", b"", b"200 result=0\n"), place


# --- commands --------------------------------------------------------------------------------------------


def test_a_second_command_waits_for_the_first_ones_reply():
    """Asterisk would drop the prompt and its reply."""
    wire = opened()

    assert wire.ask(NOOP) == NOOP
    with pytest.raises(RuntimeError, match="awaits its reply"):
        wire.ask(NOOP)
    wire.receive(b"HANGUP\n200 result=0\n")
    assert [Gone(), True] == [wire.event(), isinstance(wire.event(), Reply)]
    assert wire.ask(NOOP) == NOOP


@pytest.mark.parametrize("data", [b"", b"garbage\n"])
def test_no_command_is_sent_on_a_line_that_is_not_open(data):
    """Neither before the header, nor after the end, nor after garbage."""
    with pytest.raises(RuntimeError):
        Wire().ask(NOOP)
    wire = opened()
    wire.receive(data)
    try:
        wire.event()
    except WireError:
        assert data

    with pytest.raises(RuntimeError, match="not open"):
        wire.ask(NOOP)


def test_commands_look_as_asterisk_wants_them():
    """Plain words bare, everything else in quotes."""
    assert (
        command("STREAM", "FILE", "/var/lib/ivr-sounds/fr/welcome", "#")
        == b'STREAM FILE /var/lib/ivr-sounds/fr/welcome "#"\n'
    )
    assert command("GET", "DATA", "menu", 5000, 1) == b"GET DATA menu 5000 1\n"
    assert command("SET", "VARIABLE", "X", 'a "b" \\c') == b'SET VARIABLE X "a \\"b\\" \\\\c"\n'
    assert command("STREAM", "FILE", "x", "") == b'STREAM FILE x ""\n'
    assert parse_args(FAILURE.rstrip(b"\n")) == [b"failure"]


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60), min_size=1, max_size=8)
)
def test_words_arrive_in_asterisk_as_they_were(words):
    """F22: quoting survives ``parse_args`` of res_agi.c for any text."""
    line = command("X", *words)

    assert line.endswith(b"\n")
    assert [b"X", *(word.encode() for word in words)] == parse_args(line[:-1])


@pytest.mark.parametrize("bad", ["a\nHANGUP", "a\r", "a\0b", "x" * MAX_COMMAND, "é" * (MAX_COMMAND // 2)])
def test_a_command_that_would_be_misread_is_not_made(bad):
    """F22: no second command can hide in a word, none is cut in two."""
    with pytest.raises(ValueError, match="AGI command"):
        command("SET", "VARIABLE", "X", bad)


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"NOOP", b"NOOP\nHANGUP\n", b"NOOP\n\n", b"NO\rOP\n", b"NO\0OP\n", b"x" * 2000 + b"\n"]
)
def test_raw_lines_are_checked_as_well(line):
    """F22: the last gate is the wire itself; a refused line leaves it usable."""
    wire = opened()

    with pytest.raises(ValueError, match="AGI command"):
        wire.ask(line)
    assert wire.ask(NOOP) == NOOP


def test_the_longest_command_is_allowed():
    """2,000 bytes with the line end, and 126 words; no more."""
    assert len(command("A", "x" * (MAX_COMMAND - 3))) == MAX_COMMAND
    assert len(parse_args(command(*["x"] * MAX_WORDS)[:-1])) == MAX_WORDS
    for words in (["A", "x" * (MAX_COMMAND - 2)], ["x"] * (MAX_WORDS + 1), []):
        with pytest.raises(ValueError, match="AGI command"):
            command(*words)


@pytest.mark.parametrize(
    "words",
    [("GET", "FULL", "VARIABLE", "${SHELL(id)}"), ("get", "full", "variable", "x"),
     ("SET", "VARIABLE", "AGIEXECFULL", 1), ("SET", "VARIABLE", "__AgiExecFull", 1)],
)  # fmt: skip
def test_asterisk_is_never_asked_to_evaluate_a_text(words):
    """GET FULL VARIABLE runs ``${SHELL(…)}``, whatever live_dangerously says."""
    with pytest.raises(ValueError, match="evaluate"):
        command(*words)


# --- fuzz ------------------------------------------------------------------------------------------------

PIECES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([b"\n", b"HANGUP\n", b"200 result=", b"200 result=0\n", b"520-", b"520 End of proper usage.\n",
                     b"(", b") ", b"endpos=", b"agi_x: 1\n", b"511 \n", b"result=-1", b"200 ", b"\r", b"9" * 30,
                     header()]),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.booleans(), st.lists(PIECES.filter(bool), min_size=1, max_size=30))
def test_random_bytes_raise_nothing_but_wire_errors(begun, pieces):
    """And give the same events in one piece as in many."""
    lead = [header()] if begun else []

    assert events(*lead, *pieces) == events(b"".join([*lead, *pieces]))
