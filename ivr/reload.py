"""Taking up an edited book: noticed, read, checked, swapped, and Asterisk told of new numbers and agents."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from watchfiles import awatch

from ivr.asterisk import accepted, provision, queues_conf, read_back
from ivr.asterisk.ami_link import AmiLink, Refused
from ivr.asterisk.switch import AmiSwitch
from ivr.book.problems import Mark, Problem
from ivr.service.library import Library

log = logging.getLogger(__name__)

SETTLE = 300  # milliseconds without a further change before an edit counts as finished; editors save in steps
DEPLOY_LIMIT = 60.0  # seconds for Asterisk to take up its part
BOOTED = "FullyBooted"
"""The event by which Asterisk says, at a login or later, that it has loaded all.  Before, it answers "success" to a
reload and puts it off; with 10,000 numbers that is for 3 s in which the link is up (loader.c, ast_module_reload)."""
RELOAD_LIMIT = 20.0  # of these for one file: 10,000 numbers take 4 s where two processors do much else

# The file that changed -> the module of Asterisk that reads it.
QUEUES = "queues.conf"
PJSIP = "pjsip.conf"
NUMBERS = "extensions_numbers.conf"
BROWSERS = "http.conf"
READ_BY = {
    "musiconhold.conf": "res_musiconhold.so",
    BROWSERS: "http",
    "rtp.conf": "res_rtp_asterisk.so",
    NUMBERS: "pbx_config.so",
    PJSIP: "res_pjsip.so",
    QUEUES: "app_queue.so",
}


class Reloader:
    """Reloads a library when asked, one at a time.

    ``exchange`` gives what Asterisk must be told about the book in force, ``deploy`` makes a link that may reload.
    """

    def __init__(
        self,
        library: Library,
        exchange: Callable[[], provision.Exchange],
        conf: Path,
        deploy: Callable[[], AmiLink],
    ) -> None:
        self._library = library
        self._exchange = exchange
        self._conf = conf
        self._deploy = deploy
        self._one = asyncio.Lock()
        self.asked = asyncio.Event()
        """Set it to have the book taken up soon."""

    async def watch(self, *directories: Path) -> None:
        """For ever: ask for a reload whenever a file changes."""
        async for _ in awatch(*directories, debounce=SETTLE, step=SETTLE // 3, recursive=True):
            self.asked.set()

    async def run(self) -> None:
        """For ever: reload whenever asked."""
        while True:
            await self.asked.wait()
            self.asked.clear()
            await self.reload()

    async def reload(self) -> bool:
        """Take up the book now; ``False``: it is bad, and the library's problems say why."""
        async with self._one:
            before = self._library.current
            try:
                taken = await asyncio.to_thread(self._library.reload)
            except Exception as error:  # a fault of ours in reading must not end the calls in progress
                log.exception("book not read")
                self._library.problems = (Problem.at(Mark("dialplans"), "IVR303", f"the book was not read: {error!r}"),)
                return False
            if not taken:
                for problem in self._library.problems:
                    log.error("book refused, the old one stays: %s", problem)
                return False
            if self._library.current.book.digest != before.book.digest:
                log.info("reloaded book=%s", self._library.current.book.digest)
            try:
                refused = await self._tell()
            except Exception as error:  # nor one in writing what Asterisk reads: a full disk, a name it cannot have
                log.exception("asterisk not told")
                problem = Problem.at(Mark("dialplans"), "IVR304", f"Asterisk was not told of the book: {error}")
                self._library.problems = (problem,)
                return True
            if refused is not None:
                self._library.stay(before, refused)
            return refused is None

    async def tell_asterisk(self) -> None:
        """Have Asterisk read what changed of its part of the book in force."""
        if (refused := await self._tell()) is not None:
            self._library.problems = (refused,)

    async def _tell(self) -> Problem | None:
        """Write Asterisk's part of the book in force, and have it read what changed; what it did not take up, of which
        the earlier settings are put back.
        """
        texts = provision.files(await asyncio.to_thread(self._exchange))
        before = {name: _written(self._conf / name) or "" for name in READ_BY}
        changed = {name: text for name, text in texts.items() if name in READ_BY and before[name] != text}
        if not changed:
            return None
        await asyncio.to_thread(provision.write, changed, self._conf)
        booted, link = asyncio.Event(), self._deploy()
        link.on_event(BOOTED, lambda *_: booted.set())
        try:
            async with asyncio.timeout(DEPLOY_LIMIT), link:
                await link.ready.wait()
                await booted.wait()
                switch = AmiSwitch(link)
                refused = await _reloaded(switch, changed)
                refused = refused or await _not_taken(link, before, changed)
                if refused:
                    earlier = {name: before[name] for name in changed}
                    await asyncio.to_thread(provision.write, earlier, self._conf)
                    await _reloaded(switch, earlier)
                    message = f"Asterisk refused it, the earlier settings stay: {'; '.join(refused)}"
                    log.error("%s", message)
                    hint = "the log of its container says why"
                    return Problem.at(Mark("dialplans"), "IVR479", message, hint)
                for trunk in accepted.registering(before[PJSIP], texts[PJSIP]):
                    await switch.register(trunk)
                # Asterisk reads from the file who is paused when it starts; of agents whom it knows, it keeps its own.
                now = queues_conf.paused(texts[QUEUES])
                for agent in sorted((now ^ queues_conf.paused(before[QUEUES])) & queues_conf.members(texts[QUEUES])):
                    await switch.pause(queues_conf.interfaces(texts[QUEUES])[agent], agent in now)
        except (OSError, TimeoutError) as error:
            # Asterisk reads the files itself when it starts; if it is up and refuses, someone must look.
            log.warning("asterisk not told of %s, it reads them at its next start: %s", ",".join(changed), error)
            return None
        log.info("asterisk took up %s", ",".join(changed))
        return None


async def _not_taken(link: AmiLink, before: Mapping[str, str], changed: Mapping[str, str]) -> list[str]:
    """What Asterisk has otherwise than it was told, as far as it says what it has: one sentence each."""
    refused = []
    if PJSIP in changed:
        refused += await accepted.refused(link, before[PJSIP], changed[PJSIP])
    if QUEUES in changed:
        refused += await read_back.unlike_queues(link, changed[QUEUES])
    if NUMBERS in changed:
        refused += await read_back.unlike_numbers(link, before[NUMBERS], changed[NUMBERS])
    if BROWSERS in changed:
        refused += await read_back.unlike_browsers(changed[BROWSERS])
    return refused


async def _reloaded(switch: AmiSwitch, files: Iterable[str]) -> list[str]:
    """Have Asterisk read these again; which it refused, and why."""
    refused = []
    for name in files:
        try:
            await switch.reload(READ_BY[name], RELOAD_LIMIT)
        except Refused as error:
            refused.append(f"{name} ({error.message})")
    return refused


def _written(path: Path) -> str | None:
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="ascii")
    return None
