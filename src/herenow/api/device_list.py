"""The filter and the order of the list of devices; in columns, because each viewer requests it every two seconds."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.api.cursor import Mark
from herenow.live.device_index import Bools, Key, SortedKeys, name_key
from herenow.live.fleet import Fleet, Rows
from herenow.model.device import STATUSES, Device, Status
from herenow.model.geo.box import Box

Order = Literal[
    "id", "-id", "name", "-name", "speed", "-speed", "time", "-time", "distance", "-distance", "status", "-status"
]


class DeviceFilter(msgspec.Struct, frozen=True):
    """The devices of a request; None and an empty text match all."""

    search: str = ""
    kinds: frozenset[str] | None = None
    statuses: frozenset[Status] | None = None
    box: Box | None = None
    devices: frozenset[str] | None = None

    def conditions(self, fleet: Fleet, time: int) -> Mapping[str, Bools]:
        """Which rows hold each, by the name of the parameter."""
        found: dict[str, Bools] = {}
        if self.search:
            found["search"] = fleet.called.having(self.search)
        if self.kinds is not None:
            found["kind"] = fleet.of_kinds(self.kinds)
        if self.statuses is not None:
            found["status"] = np.isin(fleet.statuses(time), [STATUSES.index(status) for status in self.statuses])
        if self.box is not None:
            found["bbox"] = fleet.inside(self.box)
        if self.devices is not None:
            found["device"] = np.zeros(len(fleet), dtype=np.bool_)
            found["device"][fleet.rows_of(self.devices)] = True
        return found


def matching(fleet: Fleet, conditions: Iterable[Bools]) -> Rows:
    return np.flatnonzero(np.logical_and.reduce([np.ones(len(fleet), dtype=np.bool_), *conditions]))


def without_each(fleet: Fleet, conditions: Mapping[str, Bools]) -> dict[str, int]:
    """How many would match without one of the conditions, by its name."""
    return {
        left_out: len(matching(fleet, (held for name, held in conditions.items() if name != left_out)))
        for left_out in conditions
    }


def place_of(fleet: Fleet, device: Device, order: Order, time: int) -> Mark:
    return _MARKS[order.removeprefix("-")](fleet, device, time), device.device_id


def ranked(fleet: Fleet, rows: Rows, order: Order, time: int) -> Rows:
    """In that order, equals by id. Devices without a value come last in both directions."""
    sign = -1 if order.startswith("-") else 1
    by = order.removeprefix("-")
    if by in ("id", "name"):
        return rows[np.argsort(sign * _alphabet(fleet, by).place[rows])]
    # NaN, an unknown value, sorts last with either sign.
    return rows[np.lexsort((sign * fleet.called.by_id.place[rows], sign * _values(fleet, by, time)[rows]))]


def page_after(fleet: Fleet, rows: Rows, order: Order, place: Mark, time: int) -> Rows:
    """The rows of the ranking after the place, even if the device that was there has moved since."""
    descending = order.startswith("-")
    by = order.removeprefix("-")
    value, device_id = place
    if isinstance(value, str):
        key = device_id if by == "id" else (value, device_id)
        return rows[_after(_alphabet(fleet, by), rows, key, descending)]
    later = _after(fleet.called.by_id, rows, device_id, descending)
    values = _values(fleet, by, time)[rows]
    unknown = np.isnan(values)
    if value is None:
        return rows[unknown & later]
    beyond: Bools = values < value if descending else values > value
    same: Bools = values == value
    return rows[unknown | beyond | (same & later)]


def _alphabet(fleet: Fleet, by: str) -> SortedKeys:
    return fleet.called.by_id if by == "id" else fleet.called.by_name


def _after(alphabet: SortedKeys, rows: Rows, key: Key, descending: bool) -> Bools:
    places = alphabet.place[rows]
    return places < alphabet.until(key) if descending else places >= alphabet.behind(key)


def _values(fleet: Fleet, by: str, time: int) -> npt.NDArray[np.float64]:
    """The value of each row, NaN if unknown."""
    values: npt.NDArray[Any]
    if by == "status":
        values = fleet.statuses(time)
    elif by == "distance":
        values = fleet.today(time)
    else:
        values = fleet.times() if by == "time" else fleet.columns["speed"]
    return values[: len(fleet)].astype(np.float64)


_MARKS: Mapping[str, Callable[[Fleet, Device, int], str | float | None]] = {
    "id": lambda _, device, __: device.device_id,
    "name": lambda _, device, __: name_key(device),
    "speed": lambda _, device, __: device.speed,
    "time": lambda _, device, __: None if device.ahead else device.position.time,
    "distance": lambda fleet, device, time: fleet.metres(device, time),
    "status": lambda _, device, time: STATUSES.index(device.status(time)),
}
