"""The hours of a device, made from its positions: what is stored of them, with flags, and whose hours change by it."""

from collections.abc import Iterable
from typing import Protocol

import msgspec
import numpy as np

from herenow.history.rollups.keys import (
    MONTH,
    bucket_of,
    day_key,
    dirty_days_part,
    dirty_key,
    dirty_part,
    hour_part,
    key_number,
    number_key,
    numbers_of,
    track_part,
)
from herenow.history.tracks.quality import CONTEXT, flagged
from herenow.history.tracks.track import NOTHING, Track, pack_track, track, unpack_track
from herenow.model.clock import HOUR
from herenow.model.leg import MAX_LEG_TIME
from herenow.store.port import PositionReader, Range, RollupReader, RollupStore, Row, Span, Version

PAGE = 10_000  # positions

_of_hour = msgspec.msgpack.Decoder(tuple[str, bytes])


class HourSource(PositionReader, RollupStore, Protocol):
    """Positions, and the hours that were made of them before."""


async def made_hours(store: HourSource, device_id: str, kind: str, hours: Iterable[int]) -> list[Row]:
    """Rows for hours of a device, as its stored positions are now, each with a mark that the hour is dirty. Where an
    hour begins or ends otherwise than before, its neighbour is rebuilt, too: flags depend on neighbours."""
    rows: list[Row] = []
    for first, last in runs(hours):
        before = await stored_hours(store.rollups, device_id, first - 1, last + 1)
        after = await _flagged(store, device_id, first, last)
        if first - 1 in before and _edge(before.get(first), -1) != _edge(after.get(first), -1):
            after |= await _flagged(store, device_id, first - 1, first - 1)
        if last + 1 in before and _edge(before.get(last), 1) != _edge(after.get(last), 1):
            after |= await _flagged(store, device_id, last + 1, last + 1)
        for hour in sorted(before.keys() & set(range(first, last + 1)) | after.keys()):
            rows += hour_rows(device_id, kind, hour, after.get(hour, NOTHING))
    return rows


def runs(hours: Iterable[int]) -> list[tuple[int, int]]:
    """Hours that follow each other, as their first and last."""
    found: list[tuple[int, int]] = []
    for hour in sorted(set(hours)):
        if found and found[-1][1] == hour - 1:
            found[-1] = found[-1][0], hour
        else:
            found.append((hour, hour))
    return found


async def stored_hours(rollups: RollupReader, device_id: str, first: int, last: int) -> dict[int, Track]:
    """What is kept of the hours of a device, both ends included."""
    found = await rollups.get(hours_ranges(device_id, first, last))
    return {key_number(key): unpack_track(value) for part in found for key, value in part}


def hours_ranges(device_id: str, first: int, last: int) -> list[Range]:
    months = range(first * HOUR // MONTH, last * HOUR // MONTH + 1)
    return [numbers_of(track_part(device_id, month), first, last) for month in months]


def hour_rows(device_id: str, kind: str, hour: int, found: Track) -> list[Row]:
    month, bucket, packed = hour * HOUR // MONTH, bucket_of(device_id), pack_track(found)
    return [
        Row(dirty_part("hour"), dirty_key(hour, bucket), b""),
        Row(dirty_days_part(bucket), day_key(device_id, hour // 24), b""),
        Row(track_part(device_id, month), number_key(hour), packed if len(found) else None),
        Row(
            hour_part(hour, device_id),
            device_id.encode(),
            msgspec.msgpack.encode((kind, packed)) if len(found) else None,
        ),
    ]


def read_hour(value: bytes) -> tuple[str, Track]:
    """Kind and track of a device in a row of an hour's parts."""
    kind, packed = _of_hour.decode(value)
    return kind, unpack_track(packed)


def _edge(found: Track | None, side: int) -> bytes:
    """The positions that flags of the hour beside depend on."""
    if found is None:
        return b""
    near = found[-CONTEXT:] if side > 0 else found[:CONTEXT]
    plain: bytes = near[["time", "longitude", "latitude", "accuracy", "speed"]].tobytes()
    return plain


async def _flagged(store: PositionReader, device_id: str, first: int, last: int) -> dict[int, Track]:
    """Hours of a device from its positions, both ends included; only those that have any."""
    start, end = first * HOUR, (last + 1) * HOUR
    found = await _positions(store, device_id, Span(start - MAX_LEG_TIME, end + MAX_LEG_TIME))
    times = found["time"]
    begin, finish = np.searchsorted(times, [start, end])
    judged = flagged(found[begin:], found[:begin])[: finish - begin]
    hours = judged["time"] // HOUR
    cuts = np.flatnonzero(np.diff(hours)) + 1
    return {int(part["time"][0]) // HOUR: part for part in np.split(judged, cuts) if len(part)}


async def _positions(store: PositionReader, device_id: str, span: Span) -> Track:
    parts: list[Track] = [NOTHING]
    after: Version | None = None
    while page := await store.track(device_id, span, after, PAGE):
        parts.append(track(page))
        after = page[-1].version
        if len(page) < PAGE:
            break
    return np.concatenate(parts)
