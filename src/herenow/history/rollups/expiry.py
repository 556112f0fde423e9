"""Takes away what is older than it is to be kept, whole UTC days of devices at a time."""

from collections.abc import Sequence
from typing import Protocol

from herenow.model.clock import DAY, now
from herenow.model.device import Device
from herenow.model.retention import Retention
from herenow.store.port import ChangeLog, DeviceReader, Erasure

EVERY = 3600.0  # s


class ExpiringStore(ChangeLog, DeviceReader, Erasure, Protocol):
    """Which days have positions, of what devices, and the way to drop them."""


async def expire(store: ExpiringStore, keep: Retention) -> int:
    """How many days of devices went. The day of a device's newest position stays, however old, so that one still knows
    where it is. Rollups follow, because the store records the changes. A second call does nothing.

    Raises StoreUnavailable; what is left then goes the next time.
    """
    if keep.shortest is None:
        return 0
    today = now() // DAY
    count, day = 0, -(2**31)
    while (found := await store.active(day)) and found[0] < today - keep.shortest:
        day, device_ids = found
        gone = _expired(await store.devices(device_ids), day, today, keep)
        await store.drop(gone, day)
        count, day = count + len(gone), day + 1
    return count


def _expired(devices: Sequence[Device], day: int, today: int, keep: Retention) -> list[str]:
    def is_old(device: Device) -> bool:
        days = keep.of(device.kind)
        return days is not None and day < today - days and day != device.position.time // DAY

    return [device.device_id for device in devices if is_old(device)]
