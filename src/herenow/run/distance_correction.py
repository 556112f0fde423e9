"""Keeps the distances of the day in a fleet as history has them."""

import asyncio

import structlog

from herenow.errors import BadRequest, StoreUnavailable
from herenow.history.rollups.day_distances import read_distances, read_made
from herenow.live.fleet import Fleet
from herenow.model.clock import DAY, now
from herenow.store.port import RollupReader, RollupStore

EVERY = 10.0  # s between two looks whether there was another round

log = structlog.get_logger()


async def keep_distances(store: RollupStore, fleet: Fleet) -> None:
    """After each round of the rollups, until it is cancelled; a store that fails is tried again."""
    known: int | None = None
    while True:
        try:
            made = await read_made(store.rollups)
            if made != known:
                await correct_distances(store.rollups, fleet, now() // DAY)
                fleet.made = made
            known = made
        except (StoreUnavailable, BadRequest) as error:
            log.error("cannot read the distances of the day; trying again", reason=str(error))
        await asyncio.sleep(EVERY)


async def correct_distances(rollups: RollupReader, fleet: Fleet, day: int) -> None:
    """Raises StoreUnavailable, BadRequest."""
    async for known in read_distances(rollups, day):
        fleet.correct(day, known)
