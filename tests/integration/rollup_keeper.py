"""Keeps the rollups of a keyspace, round after round, until it is killed, and prints each round:
`python -m tests.integration.rollup_keeper URL`."""

import asyncio
import sys

import pytest

from herenow.errors import StoreUnavailable
from herenow.history.rollups.rounds import Rollup
from tests.support.rollups import hurried
from tests.support.stores import opened


async def main(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        hurried(patch)
        async with opened(url) as store:
            while True:
                try:
                    await Rollup(store).catch_up()
                except StoreUnavailable as error:  # it was late, and another took over
                    print(error, file=sys.stderr, flush=True)
                print("round", flush=True)


asyncio.run(main(sys.argv[1]))
