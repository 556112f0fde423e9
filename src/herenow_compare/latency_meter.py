"""How long positions take to reach the viewers of one measurement."""

import time

from herenow.model.clock import now
from herenow_compare.latencies import Latencies


class LatencyMeter:
    """Holds the send time of each position by the position's own time, which is unique: at most rate times seconds
    entries."""

    def __init__(self) -> None:
        self._sent: dict[int, float] = {}  # perf_counter by ms; a position's own time is cut to ms
        self._last = 0
        self.latencies = Latencies()
        self.received = 0  # bytes

    def stamp(self) -> int:
        """The time for a position that is sent now."""
        self._last = max(self._last + 1, now())
        self._sent[self._last] = time.perf_counter()
        return self._last

    def on_received(self, stamps: list[int], at: float) -> None:
        """A viewer's client has these positions since `at`. Ignores positions from before `begin`."""
        for stamp in stamps:
            sent = self._sent.get(stamp)
            if sent is not None:
                self.latencies.add(at - sent)

    def begin(self) -> None:
        """Discards what was sent and received so far."""
        self._sent.clear()
        self.latencies = Latencies()
