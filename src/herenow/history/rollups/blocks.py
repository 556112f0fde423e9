"""A range of time as the fewest blocks that hold it: months, days at their ends, hours at the ends of those, and the
slices of an hour that lasts."""

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from herenow.history.rollups.keys import (
    BLOCKS,
    SLICED,
    blocks_part,
    dirty_number,
    dirty_numbers,
    key_number,
    numbers_of,
)
from herenow.model.clock import DAY, HOUR, now
from herenow.store.port import RollupReader, Span

LONGEST = 3660 * DAY  # ms
OPEN = HOUR  # ms before and after now; a day or month that touches them is not made: its hours are read
FORMAT = 1  # of what is sent; browsers keep it for as long as the version stays
Part = tuple[int, int]  # of time in ms, the end not included; or of blocks, both included
FINER = {"month": "day", "day": "hour", "hour": "slice"}


class TimeBlock(NamedTuple):
    length: str  # slice, hour, day or month
    number: int
    made: bytes  # changes with each rebuild


def is_closed(block: str, number: int) -> bool:
    """Whether a day or month is made: it ended long enough ago, or is as far ahead (wrong clocks fill those)."""
    start, end = number * BLOCKS[block], (number + 1) * BLOCKS[block]
    return end + OPEN <= now() or start - OPEN >= now()


def whole_hours(span: Span) -> Span:
    """The hours that a span touches."""
    return Span(span.start // HOUR * HOUR, -(-span.end // HOUR) * HOUR)


async def closed_blocks(rollups: RollupReader, span: Span, longest: str = "month") -> list[TimeBlock]:
    """Those in a span of whole hours that hold anything, none longer than `longest`. A month or day counts where it is
    closed and made of all that is known, else what it is made of; an hour that lasts is its slices."""
    return await _within(rollups, longest, [(span.start, span.end)], now())


async def held_hours(rollups: RollupReader, first: int, last: int) -> list[int]:
    """Hours since 1970, from the first to the last, that hold anything: whole, or slices of one that lasts."""
    per = BLOCKS["hour"] // BLOCKS["slice"]
    hours, slices = await rollups.get(
        [
            numbers_of(blocks_part("hour"), first, last),
            numbers_of(blocks_part("slice"), first * per, (last + 1) * per - 1),
        ]
    )
    return sorted({key_number(key) for key, _ in hours} | {key_number(key) // per for key, _ in slices})


def version(held: Sequence[TimeBlock]) -> str:
    """Another one when anything in these blocks may have changed."""
    return f"{crc32(repr((FORMAT, held)).encode()):08x}"


async def _within(rollups: RollupReader, block: str, spans: Sequence[Part], moment: int) -> list[TimeBlock]:
    """`moment`: days and months around it, in ms, are not closed: they are not made, and not always dirty either."""
    if not spans:
        return []
    whole = [_whole(span, block, moment) for span in spans]
    requested = [one for found in whole for one in found]
    # Marks first: what is made meanwhile is then read from what it was made of, and not missed.
    finer = [numbers_of(SLICED, *one) if block == "hour" else dirty_numbers(block, *one) for one in requested]
    marks = await rollups.get(finer) if block in FINER else []
    answers = await rollups.get([numbers_of(blocks_part(block), *one) for one in requested])
    dirty = {dirty_number(key) for rows in marks for key, _ in rows}
    there = {key_number(key): made for rows in answers for key, made in rows}
    found = [TimeBlock(block, number, made) for number, made in sorted(there.items()) if number not in dirty]
    if block not in FINER:
        return found
    return sorted([*found, *await _within(rollups, FINER[block], _left(spans, whole, BLOCKS[block], dirty), moment)])


def _whole(span: Part, block: str, moment: int) -> list[Part]:
    """The first and the last of the whole, closed blocks of a span, before the moment and ahead of it."""
    (start, end), size = span, BLOCKS[block]
    summed = block in ("day", "month")
    parts = [(start, min(end, moment - OPEN)), (max(start, moment + OPEN), end)] if summed else [span]
    numbers = [(-(-start // size), end // size - 1) for start, end in parts]
    return [(first, last) for first, last in numbers if first <= last]


def _left(spans: Sequence[Part], whole: Sequence[Sequence[Part]], size: int, dirty: set[int]) -> list[Part]:
    """What whole, clean blocks do not cover."""
    left = [(number * size, (number + 1) * size) for number in sorted(dirty)]
    for (start, end), found in zip(spans, whole, strict=True):
        begins = [start, *((last + 1) * size for _, last in found)]
        ends = [*(first * size for first, _ in found), end]
        left += zip(begins, ends, strict=True)
    return [(start, end) for start, end in left if start < end]
