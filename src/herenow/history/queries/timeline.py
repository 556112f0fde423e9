"""How much was when: positions of a range counted in bins of an hour, a day or a month, from rollups."""

import asyncio
from collections.abc import Sequence

import msgspec

from herenow.errors import BadRequest
from herenow.history.queries.tiles import MAX_BLOCKS, MAX_BYTES, Filter
from herenow.history.rollups.blocks import TimeBlock, closed_blocks
from herenow.history.rollups.cells import CLASSES, MOVING, unpack_cells
from herenow.history.rollups.keys import BLOCKS, number_key, single_range
from herenow.history.rollups.pyramid import tile_part
from herenow.store.port import RollupReader, Span

MAX_BINS = 400  # of hours or days; of the months of ten years there are fewer
TOO_MUCH = "there is too much to be counted; ask for a shorter time"


class TimelineCounts(msgspec.Struct, frozen=True):
    """Bins follow each other from `start`, each `length` ms long; with `moving` the part of `positions` that moved."""

    start: int
    length: int
    positions: list[int]
    moving: list[int]


async def timeline(rollups: RollupReader, span: Span, by: Filter) -> TimelineCounts:
    """Of a span of whole hours, in the shortest bins of which it has at most MAX_BINS. The first and the last bin
    count only what is in the span. Raises BadRequest where that is too much to be read at once, StoreUnavailable."""
    block = next((one for one in ("hour", "day") if _bins(span, BLOCKS[one]) <= MAX_BINS), "month")
    held = await closed_blocks(rollups, span, block)
    if len(held) > MAX_BLOCKS:
        raise BadRequest(TOO_MUCH)
    # The whole world is one tile, with the fewest cells.
    answers = await rollups.get([single_range(tile_part(one.length, one.number, 0, 0), number_key(0)) for one in held])
    values = [(one, value) for one, rows in zip(held, answers, strict=True) for _, value in rows]
    if sum(len(value) for _, value in values) > MAX_BYTES:
        raise BadRequest(TOO_MUCH)
    return await asyncio.to_thread(_counted, values, span, BLOCKS[block], by)


def _bins(span: Span, length: int) -> int:
    return -(-span.end // length) - span.start // length


def _counted(values: Sequence[tuple[TimeBlock, bytes]], span: Span, length: int, by: Filter) -> TimelineCounts:
    first = span.start // length
    found = TimelineCounts(first * length, length, [0] * _bins(span, length), [0] * _bins(span, length))
    for block, value in values:
        place = block.number * BLOCKS[block.length] // length - first
        cells = unpack_cells(value)
        rows = cells.rows[by.counts(cells.rows["group"], cells.kinds)]
        found.positions[place] += int(rows["count"].sum())
        found.moving[place] += int(rows["count"][rows["group"] % CLASSES == MOVING].sum())
    return found
