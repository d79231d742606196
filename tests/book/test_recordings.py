"""Recordings that no longer fit: each is told, word for word, with what to do."""

import os
import wave
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.book.book import read_book
from ivr.book.problems import BadBook, Problem
from ivr.book.recordings import note, recordable, told
from ivr.book.remembered import forgotten, missed, remember
from ivr.book.source import read
from tests.book.test_advice import told as small_book
from tests.conftest import CHECKOUT

GOOD: dict[str, str] = {}


def sound(path: Path, seconds: float = 0.1) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\1\2" * int(8000 * seconds))
    os.utime(path, (0, datetime(2026, 3, 12, 12, tzinfo=UTC).timestamp()))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The small book with one recording, noted."""
    small_book(tmp_path)
    sound(tmp_path / "prompts/fr/choices.wav")
    note(tmp_path / "prompts", "fr", ["choices"], read_book(tmp_path).prompts["fr"], {})
    return tmp_path


def rules(book: Path) -> list[Problem]:
    try:
        warnings = read_book(book).warnings
    except BadBook as bad:
        warnings = bad.problems
    return [one for one in warnings if "IVR559" < one.rule < "IVR600"]


def test_a_noted_recording_is_nothing_to_talk_about(book: Path) -> None:
    """And its note can be read by people: date, text, digest."""
    noted = (book / "prompts/fr/recordings.yaml").read_text()

    assert rules(book) == []
    assert '"choices":\n  recorded: 2026-03-12\n  text: "Pour un conseiller, tapez 1.' in noted


def test_a_recording_older_than_its_text_is_told_with_both_dates(book: Path) -> None:
    """Who edits a text sees that callers still hear the old one."""
    texts = book / "prompts/fr.yaml"
    texts.write_text(texts.read_text().replace("Pour finir", "Pour raccrocher"))
    os.utime(texts, (0, datetime(2026, 11, 25, 12, tzinfo=UTC).timestamp()))
    (found,) = rules(book)

    assert (found.rule, found.severity, found.file) == ("IVR560", "warning", "prompts/fr/recordings.yaml")
    assert found.message == (
        'the recording of "choices" of 2026-03-12 says "Pour un conseiller, tapez 1. Pour finir…",'
        " its text was changed since (prompts/fr.yaml is of 2026-11-25)"
    )
    assert found.hint.startswith('now: "Pour un conseiller, tapez 1. Pour raccr')


def test_a_deleted_recording_names_the_flows_that_lose_it(book: Path) -> None:
    """A synthetic voice would speak in its place, and nobody would know why."""
    (book / "prompts/fr/choices.wav").unlink()
    (found,) = rules(book)

    assert (found.rule, found.message) == ("IVR561", 'the recording of "choices" is gone: tried loses it')


def test_a_recording_that_nobody_noted_is_told(book: Path) -> None:
    """Without a note nothing of the above could be seen."""
    sound(book / "prompts/fr/fallback.wav")
    (found,) = rules(book)

    assert (found.rule, found.message) == (
        "IVR562",
        'nobody has noted what the recording of "fallback" says, so a change of its text will not show',
    )
    assert found.hint == "listen to it, then note it: ivr prompts --note fr/fallback"


def test_a_recorded_announcement_is_told_until_somebody_has_heard_that_it_says_the_price(tmp_path: Path) -> None:
    """No machine hears it, so the note of who listened stands for it; another file has not been listened to."""
    demo, name = read_book(CHECKOUT), "announcement/per-minute-0-80"
    path = tmp_path / f"prompts/fr/{name}.wav"

    def found() -> list[tuple[str, str]]:
        return [(one.rule, one.message) for one in told(tmp_path, demo, lambda file: read(file, tmp_path, []))]

    sound(path)
    message = f'nobody has noted that the recording of "{name}" says the price, and before how to skip it'
    assert found() == [("IVR703", message)]
    note(tmp_path / "prompts", "fr", [name], recordable(demo, "fr"), {})
    assert found() == []
    sound(path, 0.2)
    assert found() == [("IVR563", f'the recording of "{name}" is another than that noted')]
    path.unlink()
    assert found() == [("IVR561", f'the recording of "{name}" is gone: the tariff loses it')]


def test_another_file_under_a_noted_name_is_told(book: Path) -> None:
    """Somebody recorded anew, or copied the wrong file."""
    sound(book / "prompts/fr/choices.wav", 0.2)
    (found,) = rules(book)

    assert (found.rule, found.message) == ("IVR563", 'the recording of "choices" is another than that noted')


def test_an_old_note_stays_when_others_are_noted(book: Path) -> None:
    """Noting one recording does not bless the others."""
    from ivr.book.recordings import WrittenRecording, digest

    sound(book / "prompts/fr/fallback.wav")
    texts = read_book(book).prompts["fr"]
    old = WrittenRecording(
        recorded=datetime(2020, 1, 1, tzinfo=UTC).date(), text="x", sound=digest(book / "prompts/fr/choices.wav")
    )
    note(book / "prompts", "fr", ["fallback"], texts, {"choices": old})

    assert [one.rule for one in rules(book)] == ["IVR560"]


VOICES = {
    "IVR570": ("speakers: {studio: {remote: nowhere}}\n", 'there is no remote "nowhere"'),
    "IVR571": ("languages: {fr: [pico2wav]}\n", 'nobody is called "pico2wav"'),
    "IVR572": ("languages: {de: espeak-ng}\n", '"de" has no prompts'),
    "IVR573": ("prompts: {choise: espeak-ng}\n", '"choise" is no prompt'),
    "IVR108": ("speakers: {studio: {voice: camille}}\n", "a voice is either a service or a file"),
}


@pytest.mark.parametrize("rule", VOICES)
def test_voices_that_make_no_sense_are_told(book: Path, rule: str) -> None:
    """Who speaks is checked like everything else."""
    written, message = VOICES[rule]
    (book / "dialplans/voices.yaml").write_text(written)
    with pytest.raises(BadBook) as bad:
        read_book(book)

    assert [(one.rule, one.message) for one in bad.value.problems] == [(rule, message)]


def test_voices_and_lexicon_are_read(book: Path) -> None:
    """What is said of a prompt comes before what is said of its language; words are replaced whole."""
    (book / "dialplans/voices.yaml").write_text(
        "speakers: {siwis: {piper: voices/siwis.onnx}}\nlanguages: {fr: [espeak-ng]}\nprompts: {choices: siwis}\n"
    )
    (book / "prompts/fr/lexicon.yaml").write_text("Lumelec: lumé-lec\nsav: service après-vente\n")
    speech = read_book(book).speech

    assert speech.asked("fr", "choices") == ("siwis", "espeak-ng")
    assert speech.asked("fr", "fallback") == ("espeak-ng",)
    assert (
        speech.spelled("Le SAV de Lumelec, savant, lumelec", "fr")
        == "Le service après-vente de lumé-lec, savant, lumelec"
    )
    assert speech.spelled("Le SAV", "en") == "Le SAV"


def test_a_recording_that_nobody_noted_is_missed_all_the_same(book: Path, tmp_path: Path) -> None:
    """Every one that was ever baked, however often the book was baked without it since, until it is forgotten."""
    sounds, state = tmp_path / "sounds", tmp_path / "state" / "recordings"
    sounds.mkdir()
    folders = (book / "prompts", state)
    known = read_book(book)
    sound(book / "prompts/fr/fallback.wav")
    sound(state / "fr/choices.wav")
    remember(sounds, known, folders)

    assert list(missed(sounds, book, known, folders)) == []
    (book / "prompts/fr/fallback.wav").unlink()
    (book / "prompts/fr/choices.wav").unlink()
    (state / "fr/choices.wav").unlink()
    for _ in range(2):
        remember(sounds, known, folders)
        (found,) = missed(sounds, book, known, folders)
        line = (book / "prompts/fr.yaml").read_text().splitlines()[found.line - 1]

        assert (found.rule, found.severity, found.file) == ("IVR561", "warning", "prompts/fr.yaml")
        assert line.startswith("fallback:")
        assert found.message == 'the recording of "fallback" is gone: every call, limits lose it'
        assert found.hint == "bring it back, or let a synthetic voice speak: ivr prompts --forget fr/fallback"
    (noted,) = rules(book)  # choices has a note, which misses it

    assert noted.message == 'the recording of "choices" is gone: tried loses it'
    assert forgotten(sounds, folders, "fr", "fallback")
    assert forgotten(sounds, folders, "fr", "choices")
    assert not forgotten(sounds, folders, "fr", "choices")
    assert list(missed(sounds, book, known, folders)) == rules(book) == []


def test_what_is_kept_of_recordings_may_be_lost(book: Path, tmp_path: Path) -> None:
    """Then only notes miss them; rubbish is no reason to fail."""
    (tmp_path / "recorded.json").write_text("[1")

    assert list(missed(tmp_path, book, read_book(book), [book / "prompts"])) == []
