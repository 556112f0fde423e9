"""`herenow.bin.v1`: positions as little-endian columns, byte by byte as in docs/protocol.md."""

import math
import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.model.device import STATUSES, Device
from herenow.model.position import LIVE, MEASURED, Position, compiled, items
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
        *[(name, "<f4") for name in LIVE if not MEASURED[name].requested],
        ("stale_at", "<u4"),
        *[(name, "<f4") for name in LIVE if MEASURED[name].requested],
        ("speed", "<u2"),
        ("course", "<u2"),
        ("status", "u1"),
    ]
)
FIRST = ("timestamp", "number", "longitude", "latitude")
_FLAGS = {name: MEASURED[name].flag or 0 for name in LIVE}
OPTIONAL = {name: flag for name, flag in _FLAGS.items() if not MEASURED[name].requested}
# Flags for readers that name them: others refuse the frame.
REQUESTED = {"stale_at": 8} | {name: flag for name, flag in _FLAGS.items() if MEASURED[name].requested}
_ALL = OPTIONAL | REQUESTED  # in the order of their columns
KNOWN = sum(_ALL.values())
LAST = ("speed", "course", "status")

Records = npt.NDArray[np.void]

_HEAD = struct.Struct("<B3xIdd8s")
_BLOCK = struct.Struct("<IIIB3x")
_NAMED = struct.Struct("<IHHH2x")
_COLUMNS: tuple[str, ...] = (*FIRST, *LAST, "stale_at", *LIVE)  # in the order of _live
_MEASURED = frozenset(LIVE)
_NAN = float("nan")


# The names are those of the columns; None becomes NaN in a column of floats.
_record: Callable[[int, Device, Position], tuple[float | None, ...]] = compiled(
    "number, device, position",
    f"""
        position.time,
        number,
        round(position.longitude * PLACES),
        round(position.latitude * PLACES),
        {items("position", OPTIONAL)}
        -(-(device.contact.stale_at if device.contact else device.stale_at) // 1000) & LATEST,
        {items("position", [name for name in REQUESTED if name in LIVE])}
        UNKNOWN if device.speed is None else min(FASTEST, round(device.speed * 100)),
        UNKNOWN if device.course is None else round(device.course * 100) % 36_000,
        STATUS[device.motion],
    """,
    PLACES=PLACES,
    LATEST=LATEST,
    UNKNOWN=UNKNOWN,
    FASTEST=FASTEST,
    STATUS={status: code for code, status in enumerate(STATUSES)},
)


def records(devices: Iterable[tuple[int, Device]]) -> Records:
    """Devices by their numbers as rows of RECORD."""
    return np.array([_record(number, device, device.position) for number, device in devices], dtype=RECORD)


def name(number: int, device: Device) -> bytes:
    """The entry that maps a number to its device."""
    texts = [text.encode() for text in (device.device_id, device.name or "", device.kind or "")]
    entry = _NAMED.pack(number, *map(len, texts)) + b"".join(texts)
    return entry + bytes(-len(entry) % 4)


def blocks(
    positions: Records, starts: Sequence[int], names: Sequence[Sequence[bytes]], requested: Collection[str] = ()
) -> list[bytes]:
    """Cuts positions into blocks that begin at `starts`, the first at 0; `names` has those of each block, `requested`
    the columns of REQUESTED that the reader knows. A measured field that no position knows has no column."""
    wanted = (*OPTIONAL, *[column for column in REQUESTED if column in requested])
    optional = [column for column in wanted if column not in _MEASURED or not np.isnan(positions[column]).all()]
    flags = sum(_ALL[column] for column in optional)
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
    positions: list[LivePosition] = []
    at = _HEAD.size
    while at < len(frame):
        length = _unpack(_BLOCK, frame, at)[0]
        if length % 8 or length < _BLOCK.size or at + length > len(frame):
            raise ValueError(f"expected a block of at most {len(frame) - at} bytes, got {length}")
        positions += _decode_block(frame[at : at + length], known)
        at += length
    if not (math.isfinite(seq) and math.isfinite(time)):
        raise ValueError(f"expected finite numbers, got seq {seq} and time {time}")
    names.clear()
    names.update(known)
    return FrameHeader(kind == SNAPSHOT, view, int(seq), int(time), epoch.hex()), positions


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
    for column in (*FIRST, *(column for column, flag in _ALL.items() if flags & flag), *LAST):
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
    timestamp, status = row[0], row[_STATUS]
    if not (math.isfinite(timestamp) and status < len(STATUSES)):
        raise ValueError(f"expected a finite time and a status from 0 to 2, got {timestamp} and {status}")
    return _live_position(row, named)


_AT = {name: f"row[{index}]" for index, name in enumerate(_COLUMNS)}
_STATUS = _COLUMNS.index("status")


def _unless_nan(name: str, kind: str = "") -> str:
    return f"{name}=None if isnan({_AT[name]}) else {kind}({_AT[name]}), "


_live_position: Callable[[tuple[Any, ...], tuple[str, str | None, str | None]], LivePosition] = compiled(
    "row, named",
    f"""LivePosition(
        named[0],
        int({_AT["timestamp"]}),
        {_AT["latitude"]} / PLACES,
        {_AT["longitude"]} / PLACES,
        STATUSES[{_AT["status"]}],
        None if {_AT["speed"]} == UNKNOWN else {_AT["speed"]} / 100,
        None if {_AT["course"]} == UNKNOWN else {_AT["course"]} / 100,
        named[2],
        named[1],
        None if isnan({_AT["stale_at"]}) else {_AT["stale_at"]} * 1000,
        {"".join(_unless_nan(name, "int" if MEASURED[name].whole else "") for name in LIVE)}
    )""",
    LivePosition=LivePosition,
    PLACES=PLACES,
    STATUSES=STATUSES,
    UNKNOWN=UNKNOWN,
    isnan=math.isnan,
)
