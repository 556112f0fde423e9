"""History as files: what is stored of devices in a range of time, page by page."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence

from herenow.history.exports import Export
from herenow.model.position import Position
from herenow.store.base import Span, Store, Version

PAGE = 2000  # positions; others wait meanwhile


async def export(
    store: Store,
    made: Export,
    device_ids: Iterable[str],
    span: Span,
    exported: Callable[[int], None] = lambda _: None,
) -> AsyncGenerator[bytes, None]:
    """The file, piece by piece, devices in the order of their ids. `exported` is told how many positions a page had.
    Raises StoreUnavailable."""
    yield made.begin()
    for device_id in sorted(device_ids):
        async for page in _pages(store, device_id, span):
            exported(len(page))
            if piece := await asyncio.to_thread(made.add, page):
                yield piece
    yield made.end()


async def _pages(store: Store, device_id: str, span: Span) -> AsyncIterator[Sequence[Position]]:
    after: Version | None = None
    while page := await store.track(device_id, span, after, PAGE):
        yield page
        if len(page) < PAGE:
            return
        after = page[-1].version
