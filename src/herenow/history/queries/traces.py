"""What is left of a device: the proof that it was erased."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from herenow.history.rollups.blocks import is_closed
from herenow.history.rollups.keys import (
    BLOCKS,
    MONTH,
    SLICE,
    SLICED,
    blocks_part,
    bucket_of,
    day_part,
    device_day,
    dirty_days_part,
    dirty_number,
    dirty_part,
    distance_part,
    hour_part,
    key_number,
    levels_parts,
    prefix_range,
    single_range,
    summaries_parts,
    track_part,
)
from herenow.history.tracks.simplify import TOLERANCES
from herenow.model.clock import DAY, HOUR
from herenow.store.port import Erasure, Range, RollupReader, RollupStore

AT_ONCE = 500  # ranges


class Traces(msgspec.Struct, frozen=True):
    """Rows that speak of a device: as stored, and as derived. `blocks` are hours, days and months of the whole fleet
    that were made before something in them changed, and may still count it."""

    positions: int
    devices: int
    changes: int
    rollups: int
    blocks: int

    @property
    def nothing(self) -> bool:
        return not any(msgspec.structs.astuple(self))


class ErasedStore(Erasure, RollupStore, Protocol):
    """All places that may name a device."""


async def traces(store: ErasedStore, device_id: str) -> Traces:
    """Looks everywhere a device is named, in every hour of which anything is kept. Raises StoreUnavailable, and
    BadRequest where that cannot be read in time."""
    rollups = store.rollups
    stored = await store.traces(device_id)
    parts = blocks_part("hour"), SLICED, dirty_days_part(bucket_of(device_id))
    [hours, lasting, days] = await rollups.get([prefix_range(part) for part in parts])
    known = sorted({key_number(key) for key, _ in [*hours, *lasting]})
    rows = sum(len(found) for found in await _read(rollups, _ranges(device_id, known)))
    waiting = sum(device_day(key)[0] == device_id for key, _ in days)
    return Traces(**stored, rollups=rows + waiting, blocks=await _unmade(rollups))


async def _unmade(rollups: RollupReader) -> int:
    """Blocks to rebuild. Days and months that are not closed are no blocks yet: their parts count."""
    slices, lasting, *answers = await rollups.get(
        [prefix_range(blocks_part("slice")), prefix_range(SLICED), *(prefix_range(dirty_part(one)) for one in BLOCKS)]
    )
    numbers = {(block, dirty_number(key)) for block, rows in zip(BLOCKS, answers, strict=True) for key, _ in rows}
    hours = {key_number(key) for key, _ in lasting}
    unused = sum(key_number(key) * SLICE // HOUR not in hours for key, _ in slices)  # they go soon
    return unused + sum(block in ("slice", "hour") or is_closed(block, number) for block, number in numbers)


def _ranges(device_id: str, hours: Sequence[int]) -> list[Range]:
    """All rows that are named after it."""
    if not hours:
        return []
    first, last = hours[0] * HOUR, hours[-1] * HOUR
    months = range(first // MONTH, last // MONTH + 1)
    parts = [track_part(device_id, month) for month in months]
    parts += [
        part for level in range(len(TOLERANCES)) for part in levels_parts(device_id, level, first // DAY, last // DAY)
    ]
    parts += summaries_parts(device_id, first // DAY, last // DAY)
    named = {hour_part(hour, device_id) for hour in hours}
    for day in range(first // DAY, last // DAY + 1):  # a day of silence within a stop has a row, too
        named |= {day_part(day, device_id), distance_part(day, device_id)}
    return [prefix_range(part) for part in parts] + [single_range(part, device_id.encode()) for part in sorted(named)]


async def _read(rollups: RollupReader, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
    """Each reading has a deadline of its own."""
    found: list[list[tuple[bytes, bytes]]] = []
    for start in range(0, len(ranges), AT_ONCE):
        found += await rollups.get(ranges[start : start + AT_ONCE])
    return found
