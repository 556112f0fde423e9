"""`herenow backup`, `herenow restore` and `herenow move`."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

from herenow.backup.folder import MANIFEST, Manifest
from herenow.backup.restore import move, restore
from herenow.backup.save import OnDay, save
from herenow.errors import SettingsError
from herenow.run.store import open_store
from herenow.settings import Settings
from herenow.store.port import Store
from herenow.store.sqlite.inspection import inspect

NICE = 10  # reports come first


async def save_store(settings: Settings, folder: Path, on_day: OnDay) -> tuple[Manifest, list[str]]:
    """The backup, and what is damaged in the store and so not in it. May run beside the process that writes. Raises
    SettingsError where the store is damaged and the folder has an earlier backup, which may have what is lost."""
    os.nice(NICE)
    _check_there(settings)
    damages = await _damages(settings)
    if damages and (folder / MANIFEST).exists():
        raise SettingsError(
            f"the store is damaged ({damages[0]}), and the backup in {folder} may have what is lost, so it stays; "
            "save to another folder, and see `herenow check`"
        )
    async with open_store(settings, writes=False) as store:
        return await save(store, folder, on_day), damages


async def restore_store(settings: Settings, folder: Path, on_day: OnDay, *, resume: bool) -> Manifest:
    """Raises SettingsError where another process writes to an SQLite store."""
    async with open_store(settings) as store:
        return await restore(store, folder, on_day, resume=resume)


async def move_store(source: Settings, target: Settings, on_day: OnDay, *, resume: bool) -> tuple[int, int, list[str]]:
    """How many positions and devices were moved, and what is damaged and was not. Raises SettingsError where another
    process writes to an SQLite store."""
    _check_there(source)
    async with _both(source, target) as (one, other):
        damages = await _damages(source)
        return *await move(one, other, on_day, resume=resume), damages


def _check_there(settings: Settings) -> None:
    if settings.store.startswith("sqlite:") and not settings.store_path.exists():
        raise SettingsError(f"expected a store to copy, but there is no {settings.store_path}; see HERENOW_STORE")


async def _damages(settings: Settings) -> list[str]:
    """What a reader of the store leaves out. Cassandra looks after that itself."""
    if not settings.store.startswith("sqlite:"):
        return []

    def look() -> list[str]:
        return [one.what for one in inspect(settings.store_path, lambda *_: None) if one.verdict == "fault"]

    return await asyncio.to_thread(look)


@contextlib.asynccontextmanager
async def _both(source: Settings, target: Settings) -> AsyncIterator[tuple[Store, Store]]:
    async with open_store(source) as one, open_store(target) as other:
        yield one, other
