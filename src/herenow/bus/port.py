"""The bus: batches of positions from sources to recorders, and news of devices from recorders to hubs."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import Protocol

import msgspec

from herenow.errors import Unavailable
from herenow.model.device import Device
from herenow.model.position import Position

SILENT_AFTER = 10_000  # ms, then the last report of a recorder no longer counts: it may be gone
FORGET_AFTER = 600_000  # ms of a recorder's silence

Batch = Sequence[Position]
News = Sequence[Device]


class Note(msgspec.Struct, frozen=True):
    """What one hub tells all others; JSON, at most 64 KiB."""

    content: bytes


NoteHandler = Callable[[Note], None]


def ignore(_: Note) -> None:
    """For a follower of the news alone."""


class Inbox(Protocol):
    """The queue in which devices publish on the bus, each message as it came."""

    def inbox(self) -> AsyncGenerator[Sequence[bytes], None]:
        """Messages; asking for the next ones acknowledges them. Ends when the bus is closed.

        Raises BusUnavailable where the bus is lost; what was not acknowledged comes again.
        """

    async def dead_letter(self, body: bytes, queue: str, reason: str) -> None:
        """Puts a message that can never be stored where a person finds it, with the reason. Raises BusUnavailable."""


class BacklogTracker:
    """How far the recorders are behind, as far as this process has heard."""

    def __init__(self) -> None:
        self.waiting: int | None = None  # messages in the queues, None where it is not known
        self.lag: int | None = None  # ms from publication to storage, of what was announced last
        self._oldest: dict[str, tuple[int | None, int]] = {}  # by recorder: when published, when heard, in ms

    def on_bulletin(self, recorder: str, oldest: int | None, moment: int) -> None:
        """What a recorder says of the oldest it holds and has not stored."""
        self._oldest[recorder] = oldest, moment
        gone = [name for name, (_, when) in self._oldest.items() if moment - when > FORGET_AFTER]
        for name in gone:
            del self._oldest[name]

    def age(self, moment: int) -> int | None:
        """ms since the oldest position was published that is not stored. Where positions wait and every recorder is
        silent: since the last was heard; None where none ever was."""
        spoke = [(oldest, when) for oldest, when in self._oldest.values() if moment - when < SILENT_AFTER]
        held = [oldest for oldest, _ in spoke if oldest is not None]
        if held:
            return max(0, moment - min(held))
        if spoke or self.waiting == 0:
            return 0
        if self.waiting is None:
            return None
        heard = [when for _, when in self._oldest.values()]
        return moment - max(heard) if heard else None


class Delivery(Protocol):
    """Positions that a recorder has taken and must settle, whole or part by part, once."""

    positions: Batch
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


class Bus(Protocol):
    @property
    def durable(self) -> bool:
        """Whether what is delivered and not settled is delivered again, to this recorder or another."""

    @property
    def backlog(self) -> BacklogTracker | None:
        """None where nothing ever waits longer than its publisher."""

    @property
    def trouble(self) -> str | None:
        """Why nothing can be published, or why this process gets no deliveries or news; None while all is well."""

    async def publish(self, positions: Batch) -> None:
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

    async def announce(self, news: News, published: int | None = None) -> None:
        """Tells every follower where devices have moved; it is stored already. Waits for no follower. `published` is
        when the oldest of it was published, in ms.

        Raises BusUnavailable where it is unknown whether the news arrived: announce it again.
        """

    def close(self) -> None:
        """No more publications; what waits is still delivered where nobody else could."""

    def stop_following(self) -> None:
        """Ends every `follow`; after the recorder has announced its last."""

    async def relay(self, note: Note) -> bool:
        """Tells the hubs of all other processes, and perhaps of this one; not stored, and perhaps delivered twice.
        False where there can be no other. Raises BusUnavailable where it is unknown whether it arrived."""

    def follow(self, on_note: NoteHandler = ignore) -> AsyncIterator[News | None]:
        """All news from this call on; None where some were lost, and where it begins to listen later than now: the
        follower must load from the store. `on_note` is called with each note, at once."""
