"""How long things took lately, as percentiles."""

from collections import deque
from collections.abc import Iterable

import numpy as np

LATELY = 10_000  # ms
MOST = 5_000  # values that count


class Percentiles:
    """Of the last ten seconds, of at most so many values."""

    def __init__(self) -> None:
        self._values: deque[tuple[int, int]] = deque(maxlen=MOST)  # when, how long, in ms

    def add(self, values: Iterable[int], now: int) -> None:
        """Lengths in ms that ended at `now`; a negative one, of clocks that disagree, counts as none."""
        self._values.extend((now, max(0, value)) for value in values)

    def read(self, now: int) -> dict[str, float] | None:
        """p50 and p99 in ms; None where nothing came."""
        values = [value for when, value in self._values if now - when <= LATELY]
        if not values:
            return None
        half, most = np.percentile(values, [50, 99]).tolist()
        return {"p50": round(half, 1), "p99": round(most, 1)}
