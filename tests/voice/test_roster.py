"""Who speaks: in the order of the book, and the next one where one fails."""

import asyncio
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from ivr.phone import tone
from ivr.values.phrase import Utterance
from ivr.values.site import Site
from ivr.values.speech import Speaker, Speech
from ivr.voice.bake import bake
from ivr.voice.engines import Engine, EngineFailed, piper
from ivr.voice.recording import Unusable, decoded
from ivr.voice.roster import PATIENCE
from ivr.voice.service import service

from .conftest import WELCOME, babble, standing_in, wav_bytes

TEXTS = [Utterance("fr", f"p{i}", f"Bonjour numéro {i}.") for i in range(12)]
STANDBY = Engine("espeak-ng", "1", "none", standing_in)


@contextmanager
def listening(answer, asked: list) -> Iterator[str]:
    """A real HTTP service on this machine; ``answer`` makes its responses from the request's JSON."""
    loop, ready, port = asyncio.new_event_loop(), threading.Event(), []

    async def speak(request: web.Request) -> web.Response:
        asked.append((request.headers.get("Authorization"), await request.json()))
        return answer(asked[-1][1])

    async def start() -> None:
        app = web.Application()
        app.router.add_post("/speak", speak)
        runner = web.AppRunner(app)
        await runner.setup()
        place = web.TCPSite(runner, "127.0.0.1", 0)
        await place.start()
        port.append(place._server.sockets[0].getsockname()[1])
        ready.set()

    loop.create_task(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield f"http://127.0.0.1:{port[0]}/speak"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def studio(url: str) -> Engine:
    site = Site("studio", url, "studio-token", True)
    return service(Speaker("studio", "camille", site), lambda speaker: {"studio": "s3cret"}[speaker.name])


SPEECH = Speech((Speaker("studio"),), {"fr": ("studio",)})


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG"])
def test_a_service_speaks(place, kind: str):
    """It is told text, language, voice and secret; its audio may be of any kind that can be read."""
    asked: list = []
    sound = wav_bytes(babble("oui", 24000), 24000, format=kind)
    with listening(lambda _: web.Response(body=sound), asked) as url:
        baked = bake([WELCOME], place.prompts, place.sounds, voices=[studio(url), STANDBY], speech=SPEECH)

    assert baked.problems == baked.fallen == ()
    assert baked.catalogue.sounds["fr", "welcome"].source.startswith("studio 1 http://127.0.0.1")
    assert asked == [("Bearer s3cret", {"text": WELCOME.text, "language": "fr", "voice": "camille"})]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (lambda _: web.Response(status=500), "studio answered 500"),
        (lambda _: web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), "studio answered 302"),
        (lambda _: web.Response(body=b""), "studio answered nothing"),
        (lambda _: web.Response(body=b"<html>"), "the sound of studio is damaged"),
    ],
    ids=["error", "redirect", "nothing", "no sound"],
)
def test_a_service_that_fails_is_replaced_and_left_alone(place, answer, why: str):
    """The next voice speaks, one sentence says so, and a service that is down is not waited for again and again."""
    asked: list = []
    with listening(answer, asked) as url:
        baked = bake(TEXTS, place.prompts, place.sounds, voices=[studio(url), STANDBY], speech=SPEECH)
    (told,) = baked.fallen

    assert baked.problems == ()
    assert {sound.source for sound in baked.catalogue.sounds.values()} == {"espeak-ng 1", "tone"}
    assert PATIENCE <= len(asked) < len(TEXTS)
    assert "and was not asked again; the next voice was asked (fr/p" in told
    assert why in told


@contextmanager
def sending(pieces: list[bytes], pause: float = 0.0) -> Iterator[str]:
    """A service that answers one question with these pieces of a WAV file, said to be a kilobyte, and goes."""

    def answer() -> None:
        with suppress(OSError), server.accept()[0] as connection:
            asked = b""
            while b"}" not in asked:
                asked += connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/speak"
        thread.join(20)


def test_a_service_that_breaks_off_has_not_spoken():
    """Half a sentence is none, and would be kept for ever."""
    with (
        sending([bytes(500)]) as url,
        pytest.raises(EngineFailed, match="studio broke off in the middle of its answer"),
    ):
        studio(url).speak("fr", "oui")


def test_a_service_that_answers_byte_by_byte_is_not_waited_for():
    """The limit is for all of it."""
    began = time.monotonic()
    with sending([b"R"] * 40, 0.1) as url:
        with pytest.raises(EngineFailed, match=r"studio took more than 0\.5 s"):
            studio(url).speak("fr", "oui", 0.5)
        assert time.monotonic() - began < 3.0


def test_half_a_sound_is_refused_whoever_sends_it():
    """By its own word there is more; who makes it as he sends it promises all there can be."""
    sound = wav_bytes(babble("oui", 24000), 24000)
    size = sound.index(b"data") + 4
    with pytest.raises(Unusable, match="is cut off"):
        decoded(sound[: len(sound) // 2], any_kind=True)
    endless = sound[:size] + b"\xff\xff\xff\xff" + sound[size + 4 :]
    assert len(decoded(endless, any_kind=True)[0]) == len(decoded(sound, any_kind=True)[0])


def test_a_service_that_is_not_there_is_told(place):
    """A refused connection is the same to callers: the next voice."""
    dead = studio("http://127.0.0.1:1/speak")
    baked = bake([WELCOME], place.prompts, place.sounds, voices=[dead, STANDBY], speech=SPEECH)

    assert baked.problems == ()
    assert "studio cannot be reached" in baked.fallen[0]


def test_one_failure_is_no_reason_to_leave_an_engine_alone(place):
    """Only the prompt that failed is spoken by another."""

    def picky(program: str, language: str, text: str, limit: float) -> bytes:
        if "7" in text:
            raise EngineFailed("picky does not like sevens")
        return standing_in(program, language, text, limit)

    voices = [Engine("picky", "1", "none", picky), STANDBY]
    baked = bake(TEXTS, place.prompts, place.sounds, voices=voices)
    spoken = {name: sound.source for (_, name), sound in baked.catalogue.sounds.items() if name != "beep"}

    assert [name for name, source in spoken.items() if source != "picky 1"] == ["p7"]
    assert baked.fallen == (
        "picky failed for one prompt; the next voice was asked (fr/p7: picky does not like sevens)",
    )


def test_a_prompt_may_have_a_voice_of_its_own(place):
    """By language and by prompt; a voice that is not here is told, and replaced."""
    voices = [replace(STANDBY, name="a"), replace(STANDBY, name="b")]
    speech = Speech((), {"fr": ("b",)}, {"p1": ("a",), "p2": ("gone",)})
    baked = bake(TEXTS[:3], place.prompts, place.sounds, voices=voices, speech=speech)

    assert [baked.catalogue.sounds["fr", f"p{i}"].source for i in range(3)] == ["b 1", "a 1", "b 1"]
    assert baked.fallen == ("gone is not here: the next voice spoke in its place",)


def test_a_word_of_the_lexicon_changes_only_the_prompts_that_have_it(place):
    """And the catalogue keeps the text as it is written."""
    texts = [*TEXTS[:2], Utterance("fr", "shop", "Bienvenue chez Lumelec.")]
    voices = place.voices
    bake(texts, place.prompts, place.sounds, voices=voices)
    place.spoken.clear()
    speech = Speech(lexicons={"fr": {"Lumelec": "lumé-lec"}})
    baked = bake(texts, place.prompts, place.sounds, voices=voices, speech=speech)

    assert baked.made == ("fr/shop",)
    assert place.spoken == ["Bienvenue chez lumé-lec."]
    assert baked.catalogue.sounds["fr", "shop"].text == "Bienvenue chez Lumelec."


TONE = Path(__file__).parent / "tone" / "tone.onnx"
"""A voice of 440 Hz, for the real program."""


def test_piper_speaks_with_the_file_that_the_book_names(place, tmp_path, monkeypatch):
    """The program itself: the same text is the same sound, more of it is longer; another file is another version."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    model = tmp_path / "siwis.onnx"
    assert piper(model) is None
    shutil.copy(TONE, model)
    shutil.copy(f"{TONE}.json", f"{model}.json")
    engine = piper(model, "siwis")
    assert engine is not None
    content = engine.speak("fr", "-m Bonjour")
    samples, rate = decoded(content)
    longer = engine.speak("fr", "-m Bonjour et bienvenue.")
    baked = bake([WELCOME], place.prompts, place.sounds, voices=[engine])
    again = engine.speak("fr", "-m Bonjour")
    model.write_bytes(model.read_bytes() + b"another")

    assert (again, rate) == (content, 22050)
    assert tone.tones(samples, rate, 440, 0.5)[0].end > 0.3
    assert len(longer) > 1.5 * len(content)
    assert baked.problems == ()
    assert baked.catalogue.sounds["fr", "welcome"].source == str(engine)
    assert str(engine) != str(piper(model, "siwis"))


def test_without_its_program_there_is_no_piper(program):
    """The file alone does not speak."""
    program("other", "")

    assert piper(TONE) is None
