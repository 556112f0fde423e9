"""`herenow rollup`: keeps the rollups up to date, or rebuilds them all."""

import asyncio
import os

import structlog

from herenow.errors import StoreUnavailable
from herenow.history.rollups import expiry
from herenow.history.rollups.rounds import Progress, Rollup
from herenow.model.retention import Retention
from herenow.run.signals import stop_signal, stop_with_stdin
from herenow.run.store import open_store, retention_of, trip_settings
from herenow.settings import Settings

NICE = 10  # what is live goes before

log = structlog.get_logger()


async def keep_rollups(settings: Settings, *, child: bool = False) -> None:
    """Until SIGTERM or SIGINT; what is under way is done again the next time. A `child` stops when its standard input
    ends. Raises SettingsError where another process keeps them."""
    os.nice(NICE)
    log.info("keeping rollups", store=settings.shown("store"))
    with stop_signal() as stop:
        if child:
            stop_with_stdin(stop)
        async with open_store(settings, writes=False) as store, asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(Rollup(store, trip_settings(settings)).run(), name="rollup")
            expiring = tasks.create_task(_expire(store, retention_of(settings)), name="expiry")
            stopping = tasks.create_task(stop.wait(), name="stop")
            await asyncio.wait({keeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in (keeping, expiring, stopping):
                task.cancel()


async def _expire(store: expiry.ExpiringStore, keep: Retention) -> None:
    """Until it is cancelled; a store that fails is tried again."""
    while keep.shortest is not None:
        try:
            if count := await expiry.expire(store, keep):
                log.info("took away what is older than it is kept", device_days=count)
        except StoreUnavailable as error:
            log.error("cannot take away what is old; trying again", reason=str(error))
        await asyncio.sleep(expiry.EVERY)


async def rebuild_rollups(settings: Settings, progress: Progress) -> None:
    """All of them, then returns. Raises StoreUnavailable, and SettingsError as above."""
    async with open_store(settings, writes=False) as store:
        await Rollup(store, trip_settings(settings)).rebuild(progress)
