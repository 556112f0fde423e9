"""How long positions take from their reception to the tick that brings them to viewers."""

from collections import deque
from collections.abc import Iterable

import numpy as np

from herenow.model.device import Device

LATELY = 10_000  # ms
MOST = 5_000  # positions looked at


class Lags:
    """Of the last ten seconds, of at most so many positions."""

    def __init__(self) -> None:
        self._lags: deque[tuple[int, int]] = deque(maxlen=MOST)  # when, how long, in ms

    def add(self, devices: Iterable[Device], now: int) -> None:
        """Devices of which viewers hear now; clocks that disagree count as no time."""
        self._lags.extend((now, max(0, now - device.heard)) for device in devices)

    def percentiles(self, now: int) -> dict[str, float] | None:
        """In ms; None where nothing came."""
        lags = [lag for when, lag in self._lags if now - when <= LATELY]
        if not lags:
            return None
        half, most = np.percentile(lags, [50, 99]).tolist()
        return {"p50": round(half, 1), "p99": round(most, 1)}
