"""News on RabbitMQ: numbered by each announcing process, so that a hub knows when it missed some."""

import asyncio
import random
import secrets
import time
from collections.abc import Callable

import structlog

from herenow.bus.news_queue import NewsQueue
from herenow.bus.port import News, Note, NoteHandler
from herenow.bus.rabbitmq.confirmed_sender import FIRST_PAUSE, LONGEST_PAUSE, ConfirmedSender
from herenow.bus.rabbitmq.connection import RabbitConnection
from herenow.bus.rabbitmq.topology import NEWS, bind_to_news, follow_news, open_mending_link
from herenow.bus.rabbitmq.url import RabbitUrl
from herenow.errors import BusUnavailable
from herenow.model.clock import now
from herenow.wire.internal import Bulletin, Undecodable, pack_bulletin, unpack_bulletin

BEAT = 2.0  # s between two bulletins at most, so that a gap at the end of a run is found, too
BIND_EVERY = 5.0  # s
ALL_RECEIVED = 3 * BEAT  # s after which a follower has a bulletin of each announcer
FORGET_AFTER = 600.0  # s of silence, then who announced is forgotten
MAX_NEWS = 1000  # devices in one bulletin
NOTE = b"{"  # begins a note, which is JSON, and no bulletin

log = structlog.get_logger()


class Announcer:
    """One run of numbers, for the life of the process."""

    def __init__(self, outbox: ConfirmedSender) -> None:
        self._outbox = outbox
        self._epoch = secrets.token_hex(8)
        self._seq = 0

    async def announce(self, news: News, published: int | None, oldest: int | None) -> None:
        """As NewsFeed.announce; with no news it tells that this recorder is alive and what it holds."""
        lag = None if published is None else max(0, now() - published)
        pieces = [news[start : start + MAX_NEWS] for start in range(0, len(news), MAX_NEWS)] or [[]]
        sent = [self._post(piece, lag, oldest) for piece in pieces]
        for bulletin in sent:
            await bulletin

    def _post(self, news: News, lag: int | None, oldest: int | None) -> asyncio.Future[None]:
        bulletin = Bulletin(self._epoch, self._seq + 1, lag, oldest, list(news))
        sent = self._outbox.send(NEWS, "", pack_bulletin(bulletin))
        self._seq += 1
        return sent


class Numbers:
    """What a follower has received so far of each run of numbers."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._received: dict[str, tuple[int, float]] = {}  # by epoch: the last number, when it came

    def missed(self, bulletin: Bulletin) -> bool:
        """Whether some were lost before this one. A number that comes again is none."""
        moment = time.monotonic()
        last, _ = self._received.get(bulletin.epoch, (None, 0.0))
        self._received[bulletin.epoch] = max(bulletin.seq, last or 0), moment
        if last is None:
            self._forget(moment)
            return bulletin.seq > 1 and moment - self._since > ALL_RECEIVED
        return bulletin.seq > last + 1

    def _forget(self, moment: float) -> None:
        silent = [epoch for epoch, (_, when) in self._received.items() if moment - when > FORGET_AFTER]
        for epoch in silent:
            del self._received[epoch]


async def follow(
    url: RabbitUrl,
    follower: NewsQueue,
    on_bulletin: Callable[[Bulletin], None],
    on_note: NoteHandler,
    set_trouble: Callable[[str | None], None],
) -> None:
    """Passes on all news until cancelled, and None where some may be lost: also each time that it begins to listen.
    Calls `on_bulletin` with each bulletin before its news, `on_note` with notes, and `set_trouble` with the reason why
    none come, or None."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with open_mending_link(url, "hub") as link:
                queue = await _listen(link, follower, on_bulletin, on_note)
                follower.mark_gap()
                pause = FIRST_PAUSE
                set_trouble(None)
                log.info("receiving news", place=url.place)
                set_trouble(await _stay_bound(link, queue))
        except BusUnavailable as error:
            set_trouble(str(error))
        await asyncio.sleep(pause * random.uniform(0.7, 1.3))
        pause = min(LONGEST_PAUSE, pause * 2)


async def _stay_bound(link: RabbitConnection, queue: str) -> str:
    """Until the link is lost; returns why. An exchange that went took its bindings along, also where somebody has made
    it again: bound once more, the gap in the numbers shows what was missed."""
    while True:
        done, _ = await asyncio.wait({link.lost}, timeout=BIND_EVERY)
        if done:
            return link.lost.result()
        await bind_to_news(link, queue)


async def _listen(
    link: RabbitConnection, follower: NewsQueue, on_bulletin: Callable[[Bulletin], None], on_note: NoteHandler
) -> str:
    """The queue that it listens to."""
    numbers = Numbers()

    def received(_: int, body: bytes) -> None:
        if body.startswith(NOTE):
            on_note(Note(body))
            return
        try:
            bulletin = unpack_bulletin(body)
        except Undecodable as error:
            log.error("news that cannot be read", reason=str(error))
            follower.mark_gap()
            return
        on_bulletin(bulletin)
        if numbers.missed(bulletin):
            follower.mark_gap()
        if bulletin.news:
            follower.put(bulletin.news)

    queue = await follow_news(link)
    await link.consume(queue, received, 0)
    return queue
