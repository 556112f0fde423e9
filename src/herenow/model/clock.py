"""What time it is."""

import time
from collections.abc import Callable

MINUTE = 60_000  # ms
HOUR = 3_600_000  # ms
DAY = 86_400_000  # ms; days are UTC

Clock = Callable[[], int]  # Unix ms


def now() -> int:
    """Unix ms."""
    return time.time_ns() // 1_000_000
