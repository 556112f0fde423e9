"""How long something took, over all time, in a few numbers."""

from bisect import bisect_left
from collections.abc import Iterator

BOUNDS = (5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000)  # ms


class Histogram:
    """A histogram of milliseconds with fixed bounds."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS) + 1)
        self.total = 0  # ms

    def add(self, elapsed: int, times: int) -> None:
        """So many took so many ms; a clock that went backwards counts as none."""
        elapsed = max(0, elapsed)
        self._counts[bisect_left(BOUNDS, elapsed)] += times
        self.total += elapsed * times

    def cumulative(self) -> Iterator[tuple[float, int]]:
        """Bounds in ms, the last infinite, each with how many took at most as long."""
        count = 0
        for bound, more in zip((*BOUNDS, float("inf")), self._counts, strict=True):
            count += more
            yield bound, count
