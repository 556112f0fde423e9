"""Makes a backup of a store, while everything works."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from herenow import __version__
from herenow.backup.days import DEVICES, ReadableStore, StoredDay, days, pages
from herenow.backup.folder import FORMAT, Manifest, SavedFile, SavedRecords, day_name, opened, save_manifest
from herenow.model.device import Device
from herenow.store.packing import pack
from herenow.store.port import DayStates

OnDay = Callable[[int, int], None]  # days since 1970: the one that is done, and the last

_encode = msgspec.msgpack.Encoder().encode


class SavedStore(ReadableStore, DayStates, Protocol): ...


async def save(store: SavedStore, folder: Path, on_day: OnDay) -> Manifest:
    """A backup of what was stored when this began, in a folder that is empty or has an earlier one, of which files of
    days that did not change stay. Positions that come meanwhile may be in it. Devices that are erased meanwhile are
    not. Raises SettingsError where the folder cannot be written to, StoreUnavailable where the store cannot be read:
    then the earlier backup stays."""
    with opened(folder) as earlier:
        devices = await store.latest()
        states = await store.day_states()
        saved = await _days(store, folder, earlier.days if earlier else {}, states, on_day)
        known = {device.device_id for device in await store.latest()}
        kept = _devices(folder, [device for device in devices if device.device_id in known])
        made = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        manifest = Manifest(FORMAT, __version__, made, saved, kept)
        save_manifest(folder, manifest)
        return manifest


async def _days(
    store: SavedStore, folder: Path, earlier: Mapping[str, SavedFile], states: Mapping[int, str], on_day: OnDay
) -> dict[str, SavedFile]:
    saved: dict[str, SavedFile] = {}
    last = datetime.now(UTC).toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal()
    async for stored in days(store):
        name, state = day_name(stored.day), states.get(stored.day)
        before = earlier.get(name)
        if before and state and before.state == state and (folder / before.name).exists():
            saved[name] = before
        else:
            saved[name] = await _day(store, folder, stored, state)
        on_day(stored.day, max(last, stored.day))
    return saved


async def _day(store: SavedStore, folder: Path, stored: StoredDay, state: str | None) -> SavedFile:
    with SavedRecords(folder, day_name(stored.day), ".positions") as records:
        for device_id in sorted(stored.devices):
            async for page in pages(store, stored.day, device_id):
                records.add(_encode((device_id, pack(page))), len(page))
        return records.keep(state)


def _devices(folder: Path, devices: list[Device]) -> SavedFile:
    with SavedRecords(folder, "all", ".devices") as records:
        for start in range(0, len(devices), DEVICES):
            some = devices[start : start + DEVICES]
            records.add(_encode(some), len(some))
        return records.keep()
