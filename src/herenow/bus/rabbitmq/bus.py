"""The bus on RabbitMQ: positions in quorum queues, one shard a device; news by fanout to every hub."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Sequence
from functools import partial
from typing import Any

import structlog

from herenow.bus.backlog import BacklogTracker
from herenow.bus.news_queue import NewsQueue
from herenow.bus.port import News, Note, NoteHandler, ignore
from herenow.bus.rabbitmq.confirmed_sender import ConfirmedSender
from herenow.bus.rabbitmq.consumer import Consumer, RabbitDelivery
from herenow.bus.rabbitmq.deliveries import ReceivedMessages
from herenow.bus.rabbitmq.news import BEAT, Announcer, follow
from herenow.bus.rabbitmq.publisher import Publisher
from herenow.bus.rabbitmq.topology import DEAD, NEWS, count_waiting, open_mending_link
from herenow.bus.rabbitmq.url import RabbitUrl
from herenow.errors import BusUnavailable
from herenow.model.clock import now
from herenow.model.position import Position
from herenow.wire.internal import Bulletin
from herenow.wire.legacy_article import QUEUE

COUNT_EVERY = 5.0  # s
FLUSH_WITHIN = 5.0  # s
MAX_INBOX = 500  # messages of devices that publish themselves, held at most

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def open_rabbit_bus(url: RabbitUrl) -> AsyncIterator["RabbitBus"]:
    """A bus that reaches for RabbitMQ until it is there; `trouble` tells. Leaving waits a little for confirms."""
    async with asyncio.TaskGroup() as tasks:
        bus = RabbitBus(url, tasks)
        bus.start()
        try:
            yield bus
        finally:
            await bus.stop()


class RabbitBus:
    """Up to four links, each reopened when it is lost: one sends, the others consume, follow, and take the inbox."""

    durable = True

    def __init__(self, url: RabbitUrl, tasks: asyncio.TaskGroup) -> None:
        self._url = url
        self._outbox = ConfirmedSender(url)
        self._publisher = Publisher(self._outbox, url.shards)
        self._announcer = Announcer(self._outbox)
        self._troubles: dict[str, str] = {}  # by link: why it is away
        self._consumer = Consumer(url, self.dead_letter, partial(self._set_trouble, "recorder", None))
        self._consuming = False
        self._followers: set[NewsQueue] = set()
        self._inbox: ReceivedMessages | None = None
        self._closed = False
        self._tasks = tasks
        self._running: set[asyncio.Task[None]] = set()
        self._backlog = BacklogTracker()

    def start(self) -> None:
        for duty in (self._outbox.run(), self._count_for_ever(), self._beat_for_ever()):
            _ = self._run(duty)

    def _run(self, duty: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._tasks.create_task(duty)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def stop(self) -> None:
        self.close()
        self.stop_following()
        try:
            await self._outbox.flush(FLUSH_WITHIN)
        finally:
            for task in self._running:
                task.cancel()

    @property
    def backlog(self) -> BacklogTracker:
        return self._backlog

    @property
    def trouble(self) -> str | None:
        """The inbox counts not: its queue is a classic one, as the article makes it, and goes with its node; the rest
        goes on without it."""
        links = (self._troubles.get(link) for link in ("recorder", "hub"))
        return self._outbox.trouble or next(filter(None, links), None)

    def _set_trouble(self, link: str, reason: str | None) -> None:
        if reason is None:
            self._troubles.pop(link, None)
        elif reason != self._troubles.get(link):
            log.error("a link to RabbitMQ is away; trying again", link=link, reason=reason)
            self._troubles[link] = reason

    async def publish(self, positions: Sequence[Position]) -> None:
        if self._closed:
            raise BusUnavailable("the server is stopping; send it again later")
        await self._publisher.publish(positions)

    async def consume(self) -> AsyncGenerator[RabbitDelivery, None]:
        self._consuming = True
        try:
            async with contextlib.aclosing(self._consumer.consume()) as deliveries:
                async for delivery in deliveries:
                    yield delivery
        except BusUnavailable as error:
            self._set_trouble("recorder", str(error))
            raise
        finally:
            self._consuming = False

    async def announce(self, news: News, published: int | None = None) -> None:
        oldest = self._consumer.oldest(stored=published is not None)
        await self._announcer.announce(news, published, oldest)

    async def relay(self, note: Note) -> bool:
        await self._outbox.send(NEWS, "", note.content)
        return True

    def follow(self, on_note: NoteHandler = ignore) -> AsyncIterator[News | None]:
        """All news from the moment on that RabbitMQ answers; while it does not, nothing can be announced."""
        follower = NewsQueue()
        self._followers.add(follower)
        self._troubles["hub"] = "connecting to RabbitMQ"
        set_trouble = partial(self._set_trouble, "hub")
        return self._read(follower, self._run(follow(self._url, follower, self._on_bulletin, on_note, set_trouble)))

    async def _read(self, follower: NewsQueue, following: asyncio.Task[None]) -> AsyncIterator[News | None]:
        try:
            async for news in follower.read():
                yield news
        finally:
            self._followers.discard(follower)
            following.cancel()

    async def inbox(self) -> AsyncGenerator[Sequence[bytes], None]:
        """Messages of devices that publish themselves, at most MAX_INBOX together. Asking for the next acknowledges
        them. Raises BusUnavailable where RabbitMQ is lost: what was not acknowledged comes again."""
        try:
            async with open_mending_link(self._url, "inbox") as link:
                self._inbox = arrivals = ReceivedMessages(link)
                await arrivals.open(QUEUE, MAX_INBOX)
                self._set_trouble("inbox", None)
                while not self._closed and await arrivals.wait():
                    messages = arrivals.take_all()
                    yield [message.body for message in messages]
                    link.acknowledge(messages[-1].tag, multiple=True)
        except BusUnavailable as error:
            self._set_trouble("inbox", str(error))
            raise

    async def dead_letter(self, body: bytes, queue: str, reason: str) -> None:
        """Puts a message that can never be stored where a person finds it. Raises BusUnavailable."""
        await self._outbox.send("", DEAD, body, {"reason": reason, "queue": queue})

    def close(self) -> None:
        """No more publications and deliveries."""
        self._closed = True
        self._consumer.close()
        if self._inbox:
            self._inbox.end()

    def stop_following(self) -> None:
        for follower in self._followers:
            follower.end()

    def _on_bulletin(self, bulletin: Bulletin) -> None:
        if bulletin.lag is not None:
            self._backlog.lag = bulletin.lag
        self._backlog.on_bulletin(bulletin.epoch, bulletin.oldest, now())

    async def _count_for_ever(self) -> None:
        """Counts what waits; so it also finds a missing queue, which becomes a trouble."""
        while True:
            try:
                self._backlog.waiting = await count_waiting(self._outbox.link, self._url)
            except BusUnavailable:  # the outbox tells
                self._backlog.waiting = None
            await asyncio.sleep(COUNT_EVERY)

    async def _beat_for_ever(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            if self._consuming and not self._outbox.trouble:
                with contextlib.suppress(BusUnavailable):  # the next beat tells as much
                    await self.announce([])
