"""The bus inside one process. Durability is the store's: `publish` returns when a recorder has acknowledged."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from herenow.bus.news_queue import NewsQueue
from herenow.bus.port import News, Note, NoteHandler, ignore
from herenow.errors import BusUnavailable, StoreUnavailable, Unavailable
from herenow.model.clock import now
from herenow.model.position import Position

MAX_PUBLISHED = 100_000  # positions not acknowledged yet; beyond it `publish` refuses
MAX_DELIVERY = 20_000  # positions; what waits is merged into deliveries up to about this size
PUBLISH_DEADLINE = 10.0  # s


class _PublishedPositions:
    def __init__(self, positions: Sequence[Position]) -> None:
        self.positions = positions
        self.published = now()  # ms
        loop = asyncio.get_running_loop()
        self.settled: asyncio.Future[None] = loop.create_future()
        self.deadline = loop.call_later(PUBLISH_DEADLINE, self._give_up)

    def _give_up(self) -> None:
        if not self.settled.done():
            words = f"not stored within {PUBLISH_DEADLINE:.0f} s; send it again later"
            self.settled.set_exception(BusUnavailable(words))


class MemoryDelivery:
    def __init__(self, publications: list[_PublishedPositions]) -> None:
        self.published = publications[0].published
        self.positions: Sequence[Position] = publications[0].positions
        if len(publications) > 1:
            merged: list[Position] = []
            for publication in publications:
                merged.extend(publication.positions)
            self.positions = merged
        self._publications = publications

    async def acknowledge(self) -> None:
        for publication in self._publications:
            if not publication.settled.done():
                publication.settled.set_result(None)

    async def requeue(self, error: Unavailable) -> None:
        for publication in self._publications:
            if not publication.settled.done():
                publication.settled.set_exception(type(error)(str(error)))

    async def dead_letter(self, reason: str) -> None:
        """Nothing was promised for them yet, so the publisher keeps them."""
        await self.requeue(StoreUnavailable(reason))

    def parts(self) -> list["MemoryDelivery"]:
        return [MemoryDelivery([publication]) for publication in self._publications]


class MemoryBus:
    durable = False
    trouble = None  # it has none of its own
    backlog = None

    def __init__(self) -> None:
        self._waiting: deque[_PublishedPositions] = deque()
        self._published = 0  # positions not acknowledged yet
        self._arrived = asyncio.Event()  # something waits, or the bus was closed
        self._closed = False
        self._followers: set[NewsQueue] = set()

    async def publish(self, positions: Sequence[Position]) -> None:
        if self._closed:
            raise BusUnavailable("the server is stopping; send it again later")
        if self._published + len(positions) > MAX_PUBLISHED:
            raise BusUnavailable("more waits to be stored than is held in memory; send it again later")
        if not positions:
            return
        publication = _PublishedPositions(positions)
        self._waiting.append(publication)
        self._published += len(positions)
        self._arrived.set()
        try:
            await publication.settled
        except BaseException:  # failed, late or cancelled: what nobody took is not kept either
            with contextlib.suppress(ValueError):
                self._waiting.remove(publication)
            raise
        finally:
            publication.deadline.cancel()
            self._published -= len(positions)

    async def consume(self) -> AsyncGenerator[MemoryDelivery, None]:
        """Ends when the bus is closed and everything that was published is delivered."""
        while True:
            await self._arrived.wait()
            if self._waiting:
                yield MemoryDelivery(self._take())
            elif self._closed:
                return
            else:
                self._arrived.clear()

    def _take(self) -> list[_PublishedPositions]:
        taken: list[_PublishedPositions] = []
        size = 0
        while self._waiting and size < MAX_DELIVERY:
            taken.append(self._waiting.popleft())
            size += len(taken[-1].positions)
        return taken

    def close(self) -> None:
        """No more publications; what waits is still delivered."""
        self._closed = True
        self._arrived.set()

    def stop_following(self) -> None:
        """Ends every `follow`; after the recorder has announced its last."""
        for follower in self._followers:
            follower.end()

    async def announce(self, news: News, published: int | None = None) -> None:  # noqa: ARG002 - no hub is far away
        for follower in self._followers:
            follower.put(news)

    async def relay(self, note: Note) -> bool:  # noqa: ARG002 - there is no other process
        return False

    def follow(self, on_note: NoteHandler = ignore) -> AsyncIterator[News | None]:  # noqa: ARG002 - nobody else notes
        follower = NewsQueue()
        self._followers.add(follower)
        return self._news(follower)

    async def _news(self, follower: NewsQueue) -> AsyncIterator[News | None]:
        try:
            async for news in follower.read():
                yield news
        finally:
            self._followers.discard(follower)
