"""`herenow.bin.v1`: positions as little-endian columns, byte by byte as in docs/protocol.md."""

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.model.device import STATUSES, Device
from herenow.wire.json import LivePosition

SUBPROTOCOL = "herenow.bin.v1"
SNAPSHOT, UPDATE = 1, 2
PLACES = 1e7  # to a degree
LATEST = 2**32 - 1  # s since 1970; in 2106 it begins again
UNKNOWN, FASTEST = 65_535, 65_534  # of speed, in cm/s, and of course

# One position. The order is that of the columns.
RECORD = np.dtype(
    [
        ("timestamp", "<f8"),
        ("number", "<u4"),
        ("longitude", "<i4"),
        ("latitude", "<i4"),
        ("altitude", "<f4"),
        ("accuracy", "<f4"),
        ("battery", "<f4"),
        ("stale_at", "<u4"),
        ("speed", "<u2"),
        ("course", "<u2"),
        ("status", "u1"),
    ]
)
FIRST = ("timestamp", "number", "longitude", "latitude")
OPTIONAL = {"altitude": 1, "accuracy": 2, "battery": 4}
ASKED = {"stale_at": 8}  # flags for readers that name them: others refuse the frame
KNOWN = sum((OPTIONAL | ASKED).values())
LAST = ("speed", "course", "status")

Records = npt.NDArray[np.void]

_HEAD = struct.Struct("<B3xIdd8s")
_BLOCK = struct.Struct("<IIIB3x")
_NAMED = struct.Struct("<IHHH2x")
_COLUMNS: tuple[str, ...] = (*FIRST, *OPTIONAL, *ASKED, *LAST)
_STATUS = {status: code for code, status in enumerate(STATUSES)}
_NAN = float("nan")


def records(devices: Iterable[tuple[int, Device]]) -> Records:
    """Devices by their numbers as rows of RECORD."""
    return np.array([_record(number, device) for number, device in devices], dtype=RECORD)


def _record(number: int, device: Device) -> tuple[float, ...]:
    position = device.position
    altitude, accuracy, battery = position.altitude, position.accuracy, position.battery
    speed, course, contact = device.speed, device.course, device.contact
    stale_at = contact.stale_at if contact else device.stale_at  # not the property, where it matters
    return (
        position.time,
        number,
        round(position.longitude * PLACES),
        round(position.latitude * PLACES),
        _NAN if altitude is None else altitude,
        _NAN if accuracy is None else accuracy,
        _NAN if battery is None else battery,
        -(-stale_at // 1000) & LATEST,
        UNKNOWN if speed is None else min(FASTEST, round(speed * 100)),
        UNKNOWN if course is None else round(course * 100) % 36_000,
        _STATUS[device.motion],
    )


def name(number: int, device: Device) -> bytes:
    """The entry that maps a number to its device."""
    texts = [text.encode() for text in (device.device_id, device.name or "", device.kind or "")]
    entry = _NAMED.pack(number, *map(len, texts)) + b"".join(texts)
    return entry + bytes(-len(entry) % 4)


def blocks(
    positions: Records, starts: Sequence[int], names: Sequence[Sequence[bytes]], asked: Sequence[str] = ()
) -> list[bytes]:
    """Cuts positions into blocks that begin at `starts`, the first at 0; `names` has those of each block, `asked` the
    columns of `ASKED` that the reader knows."""
    optional = [column for column in OPTIONAL if not np.isnan(positions[column]).all()] + list(asked)
    flags = sum((OPTIONAL | ASKED)[column] for column in optional)
    columns = [(positions[column].tobytes(), RECORD[column].itemsize) for column in (*FIRST, *optional, *LAST)]
    made = []
    for start, stop, named in zip(starts, (*starts[1:], len(positions)), names, strict=True):
        body = b"".join([column[start * size : stop * size] for column, size in columns])
        made.append(_block(stop - start, flags, body, named))
    return made


def _block(count: int, flags: int, body: bytes, named: Sequence[bytes]) -> bytes:
    content = b"".join((body, bytes(-len(body) % 8), *named))
    padding = bytes(-len(content) % 8)
    return _BLOCK.pack(_BLOCK.size + len(content) + len(padding), count, len(named), flags) + content + padding


def head(kind: int, view: int, seq: int, time: int, epoch: bytes) -> bytes:
    """What a frame begins with; blocks follow."""
    return _HEAD.pack(kind, view, seq, time, epoch)


# The way back


class FrameHeader(msgspec.Struct, frozen=True):
    snapshot: bool
    view: int  # 0 for none
    seq: int
    time: int  # ms
    epoch: str  # as in JSON


Names = dict[int, tuple[str, str | None, str | None]]  # device_id, name, kind


def decode(frame: bytes, names: Names) -> tuple[FrameHeader, list[LivePosition]]:
    """What a frame says, positions in the order of the frame. Adds to `names` what it learns; a snapshot empties them
    first. Raises ValueError for what is no frame; `names` is as before then."""
    kind, view, seq, time, epoch = _unpack(_HEAD, frame, 0)
    if kind not in (SNAPSHOT, UPDATE):
        raise ValueError(f"expected a snapshot (1) or an update (2), got {kind}")
    known = {} if kind == SNAPSHOT else dict(names)
    told: list[LivePosition] = []
    at = _HEAD.size
    while at < len(frame):
        length = _unpack(_BLOCK, frame, at)[0]
        if length % 8 or length < _BLOCK.size or at + length > len(frame):
            raise ValueError(f"expected a block of at most {len(frame) - at} bytes, got {length}")
        told += _decode_block(frame[at : at + length], known)
        at += length
    if not (math.isfinite(seq) and math.isfinite(time)):
        raise ValueError(f"expected finite numbers, got seq {seq} and time {time}")
    names.clear()
    names.update(known)
    return FrameHeader(kind == SNAPSHOT, view, int(seq), int(time), epoch.hex()), told


def _unpack(what: struct.Struct, data: bytes, at: int) -> tuple[Any, ...]:
    try:
        return what.unpack_from(data, at)
    except struct.error as error:
        raise ValueError(f"expected {what.size} bytes more at byte {at} of {len(data)}") from error


def _decode_block(block: bytes, names: Names) -> Iterator[LivePosition]:
    _, count, named, flags = _BLOCK.unpack_from(block)
    if flags > KNOWN:  # nobody knows where the columns behind an unknown one begin
        raise ValueError(f"expected the sum of column flags to be at most {KNOWN}, got {flags}; ask for fewer columns")
    columns = {}
    at = _BLOCK.size
    for column in (*FIRST, *(column for column, flag in (OPTIONAL | ASKED).items() if flags & flag), *LAST):
        stop = at + count * RECORD[column].itemsize
        if stop > len(block):
            raise ValueError(f"expected {count} positions, got {len(block)} bytes")
        columns[column] = np.frombuffer(block, RECORD[column], count, at).tolist()
        at = stop
    _learn(block, at + -at % 8, named, names)
    rows = zip(*(columns.get(column) or repeat(_NAN, count) for column in _COLUMNS), strict=True)
    return (_live(row, names[row[1]]) for row in rows if row[1] in names)


def _learn(block: bytes, at: int, count: int, names: Names) -> None:
    for _ in range(count):
        number, *lengths = _unpack(_NAMED, block, at)
        at += _NAMED.size
        texts = []
        for length in lengths:
            if at + length > len(block):
                raise ValueError(f"expected {length} bytes of text at byte {at} of {len(block)}")
            texts.append(block[at : at + length].decode())
            at += length
        at += -at % 4
        names[number] = texts[0], texts[1] or None, texts[2] or None


def _live(row: tuple[Any, ...], named: tuple[str, str | None, str | None]) -> LivePosition:
    timestamp, _, longitude, latitude, altitude, accuracy, battery, stale_at, speed, course, status = row
    device_id, name, kind = named
    if not (math.isfinite(timestamp) and status < len(STATUSES)):
        raise ValueError(f"expected a finite time and a status from 0 to 2, got {timestamp} and {status}")
    return LivePosition(
        device_id,
        int(timestamp),
        latitude / PLACES,
        longitude / PLACES,
        STATUSES[status],
        None if speed == UNKNOWN else speed / 100,
        None if course == UNKNOWN else course / 100,
        _known(altitude),
        _known(accuracy),
        _known(battery),
        kind,
        name,
        None if math.isnan(stale_at) else stale_at * 1000,
    )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
