"""The fleet: the newest position of every device, in memory."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

import msgspec

from herenow.model.clock import DAY
from herenow.model.device import STATUSES, Device
from herenow.model.geo import Box

KINDS = 7  # kinds counted by name; the rest are `other`
TOP = 10


class Stats(msgspec.Struct, frozen=True):
    """Counts over the whole fleet at one moment."""

    by_status: dict[str, int]
    by_kind: dict[str, int]
    since: int  # ms, the midnight from which distances count
    total: float  # m
    top: Sequence[Device]  # farthest first


class Fleet:
    """Holds each device once; grows with the number of devices and nothing else."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}
        self._sorted: list[str] | None = None  # device ids in order, None once one was added

    def __len__(self) -> int:
        return len(self._devices)

    def __iter__(self) -> Iterator[Device]:
        return iter(self._devices.values())

    def get(self, device_id: str) -> Device | None:
        return self._devices.get(device_id)

    def take(self, device: Device) -> bool:
        """Takes a device that moved; False where it is known at least as new."""
        before = self._devices.get(device.device_id)
        if before is None:
            self._sorted = None
        elif device.position.version <= before.position.version:
            return False
        self._devices[device.device_id] = device
        return True

    def within(self, box: Box) -> Iterator[Device]:
        return (device for device in self if box.contains(device.position.longitude, device.position.latitude))

    def page(self, after: str, limit: int, matches: Callable[[Device], bool]) -> tuple[list[Device], int]:
        """Up to `limit` matching devices behind the id `after`, by id; and how many match in all."""
        if self._sorted is None:
            self._sorted = sorted(self._devices)
        found = [device for device_id in self._sorted if matches(device := self._devices[device_id])]
        behind = [device for device in found if device.device_id > after]
        return behind[:limit], len(found)

    def stats(self, now: int) -> Stats:
        """Looks at every device once."""
        statuses: Counter[str] = Counter(device.status(now) for device in self)
        kinds = Counter(device.kind or "other" for device in self)
        today = now // DAY
        driven = [device for device in self if device.day == today and device.distance > 0]
        driven.sort(key=attrgetter("distance"), reverse=True)
        return Stats(
            by_status={status: statuses[status] for status in STATUSES},
            by_kind=_frequent(kinds),
            since=today * DAY,
            total=sum(device.distance for device in driven),
            top=driven[:TOP],
        )


def _frequent(kinds: Counter[str]) -> dict[str, int]:
    other = kinds.pop("other", 0)
    named = dict(kinds.most_common(KINDS))
    other += kinds.total() - sum(named.values())
    return named | {"other": other} if other else named
