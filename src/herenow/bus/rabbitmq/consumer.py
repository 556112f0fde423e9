"""Deliveries to a recorder, from all shards that it is the active consumer of."""

import asyncio
import random
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from itertools import chain

import structlog

from herenow.bus.rabbitmq.connection import RabbitConnection, open_connection
from herenow.bus.rabbitmq.deliveries import Message, ReceivedMessages
from herenow.bus.rabbitmq.topology import shard_queue
from herenow.bus.rabbitmq.url import RabbitUrl
from herenow.errors import BusUnavailable, Unavailable
from herenow.model.position import Position
from herenow.wire.internal import Shipment, Undecodable, unpack_shipment

PREFETCH = 32  # messages of up to 500 positions, per shard
MAX_DELIVERY = 4_000  # positions; what arrived is merged into deliveries up to about this size
PAUSE = 0.5  # s between two tries to set a message aside
STAGGER = 0.15  # s between two shards

Shipments = Sequence[tuple[Message, Shipment]]
DeadLetter = Callable[[bytes, str, str], Awaitable[None]]  # body, the queue it came from, reason

log = structlog.get_logger()


class RabbitDelivery:
    """Whole messages of one link, in the order they came."""

    def __init__(
        self,
        link: RabbitConnection,
        dead_letter: DeadLetter,
        shipments: Shipments,
        requeued: list[Shipments] | None = None,
    ) -> None:
        self._link = link
        self._dead_letter = dead_letter
        self._shipments = shipments
        self._requeued = [] if requeued is None else requeued  # of the whole, shared with its parts
        self.published = min(shipment.published for _, shipment in shipments)
        self.positions: Sequence[Position] = shipments[0][1].positions
        if len(shipments) > 1:
            self.positions = [position for _, shipment in shipments for position in shipment.positions]

    async def acknowledge(self) -> None:
        """A merged one speaks for all before it on the link, too: they were settled before."""
        self._link.acknowledge(self._shipments[-1][0].tag, multiple=len(self._shipments) > 1)

    async def requeue(self, error: Unavailable) -> None:  # noqa: ARG002 - its publisher has long had its answer
        """It is what the recorder gets next: refusing it to RabbitMQ would only send it in circles."""
        self._requeued.append(self._shipments)

    def returned(self) -> "RabbitDelivery | None":
        """What was given back of it, to be delivered again."""
        shipments = sorted(chain.from_iterable(self._requeued), key=lambda shipment: shipment[0].tag)
        return RabbitDelivery(self._link, self._dead_letter, shipments) if shipments else None

    async def dead_letter(self, reason: str) -> None:
        for message, _ in self._shipments:
            await self._dead_letter(message.body, message.queue, reason)
            self._link.acknowledge(message.tag)

    def parts(self) -> list["RabbitDelivery"]:
        return [
            RabbitDelivery(self._link, self._dead_letter, [shipment], self._requeued) for shipment in self._shipments
        ]


class Consumer:
    def __init__(self, url: RabbitUrl, dead_letter: DeadLetter, opened: Callable[[], None]) -> None:
        self._url = url
        self._dead_letter = dead_letter
        self._opened = opened  # called whenever all shards are open
        self._name = secrets.token_hex(4)
        self._arrivals: ReceivedMessages | None = None
        self._closed = False
        self._delivered: int | None = None  # ms, when the oldest was published that is delivered and not settled

    def oldest(self, *, stored: bool) -> int | None:
        """ms, when the oldest was published that is held and not stored, None where there is none. `stored`: the
        delivery is, though it is not settled; what came after it may be as old."""
        behind = self._arrivals is not None and self._arrivals.some
        return self._delivered if behind or not stored else None

    async def consume(self) -> AsyncGenerator[RabbitDelivery, None]:
        """As PositionQueue.consume. At most PREFETCH messages a shard are held."""
        async with open_connection(self._url, f"recorder {self._name}") as link:
            self._arrivals = arrivals = ReceivedMessages(link)
            opening = asyncio.create_task(self._open_all(link, arrivals), name="open-shards")
            try:
                while not self._closed and await arrivals.wait():
                    delivery = await self._gather(link, arrivals)
                    while delivery is not None and not link.lost.done():
                        self._delivered = delivery.published
                        yield delivery
                        delivery = self._again(delivery)
                    self._delivered = None
            finally:
                self._delivered = None
                opening.cancel()
                await asyncio.wait({opening})

    def _again(self, delivery: RabbitDelivery) -> RabbitDelivery | None:
        return None if self._closed else delivery.returned()

    def close(self) -> None:
        """No more deliveries; what was not settled goes to another recorder."""
        self._closed = True
        if self._arrivals:
            self._arrivals.end()

    async def _open_all(self, link: RabbitConnection, arrivals: ReceivedMessages) -> None:
        """The first consumer of a shard stays its active one. Each recorder begins with other shards and takes its
        time, so that recorders that start together share them."""
        try:
            for shard in random.sample(range(self._url.shards), self._url.shards):
                await arrivals.open(shard_queue(shard), PREFETCH)
                await asyncio.sleep(STAGGER)
        except Unavailable as error:
            link.fail(str(error))
        else:
            self._opened()

    async def _gather(self, link: RabbitConnection, arrivals: ReceivedMessages) -> RabbitDelivery | None:
        """What has arrived, merged; what cannot be read is set aside and never comes again."""
        shipments: list[tuple[Message, Shipment]] = []
        size = 0
        while size < MAX_DELIVERY and (message := arrivals.take()) is not None:
            try:
                shipment = unpack_shipment(message.body)
            except Undecodable as error:
                await self._dead_letter_unreadable(link, message, str(error))
                continue
            shipments.append((message, shipment))
            size += len(shipment.positions)
        return RabbitDelivery(link, self._dead_letter, shipments) if shipments else None

    async def _dead_letter_unreadable(self, link: RabbitConnection, message: Message, reason: str) -> None:
        """Tries until it is done: letting go of the link would count against every message that is held."""
        log.error("set aside a message that cannot be read", queue=message.queue, reason=reason)
        while True:
            try:
                await self._dead_letter(message.body, message.queue, reason)
            except BusUnavailable:
                if link.lost.done() or self._closed:
                    raise
                await asyncio.sleep(PAUSE)
            else:
                link.acknowledge(message.tag)
                return
