"""The bus inside one process. Durability is the store's: `publish` returns when a recorder has acknowledged."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from herenow.bus.base import Batch, News
from herenow.errors import BusUnavailable, Unavailable
from herenow.model.position import Position

MAX_PUBLISHED = 100_000  # positions not acknowledged yet; beyond it `publish` refuses
MAX_DELIVERY = 20_000  # positions; what waits is merged into deliveries up to about this size
MAX_NEWS = 200_000  # moves of devices one follower may lag behind; beyond it the news are dropped and it is told so
PUBLISH_DEADLINE = 10.0  # s


class MemoryDelivery:
    def __init__(self, publications: list[tuple[Batch, asyncio.Future[None]]]) -> None:
        self.positions: Batch = publications[0][0]
        if len(publications) > 1:
            merged: list[Position] = []
            for batch, _ in publications:
                merged.extend(batch)
            self.positions = merged
        self._settled = [future for _, future in publications]

    async def acknowledge(self) -> None:
        for future in self._settled:
            if not future.done():
                future.set_result(None)

    async def give_back(self, error: Unavailable) -> None:
        for future in self._settled:
            if not future.done():
                future.set_exception(type(error)(str(error)))


class MemoryBus:
    def __init__(self) -> None:
        self._waiting: deque[tuple[Batch, asyncio.Future[None]]] = deque()
        self._published = 0  # positions not acknowledged yet
        self._arrived = asyncio.Event()  # something waits, or the bus was closed
        self._closed = False
        self._followers: set[_Follower] = set()

    async def publish(self, positions: Batch) -> None:
        if self._closed:
            raise BusUnavailable("the server is stopping; send it again later")
        if self._published + len(positions) > MAX_PUBLISHED:
            raise BusUnavailable("more waits to be stored than is held in memory; send it again later")
        if not positions:
            return
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((positions, settled))
        self._published += len(positions)
        self._arrived.set()
        try:
            async with asyncio.timeout(PUBLISH_DEADLINE):
                await settled
        except TimeoutError as error:
            raise BusUnavailable(f"not stored within {PUBLISH_DEADLINE:.0f} s; send it again later") from error
        finally:
            self._published -= len(positions)

    async def consume(self) -> AsyncIterator[MemoryDelivery]:
        """Ends when the bus is closed and everything that was published is delivered."""
        while True:
            await self._arrived.wait()
            if self._waiting:
                yield MemoryDelivery(self._take())
            elif self._closed:
                return
            else:
                self._arrived.clear()

    def _take(self) -> list[tuple[Batch, asyncio.Future[None]]]:
        taken: list[tuple[Batch, asyncio.Future[None]]] = []
        size = 0
        while self._waiting and size < MAX_DELIVERY:
            taken.append(self._waiting.popleft())
            size += len(taken[-1][0])
        return taken

    def close(self) -> None:
        """No more publications; what waits is still delivered."""
        self._closed = True
        self._arrived.set()

    def stop_following(self) -> None:
        """Ends every `follow`; after the recorder has announced its last."""
        for follower in self._followers:
            follower.end()

    async def announce(self, news: News) -> None:
        for follower in self._followers:
            follower.put(news)

    def follow(self) -> AsyncIterator[News | None]:
        follower = _Follower()
        self._followers.add(follower)
        return self._news(follower)

    async def _news(self, follower: "_Follower") -> AsyncIterator[News | None]:
        try:
            async for news in follower.read():
                yield news
        finally:
            self._followers.discard(follower)


class _Follower:
    """News not yet read by one follower, at most MAX_NEWS devices."""

    def __init__(self) -> None:
        self._news: deque[News | None] = deque()
        self._count = 0
        self._arrived = asyncio.Event()
        self._ended = False

    def put(self, news: News) -> None:
        if self._count + len(news) > MAX_NEWS:
            self._news.clear()
            self._news.append(None)
            self._count = 0
        else:
            self._news.append(news)
            self._count += len(news)
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
