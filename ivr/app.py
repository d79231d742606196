"""What commands and controller are made of: the book with its sounds, Asterisk's part of it, the calls kept."""

import contextlib
import hashlib
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ivr import secret
from ivr.asterisk import provision, tls_conf
from ivr.asterisk.trunks_conf import Line
from ivr.book.book import LANGUAGE, Book, read_book
from ivr.book.problems import BadBook, Mark, Problem
from ivr.book.remembered import remember
from ivr.service.library import Release
from ivr.service.ports import Voice
from ivr.settings import Settings
from ivr.terminal.simulate import Simulator
from ivr.values.duty import ON, Duty
from ivr.values.music import MUSIC
from ivr.values.trunk import Trunk
from ivr.voice.variants import RATES

if TYPE_CHECKING:
    from ivr.values.speech import Speaker
    from ivr.voice.bake import Baked
    from ivr.voice.bake import Progress as BakeProgress
    from ivr.voice.engines import Engine
    from ivr.voice.teller import Teller

log = logging.getLogger(__name__)

SUFFIXES = tuple(RATES)  # the files of a sound
BAKED_FOR = "baked-for"  # beside the sounds: what the latest catalogue was baked for
AMI_ACCOUNT = "controller"
DEPLOY_ACCOUNT = "deploy"
CALLER_ACCOUNT = "caller"


def bake_book(book: Book, settings: Settings, directory: Path, progress: "BakeProgress | None" = None) -> "Baked":
    """Bake all that a book says; raises :class:`BadBook` if something cannot be said as it must be."""
    from ivr.voice.bake import bake  # takes a second to import, for its measuring of loudness
    from ivr.voice.catalogue import replace
    from ivr.voice.examined import unbaked
    from ivr.voice.measured import judge

    try:
        voices, speech = _voices(book, settings), book.speech
        baked = bake(
            *(book.utterances(), directory / "prompts", settings.sounds, progress),
            voices=voices,
            speech=speech,
            unfit=judge(book),
            recordings=settings.recordings,
        )
        if not baked.problems:
            baked.catalogue.have_queued(book.queued, LANGUAGE)
            remember(settings.sounds, book, (directory / "prompts", settings.recordings))
    except OSError as error:
        # A full disk is no reason to stop: a reload keeps the old book, and says why.
        why = f"the sounds cannot be kept: {error}"
        raise BadBook([Problem.at(Mark(str(settings.sounds)), "IVR302", why)]) from error
    for sentence in baked.fallen:
        log.warning("voices: %s", sentence)
    if baked.problems:
        raise BadBook(unbaked(baked.faults, book, directory))
    with contextlib.suppress(OSError):  # without the note the next start takes a second longer, no more
        replace(settings.sounds / BAKED_FOR, _baked_for(book, settings, directory).encode("ascii"))
    return baked


def make_teller(settings: Settings, book: Callable[[], Book]) -> "Teller":
    """Who says during calls what only they know, with the voices of the book in force."""
    from ivr.voice.roster import Roster
    from ivr.voice.teller import Teller

    known: dict[str, Roster] = {}

    def roster() -> Roster:
        now = book()
        if now.digest not in known:
            known.clear()
            known[now.digest] = Roster(_voices(now, settings), now.speech)
        return known[now.digest]

    return Teller(settings.sounds / "said", roster)


def _voices(book: Book, settings: Settings) -> "tuple[Engine, ...]":
    """The services over HTTP that the book brings, and the voices of this machine."""
    from ivr.voice.roster import local
    from ivr.voice.service import service

    tokens = book.speech.tokens
    alone = len(set(tokens.values())) == 1

    def token(one: "Speaker") -> str:
        return settings.voice_secret(one.name, tokens.get(one.name, ""), alone=alone)

    services = (service(one, token) for one in book.speech.speakers if one.site)
    return (*services, *local(book.speech, settings.book))


def baked_already(book: Book, settings: Settings, directory: Path) -> Voice | None:
    """The sounds of the latest bake if it was for just this book and these recordings, and all of them are there.

    So a restart need not enter the bakery, whose tools take a second to import: callers wait for the controller.
    """
    from ivr.voice.catalogue import BadCatalogue, Catalogue

    try:
        if (settings.sounds / BAKED_FOR).read_text(encoding="ascii") != _baked_for(book, settings, directory):
            return None
        sounds = Catalogue.load(settings.sounds).sounds
    except (OSError, ValueError, BadCatalogue):
        return None
    there = all(Path(sound.path + suffix).is_file() for sound in sounds.values() for suffix in SUFFIXES)
    return sounds if there else None


def _baked_for(book: Book, settings: Settings, directory: Path) -> str:
    """A digest of all that a bake depends on, but for the speech engines: `ivr prepare` bakes whenever they change."""
    recordings = [
        (path.as_posix(), path.stat().st_size, path.stat().st_mtime_ns)
        for folder in (directory / "prompts", settings.recordings)
        for path in sorted(folder.rglob("*.wav"))
    ]
    return hashlib.sha256(
        repr((sorted(book.utterances(), key=repr), recordings, book.speech, book.queued)).encode()
    ).hexdigest()


def make_release(settings: Settings, directory: Path) -> Release:
    """The book in a directory, checked, with its sounds.  Raises :class:`BadBook`."""
    book = read_book(directory)
    for warning in book.warnings:
        log.warning("book %s", warning)
    sounds = baked_already(book, settings, directory)
    return Release(book, bake_book(book, settings, directory).catalogue.sounds if sounds is None else sounds)


def exchange(book: Book, voice: Voice, settings: Settings, duties: Mapping[str, Duty]) -> provision.Exchange:
    """What Asterisk must be told about this book and its sounds, this installation, and the agents' duties."""
    return provision.Exchange(
        numbers=tuple(book.services),
        agents=tuple(
            provision.Agent(
                name, secret.derive(settings.secret, f"agent:{name}"), duties.get(name, ON), phone, book.lots[name]
            )
            for name, phone in book.phones.items()
        ),
        ami_secret=secret.derive(settings.secret, f"ami:{AMI_ACCOUNT}"),
        trunks=tuple(Line(trunk, password(settings, trunk)) for trunk in book.trunks.values()),
        destinations=tuple(book.destinations.values()),
        queues=tuple(book.queues.values()),
        music={
            name: tuple(voice[MUSIC, f"{name}/{piece}"].path for piece in pieces) for name, pieces in book.music.items()
        },
        sounds=str(settings.sounds.absolute()),
        deploy_secret=secret.derive(settings.secret, f"ami:{DEPLOY_ACCOUNT}"),
        caller_secret=secret.derive(settings.secret, f"ami:{CALLER_ACCOUNT}"),
        sip_bind=settings.sip_bind,
        sip_port=settings.sip_port,
        rtp_start=settings.rtp_start,
        rtp_end=settings.rtp_end,
        agi_port=settings.agi_port,
        ami_port=settings.ami_port,
        max_calls=settings.max_calls,
    )


def password(settings: Settings, trunk: Trunk) -> str:
    """The password that `ivr trunks password` stored for a trunk; empty: none."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return settings.trunk_password(trunk.name).read_text(encoding="ascii").strip() if trunk.user else ""
    return ""


def prepare(settings: Settings, progress: "BakeProgress | None" = None) -> "Baked":
    """Everything that must stand before Asterisk starts: secrets, sounds, its configuration.  Raises BadBook."""
    book = read_book(settings.book)
    baked = bake_book(book, settings, settings.book, progress)
    secret.make(settings.secret)
    tokens = book.speech.tokens
    for speaker, token in tokens.items():  # the environment of what is started later has none
        if given := settings.voice_given(speaker, token, alone=len(set(tokens.values())) == 1):
            secret.keep(settings.token(token), given)
    made = provision.files(exchange(book, baked.catalogue.sounds, settings, _duties(settings)))
    provision.write({**made, **certificate(settings)}, settings.asterisk_conf)
    return baked


def certificate(settings: Settings) -> dict[str, str]:
    """What Asterisk shows to who comes encrypted, and whom it trusts: files by name.  Raises BadTls."""
    from ivr import tls  # cryptography, which few commands need

    tls.made(settings.tls, (settings.reached_at, "localhost", "127.0.0.1"), datetime.now(UTC))
    found = tls.texts(settings.tls)
    return {tls_conf.CERTIFICATE: found["chain"], tls_conf.KEY: found["key"], tls_conf.TRUSTED: found["trusted"]}


def _duties(settings: Settings) -> Mapping[str, Duty]:
    """How the agents stood when they were last told; before the first start nobody was."""
    if not settings.cabinet.exists():
        return {}
    from ivr.ledger.cabinet import Cabinet

    cabinet = Cabinet(settings.cabinet, settings.ledger)
    try:
        return cabinet.duties()
    finally:
        cabinet.close()


def simulator(settings: Settings, *, baked: bool = True) -> Simulator:
    """What simulates calls of the book on disk; ``baked``: with the lengths of the baked sounds, where there are any.

    Raises BadBook.
    """
    voice: Voice = {}
    if baked:
        from ivr.voice.catalogue import BadCatalogue, Catalogue  # numpy; not for those who only look at calls

        with contextlib.suppress(BadCatalogue):  # not baked here: lengths are estimated from the texts
            voice = Catalogue.load(settings.sounds).sounds
    return Simulator(Release(read_book(settings.book), voice))
