"""The controller as a process, between a fake Asterisk's two sides: it starts, serves, reloads, drains, leaves."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from ivr import secret
from ivr.ledger.engine import at
from ivr.ledger.reading import Reader
from ivr.ledger.rows import Kept
from ivr.values.call import Ending
from tests import forked
from tests.asterisk.fake_ami import FakeAmi, says
from tests.asterisk.fake_asterisk import FakeAsterisk
from tests.asterisk.mirror import mirrors
from tests.conftest import CHECKOUT, laid

IMPORTS = ("ivr.controller", "ivr.verbs.running", "uvloop")
LIMIT = 90.0  # seconds for anything that a loaded machine may take


class Controller:
    """`ivr serve`, running; ``ami`` is what it takes for Asterisk's manager."""

    def __init__(self, home: Path, prepared: Path, ami: FakeAmi) -> None:
        self.book, self.state, self.ami = home / "book", home / "state", ami
        for part in ("dialplans", "prompts"):
            shutil.copytree(CHECKOUT / part, self.book / part)
        laid(prepared, self.state)
        self.clock = home / "clock"
        self.agi_port, self.http_port = free_port(), free_port()
        self.log = home / "log"

    async def start(self, **environment: str) -> None:
        ours = {
            "IVR_BOOK": str(self.book),
            "IVR_STATE": str(self.state),
            "IVR_AGI_PORT": str(self.agi_port),
            "IVR_HTTP_PORT": str(self.http_port),
            "IVR_AMI_PORT": str(self.ami.port),
            "IVR_TEST_CLOCK": str(self.clock),
        }
        with self.log.open("w") as log:
            self.process = await forked.create(
                sys.executable,
                "-m",
                "ivr",
                "serve",
                imports=IMPORTS,
                cwd=CHECKOUT,
                env={**os.environ, **ours, **environment},
                stderr=log,
            )
        await self.until(lambda health: True)

    async def health(self) -> dict[str, Any]:
        async with aiohttp.ClientSession() as web, web.get(f"http://127.0.0.1:{self.http_port}/health") as answer:
            assert answer.status == 200
            found: dict[str, Any] = await answer.json()
            return found

    async def metrics(self) -> dict[str, float]:
        async with aiohttp.ClientSession() as web, web.get(f"http://127.0.0.1:{self.http_port}/metrics") as answer:
            families = text_string_to_metric_families(await answer.text())
            return {
                f"{sample.name}{''.join(sample.labels.values())}": sample.value
                for family in families
                for sample in family.samples
            }

    async def until(self, so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The health page once it is ``so``."""
        over = time.monotonic() + LIMIT
        while True:
            assert self.process.returncode is None, self.log.read_text()
            assert time.monotonic() < over, self.log.read_text()
            try:
                if so(health := await self.health()):
                    return health
            except aiohttp.ClientConnectionError:
                pass
            await asyncio.sleep(0.05)

    async def left(self) -> int:
        """The status with which the process leaves."""
        async with asyncio.timeout(LIMIT):
            return await self.process.wait()

    def report(self, call: str, answered: float, seconds: float) -> None:
        """What the dialplan's hang-up handler tells over the manager interface, to whoever is logged in."""
        told = {"Event": "UserEvent", "UserEvent": "IvrEnded", "Call": call}
        told |= {"Answered": f"{answered:.6f}", "Spoken": f"{seconds * 1000:.0f}"}
        for connection in self.ami.connections:
            if connection.logged_in and not connection.over:
                connection.say(told)

    def records(self) -> list[Kept]:
        return Reader(at(self.state / "ledger.sqlite")).last(100)

    def edit(self, old: str, new: str, file: str = "tariffs.yaml") -> None:
        """Change the demo's price, or what stands in another file."""
        path = self.book / "dialplans" / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@asynccontextmanager
async def controller(
    home: Path, prepared: Path, *, edits: Mapping[str, tuple[str, str]] = {}, **environment: str
) -> AsyncIterator[Controller]:
    """A controller with its manager; killed in the end, should it still be there.  ``edits`` of files of its book are
    made before it starts.
    """
    password, deploys = (
        secret.derive(prepared / "secrets" / "master", f"ami:{one}") for one in ("controller", "deploy")
    )
    taken = {"reload": says("Success", "Module Reloaded"), "queuepause": says("Success", "Interface paused")}
    taken |= mirrors(home / "state" / "asterisk")
    async with FakeAmi(secret=password, others={"deploy": deploys}, answers=taken) as ami:
        made = Controller(home, prepared, ami)
        for file, (old, new) in edits.items():
            made.edit(old, new, file)
        try:
            await made.start(**environment)
            yield made
        finally:
            if made.process.returncode is None:
                made.process.kill()
                await made.process.wait()


async def until_dial(asterisk: FakeAsterisk) -> None:
    """Obey until an agent's phone rings."""
    while (words := await asterisk.command(LIMIT)) is not None and words[:2] != ["EXEC", "Dial"]:
        await asterisk.say(asterisk.reply(words))
    assert words is not None


TALKED = {"DIALSTATUS": "ANSWER", "DIALEDPEERNAME": "PJSIP/camille-0000002a"}


async def test_a_call_is_served_measured_and_kept_and_a_stop_waits_for_another(tmp_path: Path, prepared: Path) -> None:
    """The whole day of a controller: a call, its toll over AMI, pages; SIGTERM in mid-call, which ends in its time."""
    async with controller(tmp_path, prepared, IVR_DRAIN="20") as house:
        well = await house.until(lambda health: health["status"] == "ok")
        assert (well["exchange_problem"], well["book_problems"], well["calls"]) == (None, [], 0)

        async with await FakeAsterisk.call(
            house.agi_port, headers={"uniqueid": "1.1"}, keys=["", "", "2"], variables=TALKED
        ) as asterisk:
            await asterisk.obey(LIMIT)
        house.report("1.1", time.time(), 83.0)
        await house.until(lambda health: health["endings"] == {"flow": 1})
        assert asterisk.variables["IVR_SERVED"] == "yes"

        async with await FakeAsterisk.call(
            house.agi_port, headers={"uniqueid": "1.2"}, keys=["", "", "2"], variables=TALKED
        ) as last:
            await until_dial(last)
            assert (await house.health())["calls"] == 1
            assert (await house.metrics()).items() >= {
                "ivr_calls": 1.0,
                "ivr_calls_ended_totalflow": 1.0,
                "ivr_exchange_up": 1.0,
                "ivr_book_reload_ok": 1.0,
            }.items()
            house.process.send_signal(signal.SIGTERM)
            assert await closed(house.agi_port)
            await last.say("200 result=0")
            await last.obey(LIMIT)
        house.report("1.2", time.time(), 10.0)

        assert await house.left() == 0, house.log.read_text()
        assert last.variables["IVR_SERVED"] == "yes"
        assert "Traceback" not in house.log.read_text()
        kept = {record.id: record for record in house.records()}
        assert {call: (record.ending, record.billed_seconds) for call, record in kept.items()} == {
            "1.1": (Ending.FLOW, 83),
            "1.2": (Ending.FLOW, 10),
        }
        assert house.ami.faults == []


async def closed(port: int) -> bool:
    """Whether connections are refused, as they are to be soon."""
    over = time.monotonic() + LIMIT
    while time.monotonic() < over:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionRefusedError:
            return True
        writer.close()
        await asyncio.sleep(0.02)
    return False


async def test_a_call_that_outlasts_the_drain_is_cut_off_and_kept(tmp_path: Path, prepared: Path) -> None:
    """Without a drain, a stop cuts off at once; the record says so, and Asterisk takes its fallback."""
    async with controller(tmp_path, prepared, IVR_DRAIN="0") as house:
        async with await FakeAsterisk.call(
            house.agi_port, headers={"uniqueid": "1.1"}, keys=["", "", "2"], variables=TALKED
        ) as asterisk:
            await until_dial(asterisk)
            house.process.send_signal(signal.SIGTERM)
            await asterisk.obey(LIMIT)

        assert await house.left() == 0, house.log.read_text()
        assert (asterisk.failed, "IVR_SERVED" in asterisk.variables) == (True, False)
        assert [(record.id, record.ending) for record in house.records()] == [("1.1", Ending.SHUTDOWN)]


async def test_a_book_is_reloaded_and_a_broken_one_is_not(tmp_path: Path, prepared: Path) -> None:
    """SIGHUP: a bad book stays out and is told; a good one is for the next call, not for those in progress."""
    async with controller(tmp_path, prepared) as house:
        first = (await house.until(lambda health: health["status"] == "ok"))["book"]
        async with await FakeAsterisk.call(
            house.agi_port, headers={"uniqueid": "1.1"}, keys=["", "", "2"], variables=TALKED
        ) as old:
            await until_dial(old)
            answered = time.time()

            house.edit("0.80", "8.00")
            house.process.send_signal(signal.SIGHUP)
            sick = await house.until(lambda health: health["status"] == "degraded")
            assert sick["book"] == first
            assert [line.partition(": ")[0] for line in sick["book_problems"]] == ["dialplans/numbers.yaml:34:3"]
            assert (await house.metrics())["ivr_book_reload_ok"] == 0.0

            house.edit("8.00", "0.75")
            house.process.send_signal(signal.SIGHUP)
            well = await house.until(lambda health: health["book"] != first)
            assert (well["status"], well["book_problems"], well["calls"]) == ("ok", [], 1)

            async with await FakeAsterisk.call(house.agi_port, headers={"uniqueid": "1.2"}, keys=["", "", "3"]) as new:
                await new.obey(LIMIT)
            house.report("1.2", time.time(), 60.0)
            await old.say("200 result=0")
            await old.obey(LIMIT)
        house.report("1.1", answered, 60.0)
        await house.until(lambda health: health["endings"] == {"flow": 2})
        kept = {record.id: (record.book, str(record.amount)) for record in house.records()}

    assert kept == {"1.1": (first, "0.80 €"), "1.2": (well["book"], "0.75 €")}
    assert any("per-minute-0-80" in words[2] for words in old.heard if words[0] == "STREAM")
    assert any("per-minute-0-75" in words[2] for words in new.heard if words[0] == "STREAM")


async def test_an_agent_whom_asterisk_cannot_be_told_of_ends_no_call(tmp_path: Path, prepared: Path) -> None:
    """A name that its fixed configuration has taken: told on the health page, and calls are served on."""
    async with controller(tmp_path, prepared) as house:
        await house.until(lambda health: health["status"] == "ok")
        agents = house.book / "dialplans" / "agents.yaml"
        agents.write_text(agents.read_text() + "\npublic:\n  label: Public\n")
        house.process.send_signal(signal.SIGHUP)
        sick = await house.until(lambda health: health["status"] == "degraded")
        async with await FakeAsterisk.call(house.agi_port, keys=["", "", "3"]) as asterisk:
            await asterisk.obey(LIMIT)

    assert '"public" is a name of Asterisk\'s own settings; choose another' in sick["book_problems"][0]
    assert asterisk.variables["IVR_SERVED"] == "yes"


async def test_calls_are_served_while_the_manager_is_away(tmp_path: Path, prepared: Path) -> None:
    """Degraded, in one sentence, and back by itself; what a call costs is then by our own clock."""
    async with controller(tmp_path, prepared) as house:
        await house.until(lambda health: health["status"] == "ok")
        await house.ami.stop()
        sick = await house.until(lambda health: health["status"] == "degraded")
        assert f"127.0.0.1:{house.ami.port}" in sick["exchange_problem"]
        assert (await house.metrics())["ivr_exchange_up"] == 0.0

        async with await FakeAsterisk.call(house.agi_port, headers={"uniqueid": "1.1"}, keys=["", "", "3"]) as asterisk:
            await asterisk.obey(LIMIT)
        await house.until(lambda health: health["endings"] == {"flow": 1})
        await house.ami.start()
        back = await house.until(lambda health: health["status"] == "ok")

        assert back["reconnects"] == 1
        assert asterisk.variables["IVR_SERVED"] == "yes"
        assert [record.answered is not None for record in house.records()] == [True]


async def test_the_clock_of_the_callers_can_be_set(tmp_path: Path, prepared: Path) -> None:
    """For tests alone: an instant in a file, on the clocks of Paris where it names no zone; without the file, now."""
    async with controller(tmp_path, prepared) as house:
        steps = []
        for place, instant in enumerate(["2026-11-29T10:00", "2026-11-30T09:00:00+00:00", "nonsense"]):
            house.clock.write_text(instant + "\n")
            headers = {"dnid": "0806000002", "uniqueid": f"1.{place}"}
            async with await FakeAsterisk.call(house.agi_port, headers=headers, keys=["", "3", "0"]) as asterisk:
                await asterisk.obey(LIMIT)
            house.report(f"1.{place}", 0, 0)
            await house.until(lambda health, place=place: health["endings"] == {"flow": place + 1})
            steps.append(house.records()[0].steps[0])

    assert steps[:2] == ["hours:closed", "hours:open"]
    assert steps[2].startswith("hours:")


async def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path, prepared: Path) -> None:
    """And status 1; the log has no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with FakeAmi() as ami:
            house = Controller(tmp_path, prepared, ami)
            house.agi_port = taken.getsockname()[1]
            house.process = await forked.create(
                sys.executable, "-m", "ivr", "serve", imports=IMPORTS, cwd=CHECKOUT, stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "IVR_BOOK": str(house.book), "IVR_STATE": str(house.state),
                     "IVR_AGI_PORT": str(house.agi_port), "IVR_HTTP_PORT": str(house.http_port),
                     "IVR_AMI_PORT": str(ami.port)},
            )  # fmt: skip
            async with asyncio.timeout(LIMIT):
                _, said = await house.process.communicate()

    assert house.process.returncode == 1
    assert b"address already in use" in said.splitlines()[-1]
    assert b"Traceback" not in said
