"""What was committed last, as it came: one row for each commit, until the compaction takes it into blocks."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
import structlog

from herenow.model.contact import Contact
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.columns import RESTORE
from herenow.store.port import Span

_NUMBERS = "SELECT number FROM recent ORDER BY number"
_PACKED = "SELECT packed FROM recent WHERE number = ?"
_ALL = "SELECT number, packed FROM recent ORDER BY number"
_INSERT = "INSERT INTO recent (positions, packed) VALUES (?, ?)"

log = structlog.get_logger()


class _State(msgspec.Struct, array_like=True, gc=False):
    """What is kept of a device."""

    position: int | Position  # which one of its batch, where it is there
    name: str | None
    kind: str | None
    course: float | None
    speed: float | None
    distance: float
    day: int
    ahead: bool
    contact: Contact | None


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
    connection.execute(_INSERT, (len(batch.positions), _encode(_Packed(batch.positions, states))))


def _state(device: Device, rows: Mapping[str, int], positions: Sequence[Position]) -> _State:
    row = rows.get(device.position.device_id, -1)
    return _State(
        row if row >= 0 and positions[row] is device.position else device.position,
        device.name,
        device.kind,
        device.course,
        device.speed,
        device.distance,
        device.day,
        device.ahead,
        device.contact,
    )


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
        found = _decode(packed)
        return Batch(found.positions, [_device(state, found.positions) for state in found.states])
    except (msgspec.MsgspecError, UnicodeDecodeError, IndexError) as error:
        log.error("positions that came last are damaged and left out", batch=number, reason=str(error), advice=RESTORE)
        return None


class Recent:
    """The batches of a file, each read once. For several threads, whose transactions may see other batches."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._batches: dict[int, _Grouped] = {}

    def view(self, connection: sqlite3.Connection) -> "RecentView":
        """What the present transaction of a connection sees."""
        numbers = [number for (number,) in connection.execute(_NUMBERS)]
        with self._lock:
            known = self._batches
            self._batches = {number: known.get(number) or _read(connection, number) for number in numbers}
            return RecentView(list(self._batches.values()))


class RecentView:
    def __init__(self, batches: Sequence[_Grouped]) -> None:
        self._batches = batches

    def positions(self, device_id: str) -> list[Position]:
        """Of a device, in the order in which they came."""
        found: list[Position] = []
        for batch in self._batches:
            found += batch.positions.get(device_id, ())
        return found

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


def _read(connection: sqlite3.Connection, number: int) -> _Grouped:
    [(packed,)] = connection.execute(_PACKED, (number,))
    batch = batch_of(number, packed)
    return (
        _NOTHING
        if batch is None
        else _Grouped(by_device(batch.positions), {one.device_id: one for one in batch.devices})
    )


def by_device(positions: Iterable[Position]) -> dict[str, list[Position]]:
    found: dict[str, list[Position]] = {}
    for position in positions:
        known = found.get(position.device_id)
        if known is None:
            found[position.device_id] = [position]
        else:
            known.append(position)
    return found


def take_out(connection: sqlite3.Connection, device_id: str, span: Span | None) -> list[int]:
    """Positions of a device in a span go, or with None everything of it. The times of these positions. All batches get
    new numbers, by which the compaction notices that what it has read is no longer all there."""
    rows = connection.execute(_ALL).fetchall()
    batches = [(number, batch) for number, packed in rows if (batch := batch_of(number, packed))]
    gone = [
        position.time
        for _, batch in batches
        for position in batch.positions
        if position.device_id == device_id and _within(position.time, span)
    ]
    if not gone and (span or not any(one.device_id == device_id for _, batch in batches for one in batch.devices)):
        return []
    for number, batch in batches:
        connection.execute("DELETE FROM recent WHERE number = ?", (number,))
        append(connection, _without(batch, device_id, span))
    return gone


def _without(batch: Batch, device_id: str, span: Span | None) -> Batch:
    return Batch(
        [one for one in batch.positions if one.device_id != device_id or not _within(one.time, span)],
        [one for one in batch.devices if span or one.device_id != device_id],
    )


def _within(time: int, span: Span | None) -> bool:
    return span is None or span.start <= time < span.end
