"""Positions of a store, UTC day by day and device by device."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple, Protocol

from herenow.errors import StoreUnavailable
from herenow.model.clock import DAY
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.port import ChangeLog, DeviceReader, PositionReader, PositionWriter, Span, Version

PAGE = 10_000  # positions in memory at a time, a few times over
DEVICES = 1_000


class ReadableStore(PositionReader, DeviceReader, ChangeLog, Protocol): ...


class WritableStore(ReadableStore, PositionWriter, Protocol): ...


class StoredDay(NamedTuple):
    day: int  # since 1970
    devices: Sequence[str]


async def days(store: ChangeLog) -> AsyncIterator[StoredDay]:
    """Each day that has positions, oldest first."""
    day = 0
    while (found := await store.active(day)) is not None:
        yield StoredDay(*found)
        day = found[0] + 1


async def pages(store: PositionReader, day: int, device_id: str) -> AsyncIterator[Sequence[Position]]:
    """Positions of a device on a day, oldest first."""
    span, after = Span(day * DAY, (day + 1) * DAY), None
    while page := await store.track(device_id, span, after, PAGE):
        yield page
        if len(page) < PAGE:
            return
        after = page[-1].version


async def write_devices(store: WritableStore, devices: Sequence[Device]) -> None:
    """After their positions, and read back."""
    for start in range(0, len(devices), DEVICES):
        some = devices[start : start + DEVICES]
        await store.write([], some)
        there = {device.device_id for device in await store.devices([device.device_id for device in some])}
        missing = [device.device_id for device in some if device.device_id not in there]
        if missing:
            raise StoreUnavailable(f"{len(missing)} devices were not stored, like {missing[0]}; see the store's log")


async def write_page(store: WritableStore, page: Sequence[Position]) -> None:
    """Of one device, and read back row by row. What is there is not written again. Raises StoreUnavailable where a row
    came back otherwise."""
    if not (lacking := await _lacking(store, page)):
        return
    await store.write(lacking, [])
    if wrong := await _lacking(store, lacking):
        words = f"{len(wrong)} positions of {wrong[0].device_id} did not come back as they were written"
        raise StoreUnavailable(f"{words}, like that at {wrong[0].time} ms; see the store's log")


async def _lacking(store: PositionReader, page: Sequence[Position]) -> list[Position]:
    """Those that the store does not have, or has otherwise."""
    span, after = Span(page[0].time, page[-1].time + 1), None
    there: dict[Version, Position] = {}
    while found := await store.track(page[0].device_id, span, after, PAGE):
        there |= {one.version: one for one in found}
        if len(found) < PAGE:
            break
        after = found[-1].version
    return [one for one in page if there.get(one.version) != one]


async def is_empty(store: ReadableStore) -> bool:
    return await store.active(0) is None and not await store.latest()
