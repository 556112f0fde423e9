"""History as files: what is stored of devices in a range of time, page by page."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from typing import Protocol

from herenow.history.export.formats import Export
from herenow.history.queries.flag_lookup import flag_reasons
from herenow.model.position import Position
from herenow.store.port import PositionReader, RollupReader, RollupStore, Span, Version

PAGE = 2000  # positions; others wait meanwhile


class ExportSource(PositionReader, RollupStore, Protocol):
    """Positions, and the rollups that say which of them are flagged."""


async def export(
    store: ExportSource,
    made: Export,
    device_ids: Iterable[str],
    span: Span,
    exported: Callable[[int], None] = lambda _: None,
    *,
    raw: bool = True,
) -> AsyncGenerator[bytes, None]:
    """The file, piece by piece, devices in the order of their ids. Calls `exported` with the number of positions of
    each page. Not `raw`: without flagged positions, as of the last round of the rollups. Raises StoreUnavailable.
    """
    yield made.begin()
    for device_id in sorted(device_ids):
        async for page in _pages(store, device_id, span):
            exported(len(page))
            kept = page if raw else await _believed(store.rollups, page)
            if piece := await asyncio.to_thread(made.add, kept):
                yield piece
    yield made.end()


async def _believed(rollups: RollupReader, page: Sequence[Position]) -> Sequence[Position]:
    why = await flag_reasons(rollups, page)
    return [one for one, reason in zip(page, why, strict=True) if reason is None]


async def _pages(store: PositionReader, device_id: str, span: Span) -> AsyncIterator[Sequence[Position]]:
    after: Version | None = None
    while page := await store.track(device_id, span, after, PAGE):
        yield page
        if len(page) < PAGE:
            return
        after = page[-1].version
