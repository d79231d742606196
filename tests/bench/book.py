"""How long a large book takes to read: 10,000 numbers, 300 flows.

    python -m tests.bench.book [NUMBERS] [FLOWS]

Prints the seconds for reading and checking, and, while that runs in a thread as it does in the controller, the
longest pause that the event loop saw: how late a caller's reply could be.  The baseline in the same run is a plain
`yaml.compose` of the same files.
"""

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

import yaml

from ivr.book.book import read_book

DEMO = Path(__file__).parents[2]


def write(directory: Path, numbers: int, flows: int) -> None:
    """The demo book, grown: flows are copies of its advice flow, numbers use them in turn."""
    for part in ("dialplans", "prompts"):
        shutil.copytree(DEMO / part, directory / part)
    flow = (DEMO / "dialplans" / "flows" / "advice.yaml").read_text()
    for at in range(flows):
        text = flow.replace("flow: advice", f"flow: advice-{at}")
        (directory / "dialplans" / "flows" / f"advice-{at}.yaml").write_text(text)
    with (directory / "dialplans" / "numbers.yaml").open("a") as file:
        for at in range(numbers):
            number = f"0825{100000 + at:06}"
            file.write(f'"{number}":\n  label: number {at}\n  tariff: advice\n  flow: advice-{at % flows}\n')


def composed(directory: Path) -> float:
    """Seconds that PyYAML alone takes to compose the files."""
    began = time.perf_counter()
    for path in directory.rglob("*.yaml"):
        yaml.compose(path.read_text(), Loader=yaml.CSafeLoader)
    return time.perf_counter() - began


async def measured(directory: Path) -> tuple[float, float]:
    """Seconds of reading in a thread, and the longest pause of the loop meanwhile."""
    longest, done = 0.0, asyncio.Event()

    async def beat() -> None:
        nonlocal longest
        while not done.is_set():
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            longest = max(longest, time.perf_counter() - began - 0.005)

    beating = asyncio.ensure_future(beat())
    began = time.perf_counter()
    await asyncio.to_thread(read_book, directory)
    took = time.perf_counter() - began
    done.set()
    await beating
    return took, longest


def main() -> None:
    numbers, flows = (int(word) for word in (*sys.argv[1:], "10000", "300")[:2])
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write(directory, numbers, flows)
        baseline = composed(directory)
        took, pause = asyncio.run(measured(directory))
    print(
        f"{numbers} numbers, {flows} flows: read and checked in {took:.2f} s, {took / baseline:.1f} times yaml.compose"
    )
    print(f"longest pause of the event loop meanwhile: {pause * 1000:.0f} ms")


if __name__ == "__main__":
    main()
