"""Which devices are listed, and in which order."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

import msgspec

from herenow.api.cursor import Mark
from herenow.model.clock import DAY
from herenow.model.device import STATUSES, Device, Status
from herenow.model.geo import Box

Order = Literal[
    "id", "-id", "name", "-name", "speed", "-speed", "time", "-time", "distance", "-distance", "status", "-status"
]
Condition = Callable[[Device], bool]


class Wanted(msgspec.Struct, frozen=True):
    """What devices are asked for; None and no text ask for all."""

    search: str = ""
    kinds: frozenset[str] | None = None
    statuses: frozenset[Status] | None = None
    box: Box | None = None
    devices: frozenset[str] | None = None

    def conditions(self, time: int, named: frozenset[str]) -> Mapping[str, Condition]:
        """By the name of the parameter; `named` are the kinds that are not `other`."""
        search, kinds, statuses, box, devices = self.search, self.kinds, self.statuses, self.box, self.devices
        found: dict[str, Condition] = {}
        if search:
            found["search"] = lambda device: search in device.device_id.lower() or search in (device.name or "").lower()
        if kinds is not None:
            other = "other" in kinds
            found["kind"] = lambda device: device.kind in kinds or (other and device.kind not in named)
        if statuses is not None:
            found["status"] = lambda device: device.status(time) in statuses
        if box is not None:
            found["bbox"] = lambda device: box.contains(device.position.longitude, device.position.latitude)
        if devices is not None:
            found["device"] = lambda device: device.device_id in devices
        return found


def matching(devices: Iterable[Device], conditions: Iterable[Condition]) -> list[Device]:
    asked = tuple(conditions)
    return [device for device in devices if all(holds(device) for holds in asked)]


def without_each(devices: Iterable[Device], conditions: Mapping[str, Condition]) -> dict[str, int]:
    """How many would match if one of the conditions were not asked, by its name."""
    held = list(devices)
    return {
        left_out: len(matching(held, (holds for name, holds in conditions.items() if name != left_out)))
        for left_out in conditions
    }


def today(device: Device, time: int) -> float:
    """Metres since midnight UTC."""
    return device.distance if device.day == time // DAY else 0.0


class Ranked(NamedTuple):
    mark: Mark
    device: Device


def ranked(devices: Iterable[Device], order: Order, time: int) -> list[Ranked]:
    """In that order, equals by id; what has no value to compare comes last, whichever way the others go."""
    descending = order.startswith("-")
    rank = _RANKS[order.removeprefix("-")]
    all_of_them = [Ranked((rank(device, time), device.device_id), device) for device in devices]
    known = [one for one in all_of_them if one.mark[0] is not None]
    unknown = [one for one in all_of_them if one.mark[0] is None]
    known.sort(key=lambda one: one.mark, reverse=descending)
    unknown.sort(key=lambda one: one.mark[1], reverse=descending)
    return known + unknown


def behind(rows: Iterable[Ranked], order: Order, place: Mark) -> list[Ranked]:
    """Those that come after the place, whether or not what was there has moved since."""
    descending = order.startswith("-")

    def after(mark: Mark) -> bool:
        if (mark[0] is None) != (place[0] is None):
            return mark[0] is None
        compared = mark[1:] if mark[0] is None else mark, place[1:] if mark[0] is None else place
        return compared[0] < compared[1] if descending else compared[0] > compared[1]

    return [one for one in rows if after(one.mark)]


_RANKS: Mapping[str, Callable[[Device, int], str | float | None]] = {
    "id": lambda device, _: device.device_id,
    "name": lambda device, _: (device.name or device.device_id).casefold(),
    "speed": lambda device, _: device.speed,
    "time": lambda device, _: device.position.time,
    "distance": today,
    "status": lambda device, time: STATUSES.index(device.status(time)),
}
