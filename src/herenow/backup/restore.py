"""Fills a store from a backup, or from another store."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from herenow.backup.days import ReadableStore, WritableStore, days, is_empty, pages, write_devices, write_page
from herenow.backup.folder import Manifest, SavedFile, day_number, read_manifest, read_records
from herenow.backup.save import OnDay
from herenow.errors import SettingsError
from herenow.model.clock import DAY
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.packing import Damaged, unpack

_record = msgspec.msgpack.Decoder(tuple[str, bytes]).decode
_some_devices = msgspec.msgpack.Decoder(list[Device]).decode


async def restore(store: WritableStore, folder: Path, on_day: OnDay, *, resume: bool = False) -> Manifest:
    """Each row is read back. Raises SettingsError where the store is not empty, unless it is to `resume`, or where a
    file of the backup is damaged; StoreUnavailable where the store fails: resume then."""
    manifest = read_manifest(folder)
    await _check_empty(store, resume=resume)
    numbers = sorted(map(day_number, manifest.days))
    for (_, saved), day in zip(sorted(manifest.days.items()), numbers, strict=True):
        for page in _positions(folder, saved):
            await write_page(store, page)
        on_day(day, numbers[-1])
    await write_devices(store, _devices(folder, manifest.devices))
    return manifest


async def _check_empty(store: ReadableStore, *, resume: bool) -> None:
    if not resume and not await is_empty(store):
        raise SettingsError(
            "the store is not empty: name an empty one with --store, or go on with what was interrupted by --resume"
        )


def _positions(folder: Path, saved: SavedFile) -> Iterator[Sequence[Position]]:
    for record in read_records(folder, saved):
        try:
            yield unpack(*_record(record))
        except (Damaged, msgspec.MsgspecError) as error:
            raise SettingsError(f"{folder / saved.name} cannot be read ({error}); use a newer Herenow") from error


def _devices(folder: Path, saved: SavedFile) -> list[Device]:
    try:
        return [device for record in read_records(folder, saved) for device in _some_devices(record)]
    except msgspec.MsgspecError as error:
        raise SettingsError(f"{folder / saved.name} cannot be read ({error}); use a newer Herenow") from error


async def move(source: ReadableStore, target: WritableStore, on_day: OnDay, *, resume: bool = False) -> tuple[int, int]:
    """Copies all positions and devices, and reads each row back; what is there already is not written again. Returns
    how many positions and devices the source has. Nothing should write to the source meanwhile: what comes later is
    copied by doing it again. Raises as `restore`."""
    await _check_empty(target, resume=resume)
    devices, count = await source.latest(), 0
    last = max((device.position.time // DAY for device in devices), default=0)
    async for stored in days(source):
        for device_id in sorted(stored.devices):
            async for page in pages(source, stored.day, device_id):
                count += len(page)
                await write_page(target, page)
        on_day(stored.day, max(last, stored.day))
    await write_devices(target, devices)
    return count, len(devices)
