"""How often the builder has a round: as often as its share of a core allows, and nobody wants it more often. And how
long it makes days of devices, where it does so in turn."""

import time
from collections.abc import Sequence

SHARE = 0.3  # of one core that it may use at most,
LITTLE = 0.05  # that it uses while its rounds are as often as anybody could want
SHORTEST_ROUND, LONG_ROUND = 2.0, 10.0  # s
LEAST_REST = 0.1  # of what a round took: a store that is slow is not read all the time
DAYS_SHARE = 0.03  # of one core that days of devices may use, while they are more than that,
DAYS_LEAST = 0.25  # s of it in each round: those of a small fleet are never behind its map


def rest(worked: float, used: float) -> float:
    """Seconds of rest after a round of so many seconds, in which the process used so many of the processor. A busy
    machine, which makes a round long, does not make history late."""
    length = max(SHORTEST_ROUND, min(used / LITTLE, LONG_ROUND), used / SHARE)
    return max(length - worked, worked * LEAST_REST)


class Turn:
    """Days of devices that wait for the next round once their share of this one is used up."""

    def __init__(self) -> None:
        self.last = b""  # key of the day that was made last
        self._until = 0.0

    def begin(self, wait: float) -> None:
        """`wait`: the seconds since the round before, of which they take their share."""
        self._until = time.process_time() + max(DAYS_LEAST, DAYS_SHARE * wait)

    @property
    def is_over(self) -> bool:
        return time.process_time() > self._until

    def ordered(self, keys: Sequence[bytes]) -> list[bytes]:
        """Sorted keys, those behind the last one first."""
        return [*(key for key in keys if key > self.last), *(key for key in keys if key <= self.last)]
