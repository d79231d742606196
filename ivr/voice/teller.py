"""What only the call knows, spoken while the caller waits: in time or not at all, made once, bounded in size.

Theory.  A value (a name, an amount) is made into words in the core; here the words become a sound like any other, by
the same voices, as loud, at every rate.  It has a time within which it must be there, else the flow says something
else; whatever is late is still finished and kept, so that the next caller has it.  Sounds lie beside those of the
bake, named by a digest of all that shapes them, and survive a restart; when they are too many those go that were
heard the longest ago, but none that may be playing.  They may be names of callers, so none stays longer than a day
after it was said last.
"""

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ivr.service.ports import Sound, Voice
from ivr.values.phrase import Utterance
from ivr.values.said import SAID, words
from ivr.voice.roster import Roster
from ivr.voice.samples import encode
from ivr.voice.variants import RATES, BadFile, seconds

log = logging.getLogger(__name__)

BUDGET = 0.3  # seconds of silence that no caller takes for a fault
MOST = 100_000_000  # bytes of all files together: some 200 to 400 sentences
MAY_PLAY = 60.0  # seconds after it was asked for in which a sound may be playing
HANDS = 2  # made at once
WAITING = 8  # made and waiting to be made; more would all be late
STAYS = 86_400.0  # seconds after which a sound that nobody heard again is deleted
SWEEP = 3600.0  # seconds between two looks for such
SLOW = 1.0  # seconds for a sentence: who needs more is asked last, were it once: no busy machine explains that
USUAL = 2  # sentences running that are each over the budget, for who is to be asked last
PATIENCE = 10.0  # seconds after which an engine is killed


class Teller:
    """Fulfils the port ``Speech``.  ``roster`` gives the voices of the book in force."""

    def __init__(self, directory: Path, roster: Callable[[], Roster], most: int = MOST, budget: float = BUDGET) -> None:
        self._budget = budget
        self._directory = directory
        self._roster = roster
        self._most = most
        self._sounds: dict[tuple[str, str], _Told] = {}
        self._kept: OrderedDict[str, int] = OrderedDict()  # stem to bytes, those asked for last at the end
        self._asked: dict[str, float] = {}
        self._took: dict[str, deque[float]] = {}  # seconds for each of an engine's last sentences
        self._making: dict[tuple[str, str], asyncio.Future[bool]] = {}
        self._hands = ThreadPoolExecutor(HANDS, "tell")
        self._lock = threading.Lock()
        self._found = False

    async def ready(self, language: str, text: str) -> bool:
        """See the port."""
        key = language, text
        making = self._making.get(key)
        if making is None:
            if len(self._making) >= WAITING:
                log.warning("too much to be said at once, a sentence is left out language=%s", language)
                return False
            making = asyncio.wrap_future(self._hands.submit(self._make, language, text))
            self._making[key] = making
            making.add_done_callback(lambda _: self._making.pop(key, None))
        done, _ = await asyncio.wait({making}, timeout=self._budget)
        if not done:
            log.warning("not spoken in %g s, something else is said language=%s", self._budget, language)
            return False
        return making.result()

    def sound(self, language: str, text: str) -> "Sound | None":
        """What was made ready."""
        return self._sounds.get((language, text))

    def warm(self) -> None:
        """Enter the workshop, whose tools take a second to import, before anybody waits for it."""
        self._make("fr", "zéro")

    async def run(self) -> None:
        """For ever: delete what was said long ago."""
        while True:
            await asyncio.to_thread(self.sweep)
            await asyncio.sleep(SWEEP)

    def sweep(self) -> None:
        """Delete what nobody has heard for a day."""
        with self._lock:
            self._find()
            for stem in [one for one in self._kept if _written(Path(f"{one}.alaw")) < time.time() - STAYS]:
                self._drop(stem)

    def close(self) -> None:
        self._hands.shutdown(wait=False, cancel_futures=True)

    # -- in a thread ---------------------------------------------------------------------------------------------

    def _make(self, language: str, text: str) -> bool:
        from ivr.voice.audio import Silent, master
        from ivr.voice.engines import EngineFailed
        from ivr.voice.recipe import recipe
        from ivr.voice.recording import Unusable, decoded

        roster = self._roster()
        spelled = roster.speech.spelled(" ".join(text.split()), language)
        asked = roster.asked(Utterance(language, SAID, text))
        stems = {}
        for engine in asked:
            told = json.dumps([recipe(), language, str(engine), spelled])
            stems[engine] = self._directory / language / hashlib.sha256(told.encode()).hexdigest()[:24]
        # Who was slow is asked last; but what he has made is there.
        if any(self._keeps(stem, language, text) for engine, stem in stems.items() if self._late(engine.name)):
            return True
        for engine, stem in sorted(stems.items(), key=lambda one: self._late(one[0].name)):
            if self._keeps(stem, language, text):
                return True
            began = time.monotonic()
            try:
                sound = master(*decoded(engine.speak(language, spelled, PATIENCE), any_kind=True))
            except (EngineFailed, Unusable, Silent) as error:
                roster.failed(engine, f"{language}/{SAID}…", str(error) or "only silence")
                continue
            roster.spoke(engine)
            self._took.setdefault(engine.name, deque(maxlen=USUAL)).append(time.monotonic() - began)
            return self._keep(stem, language, text, {suffix: encode(sound.at(suffix), suffix) for suffix in RATES})
        return False

    def _late(self, engine: str) -> float:
        """Seconds that an engine needs whose new sentences come too late; 0.0 for any other, also a new one."""
        took = self._took.get(engine, (0.0,))
        if max(took) > SLOW:
            return max(took)
        usual = min(took) if len(took) == USUAL else 0.0
        return usual if usual > self._budget else 0.0

    def _keeps(self, stem: Path, language: str, text: str) -> bool:
        with self._lock:
            self._find()
            if str(stem) not in self._kept:
                return False
            try:
                lasts = seconds(stem.with_suffix(".alaw"))
            except BadFile:
                del self._kept[str(stem)]
                return False
            self._note(stem, language, text, lasts)
            return True

    def _keep(self, stem: Path, language: str, text: str, files: Mapping[str, bytes]) -> bool:
        """Put it with the others; not if it would be too much, and all others may be playing."""
        size = sum(map(len, files.values()))
        with self._lock:
            if not self._room(size):
                log.warning("no room for what is to be said, a sentence is left out language=%s", language)
                return False
            try:
                stem.parent.mkdir(parents=True, exist_ok=True)
                for suffix, content in files.items():
                    fresh = stem.with_suffix(f"{suffix}.new")
                    fresh.write_bytes(content)
                    fresh.replace(stem.with_suffix(suffix))
            except OSError as error:
                log.warning("what is to be said cannot be kept: %s", error)
                return False
            self._kept[str(stem)] = size
            self._note(stem, language, text, seconds(stem.with_suffix(".alaw")))
            return True

    def _note(self, stem: Path, language: str, text: str, seconds: float) -> None:
        self._kept.move_to_end(str(stem))
        self._asked[str(stem)] = time.monotonic()
        with contextlib.suppress(OSError):
            os.utime(stem.with_suffix(".alaw"))
        self._sounds[language, text] = _Told(str(stem), seconds, text)

    def _room(self, size: int) -> bool:
        """Make room for so many bytes, if there can be."""
        free = self._most - sum(self._kept.values())
        for stem in list(self._kept):
            if free >= size:
                break
            if time.monotonic() - self._asked.get(stem, -MAY_PLAY) < MAY_PLAY:
                return False  # those behind it were asked for later still
            free += self._drop(stem)
        return free >= size

    def _drop(self, stem: str) -> int:
        """Delete a sound; how many bytes that were."""
        self._asked.pop(stem, None)
        self._sounds = {key: sound for key, sound in self._sounds.items() if sound.path != stem}
        for suffix in RATES:
            Path(stem).with_suffix(suffix).unlink(missing_ok=True)
        return self._kept.pop(stem)

    def _find(self) -> None:
        """Once: what lies there from before, the oldest first; what is not whole goes."""
        if self._found:
            return
        self._found = True
        sizes: dict[Path, int] = {}
        for path in sorted(self._directory.glob("*/*.alaw"), key=_written):
            stem = path.with_suffix("")
            try:
                lasts = {seconds(stem.with_suffix(suffix)) for suffix in RATES}
                sizes[stem] = sum(stem.with_suffix(suffix).stat().st_size for suffix in RATES)
            except (BadFile, OSError):
                lasts = set()
            if len(lasts) != 1:
                sizes.pop(stem, None)
        for path in self._directory.glob("*/*"):
            if path.with_suffix("") not in sizes:
                with contextlib.suppress(OSError):
                    path.unlink()
        self._kept.update((str(stem), size) for stem, size in sizes.items())


class _Told:
    """A sound that was made ready."""

    def __init__(self, path: str, seconds: float, text: str) -> None:
        self.path, self.seconds, self.text = path, seconds, text


class Telling(Mapping[tuple[str, str], Sound]):
    """The sounds of a book, and behind them what a teller has made ready."""

    def __init__(self, voice: Voice, teller: Teller) -> None:
        self._voice = voice
        self._teller = teller

    def __getitem__(self, key: tuple[str, str]) -> Sound:
        language, name = key
        if not name.startswith(SAID):
            return self._voice[key]
        sound = self._teller.sound(language, words(name, language) or "")
        if sound is None:
            raise KeyError(key)
        return sound

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._voice)

    def __len__(self) -> int:
        return len(self._voice)


def _written(path: Path) -> float:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime
    return 0.0
