"""A viewer: one connected client, what it looks at, and what it has yet to be sent."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from herenow.live.group import Group
    from herenow.live.wires import Wire, Written


class Sink(Protocol):
    """The connection of a viewer. Whoever owns it calls the hub's `drained` when it is not full any more."""

    @property
    def full(self) -> bool:
        """Whether so much waits to be sent that nothing but an answer should be added."""

    def write(self, pieces: "Written") -> None:
        """Sends one message, without waiting; keeps what cannot be sent yet."""

    def unread(self) -> int:
        """Bytes that wait to be sent."""

    def close(self, code: int, reason: str, retry_ms: int | None = None) -> None:
        """Says farewell, and when to come back, and ends the connection, also where the client reads nothing."""


class Viewer:
    """Holds two numbers, whatever a slow client misses: it is sent the newest once it can be."""

    def __init__(self, wire: "Wire", sink: Sink) -> None:
        self.wire = wire
        self.sink = sink
        self.group: Group | None = None  # what it looks at, with all others who do
        self.since: int | None = None  # the state that it has, where it misses something since
        self.owed: int | None = None  # the number of the view that is yet to be answered by a snapshot
        self._left = 0  # bytes unread when it last made progress
        self._progress = 0.0  # when that was

    def tell(self, content: bytes) -> None:
        """A message that is not about positions."""
        text = self.wire.text(content)
        if text is not None:
            self.sink.write([text])

    def stalled(self, monotonic: float, limit: float) -> bool:
        """Whether it has read nothing for longer than `limit` seconds, though there was something to read."""
        left = self.sink.unread()
        if left == 0 or left != self._left:  # hardly anything is added while it is full, so any change is progress
            self._left, self._progress = left, monotonic
        return monotonic - self._progress > limit
