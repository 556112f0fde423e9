"""History as files: what is stored of devices in a range of time, page by page."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence

from herenow.history.export.formats import Export
from herenow.history.queries.flag_lookup import flag_reasons
from herenow.model.position import Position
from herenow.store.port import Span, Store, Version

PAGE = 2000  # positions; others wait meanwhile


async def export(
    store: Store,
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
            kept = page if raw else await _believed(store, page)
            if piece := await asyncio.to_thread(made.add, kept):
                yield piece
    yield made.end()


async def _believed(store: Store, page: Sequence[Position]) -> Sequence[Position]:
    why = await flag_reasons(store.rollups, page)
    return [one for one, reason in zip(page, why, strict=True) if reason is None]


async def _pages(store: Store, device_id: str, span: Span) -> AsyncIterator[Sequence[Position]]:
    after: Version | None = None
    while page := await store.track(device_id, span, after, PAGE):
        yield page
        if len(page) < PAGE:
            return
        after = page[-1].version
