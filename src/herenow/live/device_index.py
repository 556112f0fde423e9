"""Devices by what they are called: in order, and to be searched."""

import bisect
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from herenow.model.device import Device
from herenow.model.search_key import search_key

Bools = npt.NDArray[np.bool_]
Key = str | tuple[str, str]


class SortedKeys(NamedTuple):
    """Keys in order, and the place in it of each row."""

    keys: list[Any]
    place: npt.NDArray[np.int64]

    def until(self, key: Key) -> int:
        """The place of a key, or where it would be."""
        return bisect.bisect_left(self.keys, key)

    def behind(self, key: Key) -> int:
        """The place after a key, or where it would be."""
        return bisect.bisect_right(self.keys, key)


class DeviceIndex:
    """The names of the devices of a fleet, by row. Orders are built on demand, and kept until a name changes."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._names: list[str] = []  # as they are compared
        self._texts: list[str] = []  # as they are searched
        self._by_id: SortedKeys | None = None
        self._by_name: SortedKeys | None = None

    def add(self, device: Device) -> None:
        """In the next row."""
        self._ids.append(device.device_id)
        self._names.append(name_key(device))
        self._texts.append(_text(device))
        self._by_id = self._by_name = None

    def rename(self, row: int, device: Device) -> None:
        name = name_key(device)
        if name != self._names[row]:
            self._by_name = None
        self._names[row] = name
        self._texts[row] = _text(device)

    def having(self, text: str) -> Bools:
        """Rows whose id or name has it in it, a search key of one line."""
        return np.fromiter((text in one for one in self._texts), dtype=np.bool_, count=len(self._texts))

    @property
    def by_id(self) -> SortedKeys:
        if self._by_id is None:
            self._by_id = _ordered(self._ids)
        return self._by_id

    @property
    def by_name(self) -> SortedKeys:
        """Equal ones by id: keys are (name, id)."""
        if self._by_name is None:
            self._by_name = _ordered(list(zip(self._names, self._ids, strict=True)))
        return self._by_name


def name_key(device: Device) -> str:
    """What its name, or in want of one its id, is compared by."""
    return search_key(device.name or device.device_id)


def _text(device: Device) -> str:
    return search_key(f"{device.device_id}\n{device.name or ''}")


def _ordered(keys: Sequence[Key]) -> SortedKeys:
    rows = sorted(range(len(keys)), key=keys.__getitem__)
    place = np.empty(len(keys), dtype=np.int64)
    place[rows] = np.arange(len(keys))
    return SortedKeys([keys[row] for row in rows], place)
