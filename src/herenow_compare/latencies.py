"""Latencies as counts, in constant memory."""

import math
from array import array

STEP = 1e-4  # s
LONGEST = 10.0  # s; a longer latency counts as LONGEST


class Latencies:
    """A count for each tenth of a millisecond up to LONGEST, however many there are."""

    def __init__(self) -> None:
        self._counts = array("Q", bytes(8 * (int(LONGEST / STEP) + 1)))
        self.count = 0

    def add(self, seconds: float) -> None:
        self._counts[max(0, min(len(self._counts) - 1, int(seconds / STEP)))] += 1
        self.count += 1

    def percentile(self, share: float) -> float | None:
        """The ms that this share of the latencies did not exceed, to a tenth; None where there are no latencies."""
        wanted, passed = max(1, math.ceil(self.count * share)), 0
        for step, count in enumerate(self._counts):
            passed += count
            if passed >= wanted:
                return round((step + 1) * STEP * 1000, 1)
        return None
