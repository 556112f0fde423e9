"""The bus: batches of positions from sources to recorders, and news of devices from recorders to hubs."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from herenow.errors import Unavailable
from herenow.model.device import Device
from herenow.model.position import Position

Batch = Sequence[Position]
News = Sequence[Device]


class Delivery(Protocol):
    """Positions that a recorder has taken and must settle, by one of the two, once."""

    positions: Batch

    async def acknowledge(self) -> None:
        """They are stored and announced; the bus forgets them."""

    async def give_back(self, error: Unavailable) -> None:
        """They could not be stored. A bus that is durable itself delivers them again later; one that is not tells
        the publisher, who then promises nothing to the device."""


class Bus(Protocol):
    async def publish(self, positions: Batch) -> None:
        """Hands positions to the recorders. On return they are durable; each will be delivered at least once.

        Raises BusUnavailable or StoreUnavailable where that is not so, within ten seconds. Cancelled: the outcome is
        unknown; publish again.
        """

    def consume(self) -> AsyncIterator[Delivery]:
        """Deliveries, shared with the other recorders, in the order of publication per device."""

    async def announce(self, news: News) -> None:
        """Tells every follower where devices have moved; it is stored already. Waits for no follower."""

    def follow(self) -> AsyncIterator[News | None]:
        """All news from this call on; None where some were lost: the follower must reload from the store."""
