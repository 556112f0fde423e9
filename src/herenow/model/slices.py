"""Work in slices: a generator that pauses, so that other work gets its turn, and returns what it made."""

import asyncio
from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")


def in_one(work: Generator[None, None, T]) -> T:
    """All of it without a pause."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            made: T = end.value
            return made


async def in_turns(work: Generator[None, None, T]) -> T:
    """All of it; other tasks run at each pause."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            made: T = end.value
            return made
        await asyncio.sleep(0)
