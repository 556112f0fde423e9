"""How many a second, of late."""

import time
from collections.abc import Callable

SECONDS = 10


class Rate:
    """Counts over the last ten whole seconds, in ten numbers, and in all."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts = [0] * (SECONDS + 1)
        self._second = int(clock())
        self.total = 0

    def add(self, count: int) -> None:
        second = int(self._clock())
        if second != self._second:
            self._advance(second)
        self.total += count
        self._counts[second % len(self._counts)] += count

    def per_second(self) -> float:
        self._advance(int(self._clock()))
        running = self._second % len(self._counts)
        return sum(count for slot, count in enumerate(self._counts) if slot != running) / SECONDS

    def _advance(self, second: int) -> None:
        for passed in range(self._second + 1, min(second, self._second + len(self._counts)) + 1):
            self._counts[passed % len(self._counts)] = 0
        if second - self._second > len(self._counts):
            self._counts = [0] * len(self._counts)
        self._second = second
