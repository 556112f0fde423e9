"""Messages that arrived over one link and were not settled yet."""

import asyncio
from collections import deque

import msgspec

from herenow.bus.rabbitmq.connection import RabbitConnection
from herenow.errors import BusUnavailable


class Message(msgspec.Struct, frozen=True, gc=False):
    tag: int
    queue: str
    body: bytes


class ReceivedMessages:
    """Bounded by what the broker may deliver before it is acknowledged."""

    def __init__(self, link: RabbitConnection) -> None:
        self._link = link
        self._messages: deque[Message] = deque()
        self._news = asyncio.Event()  # something arrived, the link is lost, or the end was requested
        self._ending = False
        link.lost.add_done_callback(lambda _: self._news.set())

    async def open(self, queue: str, unacknowledged: int) -> None:
        """Lets a queue deliver. Raises BusUnavailable, also where there is none."""

        def received(tag: int, body: bytes) -> None:
            self._messages.append(Message(tag, queue, body))
            self._news.set()

        await self._link.waiting_in(queue)
        await self._link.consume(queue, received, unacknowledged)

    def end(self) -> None:
        """`wait` returns False from now on."""
        self._ending = True
        self._news.set()

    @property
    def some(self) -> bool:
        """Whether messages wait to be taken."""
        return bool(self._messages)

    async def wait(self) -> bool:
        """Until there are messages; False where the end was requested. Raises BusUnavailable where the link is lost."""
        while True:
            if self._link.lost.done():
                raise BusUnavailable(self._link.lost.result())
            if self._ending:
                return False
            if self._messages:
                return True
            self._news.clear()
            await self._news.wait()

    def take(self) -> Message | None:
        return self._messages.popleft() if self._messages else None

    def take_all(self) -> list[Message]:
        messages = list(self._messages)
        self._messages.clear()
        return messages
