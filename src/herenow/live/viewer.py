"""A viewer: one connected client, its view, and what it has yet to receive."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from herenow.live.encoders import Encoder, Written
    from herenow.live.viewer_group import ViewerGroup


STALLED = 30.0  # s without progress, then it is closed
SLOW = (4408, f"no progress in reading for {STALLED:.0f} s")
MOST_QUEUED = 256 * 1024  # bytes of messages that wait for a viewer which reads too slowly, then it is closed


class Sink(Protocol):
    """The connection of a viewer. Its owner calls the hub's `drained` when it is not full any more."""

    @property
    def full(self) -> bool:
        """Whether so much waits to be sent that nothing but an answer should be added."""

    def write(self, pieces: "Written") -> None:
        """Sends one message, without waiting; keeps what cannot be sent yet."""

    def unread(self) -> int:
        """Bytes that wait to be sent."""

    def gone(self) -> int:
        """Bytes that were sent and do not wait any more, of all so far."""

    def close(self, code: int, reason: str, retry_ms: int | None = None) -> None:
        """Sends a close frame, with when to come back, and ends the connection, also if the client reads nothing."""


class Viewer:
    """Holds some numbers, whatever a slow client misses: it is sent the newest once it can be."""

    def __init__(self, wire: "Encoder", sink: Sink) -> None:
        self.encoder = wire
        self.sink = sink
        self.group: ViewerGroup | None = None  # its view, shared with all viewers of the same
        self.missed_since: int | None = None  # the state that it has, where it misses something since
        self.pending_view: int | None = None  # the number of the view that is yet to be answered
        self.last_seq = 0  # the state of the last answer to it
        self._gone = -1  # bytes that had gone when it last made progress
        self._progress = 0.0  # when that was
        self._queued = 0  # bytes of messages while it was full

    def send_text(self, content: bytes) -> None:
        """A message that is not about positions."""
        text = self.encoder.text(content)
        if text is None:
            return
        self._queued = self._queued + len(text) if self.sink.full else 0
        if self._queued > MOST_QUEUED:
            self.sink.close(*SLOW)
        else:
            self.sink.write([text])

    def stalled(self, monotonic: float, limit: float) -> bool:
        """Whether it has read nothing for longer than `limit` seconds, though there was something to read."""
        gone = self.sink.gone()
        if gone != self._gone or self.sink.unread() == 0:
            self._gone, self._progress = gone, monotonic
        return monotonic - self._progress > limit
