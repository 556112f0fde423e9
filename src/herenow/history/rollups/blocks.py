"""A range of time as the fewest blocks that hold it: months, days at their ends, hours at the ends of those."""

from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

from herenow.history.rollups.keys import BLOCKS, blocks_part, dirty_part, key_number, numbers_of
from herenow.model.clock import DAY, HOUR, now
from herenow.store.port import RollupReader, Span

LONGEST = 3660 * DAY  # ms
CLOSED_AFTER = HOUR  # ms after its end a day or month is made; until then its hours are read
FORMAT = 1  # of what is sent; browsers keep it for as long as the version stays
FINER = {"month": "day", "day": "hour"}


class TimeBlock(NamedTuple):
    length: str  # hour, day or month
    number: int
    made: bytes  # changes with each rebuild


def is_closed(block: str, number: int) -> bool:
    """Whether a day or month has ended long enough ago to be made."""
    return (number + 1) * BLOCKS[block] + CLOSED_AFTER <= now()


def whole_hours(span: Span) -> Span:
    """The hours that a span touches."""
    return Span(span.start // HOUR * HOUR, -(-span.end // HOUR) * HOUR)


async def closed_blocks(rollups: RollupReader, span: Span, longest: str = "month") -> list[TimeBlock]:
    """Those in a span of whole hours that hold anything, none longer than `longest`. A month or day counts where it is
    made of all that is known, else what it is made of."""
    return await _within(rollups, longest, [(span.start, span.end)], now() - CLOSED_AFTER)


def version(held: Sequence[TimeBlock]) -> str:
    """Another one when anything in these blocks may have changed."""
    return f"{crc32(repr((FORMAT, held)).encode()):08x}"


async def _within(rollups: RollupReader, block: str, spans: Sequence[tuple[int, int]], closed: int) -> list[TimeBlock]:
    """`closed`: days and months that end later, in ms, are not made yet, and not dirty either."""
    if not spans:
        return []
    whole = [_whole(span, BLOCKS[block], closed if block in FINER else None) for span in spans]
    requested = [(first, last) for first, last in whole if first <= last]
    # Marks first: what is made meanwhile is then read from what it was made of, and not missed.
    marks = await rollups.get([numbers_of(dirty_part(block), *one) for one in requested]) if block in FINER else []
    answers = await rollups.get([numbers_of(blocks_part(block), *one) for one in requested])
    dirty = {key_number(key) for rows in marks for key, _ in rows}
    there = {key_number(key): made for rows in answers for key, made in rows}
    found = [TimeBlock(block, number, made) for number, made in sorted(there.items()) if number not in dirty]
    if block not in FINER:
        return found
    return sorted([*found, *await _within(rollups, FINER[block], _left(spans, whole, BLOCKS[block], dirty), closed)])


def _whole(span: tuple[int, int], size: int, closed: int | None) -> tuple[int, int]:
    """The first and the last whole block of a span."""
    start, end = span
    return -(-start // size), (end if closed is None else min(end, closed)) // size - 1


def _left(
    spans: Sequence[tuple[int, int]], whole: Sequence[tuple[int, int]], size: int, dirty: set[int]
) -> list[tuple[int, int]]:
    """What whole, clean blocks do not cover."""
    left = [(number * size, (number + 1) * size) for number in sorted(dirty)]
    for (start, end), (first, last) in zip(spans, whole, strict=True):
        if first > last:
            left.append((start, end))
        else:
            left += [(start, first * size), ((last + 1) * size, end)]
    return [(start, end) for start, end in left if start < end]
