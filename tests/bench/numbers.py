"""How long Asterisk takes to take up a dial plan of 10,000 numbers, and to say what of it it has.

    python -m tests.bench.numbers IMAGE [NUMBERS]

Starts an Asterisk of its own of an image that `docker/up` has built.  Prints the seconds of the reload, of reading back
all of it and of one number that has changed, what was not as it should be, the longest pause that the event loop saw
meanwhile, and the slowest ping on a link beside.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path

from ivr.asterisk import provision, read_back
from ivr.asterisk.ami_link import AmiLink
from ivr.asterisk.switch import AmiSwitch

PORTS = {"sip_port": 5590, "ami_port": 5391, "agi_port": 4991, "rtp_start": 30000, "rtp_end": 30399}
SECRETS = {f"{account}_secret": account[0] * 26 for account in ("ami", "deploy", "caller")}
HOMES = ("/run/asterisk", "/var/lib/asterisk", "/var/spool/asterisk", "/var/log/asterisk")
CONF = Path(__file__).parents[2] / "docker" / "asterisk" / "conf" / "manager.conf"


def texts(first: int, numbers: int) -> dict[str, str]:
    """What Asterisk is told."""
    dialled = tuple(f"0825{place:06}" for place in range(first, numbers))
    return provision.files(provision.Exchange(dialled, (), **SECRETS, **PORTS, sip_bind="127.0.0.1"))  # type: ignore[arg-type]


@contextlib.contextmanager
def asterisk(image: str, told: dict[str, str]) -> Iterator[None]:
    """One that has been told so."""
    with tempfile.TemporaryDirectory() as folder:
        provision.write(told, Path(folder))
        for path in (Path(folder), *Path(folder).iterdir()):
            path.chmod(0o755)
        mounts = [f"{folder}:/etc/asterisk/ivr:ro", f"{CONF}:/etc/asterisk/manager.conf:ro"]
        words = ["docker", "run", "--rm", "-d", "--network", "host"]
        words += [word for mount in mounts for word in ("-v", mount)]
        words += [word for home in HOMES for word in ("--tmpfs", f"{home}:uid=10001")]
        name = subprocess.run([*words, image], check=True, capture_output=True, text=True).stdout.strip()
        try:
            # The link is up before: Asterisk says early when it started, and loads the dial plan late.
            booted = ["docker", "exec", name, "asterisk", "-rx", "core waitfullybooted"]
            while subprocess.run(booted, check=False, capture_output=True).returncode:
                time.sleep(0.2)
            yield
        finally:
            subprocess.run(["docker", "kill", name], check=True, stdout=subprocess.DEVNULL)


async def measured(one_less: str, now: str) -> None:
    """Print it."""
    longest, slowest = 0.0, 0.0

    async def beat() -> None:
        nonlocal longest
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            longest = max(longest, time.perf_counter() - began - 0.005)

    async def ping(link: AmiLink) -> None:
        nonlocal slowest
        while True:
            slowest = max(slowest, await AmiSwitch(link).ping())
            await asyncio.sleep(0.1)

    async def timed(what: str, work: Awaitable[object]) -> None:
        began = time.perf_counter()
        came = await work
        print(f"{what}: {time.perf_counter() - began:.2f} s{f', {came}' if came else ''}")

    port = PORTS["ami_port"]
    async with (
        AmiLink("127.0.0.1", port, "deploy", SECRETS["deploy_secret"]) as link,
        AmiLink("127.0.0.1", port, "controller", SECRETS["ami_secret"]) as beside,
    ):
        await link.ready.wait()
        await beside.ready.wait()
        others = [asyncio.ensure_future(beat()), asyncio.ensure_future(ping(beside))]
        await timed("reload", AmiSwitch(link).reload("pbx_config", 60.0))
        await timed("read back, all", read_back.unlike_numbers(link, "", now))
        await timed("read back, one number", read_back.unlike_numbers(link, one_less, now))
        for one in others:
            one.cancel()
    print(f"longest pause of the loop {longest:.2f} s, slowest ping {slowest:.2f} s")


def main() -> None:
    image, numbers = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    told, less = texts(0, numbers), texts(1, numbers)
    with asterisk(image, told):
        asyncio.run(measured(*(one["extensions_numbers.conf"] for one in (less, told))))


if __name__ == "__main__":
    main()
