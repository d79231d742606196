"""Speech engines as processes: what they are given, and what happens when they misbehave."""

import time
from dataclasses import replace

import pytest

from ivr.values.phrase import Utterance
from ivr.voice.bake import bake
from ivr.voice.engines import EngineFailed, engines
from ivr.voice.recording import decoded

from .conftest import babble, needs_espeak, wav_bytes

# Writes down its arguments, one a line, and copies the file `sample.wav` to what follows -w.
PICO = """
here=$(/usr/bin/dirname "$0")
printf '%s\\n' "$@" > "$here/arguments"
while [ "$#" -gt 0 ]; do
  case "$1" in --) break;; -w) shift; out="$1";; esac
  shift
done
/bin/cat "$here/sample.wav" > "$out"
"""


@needs_espeak
def test_espeak_speaks_french():
    """The real engine says a sentence in about the time that a person would take."""
    engine = next(e for e in engines() if e.name == "espeak-ng")
    samples, rate = decoded(engine.speak("fr", "Bonjour et bienvenue. Tapez un pour parler à un conseiller."))

    assert 2.5 < len(samples) / rate < 6.0
    assert engine.version.split()[0][0].isdigit()


@needs_espeak
@pytest.mark.parametrize("start", ["--version", "-w /nowhere/x.wav", "-f /etc/passwd", "$(reboot) `id` ;", "-- -q"])
def test_a_text_is_never_an_option_or_a_command(start: str):
    """Whatever a text begins with is spoken, and so is the rest of it."""
    engine = next(e for e in engines() if e.name == "espeak-ng")
    rest = "Bonjour et bienvenue."
    (short, rate), (long, _) = decoded(engine.speak("fr", rest)), decoded(engine.speak("fr", f"{start} {rest}"))

    assert 0.1 < (len(long) - len(short)) / rate < 6


@needs_espeak
def test_espeak_refuses_a_language_that_it_does_not_have():
    """An unknown language is a failure with the engine's own words, not silence."""
    engine = next(e for e in engines() if e.name == "espeak-ng")

    with pytest.raises(EngineFailed, match=r"espeak-ng ended with status 1: .*does not exist"):
        engine.speak("zz", "bonjour")


def test_pico_comes_first_and_gets_the_text_after_two_dashes(program, tmp_path):
    """pico2wave is preferred, called for fr-FR, and cannot take a text for an option or for markup."""
    bin_ = program("pico2wave", PICO)
    program("espeak-ng", "echo 'eSpeak NG text-to-speech: 1.51  Data at: /usr'")
    (bin_ / "sample.wav").write_bytes(wav_bytes(babble("bonjour", 16000), 16000))
    found = engines()
    content = found[0].speak("fr", "-l de-DE <genfile file='x'>bonjour\"")

    assert [engine.name for engine in found] == ["pico2wave", "espeak-ng"]
    assert ((bin_ / "arguments").read_text().splitlines()) == [
        "-l",
        "fr-FR",
        "-w",
        "speech.wav",
        "--",
        "-l de-DE  genfile file='x' bonjour\"",
    ]
    assert (bin_ / "sample.wav").read_bytes() == content
    assert found[1].version == "1.51 at 155"


def test_another_build_of_pico_is_another_version(program):
    """pico2wave tells no version, so its bytes stand for it."""
    program("pico2wave", PICO)
    before = engines()[0].version
    program("pico2wave", PICO + "\n# rebuilt")

    assert before != engines()[0].version


def test_a_machine_without_engine_says_so_for_each_text(program, tmp_path):
    """No engine: the problem says what to install or record."""
    program("sox", "exit 0")
    baked = bake([Utterance("fr", "welcome", "Bonjour.")], tmp_path / "prompts", tmp_path / "sounds")

    assert engines() == ()
    assert baked.problems == (
        "fr/welcome cannot be spoken, no speech engine for this language is installed:"
        " install espeak-ng or record prompts/fr/welcome.wav",
    )


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 3", "pico2wave ended with status 3: no message"),
        ("echo 'Cannot open output wave file' >&2; exit 1", "Cannot open output wave file"),
        ("exit 0", "pico2wave wrote no sound"),
        ("echo rubbish > speech.wav", "the sound of pico2wave is damaged or not a WAV file"),
        ("kill -SEGV $$", "pico2wave ended with status -11"),
    ],
)
def test_a_failing_engine_falls_to_the_next_with_a_warning(program, place, script, why):
    """The caller hears the second voice; the operator reads why."""
    program("pico2wave", script)
    utterance = Utterance("fr", "welcome", "Bonjour.")
    baked = bake([utterance], place.prompts, place.sounds, voices=(*engines(), *place.voices))

    assert baked.problems == ()
    assert str(place.voices[0]) == baked.catalogue.sounds["fr", "welcome"].source
    assert why in " ".join(baked.fallen)


def test_an_engine_that_comes_back_takes_over_again(program, place):
    """A sound by the second voice does not stay for ever: the file is that voice's, not the text's."""
    bin_ = program("pico2wave", "exit 1")
    (bin_ / "sample.wav").write_bytes(wav_bytes(babble("bonjour", 16000), 16000))
    broken = engines()[0]
    utterance = Utterance("fr", "welcome", "Bonjour.")
    first = bake([utterance], place.prompts, place.sounds, voices=(broken, *place.voices))
    again = bake([utterance], place.prompts, place.sounds, voices=(broken, *place.voices))
    program("pico2wave", PICO)
    mended = bake([utterance], place.prompts, place.sounds, voices=(*engines(), *place.voices))

    assert first.made == ("fr/beep", "fr/welcome")
    assert again.kept == ("fr/beep", "fr/welcome")
    assert mended.made == ("fr/welcome",)
    assert mended.catalogue.sounds["fr", "welcome"].source.startswith("pico2wave")


def test_an_engine_is_not_asked_for_a_language_that_it_lacks(program, place):
    """pico2wave has no Dutch voice: the next engine speaks it, and nobody is warned."""
    program("pico2wave", "exit 1")
    baked = bake(
        [Utterance("nl", "welcome", "Goedendag.")], place.prompts, place.sounds, voices=(*engines(), *place.voices)
    )

    assert baked.problems == ()
    assert baked.fallen == ()


def test_an_engine_that_hangs_is_ended_with_its_children(program):
    """The time limit holds, also against a grandchild that keeps the engine's outputs open."""
    program("pico2wave", "/bin/sleep 30 & /bin/sleep 30")
    started = time.monotonic()

    with pytest.raises(EngineFailed, match=r"pico2wave took more than 0\.3 s"):
        engines()[0].speak("fr", "bonjour", limit=0.3)
    assert time.monotonic() - started < 5


def test_an_engine_that_has_gone_is_a_failure(program):
    """A program removed after it was found fails in words."""
    program("pico2wave", PICO)
    gone = replace(engines()[0], program="/nonexistent/pico2wave")

    with pytest.raises(EngineFailed, match="pico2wave cannot be started"):
        gone.speak("fr", "bonjour")
