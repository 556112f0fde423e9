"""Blocks to play history from: an hour of all devices, thinned or whole, packed as it is sent (docs/protocol.md)."""

import asyncio
import struct
import zlib
from collections.abc import Collection, Sequence
from itertools import compress
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.errors import NotFound
from herenow.history.rollups.blocks import TimeBlock
from herenow.history.rollups.hours import read_hour, tracks_of_hour
from herenow.history.rollups.keys import (
    BLOCKS,
    SLICE,
    SLICED,
    hour_parts,
    number_key,
    prefix_range,
    replay_part,
    single_range,
)
from herenow.history.rollups.points import OTHER
from herenow.history.tracks.quality import without_flags
from herenow.model.clock import HOUR
from herenow.store.port import Range, RollupReader, Row
from herenow.store.track import Track, joined

STEPS = (0, 10_000, 60_000, 300_000)  # ms, by level: a device has at most one position in each
UNKNOWN, FASTEST = 65_535, 65_534  # of speed, in cm/s, and of course
CHUNK = 1 << 20  # bytes of a row: stores want no large ones
LEVEL = 1  # of zlib
LARGEST = 8_000_000  # positions of an hour; a level with more is too large to be played, and is not joined of slices

# One position; the order is that of the columns. Those of four bytes come first, so that each column is aligned.
COLUMNS = np.dtype([("time", "<u4"), ("longitude", "<i4"), ("latitude", "<i4"), ("speed", "<u2"), ("course", "<u2")])

Tracks = Sequence[tuple[str, str, Track]]  # device id, kind

_NOTHING_THERE = "nothing was reported in the hour {}; /api/history/replay tells which there are"
_COUNT = struct.Struct("<I")


class BlockHeader(msgspec.Struct, frozen=True):
    """What a block begins with, as JSON; `counts` are the positions of each device, in the order of `devices`."""

    start: int  # ms
    step: int  # ms
    devices: list[str]
    kinds: list[str]
    counts: list[int]


def replay_rows(block: str, number: int, tracks: Tracks) -> list[Row]:
    """The blocks of an hour or slice in every level; without tracks they go."""
    start = number * BLOCKS[block]
    bodies = (encode(start, level, tracks) if tracks else b"" for level in range(len(STEPS)))
    return [row for level, body in enumerate(bodies) for row in _level_rows(block, number, level, body)]


def _level_rows(block: str, number: int, level: int, body: bytes) -> list[Row]:
    chunks = _chunks(zlib.compress(body, LEVEL)) if body else [None]
    return [Row(replay_part(block, number, level), key.to_bytes(4), chunk) for key, chunk in enumerate(chunks)]


async def joined_rows(rollups: RollupReader, hour: int, level: int) -> list[Row]:
    """The block of an hour in a level, of its slices."""
    return await asyncio.to_thread(_level_rows, "hour", hour, level, await _joined(rollups, hour, level))


async def _joined(rollups: RollupReader, hour: int, level: int) -> bytes:
    """Of the slices of an hour, as `encode`; empty where there are none, or where that is too large to be played."""
    per = HOUR // SLICE
    numbers = range(hour * per, (hour + 1) * per)
    answers = await rollups.get([_range("slice", number, level) for number in numbers])
    packed = [_unchunked(rows) for rows in answers if rows]
    return await asyncio.to_thread(_join, hour, level, packed)


def _join(hour: int, level: int, packed: Sequence[bytes]) -> bytes:
    parts = [decode(zlib.decompress(one)) for one in packed]
    if not parts or sum(len(rows) for _, rows in parts) > LARGEST:
        return b""
    kinds = {name: kind for head, _ in parts for name, kind in zip(head.devices, head.kinds, strict=True)}
    places = {name: place for place, name in enumerate(sorted(kinds))}
    rows = np.concatenate([_later(rows, head.start - hour * HOUR) for head, rows in parts])
    devices = np.concatenate([np.repeat([places[name] for name in head.devices], head.counts) for head, _ in parts])
    devices = devices.astype(np.int64)
    order = np.argsort(devices, kind="stable")  # each device's slices are in order
    rows, devices = _thinned(rows[order], devices[order], STEPS[level])
    counts = np.bincount(devices, minlength=len(places)).tolist()
    return _encoded(
        BlockHeader(hour * HOUR, STEPS[level], list(places), [kinds[name] for name in places], counts), rows
    )


def _later(rows: Any, by: int) -> Any:
    rows["time"] += np.uint32(by)
    return rows


def _chunks(body: bytes) -> list[bytes]:
    """The first says how many there are: more may be left of a longer one before."""
    pieces = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]
    return [_COUNT.pack(len(pieces)) + pieces[0], *pieces[1:]]


async def read_block(rollups: RollupReader, hour: int, level: int) -> bytes:
    """Compressed, as zlib does. Raises NotFound where nothing was in that hour."""
    [sliced, rows] = await rollups.get([single_range(SLICED, number_key(hour)), _range("hour", hour, level)])
    if not sliced:
        if not rows:
            raise NotFound(_NOTHING_THERE.format(hour))
        return _unchunked(rows)
    body = await _joined(rollups, hour, level)
    if not body:
        raise NotFound(_NOTHING_THERE.format(hour))
    return await asyncio.to_thread(zlib.compress, body, LEVEL)


def hour_versions(held: Sequence[TimeBlock]) -> dict[int, str]:
    """Of each hour that has positions, in order, by its block or those of its slices; another one when anything
    changed."""
    made: dict[int, list[bytes]] = {}
    for block in held:
        made.setdefault(block.number * BLOCKS[block.length] // HOUR, []).append(block.made)
    return {
        hour: some[0].hex() if len(some) == 1 else f"{zlib.crc32(b''.join(some)):08x}"
        for hour, some in sorted(made.items())
    }


def _range(block: str, number: int, level: int) -> Range:
    return replay_part(block, number, level), b"", b"\xff" * 4


def _unchunked(rows: Sequence[tuple[bytes, bytes]]) -> bytes:
    chunks = [value for _, value in rows]
    (count,) = _COUNT.unpack_from(chunks[0])
    return b"".join([chunks[0][_COUNT.size :], *chunks[1:count]])


async def raw_block(rollups: RollupReader, hour: int, level: int) -> bytes:
    """The same with positions that are not to be believed; built for each request. Raises NotFound as above."""
    tracks = await _tracks(rollups, hour)
    if not tracks:
        raise NotFound(_NOTHING_THERE.format(hour))

    def made() -> bytes:
        raw = [(device_id, kind, without_flags(track)) for device_id, kind, track in tracks]
        return zlib.compress(encode(hour * HOUR, level, raw), LEVEL)

    return await asyncio.to_thread(made)


async def _tracks(rollups: RollupReader, hour: int) -> Tracks:
    if rollups.packed is None:
        parts = await rollups.get([prefix_range(part) for part in hour_parts(hour)])
        return [(key.decode(), *read_hour(value)) for part in parts for key, value in part]
    tracks = await tracks_of_hour(rollups.packed, hour)
    if not tracks:
        return []
    head, _ = decode(zlib.decompress(await read_block(rollups, hour, len(STEPS) - 1)))
    kinds = dict(zip(head.devices, head.kinds, strict=True))
    return [(name, kinds.get(name, OTHER), track) for name, track in tracks.items()]


def encode(start: int, level: int, tracks: Tracks) -> bytes:
    """A block that begins at a time in ms, not compressed. Positions that are not to be believed are left out."""
    tracks = sorted(tracks, key=lambda one: one[0])
    devices = np.repeat(np.arange(len(tracks)), [len(track) for _, _, track in tracks])
    whole = joined(track for _, _, track in tracks)
    believed = whole["flag"] == 0
    whole, devices = _thinned(whole[believed], devices[believed], STEPS[level])
    counts = np.bincount(devices, minlength=len(tracks)).tolist()
    kept = [(name, kind, count) for (name, kind, _), count in zip(tracks, counts, strict=True) if count]
    names, kinds = [name for name, _, _ in kept], [kind for _, kind, _ in kept]
    head = BlockHeader(start, STEPS[level], names, kinds, [count for _, _, count in kept])
    return _encoded(head, _rows(start, whole))


def _encoded(head: BlockHeader, rows: Any) -> bytes:
    header = msgspec.json.encode(head)
    header += b" " * (-len(header) % 4)
    columns = [np.ascontiguousarray(rows[name]).tobytes() for name in COLUMNS.names or ()]
    return b"".join([_COUNT.pack(len(header)), header, *columns])


def _thinned(rows: Any, devices: npt.NDArray[np.int64], step: int) -> tuple[Any, npt.NDArray[np.int64]]:
    """The first position of each device in each step, with the devices of these."""
    if not step or not len(rows):
        return rows, devices
    steps = rows["time"] // step
    first = np.append(True, (steps[1:] != steps[:-1]) | (devices[1:] != devices[:-1]))
    return rows[first], devices[first]


def _rows(start: int, track: Track) -> Any:
    rows = np.empty(len(track), COLUMNS)
    rows["time"] = track["time"] - start
    rows["longitude"], rows["latitude"] = track["longitude"], track["latitude"]
    rows["speed"], rows["course"] = _hundredths(track["speed"]), _hundredths(track["course"])
    return rows


def _hundredths(column: Any) -> Any:
    known = ~np.isnan(column)
    return np.where(known, np.clip(np.rint(np.nan_to_num(column) * 100), 0, FASTEST), UNKNOWN).astype(np.uint16)


def of_devices(body: bytes, wanted: Collection[str]) -> bytes:
    """A block with some of its devices."""
    head, rows = decode(body)
    chosen = [name in wanted for name in head.devices]
    devices, kinds = list(compress(head.devices, chosen)), list(compress(head.kinds, chosen))
    kept = BlockHeader(head.start, head.step, devices, kinds, list(compress(head.counts, chosen)))
    return _encoded(kept, rows[np.repeat(np.array(chosen, bool), head.counts)])


def decode(body: bytes) -> tuple[BlockHeader, Any]:
    """The head and rows of COLUMNS of a block that is not compressed."""
    (length,) = _COUNT.unpack_from(body)
    head = msgspec.json.decode(body[_COUNT.size : _COUNT.size + length], type=BlockHeader)
    count, start = sum(head.counts), _COUNT.size + length
    rows = np.empty(count, COLUMNS)
    for name in COLUMNS.names or ():
        rows[name] = np.frombuffer(body, COLUMNS[name], count, start)
        start += count * COLUMNS[name].itemsize
    return head, rows
