"""Sends to RabbitMQ: holds each message until the broker confirms it, and sends it again over a new link if the old
one is lost or a confirm does not come. So the broker may get a message twice, and has each that was reported sent."""

import asyncio
import math
import random
import time
from collections import deque
from functools import partial
from typing import Any

import structlog

from herenow.bus.rabbitmq.connection import Properties, RabbitConnection
from herenow.bus.rabbitmq.topology import count_waiting, open_mending_link
from herenow.bus.rabbitmq.url import RabbitUrl
from herenow.errors import BusUnavailable

MAX_PENDING = 4_000  # messages not confirmed yet; beyond it `send` refuses
CONFIRM_WITHIN = 5.0  # s, then the link is taken for broken
REFUSED_FOR = 3.0  # s that a queue may refuse all that came over a link, then that is taken for broken, too
EXPIRES = 9.0  # s, then a message is given up and its sender gets an error
LOOK_EVERY = 0.25  # s
FIRST_PAUSE = 0.1  # s
LONGEST_PAUSE = 5.0  # s
STEADY = 1.0  # s that a link lasts, then the next one is not put off

log = structlog.get_logger()


class PendingMessage:
    """One message and what became of it."""

    def __init__(self, exchange: str, key: str, body: bytes, headers: dict[str, str] | None) -> None:
        self.exchange = exchange
        self.key = key
        self.body = body
        self.headers = headers
        self.queued = time.monotonic()
        self.sent = 0.0
        self.settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.settled.add_done_callback(_seen)  # its sender may have gone

    def fail(self, reason: str) -> None:
        if not self.settled.done():
            self.settled.set_exception(BusUnavailable(reason))

    def deliver(self) -> None:
        if not self.settled.done():
            self.settled.set_result(None)


def _seen(settled: asyncio.Future[None]) -> None:
    if not settled.cancelled():
        settled.exception()


class ConfirmedSender:
    """Holds at most MAX_PENDING messages. `run` must be running for anything to be sent."""

    def __init__(self, url: RabbitUrl) -> None:
        self._url = url
        self._waiting: deque[PendingMessage] = deque()  # to be sent over the next link
        self._unconfirmed: dict[int, PendingMessage] = {}  # by delivery tag, oldest first
        self._tag = 0
        self._refusing: dict[str, float] = {}  # by queue: since when it refuses; inf: it has taken something
        self._link: RabbitConnection | None = None
        self._down: str | None = "connecting to RabbitMQ"

    @property
    def trouble(self) -> str | None:
        """Why nothing can be sent at the moment, None if it can."""
        return self._down or (self._link.blocked if self._link else None)

    @property
    def link(self) -> RabbitConnection:
        """For requests to the broker. Raises BusUnavailable."""
        if self._link is None or self._link.blocked:  # a blocked one is not answered either
            raise BusUnavailable(self.trouble or "reconnecting to RabbitMQ")
        return self._link

    def send(self, exchange: str, key: str, body: bytes, headers: dict[str, str] | None = None) -> asyncio.Future[None]:
        """Done once the broker has it for good; BusUnavailable where it refused it, or within ten seconds did not
        answer. Raises BusUnavailable at once where it is known to be away."""
        if self.trouble:
            raise BusUnavailable(self.trouble)
        if len(self._waiting) + len(self._unconfirmed) >= MAX_PENDING:
            raise BusUnavailable("RabbitMQ is behind with its confirms; send it again later")
        message = PendingMessage(exchange, key, body, headers)
        if self._link is None:
            self._waiting.append(message)
        else:
            self._send(self._link, message)
        return message.settled

    async def run(self) -> None:
        """Keeps a link for as long as it is not cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._check_for_ever(), name="outbox-look")
            await self._link_for_ever()

    async def _link_for_ever(self) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            try:
                async with open_mending_link(self._url, "outbox") as link:
                    await self._use(link)
            except BusUnavailable as error:
                self._report(str(error))
            finally:
                self._put_back()
            if time.monotonic() - began > STEADY:
                pause = FIRST_PAUSE
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))
            pause = min(LONGEST_PAUSE, pause * 2)

    def _report(self, reason: str) -> None:
        if reason != self._down:
            log.error("cannot send to RabbitMQ; trying again", reason=reason)
        self._down = reason

    async def _use(self, link: RabbitConnection) -> None:
        """Until the link is lost. Raises BusUnavailable where something is missing that is sent to, or was refused."""
        link.channel.add_on_return_callback(partial(self._returned, link))
        await link.ask(lambda done: link.channel.confirm_delivery(partial(self._confirmed, link), callback=done))
        await count_waiting(link, self._url)
        if self._down:
            log.info("sending to RabbitMQ", place=self._url.place)
        self._link, self._down, self._tag = link, None, 0
        self._refusing.clear()
        while self._waiting:
            self._send(link, self._waiting.popleft())
        reason = await link.loss()
        if link.refused:
            raise BusUnavailable(reason)
        log.warning("lost the link to RabbitMQ", reason=reason)

    async def _check_for_ever(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            self._give_up_old()
            if self._link is not None:
                self._check(self._link)

    def _give_up_old(self) -> None:
        reason = self._down or "RabbitMQ did not confirm in time; send it again later"
        old = time.monotonic() - EXPIRES
        while self._waiting and self._waiting[0].queued < old:
            self._waiting.popleft().fail(reason)
        for tag in [tag for tag, message in self._unconfirmed.items() if message.queued < old]:
            self._unconfirmed.pop(tag).fail(reason)

    def _check(self, link: RabbitConnection) -> None:
        """Drops a link where a confirm is overdue, though a broker that takes nothing confirms nothing on another one,
        too; and where a queue takes nothing: to a channel that found the queue without a leader, RabbitMQ 3.10 refuses
        everything for ever."""
        if link.blocked:
            self._fail_unconfirmed(link.blocked)
        oldest = next(iter(self._unconfirmed.values()), None)
        if oldest is not None and time.monotonic() - oldest.sent > CONFIRM_WITHIN:
            link.fail(f"RabbitMQ at {self._url.place} did not confirm within {CONFIRM_WITHIN:.0f} s")
        if min(self._refusing.values(), default=math.inf) < time.monotonic() - REFUSED_FOR:
            link.fail(f"a queue at {self._url.place} took nothing for {REFUSED_FOR:.0f} s")

    def _send(self, link: RabbitConnection, message: PendingMessage) -> None:
        if message.settled.done():
            return
        self._tag += 1
        message.sent = time.monotonic()
        self._unconfirmed[self._tag] = message
        if link.lost.done():
            return  # it is put back with the others
        properties = Properties(delivery_mode=2, message_id=str(self._tag), headers=message.headers)
        link.channel.basic_publish(
            message.exchange, message.key, message.body, properties, mandatory=not message.exchange
        )

    def _confirmed(self, link: RabbitConnection, frame: Any) -> None:
        """`multiple` speaks for all up to its tag. A refusal is the queue's: it is full."""
        if link is not self._link:
            return
        tag, refused = frame.method.delivery_tag, frame.method.NAME == "Basic.Nack"
        tags = [tag]
        if frame.method.multiple:
            tags = [held for held in self._unconfirmed if held <= tag]
        for confirmed in tags:
            message = self._unconfirmed.pop(confirmed, None)
            if message is not None and refused:
                self._refusing.setdefault(message.key, time.monotonic())
                message.fail(f"the queue {message.key} is full, its consumers are behind; send it again later")
            elif message is not None:
                self._refusing[message.key] = math.inf
                message.deliver()

    def _returned(self, link: RabbitConnection, _: object, __: object, properties: Properties, ___: bytes) -> None:
        """No queue was there for it; its confirm comes next and must not be believed."""
        message = self._unconfirmed.get(int(properties.message_id or 0)) if link is self._link else None
        if message is not None:
            message.fail(f"RabbitMQ has no queue {message.key!r}; make it: herenow schema")

    def _put_back(self) -> None:
        """What was not confirmed is sent again, before anything younger; what may be the reason that the channel was
        closed is not."""
        link, self._link = self._link, None
        if link is not None and link.refused:
            self._fail_unconfirmed(link.lost.result())
        self._waiting.extendleft(reversed(self._unconfirmed.values()))
        self._unconfirmed.clear()

    def _fail_unconfirmed(self, reason: str) -> None:
        for message in self._unconfirmed.values():
            message.fail(reason)
        self._unconfirmed.clear()

    async def flush(self, within: float) -> None:
        """Waits so many seconds until all messages are settled. Gives up the rest, and refuses any more."""
        end = time.monotonic() + within
        while (unsettled := self._unsettled()) and (left := end - time.monotonic()) > 0:
            await asyncio.wait([message.settled for message in unsettled], timeout=left)
        self._down = "the server is stopping; send it again later"
        for message in unsettled:
            message.fail("RabbitMQ did not confirm before the server stopped; send it again later")

    def _unsettled(self) -> list[PendingMessage]:
        return [message for message in [*self._waiting, *self._unconfirmed.values()] if not message.settled.done()]
