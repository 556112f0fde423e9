"""The bus: batches of positions from sources to recorders, and news of devices from recorders to hubs. It has one port
for each of the two, and one for its state. `Bus` is all of them, as an adapter has them."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import Protocol

import msgspec

from herenow.bus.backlog import BacklogTracker
from herenow.errors import Unavailable
from herenow.model.device import Device
from herenow.model.position import Position

News = Sequence[Device]


class Note(msgspec.Struct, frozen=True):
    """What one hub tells all others; JSON, at most 64 KiB."""

    content: bytes


NoteHandler = Callable[[Note], None]


def ignore(_: Note) -> None:
    """For a follower of the news alone."""


class Delivery(Protocol):
    """Positions that a recorder has taken and must settle, whole or part by part, once."""

    positions: Sequence[Position]
    published: int  # ms, when the oldest of them was

    async def acknowledge(self) -> None:
        """They are stored and announced; the bus forgets them. Raises BusUnavailable where it could not be reached:
        they will be delivered again."""

    async def requeue(self, error: Unavailable) -> None:
        """They could not be stored. A bus that is durable itself delivers them again; one that is not tells the
        publisher, who then promises nothing to the device."""

    async def dead_letter(self, reason: str) -> None:
        """They can never be stored: sets them aside, with the reason, for an operator to read."""

    def parts(self) -> Sequence["Delivery"]:
        """The same positions as they were published, each part to be settled separately instead of the whole."""


class PositionQueue(Protocol):
    """Positions, from sources to recorders."""

    @property
    def durable(self) -> bool:
        """Whether what is delivered and not settled is delivered again, to this recorder or another."""

    async def publish(self, positions: Sequence[Position]) -> None:
        """Hands positions to the recorders. On return they are durable; each will be delivered at least once.

        Raises BusUnavailable or StoreUnavailable where that is not so, within ten seconds. Cancelled: the outcome is
        unknown; publish again.
        """

    def consume(self) -> AsyncGenerator[Delivery, None]:
        """Deliveries, shared with the other recorders, in the order of publication per device; ends when the bus is
        closed. The caller closes it: what is not settled then goes to another recorder.

        Raises BusUnavailable where the bus is lost. Each call starts without memory: since the last one, another
        recorder may have moved the same devices.
        """

    def close(self) -> None:
        """No more publications; what waits is still delivered where nobody else could."""


class NewsFeed(Protocol):
    """News of devices, from recorders to hubs, and notes between hubs."""

    async def announce(self, news: News, published: int | None = None) -> None:
        """Tells every follower where devices have moved; it is stored already. Waits for no follower. `published` is
        when the oldest of it was published, in ms.

        Raises BusUnavailable where it is unknown whether the news arrived: announce it again.
        """

    async def relay(self, note: Note) -> bool:
        """Tells the hubs of all other processes, and perhaps of this one; not stored, and perhaps delivered twice.
        False where there can be no other. Raises BusUnavailable where it is unknown whether it arrived."""

    def follow(self, on_note: NoteHandler = ignore) -> AsyncIterator[News | None]:
        """All news from this call on; None where some were lost, and where it begins to listen later than now: the
        follower must load from the store. `on_note` is called with each note, at once."""

    def stop_following(self) -> None:
        """Ends every `follow`; after the recorder has announced its last."""


class BusStatus(Protocol):
    @property
    def backlog(self) -> BacklogTracker | None:
        """None where nothing ever waits longer than its publisher."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be published, or why this process gets no deliveries or news; None while all is well."""


class Bus(PositionQueue, NewsFeed, BusStatus, Protocol):
    """All that an adapter does."""
