"""The fleet: the newest position of every device, in memory, in columns."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.live.columns import Columns
from herenow.live.device_index import Bools, DeviceIndex
from herenow.model.clock import DAY
from herenow.model.contact import after_reception
from herenow.model.device import STATUSES, DayDistance, Device
from herenow.model.geo.box import Box
from herenow.model.geo.mercator import project
from herenow.wire.binary import RECORD, records

KINDS = 7  # kinds counted by name; the rest are `other`
MOST_KINDS = 65_535  # counted by name; the rest are `other`
TOP = 10

Rows = npt.NDArray[np.int64]
Steps = list[tuple[int, Device]]  # rows and what they moved to, in order


class FleetStats(msgspec.Struct, frozen=True):
    """Counts over the whole fleet at one moment."""

    by_status: dict[str, int]
    by_kind: dict[str, int]
    since: int  # ms, the midnight from which distances count
    total: float  # m
    top: Sequence[tuple[Device, float]]  # farthest first, with their m
    off: int  # devices whose clocks are off
    worst: Sequence[Device]  # of them, the farthest off first


class FleetChanges(msgspec.Struct, frozen=True):
    """What a tick brought: rows that changed, and every step of the devices that are followed."""

    rows: Rows
    steps: Steps


class Fleet:
    """Holds each device once, in a row that it keeps for good; grows with the number of devices and nothing else."""

    def __init__(self) -> None:
        self.devices: list[Device] = []  # by row
        self.made: int | None = None  # ms, of which round of history the distances of the day are
        self.columns = Columns(
            record=RECORD,
            longitude=np.float64,
            latitude=np.float64,  # both NaN where no newest position is known
            placed=np.bool_,  # whether one is
            x=np.float64,  # shares of the world, see grid.py
            y=np.float64,
            speed=np.float64,  # m/s, NaN where it is not known
            distance=np.float64,
            day=np.int32,
            correction=np.float64,  # m that history knows beyond `distance`, see `correct`
            corrected=np.int32,  # the day that this is of, and the next two
            noted=np.int64,  # ms, the newest position when `distance` was last held against history
            noted_distance=np.float64,
            kind=np.uint16,
            stale_at=np.float64,  # ms
            offset=np.float64,  # ms by which its clock is ahead; 0 where it is not known to be off
            changed=np.int64,  # seq of its last change
            named=np.int64,  # seq of the last change of its name or kind
        )
        self._rows: dict[str, int] = {}
        self._kinds: dict[str | None, int] = {None: 0}
        self.called = DeviceIndex()

    def __len__(self) -> int:
        return len(self.devices)

    def __iter__(self) -> Iterator[Device]:
        return iter(self.devices)

    def get(self, device_id: str) -> Device | None:
        row = self._rows.get(device_id)
        return None if row is None else self.devices[row]

    def remove(self, device_id: str, seq: int) -> None:
        """As if it had never been; the others are in other rows now, all of them changed in the state `seq`."""
        kept = [device for device in self.devices if device.device_id != device_id]
        Fleet.__init__(self)
        self.apply(kept, seq)

    def rows_of(self, device_ids: Iterable[str]) -> Rows:
        """Of those that are known."""
        return np.array([self._rows[name] for name in device_ids if name in self._rows], dtype=np.int64)

    def placed(self, rows: Rows) -> Rows:
        """Those of the rows that have a newest position; viewers hear of no others."""
        found: Rows = rows[self.columns["placed"][rows]]
        return found

    def apply(self, news: Iterable[Device], seq: int, followed: Container[str] = ()) -> FleetChanges:
        """Takes devices that moved, in order. The newest of each wins, whatever the order and however often."""
        moved: dict[int, Device] = {}
        renamed: list[int] = []
        steps: Steps = []
        for device in news:
            row = self._rows.get(device.position.device_id)
            if device.late:
                if row is not None and device.position.device_id in followed:
                    steps.append((row, device))
                continue
            if row is None:
                row = self._add(device)
                renamed.append(row)
            elif not _newer(device, before := self.devices[row]):
                continue
            elif device.name != before.name or device.kind != before.kind or before.ahead:
                renamed.append(row)
                self.called.rename(row, device)
                self._learn_kind(device.kind)
            self.devices[row] = moved[row] = device
            if device.position.device_id in followed and not device.ahead:
                steps.append((row, device))
        rows = np.fromiter(moved, dtype=np.int64, count=len(moved))
        self._write(rows, moved, seq)
        self.columns["named"][renamed] = seq
        return FleetChanges(self.placed(rows), steps)

    def _add(self, device: Device) -> int:
        row = self._rows[device.device_id] = len(self.devices)
        self.devices.append(device)
        self.columns.grow(len(self.devices))
        self.called.add(device)
        self._learn_kind(device.kind)
        return row

    def _write(self, rows: Rows, moved: dict[int, Device], seq: int) -> None:
        columns = self.columns
        places = [self._values(device) for device in moved.values()]
        values = np.array(places, dtype=np.float64).reshape(-1, 8).T
        longitude, latitude, speed, distance, day, kind, stale_at, offset = values
        columns["record"][rows] = records(moved.items())
        columns["longitude"][rows], columns["latitude"][rows] = longitude, latitude
        columns["placed"][rows] = ~np.isnan(longitude)
        columns["x"][rows], columns["y"][rows] = project(longitude, latitude)
        columns["speed"][rows] = speed
        columns["distance"][rows], columns["day"][rows], columns["kind"][rows] = distance, day, kind
        columns["stale_at"][rows], columns["offset"][rows] = stale_at, offset
        columns["changed"][rows] = seq

    def _values(self, device: Device) -> tuple[float, ...]:
        position, contact = device.position, device.contact or after_reception(None, device.position)
        return (
            np.nan if device.ahead else position.longitude,
            np.nan if device.ahead else position.latitude,
            np.nan if device.speed is None else device.speed,
            device.distance,
            device.day,
            self._kinds.get(device.kind, 0),
            contact.stale_at,
            contact.offset or 0,
        )

    def _learn_kind(self, kind: str | None) -> None:
        if kind not in self._kinds and len(self._kinds) < MOST_KINDS:
            self._kinds[kind] = len(self._kinds)

    def within(self, box: Box) -> Iterator[Device]:
        return (self.devices[row] for row in np.flatnonzero(self.inside(box)).tolist())

    def inside(self, box: Box) -> Bools:
        return box.holds(self.columns["longitude"][: len(self)], self.columns["latitude"][: len(self)])

    def statuses(self, now: int) -> npt.NDArray[np.int64]:
        """Of each row, as places in STATUSES."""
        count, columns = len(self), self.columns
        stale = now > columns["stale_at"][:count]
        return np.where(stale, STATUSES.index("stale"), columns["record"]["status"][:count])

    def times(self) -> npt.NDArray[np.float64]:
        """Of the newest position of each row, in ms; NaN where none is known."""
        count, columns = len(self), self.columns
        return np.where(columns["placed"][:count], columns["record"]["timestamp"][:count], np.nan)

    def today(self, now: int) -> npt.NDArray[np.float64]:
        """Metres of each row since midnight UTC."""
        count, columns, day = len(self), self.columns, now // DAY
        correction = np.where(columns["corrected"][:count] == day, columns["correction"][:count], 0.0)
        driven = np.where(columns["day"][:count] == day, columns["distance"][:count], 0.0)
        return np.asarray(np.maximum(driven + correction, 0.0))

    def metres(self, device: Device, now: int) -> float:
        """Of one device since midnight UTC."""
        row, columns, day = self._rows.get(device.device_id), self.columns, now // DAY
        corrected = row is not None and columns["corrected"][row] == day
        driven = device.distance if device.day == day else 0.0
        return max(0.0, driven + (float(columns["correction"][row]) if corrected else 0.0))

    def correct(self, day: int, known: Mapping[str, DayDistance]) -> None:
        """Takes how far devices went on a day as history has it, which knows what came late and what stood still.

        History is behind: what a device was counted since is added. Between the last two times that this was done, and
        so in what it went meanwhile, that is a share by time; once a device rests, and its history has all of it, its
        distance is that of history.
        """
        rows = self.rows_of(known)
        rows = rows[self.columns["day"][rows] == day]
        driven = [known[self.devices[row].device_id] for row in rows.tolist()]
        last = np.array([one.last for one in driven], np.int64)
        metres = np.array([one.metres for one in driven], np.float64)
        columns = self.columns
        newest, distance = columns["record"]["timestamp"][rows].astype(np.int64), columns["distance"][rows]
        began, counted = columns["noted"][rows], columns["noted_distance"][rows]
        same_day = began // DAY == day
        share = np.clip((last - began) / np.maximum(newest - began, 1), 0.0, 1.0)
        then = np.where(last >= newest, distance, counted + (distance - counted) * share)
        done = (last >= newest) | (same_day & (last >= began))
        columns["correction"][rows[done]], columns["corrected"][rows[done]] = (metres - then)[done], day
        fresh = done | ~same_day
        columns["noted"][rows[fresh]], columns["noted_distance"][rows[fresh]] = newest[fresh], distance[fresh]

    def of_kinds(self, kinds: Container[str]) -> Bools:
        """Rows of any of these; `other` are all that `stats` does not count by name."""
        codes = self.columns["kind"][: len(self)]
        found = np.isin(codes, [code for kind, code in self._kinds.items() if kind is not None and kind in kinds])
        if "other" not in kinds:
            return found
        named = self.named_kinds()
        return found | ~np.isin(codes, [code for kind, code in self._kinds.items() if kind in named])

    def by_id(self) -> Iterator[Device]:
        return (self.devices[self._rows[name]] for name in self.called.by_id.keys)

    def page(self, after: str, limit: int, matches: Callable[[Device], bool]) -> tuple[list[Device], int]:
        """Up to `limit` matching devices behind the id `after`, by id; and how many match in all."""
        found = [device for device in self.by_id() if matches(device)]
        behind = [device for device in found if device.device_id > after]
        return behind[:limit], len(found)

    def stats(self, now: int) -> FleetStats:
        count, columns = len(self), self.columns
        statuses = np.bincount(self.statuses(now), minlength=len(STATUSES))
        distance, off = self.today(now), np.abs(columns["offset"][:count])
        return FleetStats(
            by_status=dict(zip(STATUSES, statuses.tolist(), strict=True)),
            by_kind=self._by_kind(np.bincount(columns["kind"][:count], minlength=len(self._kinds)).tolist()),
            since=now // DAY * DAY,
            total=float(distance.sum()),
            top=[(self.devices[row], float(distance[row])) for row in _greatest(distance)],
            off=int(np.count_nonzero(off)),
            worst=[self.devices[row] for row in _greatest(off)],
        )

    def named_kinds(self) -> frozenset[str]:
        """Those that `stats` counts by name; all others are `other`."""
        codes = self.columns["kind"][: len(self)]
        counts = self._by_kind(np.bincount(codes, minlength=len(self._kinds)).tolist())
        return frozenset(counts) - {"other"}

    def _by_kind(self, counts: Sequence[int]) -> dict[str, int]:
        """The most frequent kinds by name, devices without a kind and the rest as `other`."""
        named = {kind: counts[code] for kind, code in self._kinds.items() if code and counts[code] and kind != "other"}
        frequent = dict(sorted(named.items(), key=lambda item: -item[1])[:KINDS])
        other = sum(counts) - sum(frequent.values())
        counted = {kind: count for kind, count in frequent.items() if kind is not None}
        return counted | {"other": other} if other else counted


def _greatest(values: npt.NDArray[np.float64]) -> list[int]:
    """Rows of the greatest values above 0, TOP of them at most, the greatest first."""
    top = np.argpartition(values, max(0, len(values) - TOP))[-TOP:] if len(values) else np.empty(0, dtype=np.int64)
    top = top[np.argsort(-values[top], kind="stable")]
    return [row for row in top.tolist() if values[row] > 0]


def _newer(device: Device, known: Device) -> bool:
    """By rank, which is made of so much here that it is compared in parts."""
    position, before = device.position, known.position
    if device.ahead != known.ahead:
        return known.ahead
    if position.time != before.time:
        return position.time > before.time
    if position.tie != before.tie:
        return position.tie > before.tie
    return device.last_heard >= known.last_heard and device.contact != known.contact
