"""The days of a device, made from its hours: its track in levels of detail, and what it did, summed up."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from herenow.history.hours import NOTHING, hours_ranges
from herenow.history.parts import (
    day_part,
    key_number,
    level_part,
    levels_parts,
    number_key,
    numbers_of,
    summaries_parts,
    summary_part,
)
from herenow.history.rules import believed, trusting
from herenow.history.simplify import TOLERANCES, levels
from herenow.history.summary import Figures, Summary, summary
from herenow.history.track import Track, pack_track, unpack_track
from herenow.history.trips import Settings
from herenow.model.clock import DAY, HOUR
from herenow.store.base import Rollups, Row, Span

DeviceDay = tuple[str, int]

_pack = msgspec.msgpack.Encoder().encode
_summary = msgspec.msgpack.Decoder(Summary).decode
_figures = msgspec.msgpack.Decoder(Figures).decode  # takes half as long


async def made_days(rollups: Rollups, days: Sequence[DeviceDay], settings: Settings) -> list[Row]:
    """Rows for days of devices, as their hours are now."""
    ranges = [hours_ranges(device_id, day * 24, day * 24 + 23) for device_id, day in days]
    answers = iter(await rollups.get([one for some in ranges for one in some]))
    rows: list[Row] = []
    for (device_id, day), some in zip(days, ranges, strict=True):
        packed = [value for _ in some for _, value in next(answers)]
        rows += _rows(device_id, day, settings, np.concatenate([NOTHING, *map(unpack_track, packed)]))
    return rows


def _rows(device_id: str, day: int, settings: Settings, found: Track) -> list[Row]:
    key, kept = number_key(day), believed(found)
    coarsest = levels(kept)
    rows = [Row(level_part(device_id, level, day), key, _level(kept[coarsest <= level])) for level in _LEVELS]
    packed = _pack(summary(found, settings)) if len(found) else None
    return [
        *rows,
        Row(summary_part(device_id, day), key, packed),
        Row(day_part(day, device_id), device_id.encode(), packed),
    ]


_LEVELS = range(len(TOLERANCES))


def _level(kept: Track) -> bytes | None:
    return pack_track(kept) if len(kept) else None


async def read_level(rollups: Rollups, device_id: str, level: int, span: Span) -> Track:
    """The track of a device in a span, in one level of detail; positions not to be believed are left out."""
    first, last = span.start // DAY, (span.end - 1) // DAY
    answers = await rollups.get([numbers_of(part, first, last) for part in levels_parts(device_id, level, first, last)])
    return await asyncio.to_thread(_joined, answers, span)


async def read_hours(rollups: Rollups, device_id: str, span: Span) -> Track:
    """The whole track of a device in a span, with flags."""
    answers = await rollups.get(hours_ranges(device_id, span.start // HOUR, (span.end - 1) // HOUR))
    return await asyncio.to_thread(_joined, answers, span)


async def read_summaries(rollups: Rollups, device_id: str, first: int, last: int) -> Mapping[int, Summary]:
    """What a device did, by day, both ends included."""
    answers = await rollups.get([numbers_of(part, first, last) for part in summaries_parts(device_id, first, last)])
    return {key_number(key): _summary(value) for rows in answers for key, value in rows}


def raw_summaries(found: Track, settings: Settings) -> Mapping[int, Summary]:
    """What a device did, by day, had everything in its track to be believed."""
    numbers = found["time"] // DAY
    parts = np.split(trusting(found), np.flatnonzero(np.diff(numbers)) + 1)
    return {int(part["time"][0] // DAY): summary(part, settings) for part in parts if len(part)}


def read_figures(value: bytes) -> Figures:
    """In a row of a day's parts."""
    return _figures(value)


def _joined(answers: Sequence[Sequence[tuple[bytes, bytes]]], span: Span) -> Track:
    found = np.concatenate([NOTHING, *(unpack_track(value) for rows in answers for _, value in rows)])
    times = found["time"]
    return found[np.searchsorted(times, span.start) : np.searchsorted(times, span.end)]
