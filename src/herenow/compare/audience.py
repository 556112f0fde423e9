"""What the viewers of one measurement saw, and of what."""

import time

from herenow.compare.latencies import Latencies
from herenow.model.clock import now


class Audience:
    """Knows when each position was sent, by its time, which no other one has: at most rate times seconds of them."""

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

    def saw(self, stamps: list[int], at: float) -> None:
        """A viewer's client has these positions since `at`; those of before are passed over."""
        for stamp in stamps:
            sent = self._sent.get(stamp)
            if sent is not None:
                self.latencies.add(at - sent)

    def begin(self) -> None:
        """Forgets what was sent and seen so far."""
        self._sent.clear()
        self.latencies = Latencies()
