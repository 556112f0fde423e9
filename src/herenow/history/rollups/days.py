"""The days of a device, made from its hours: its track in levels of detail, and what it did, summed up.

What a leg is follows from the positions around it, wherever midnight is. So a day is made from its own hours and from
those around: as much as `movement.context`, and the nearest position beyond, within MAX_SILENCE. Each day keeps
digests of its own positions that other days read (`head` and `tail`); if a digest changes, those days are rebuilt.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

import msgspec
import numpy as np

from herenow.history.rollups.day_distances import distance_row
from herenow.history.rollups.hours import between, device_hours, flagged_tracks, opened
from herenow.history.rollups.keys import (
    day_part,
    key_number,
    level_part,
    levels_parts,
    number_key,
    numbers_of,
    single_range,
    summaries_parts,
    summary_part,
)
from herenow.history.rollups.track_reader import Around, around
from herenow.history.tracks.movement import context
from herenow.history.tracks.quality import unflagged, without_flags
from herenow.history.tracks.simplify import TOLERANCES, levels
from herenow.history.tracks.stillness import MAX_SILENCE, TripSettings
from herenow.history.tracks.summary import Figures, Summary, summary
from herenow.history.tracks.track import pack_track, unpack_track
from herenow.history.tracks.trips import Piece, Stop, joined
from herenow.model.clock import DAY, HOUR
from herenow.store.port import RollupReader, Row, Span
from herenow.store.track import NOTHING, Track

FOLLOWED = 800  # days
LONGEST_READ = 30 * DAY  # of a track at once: each reading has a deadline of its own
_NEXT = MAX_SILENCE // DAY + 1  # days between two parts of a piece at most

DeviceDay = tuple[str, int]

_pack = msgspec.msgpack.Encoder().encode
_summary = msgspec.msgpack.Decoder(Summary).decode
_figures = msgspec.msgpack.Decoder(Figures).decode  # takes half as long


class MadeDays(NamedTuple):
    """Rows for days of devices, and other days that are to be made: `silent` ones, which have no position and may lie
    within a stop, and `readers`, these among them, which were made of other positions."""

    rows: list[Row]
    readers: set[DeviceDay]
    silent: set[DeviceDay]


async def made_days(rollups: RollupReader, days: Sequence[DeviceDay], settings: TripSettings) -> MadeDays:
    """Days of devices, as their hours are now."""
    spans = [(device_id, Span(day * DAY, (day + 1) * DAY)) for device_id, day in days]
    tracks = await around(rollups, spans, settings)
    before = await rollups.get([single_range(summary_part(*one), number_key(one[1])) for one in days])
    found_days = MadeDays([], set(), set())
    for (device_id, day), found, known in zip(days, tracks, before, strict=True):
        made, rows = await asyncio.to_thread(_made, device_id, day, found, settings)
        old = _summary(known[0][1]) if known else Summary()
        others = _readers(found, day, settings, head=made.head != old.head, tail=made.tail != old.tail)
        found_days.readers.update((device_id, other) for other in others)
        if found.before is not None:
            found_days.silent.update((device_id, other) for other in range(found.before // DAY + 1, day))
        found_days.rows.extend(rows)
    return found_days


def _made(device_id: str, day: int, found: Around, settings: TripSettings) -> tuple[Summary, list[Row]]:
    made = summary(found.track, day, settings)
    made = msgspec.structs.replace(made, head=_head(found, settings), tail=_tail(found, settings))
    return made, _rows(device_id, day, made, found.inside)


def _head(found: Around, settings: TripSettings) -> int:
    """A digest of what the days before read of a day: the positions in its `context`, and the nearest beyond."""
    times = found.kept["time"]
    last = int(np.searchsorted(times, found.span.start + context(settings)))
    return _digest(found.kept[: last + 1])


def _tail(found: Around, settings: TripSettings) -> int:
    """A digest of what the days after read of a day."""
    kept = found.kept
    if not len(kept):
        return 0
    since = min(found.span.end - context(settings), int(kept["time"][-1])) - settings.min_stop_duration
    return _digest(kept[np.searchsorted(kept["time"], since) :])


def _digest(some: Track) -> int:
    return crc32(some[["time", "longitude", "latitude", "speed", "accuracy"]].tobytes()) if len(some) else 0


def _readers(found: Around, day: int, settings: TripSettings, *, head: bool, tail: bool) -> Iterable[int]:
    """The days that read the head or the tail of a day, as far as `around` goes for them."""
    reach = context(settings)
    if head:
        before = found.span.start if found.before is None else found.before
        yield from range((before - reach) // DAY, day)
    if tail:
        after = max(found.after(reach) or 0, found.span.end + reach + settings.min_stop_duration)
        yield from range(day + 1, after // DAY + 1)


def _rows(device_id: str, day: int, made: Summary, found: Track) -> list[Row]:
    key, kept = number_key(day), unflagged(found)
    coarsest = levels(kept, _stays(kept, made.pieces))
    rows = [Row(level_part(device_id, level, day), key, _level(kept[coarsest <= level])) for level in _LEVELS]
    packed = _pack(made) if len(found) or made.stopped else None
    return [
        *rows,
        distance_row(device_id, day, made),
        Row(summary_part(device_id, day), key, packed),
        Row(day_part(day, device_id), device_id.encode(), packed),
    ]


def _stays(kept: Track, pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """Of the stops that lie in a day, or reach into it, the first and the last position there."""
    ends = np.array([(piece.start, piece.end) for piece in pieces if isinstance(piece, Stop)], np.int64).reshape(-1, 2)
    times = kept["time"]
    firsts, lasts = np.searchsorted(times, ends[:, 0]), np.searchsorted(times, ends[:, 1], "right") - 1
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


_LEVELS = range(len(TOLERANCES))


def _level(kept: Track) -> bytes | None:
    return pack_track(kept) if len(kept) else None


async def read_level(rollups: RollupReader, device_id: str, level: int, span: Span) -> Track:
    """The track of a device in a span, in one level of detail; positions not to be believed are left out."""
    first, last = span.start // DAY, (span.end - 1) // DAY
    answers = await rollups.get([numbers_of(part, first, last) for part in levels_parts(device_id, level, first, last)])
    return await asyncio.to_thread(lambda: _within([unpack_track(row) for rows in answers for _, row in rows], span))


async def read_hours(rollups: RollupReader, device_id: str, span: Span) -> Track:
    """The whole track of a device in a span, with flags."""
    if rollups.packed is not None:
        parts = range(span.start, span.end, LONGEST_READ)
        spans = [Span(start, min(start + LONGEST_READ, span.end)) for start in parts]
        found = [await flagged_tracks(rollups.packed, [(device_id, one)]) for one in spans]
        return np.concatenate([NOTHING, *(one[0] for one in found)])
    [hours] = await device_hours(rollups, [(device_id, span.start // HOUR, (span.end - 1) // HOUR)])
    return await asyncio.to_thread(_within, [opened(packed) for _, packed in sorted(hours.items())], span)


async def read_summaries(rollups: RollupReader, device_id: str, first: int, last: int) -> Mapping[int, Summary]:
    """What a device did, by day, both ends included."""
    answers = await rollups.get([numbers_of(part, first, last) for part in summaries_parts(device_id, first, last)])
    return {key_number(key): _summary(value) for rows in answers for key, value in rows}


async def read_pieces(rollups: RollupReader, device_id: str, span: Span) -> list[Piece]:
    """The trips and stops that touch a span, in order, each as long as it is, whatever the span; one that goes on for
    longer than FOLLOWED beyond the span ends there."""
    low, high = span.start // DAY - _NEXT, (span.end - 1) // DAY + _NEXT
    found = dict(await read_summaries(rollups, device_id, low, high))
    lowest, highest, step = low - FOLLOWED, high + FOLLOWED, _NEXT
    while True:
        whole = joined(piece for _, day in sorted(found.items()) for piece in day.pieces)
        touching = [piece for piece in whole if piece.end >= span.start and piece.start < span.end]
        step *= 2
        if touching and touching[0] is whole[0] and whole[0].start < low * DAY and low > lowest:
            found.update(await read_summaries(rollups, device_id, low - step, low - 1))
            low -= step
        elif touching and touching[-1] is whole[-1] and whole[-1].end // DAY + _NEXT > high and high < highest:
            found.update(await read_summaries(rollups, device_id, high + 1, high + step))
            high += step
        else:
            return touching


async def raw_summaries(
    rollups: RollupReader, device_id: str, first: int, last: int, settings: TripSettings
) -> Mapping[int, Summary]:
    """What a device did, by day, had everything in its track to be believed."""
    [found] = await around(rollups, [(device_id, Span(first * DAY, (last + 1) * DAY))], settings)
    return await asyncio.to_thread(_raw, without_flags(found.track), first, last, settings)


def _raw(found: Track, first: int, last: int, settings: TripSettings) -> Mapping[int, Summary]:
    days = np.unique(found["time"] // DAY)[:, np.newaxis] + np.arange(
        max(MAX_SILENCE, settings.min_stop_duration) // DAY + 2
    )  # a stop goes on through a silence
    parts = {day: summary(found, day, settings) for day in np.unique(days).tolist() if first <= day <= last}
    return {day: part for day, part in parts.items() if part.positions or part.stopped}


def read_figures(value: bytes) -> Figures:
    """In a row of a day's parts."""
    return _figures(value)


def _within(parts: Sequence[Track], span: Span) -> Track:
    return between(np.concatenate([NOTHING, *parts]), span)
