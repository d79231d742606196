"""Prompts recorded by phone: looked at before they are kept, kept where the bake finds them.

The book is read-only for the controller, so they lie in a folder of its state, laid out like ``prompts/``, with the
same notes of what each says and since when.  There they win over the book's own recordings until they are exported
or deleted.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from pathlib import Path

from ivr.book.problems import BadBook
from ivr.book.recordings import note, noted
from ivr.service.ports import Recorded
from ivr.values.phrase import NAME

log = logging.getLogger(__name__)

LEFT_BEHIND = 3600.0  # seconds after which a take that was neither kept nor dropped belongs to nobody
TAKES = "take-*.wav"


class Studio:
    """Fulfils the port ``Recordings`` on a folder; ``message`` gives the file of a caller's message by its name."""

    def __init__(self, recordings: Path, message: Callable[[str], Path]) -> None:
        self._recordings = recordings
        self._message = message
        self._one = asyncio.Lock()
        recordings.mkdir(parents=True, exist_ok=True)

    async def adopt(self, take: str, recorded: Recorded) -> bool:
        """See the port.  The tools take a second to enter; nobody else waits for that."""
        async with self._one:
            return await asyncio.to_thread(self._adopt, take, recorded)

    def _adopt(self, take: str, recorded: Recorded) -> bool:
        from ivr.voice.audio import Silent, master
        from ivr.voice.catalogue import replace
        from ivr.voice.recording import Unusable, content_of, decoded, undistorted

        prompt, path = recorded.prompt, self._message(take)
        try:
            if not NAME.fullmatch(prompt.id):  # ../x would lie beside all recordings, and no bake would find it
                raise Unusable(f"{prompt.id!r} is no name of a file: begin with a letter or digit; then a-z 0-9 _ / -")
            sound = content_of(path)
            undistorted(*decoded(sound))
            master(*decoded(sound))
            known = noted(self._recordings, prompt.language)  # before anything is changed: it may be no YAML
        except (Unusable, Silent, OSError, BadBook) as error:
            log.warning("recording refused prompt=%s: %s", prompt, str(error) or "it holds only silence")
            return False
        target = self._recordings / prompt.language / f"{prompt.id}.wav"
        replace(target, sound)
        note(self._recordings, prompt.language, [prompt.id], {prompt.id: recorded.text}, known)
        self._sweep(path.parent)
        log.info("recording kept prompt=%s", prompt)
        return True

    def _sweep(self, messages: Path) -> None:
        """Takes of operators who hung up before they chose."""
        for path in messages.glob(TAKES):
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < time.time() - LEFT_BEHIND:
                    path.unlink()
