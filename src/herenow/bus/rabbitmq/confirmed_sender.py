"""What goes to RabbitMQ: each letter is held until the broker confirmed it, and sent again over a new link if the old
one was lost or a confirm did not come. The broker may so get one twice, and never loses one that was reported sent."""

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

MAX_LETTERS = 4_000  # not confirmed yet; beyond it `post` refuses
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
        self.posted = time.monotonic()
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
    """Holds at most MAX_LETTERS. `run` must be running for anything to be sent."""

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
        """For questions to the broker. Raises BusUnavailable."""
        if self._link is None or self._link.blocked:  # a blocked one is not answered either
            raise BusUnavailable(self.trouble or "reconnecting to RabbitMQ")
        return self._link

    def send(self, exchange: str, key: str, body: bytes, headers: dict[str, str] | None = None) -> asyncio.Future[None]:
        """Done once the broker has it for good; BusUnavailable where it refused it, or within ten seconds did not
        answer. Raises BusUnavailable at once where it is known to be away."""
        if self.trouble:
            raise BusUnavailable(self.trouble)
        if len(self._waiting) + len(self._unconfirmed) >= MAX_LETTERS:
            raise BusUnavailable("RabbitMQ is behind with its confirms; send it again later")
        letter = PendingMessage(exchange, key, body, headers)
        if self._link is None:
            self._waiting.append(letter)
        else:
            self._send(self._link, letter)
        return letter.settled

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
        while self._waiting and self._waiting[0].posted < old:
            self._waiting.popleft().fail(reason)
        for tag in [tag for tag, letter in self._unconfirmed.items() if letter.posted < old]:
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

    def _send(self, link: RabbitConnection, letter: PendingMessage) -> None:
        if letter.settled.done():
            return
        self._tag += 1
        letter.sent = time.monotonic()
        self._unconfirmed[self._tag] = letter
        if link.lost.done():
            return  # it is put back with the others
        properties = Properties(delivery_mode=2, message_id=str(self._tag), headers=letter.headers)
        link.channel.basic_publish(letter.exchange, letter.key, letter.body, properties, mandatory=not letter.exchange)

    def _confirmed(self, link: RabbitConnection, frame: Any) -> None:
        """`multiple` speaks for all up to its tag. A refusal is the queue's: it is full."""
        if link is not self._link:
            return
        tag, refused = frame.method.delivery_tag, frame.method.NAME == "Basic.Nack"
        tags = [tag]
        if frame.method.multiple:
            tags = [held for held in self._unconfirmed if held <= tag]
        for confirmed in tags:
            letter = self._unconfirmed.pop(confirmed, None)
            if letter is not None and refused:
                self._refusing.setdefault(letter.key, time.monotonic())
                letter.fail(f"the queue {letter.key} is full, what takes from it is behind; send it again later")
            elif letter is not None:
                self._refusing[letter.key] = math.inf
                letter.deliver()

    def _returned(self, link: RabbitConnection, _: object, __: object, properties: Properties, ___: bytes) -> None:
        """No queue was there for it; its confirm comes next and must not be believed."""
        letter = self._unconfirmed.get(int(properties.message_id or 0)) if link is self._link else None
        if letter is not None:
            letter.fail(f"RabbitMQ has no queue {letter.key!r}; make it: herenow schema")

    def _put_back(self) -> None:
        """What was not confirmed is sent again, before anything younger; what may be the reason that the channel was
        closed is not."""
        link, self._link = self._link, None
        if link is not None and link.refused:
            self._fail_unconfirmed(link.lost.result())
        self._waiting.extendleft(reversed(self._unconfirmed.values()))
        self._unconfirmed.clear()

    def _fail_unconfirmed(self, reason: str) -> None:
        for letter in self._unconfirmed.values():
            letter.fail(reason)
        self._unconfirmed.clear()

    async def flush(self, within: float) -> None:
        """Waits until nothing is left that was posted, for so many seconds; gives up the rest, and refuses any more."""
        end = time.monotonic() + within
        while (unsettled := self._unsettled()) and (left := end - time.monotonic()) > 0:
            await asyncio.wait([letter.settled for letter in unsettled], timeout=left)
        self._down = "the server is stopping; send it again later"
        for letter in unsettled:
            letter.fail("RabbitMQ did not confirm before the server stopped; send it again later")

    def _unsettled(self) -> list[PendingMessage]:
        return [letter for letter in [*self._waiting, *self._unconfirmed.values()] if not letter.settled.done()]
