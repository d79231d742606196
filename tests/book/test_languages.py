"""Variants of a language (fr-BE, fr-CH, en-GB): what they do not say themselves, and calls held in them."""

from pathlib import Path

import pytest

from ivr.book.book import Book, read_book
from ivr.book.problems import BadBook, Problem
from ivr.flow.commands import Speak
from ivr.service.library import Release
from ivr.terminal.simulate import Simulator
from tests.terminal.calls import call, write_book

NUMBER = '"0899000004": {{label: Essai, tariff: paid, flow: tried, language: {}}}\n'
PAID = "paid: {mode: per_minute, price: 0.79}\n"


def belgian(directory: Path, texts: str = "bye: Bonne journée, savez-vous.\n", language: str = "fr-BE") -> Book:
    write_book(directory, numbers=NUMBER.format(language), tariffs=PAID)
    (directory / "prompts" / f"{language}.yaml").write_text(texts, encoding="utf-8")
    return read_book(directory)


def refused(directory: Path, texts: str, language: str) -> list[Problem]:
    with pytest.raises(BadBook) as bad:
        belgian(directory, texts, language)
    return list(bad.value.problems)


def test_a_variant_has_of_its_language_what_it_does_not_say_itself(tmp_path: Path) -> None:
    """And a bake is told whose recording is heard for it."""
    book = belgian(tmp_path)
    like = {one.name: one.like for one in book.utterances() if one.language == "fr-BE" and one.name in ("bye", "menu")}

    assert book.languages == ("fr", "fr-BE")
    assert book.prompts["fr-BE"] == {**book.prompts["fr"], "bye": "Bonne journée, savez-vous."}
    assert like == {"bye": "", "menu": "fr"}
    assert [one.rule for one in book.warnings if "fr-BE" in str(one)] == []


@pytest.mark.parametrize(
    ("language", "price"),
    [
        ("fr", "soixante-dix-neuf centimes"),
        ("fr-BE", "septante-neuf centimes"),
        ("fr-CH", "septante-neuf centimes"),
        ("en-GB", "soixante-dix-neuf centimes"),
    ],
)
def test_the_price_is_told_as_the_country_says_it(tmp_path: Path, language: str, price: str) -> None:
    """In French for all, as the law of France wants it; each variant has a sound, and a voice, of its own."""
    texts = {"fr": "", "en-GB": "".join(f"{name}: Hello.\n" for name in NAMES)}.get(language, "bye: Adieu.\n")
    book = belgian(tmp_path, texts, language) if texts else read_book(write_book(tmp_path, tariffs=PAID))
    ((said, number),) = book.announcements.items()
    variant = f"{language.lower()}-" if language.startswith("fr-") else ""

    assert number == "0899000004"
    assert price in said.utterance.text
    assert said.name == f"announcement/{variant}per-minute-0-79" == book.services[number].terms.announcement
    assert said.utterance.language == "fr"
    assert {part.language for part in said.utterance.parts} == {language if variant else "fr"}


NAMES = (
    "fallback", "welcome", "menu", "code", "bye", "sorry-silence", "sorry-wrong", "busy", "lookup-wait",
)  # fmt: skip


def test_a_call_is_held_in_the_language_of_its_number(tmp_path: Path) -> None:
    """From its first word, and where its language has the text, in that."""
    lived, lines = call(Simulator(Release(belgian(tmp_path), {})), keys="9,9,9,9")
    heard = "\n".join(lines)

    assert heard.index("speaks fr-BE from now on") < heard.index("Bienvenue chez nous")
    assert "septante-neuf centimes" in heard
    assert "Bonne journée, savez-vous." in heard
    assert Speak("fr-BE") == lived.record.tape[0].command


def test_a_variant_alone_is_a_language_like_others(tmp_path: Path) -> None:
    """Without texts of its language it needs every text that may be said."""
    found = refused(tmp_path, "fallback: Sorry.\nwelcome: Welcome.\n", "en-GB")

    assert {one.rule for one in found} == {"IVR217"}
    assert found[0].file == "prompts/en-GB.yaml"
    assert found[0].hint == "a call that is held in en-GB may say it"


@pytest.mark.parametrize("language", ["fr-be", "FR-BE", "fra", "fr_BE", "fr-BEL", "français"])
def test_what_is_no_language_is_refused(tmp_path: Path, language: str) -> None:
    """A file whose name means nothing would never be heard."""
    write_book(tmp_path)
    (tmp_path / "prompts" / f"{language}.yaml").write_text("bye: Adieu.\n", encoding="utf-8")
    with pytest.raises(BadBook) as bad:
        read_book(tmp_path)
    (found,) = bad.value.problems

    assert (found.rule, found.hint) == ("IVR214", "name the file after one: fr.yaml, en.yaml, fr-BE.yaml")


def test_a_language_without_texts_is_refused(tmp_path: Path) -> None:
    """Missing: told at the number."""
    write_book(tmp_path, numbers=NUMBER.format("fr-CH"))
    with pytest.raises(BadBook) as bad:
        read_book(tmp_path)
    (found,) = bad.value.problems

    assert (found.rule, found.message) == ("IVR641", 'there are no texts in "fr-CH"')
    assert found.hint == "write prompts/fr-CH.yaml; known are: fr"


def test_the_warnings_of_a_language_are_not_told_again_of_its_variant(tmp_path: Path) -> None:
    """What a text lacks is mended where it is written; what a variant writes itself is looked at."""
    (tmp_path / "one").mkdir()
    twice = belgian(tmp_path / "one", "bye: Adieu.\nspare: Personne.\n")
    own = refused(tmp_path / "two", "menu: Pour un conseiller, tapez 7.\n", "fr-BE")

    assert [one.rule for one in twice.warnings if "fr-BE" in str(one)] == ["IVR285"]
    assert {one.rule for one in own} >= {"IVR281"}


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a//b", "a/", "Étage", "-x", "a b"])
def test_a_prompt_that_cannot_be_called_so_is_refused(tmp_path: Path, name: str) -> None:
    """Its sound would lie beside all others."""
    write_book(tmp_path)
    with (tmp_path / "prompts/fr.yaml").open("a", encoding="utf-8") as file:
        file.write(f'"{name}": Bonjour.\n')
    with pytest.raises(BadBook) as bad:
        read_book(tmp_path)
    found = [one for one in bad.value.problems if one.rule == "IVR640"]

    assert [(one.file, one.line) for one in found] == [("prompts/fr.yaml", 10)]
    assert found[0].message == f'"{name}" cannot be the name of a prompt, which is that of its files too'
