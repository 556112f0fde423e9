"""Writes positions of a device from a number on, compacts at once, and prints how many are durable, until it is killed:
`python -m tests.integration.compaction_writer FILE NUMBER`."""

import asyncio
import sys
from pathlib import Path

from herenow.store.sqlite.store import SqliteStore
from tests.support.positions import NOW, position
from tests.support.stores import eager_compaction, keep


async def main(path: Path, number: int) -> None:
    with eager_compaction():
        async with SqliteStore(path) as store:
            while True:
                await keep(store, [position("a", NOW + number * 1000)])
                number += 1
                print(number, flush=True)


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
