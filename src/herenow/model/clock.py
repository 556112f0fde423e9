"""What time it is."""

import time
from collections.abc import Callable

Clock = Callable[[], int]  # Unix ms


def now() -> int:
    """Unix ms."""
    return time.time_ns() // 1_000_000
