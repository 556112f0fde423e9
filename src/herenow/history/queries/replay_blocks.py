"""Blocks to play history from: an hour of all devices, thinned or whole, packed as it is sent (docs/protocol.md)."""

import asyncio
import struct
import zlib
from collections.abc import Collection, Sequence
from itertools import compress
from typing import Any

import msgspec
import numpy as np

from herenow.errors import NotFound
from herenow.history.rollups.hours import read_hour
from herenow.history.rollups.keys import hour_parts, prefix_range, replay_part
from herenow.history.tracks.quality import unflagged, without_flags
from herenow.history.tracks.track import FIX, Track
from herenow.model.clock import HOUR
from herenow.store.port import RollupReader, Row

STEPS = (0, 10_000, 60_000, 300_000)  # ms, by level: a device has at most one position in each
UNKNOWN, FASTEST = 65_535, 65_534  # of speed, in cm/s, and of course
CHUNK = 1 << 20  # bytes of a row: stores want no large ones
LEVEL = 1  # of zlib

# One position; the order is that of the columns. Those of four bytes come first, so that each column is aligned.
COLUMNS = np.dtype([("time", "<u4"), ("longitude", "<i4"), ("latitude", "<i4"), ("speed", "<u2"), ("course", "<u2")])

Tracks = Sequence[tuple[str, str, Track]]  # device id, kind

_NOTHING_THERE = "nothing was reported in the hour {}; /api/history/replay tells which there are"
_COUNT = struct.Struct("<I")
_NOTHING: Track = np.empty(0, FIX)


class BlockHeader(msgspec.Struct, frozen=True):
    """What a block begins with, as JSON; `counts` are the positions of each device, in the order of `devices`."""

    start: int  # ms
    step: int  # ms
    devices: list[str]
    kinds: list[str]
    counts: list[int]


def replay_rows(hour: int, tracks: Tracks) -> list[Row]:
    """The blocks of an hour in every level; without tracks they go."""
    rows = []
    for level in range(len(STEPS)):
        chunks = _chunks(zlib.compress(encode(hour, level, tracks), LEVEL)) if tracks else [None]
        rows += [Row(replay_part(hour, level), number.to_bytes(4), chunk) for number, chunk in enumerate(chunks)]
    return rows


def _chunks(body: bytes) -> list[bytes]:
    """The first says how many there are: more may be left of a longer one before."""
    pieces = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]
    return [_COUNT.pack(len(pieces)) + pieces[0], *pieces[1:]]


async def read_block(rollups: RollupReader, hour: int, level: int) -> bytes:
    """Compressed, as zlib does. Raises NotFound where nothing was in that hour."""
    [rows] = await rollups.get([(replay_part(hour, level), b"", b"\xff" * 4)])
    if not rows:
        raise NotFound(_NOTHING_THERE.format(hour))
    chunks = [value for _, value in rows]
    (count,) = _COUNT.unpack_from(chunks[0])
    return b"".join([chunks[0][_COUNT.size :], *chunks[1:count]])


async def raw_block(rollups: RollupReader, hour: int, level: int) -> bytes:
    """The same with positions that are not to be believed; built for each request. Raises NotFound as above."""
    parts = await rollups.get([prefix_range(part) for part in hour_parts(hour)])
    rows = [row for part in parts for row in part]
    if not rows:
        raise NotFound(_NOTHING_THERE.format(hour))

    def made() -> bytes:
        tracks = [(key.decode(), *read_hour(value)) for key, value in rows]
        raw = [(device_id, kind, without_flags(track)) for device_id, kind, track in tracks]
        return zlib.compress(encode(hour, level, raw), LEVEL)

    return await asyncio.to_thread(made)


def encode(hour: int, level: int, tracks: Tracks) -> bytes:
    """A block, not compressed. Positions that are not to be believed are left out."""
    kept = [(device_id, kind, _thinned(unflagged(track), STEPS[level])) for device_id, kind, track in tracks]
    kept = sorted((one for one in kept if len(one[2])), key=lambda one: one[0])
    names, kinds = [one[0] for one in kept], [one[1] for one in kept]
    head = BlockHeader(hour * HOUR, STEPS[level], names, kinds, [len(one[2]) for one in kept])
    return _encoded(head, _rows(hour, np.concatenate([_NOTHING, *(one[2] for one in kept)])))


def _encoded(head: BlockHeader, rows: Any) -> bytes:
    header = msgspec.json.encode(head)
    header += b" " * (-len(header) % 4)
    columns = [np.ascontiguousarray(rows[name]).tobytes() for name in COLUMNS.names or ()]
    return b"".join([_COUNT.pack(len(header)), header, *columns])


def _thinned(track: Track, step: int) -> Track:
    """The first position in each step."""
    if not step or not len(track):
        return track
    steps = track["time"] // step
    kept: Track = track[np.append(True, steps[1:] != steps[:-1])]
    return kept


def _rows(hour: int, track: Track) -> Any:
    rows = np.empty(len(track), COLUMNS)
    rows["time"] = track["time"] - hour * HOUR
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
