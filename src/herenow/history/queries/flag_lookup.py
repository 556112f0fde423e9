"""Stored positions and what the rules say of them, as of the last round of the rollups."""

import asyncio
from collections.abc import Sequence
from typing import Any

from herenow.history.rollups.days import read_hours
from herenow.history.tracks.quality import REASONS
from herenow.model.position import Position
from herenow.store.port import RollupReader, Span
from herenow.store.track import FIX, Track, track


async def flag_reasons(rollups: RollupReader, positions: Sequence[Position]) -> list[str | None]:
    """Why each is not to be believed, None for one that is or that no round has judged yet. Takes positions of one
    device, oldest first. Raises StoreUnavailable, and BadRequest where that cannot be read in time."""
    if not positions:
        return []
    span = Span(positions[0].time, positions[-1].time + 1)
    judged = await read_hours(rollups, positions[0].device_id, span)
    return await asyncio.to_thread(_reasons, judged, positions)


def _reasons(judged: Track, positions: Sequence[Position]) -> list[str | None]:
    wrong = judged[judged["flag"] > 0]
    if not len(wrong):
        return [None] * len(positions)
    known = {fix[:-1]: REASONS[fix[-1]] for fix in _plain(wrong)}
    return [known.get(fix[:-1]) for fix in _plain(track(positions))]


def _plain(found: Track) -> list[tuple[Any, ...]]:
    """Comparable: what is not known is not itself."""
    columns = [found[name].tolist() for name in FIX.names or ()]
    return [tuple(None if value != value else value for value in fix) for fix in zip(*columns, strict=True)]
