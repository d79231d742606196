"""A process that delivers the letters of a cabinet and does nothing else; its words: DIRECTORY ADDRESS."""

import asyncio
import sys
from pathlib import Path

from ivr.ledger.cabinet import Cabinet
from ivr.remote.http import Http
from ivr.remote.signature import key_of
from ivr.service.delivery import Delivery
from ivr.values.site import Site


async def main(directory: Path, address: str) -> None:
    cabinet = Cabinet(directory / "cabinet.sqlite", directory / "ledger.sqlite")
    async with Http(lambda name: name, lambda _: key_of("a" * 26)) as http:
        await Delivery(cabinet, http.deliver, lambda: {"shop": Site("shop", address, private=True)}).run()


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
