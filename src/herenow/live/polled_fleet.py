"""The fleet where nothing is announced: loaded from the store for each request (the article's version 1)."""

import asyncio
import time

from herenow.live.hub import Hub
from herenow.store.port import DeviceReader


class PolledFleet:
    """Loads at most once at a time; requests during a load share the next one."""

    def __init__(self, hub: Hub, store: DeviceReader) -> None:
        self._hub = hub
        self._store = store
        self._loading = asyncio.Lock()
        self._as_of = 0.0  # when the load began that the fleet is from

    async def load(self) -> None:
        """On return the fleet holds what was stored when this was called. Raises StoreUnavailable."""
        requested_at = time.monotonic()
        async with self._loading:
            if self._as_of < requested_at:
                began = time.monotonic()
                self._hub.load(await self._store.latest())
                self._hub.tick()
                self._as_of = began
