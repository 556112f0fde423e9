"""What one follower of the news has not read yet."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from herenow.bus.port import News

MAX_NEWS = 200_000  # moves of devices that a follower may lag behind; beyond it the queue drops them, and says so


class NewsQueue:
    """News not yet read by one follower, at most MAX_NEWS devices."""

    def __init__(self) -> None:
        self._news: deque[News | None] = deque()
        self._count = 0
        self._arrived = asyncio.Event()
        self._ended = False

    def put(self, news: News) -> None:
        if self._count + len(news) > MAX_NEWS:
            self.mark_gap()
        elif news:
            self._news.append(news)
            self._count += len(news)
            self._arrived.set()

    def mark_gap(self) -> None:
        """Some news were lost: what was not read is of no more use."""
        self._news.clear()
        self._news.append(None)
        self._count = 0
        self._arrived.set()

    def end(self) -> None:
        self._ended = True
        self._arrived.set()

    async def read(self) -> AsyncIterator[News | None]:
        while True:
            await self._arrived.wait()
            while self._news:
                news = self._news.popleft()
                self._count -= len(news) if news is not None else 0
                yield news
            if self._ended:
                return
            self._arrived.clear()
