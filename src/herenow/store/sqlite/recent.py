"""What was committed last, as it came: one row for each commit, until the compaction takes it into blocks."""

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import structlog

from herenow.model.contact import Contact
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.columns import RESTORE
from herenow.store.packing import Damaged
from herenow.store.port import Span
from herenow.store.sqlite.rows import state_of

_ENDS = "SELECT (SELECT min(number) FROM recent), (SELECT max(number) FROM recent)"
_OTHERS = "SELECT number, packed FROM recent WHERE number < ? OR number > ?"
_ALL = "SELECT number, packed FROM recent ORDER BY number"
_OF_SPAN = "SELECT number, packed FROM recent WHERE earliest < ? AND latest >= ?"
_INSERT = "INSERT INTO recent (positions, earliest, latest, packed) VALUES (?, ?, ?, ?)"

log = structlog.get_logger()


class _State(msgspec.Struct, array_like=True, gc=False):
    """What is kept of a device."""

    position: int | Position  # which one of its batch, where it is there
    contact: Contact | None
    name: str | None
    kind: str | None
    course: float | None
    speed: float | None
    distance: float
    day: int
    ahead: bool


class _Packed(msgspec.Struct, array_like=True, gc=False):
    positions: list[Position]
    states: list[_State]


class Batch(NamedTuple):
    """What one commit wrote."""

    positions: list[Position]
    devices: list[Device]  # as they are after it


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode


class _Grouped(NamedTuple):
    positions: dict[str, list[Position]]
    devices: dict[str, Device]


_NOTHING = _Grouped({}, {})


def append(connection: sqlite3.Connection, batch: Batch) -> None:
    rows = {position.device_id: row for row, position in enumerate(batch.positions)}
    states = [_state(device, rows, batch.positions) for device in batch.devices]
    times = [position.time for position in batch.positions]
    packed = _encode(_Packed(batch.positions, states))
    connection.execute(_INSERT, (len(times), min(times, default=None), max(times, default=None), packed))


def _state(device: Device, rows: Mapping[str, int], positions: Sequence[Position]) -> _State:
    row = rows.get(device.position.device_id, -1)
    position = row if row >= 0 and positions[row] is device.position else device.position
    return _State(position, device.contact, *state_of(device))


def _device(state: _State, positions: Sequence[Position]) -> Device:
    position = state.position if isinstance(state.position, Position) else positions[state.position]
    return Device(
        position,
        state.name,
        state.kind,
        state.course,
        state.speed,
        state.distance,
        state.day,
        ahead=state.ahead,
        contact=state.contact,
    )


def batch_of(number: int, packed: bytes) -> Batch | None:
    """None where it is damaged, which the log names."""
    try:
        return read_batch(packed)
    except Damaged as error:
        log.error("positions that came last are damaged and left out", batch=number, reason=str(error), advice=RESTORE)
        return None


def read_batch(packed: bytes) -> Batch:
    """Raises Damaged."""
    try:
        found = _decode(packed)
        return Batch(found.positions, [_device(state, found.positions) for state in found.states])
    except (msgspec.MsgspecError, UnicodeDecodeError, IndexError) as error:
        raise Damaged(str(error)) from error


class Recent:
    """The batches of a file, each read once. For several threads, whose transactions may see other batches.

    A batch never changes. Numbers only grow, and batches leave in the order of their numbers, or all together: so the
    least and the greatest number say which ones there are.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._batches: dict[int, _Grouped] = {}  # in the order of their numbers

    def view(self, connection: sqlite3.Connection) -> "RecentView":
        """What the present transaction of a connection sees."""
        low, high = connection.execute(_ENDS).fetchone()
        with self._lock:
            if low is None:
                self._batches = {}
            elif self._ends() != (low, high):
                self._update(connection, low, high)
            return RecentView(list(self._batches.values()))

    def _ends(self) -> tuple[int, int]:
        return next(iter(self._batches), 0), next(reversed(self._batches), -1)

    def _update(self, connection: sqlite3.Connection, low: int, high: int) -> None:
        kept = {number: batch for number, batch in self._batches.items() if low <= number <= high}
        ends = (min(kept), max(kept)) if kept else (high + 1, high + 1)
        read = {number: _grouped(batch_of(number, packed)) for number, packed in connection.execute(_OTHERS, ends)}
        self._batches = dict(sorted((kept | read).items()))


class RecentView:
    def __init__(self, batches: Sequence[_Grouped]) -> None:
        self._batches = batches

    def positions(self, device_id: str) -> list[Position]:
        """Of a device, in the order in which they came."""
        found: list[Position] = []
        for batch in self._batches:
            found += batch.positions.get(device_id, ())
        return found

    def by_device(self, device_ids: Collection[str]) -> Iterator[tuple[str, list[Position]]]:
        """Of many devices, some positions at a time, each device perhaps several times."""
        for batch in self._batches:
            if len(device_ids) < len(batch.positions):
                for device_id in device_ids:
                    if device_id in batch.positions:
                        yield device_id, batch.positions[device_id]
            else:
                for device_id, positions in batch.positions.items():
                    if device_id in device_ids:
                        yield device_id, positions

    def devices(self, device_ids: Iterable[str] | None = None) -> Iterator[Device]:
        """States of devices, of all or of those named, in the order in which they came."""
        wanted = None if device_ids is None else set(device_ids)
        for batch in self._batches:
            for device_id in batch.devices if wanted is None else batch.devices.keys() & wanted:
                yield batch.devices[device_id]

    def active(self, span: Span) -> Iterator[tuple[str, int]]:
        """Devices and times of positions in a span."""
        for batch in self._batches:
            for device_id, positions in batch.positions.items():
                for position in positions:
                    if span.start <= position.time < span.end:
                        yield device_id, position.time


def _grouped(batch: Batch | None) -> _Grouped:
    if batch is None:
        return _NOTHING
    return _Grouped(_by_device(batch.positions), {one.device_id: one for one in batch.devices})


def _by_device(positions: Iterable[Position]) -> dict[str, list[Position]]:
    found: dict[str, list[Position]] = {}
    for position in positions:
        found.setdefault(position.device_id, []).append(position)
    return found


def take_out(connection: sqlite3.Connection, device_id: str, span: Span | None) -> list[int]:
    """Positions of a device in a span go, or with None everything of it. The times of these positions. All batches get
    new numbers, by which readers and the compaction notice it."""
    rows = connection.execute(_OF_SPAN, (span.end, span.start)) if span else connection.execute(_ALL)
    gone, known = _of_device(rows, device_id, span)
    if not gone and (span or not known):
        return []
    for number, packed in connection.execute(_ALL).fetchall():
        if batch := batch_of(number, packed):
            append(connection, _without(batch, device_id, span))
        else:
            connection.execute("INSERT OR IGNORE INTO damaged VALUES (?, ?)", (number, packed))
        connection.execute("DELETE FROM recent WHERE number = ?", (number,))
    return gone


def _of_device(rows: Iterable[tuple[int, bytes]], device_id: str, span: Span | None) -> tuple[list[int], bool]:
    """The times of its positions in the span, and whether its state is in the rows."""
    times, known = list[int](), False
    for number, packed in rows:
        batch = batch_of(number, packed)
        if batch is not None:
            known = known or any(one.device_id == device_id for one in batch.devices)
            mine = [one.time for one in batch.positions if one.device_id == device_id]
            times += [time for time in mine if _within(time, span)]
    return times, known


def _without(batch: Batch, device_id: str, span: Span | None) -> Batch:
    return Batch(
        [one for one in batch.positions if one.device_id != device_id or not _within(one.time, span)],
        [one for one in batch.devices if span or one.device_id != device_id],
    )


def _within(time: int, span: Span | None) -> bool:
    return span is None or span.start <= time < span.end
