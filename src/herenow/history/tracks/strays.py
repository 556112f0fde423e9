"""Stray positions: far off the way of a device, which is as if they were not there. They are not flagged, as one of
their legs can be driven; but they count for no distance, speed, trip or stop."""

import numpy as np
import numpy.typing as npt

from herenow.history.tracks.quality import MAX_RUN, TICK, Mask, Points, Rows, distances, places
from herenow.model.leg import MAX_LEG_SPEED, MAX_LEG_TIME
from herenow.store.track import Track

ASIDE = 2.0  # times as fast as all around it, there and back: a stray position, and not a turn
HARDEST = 4.0  # m/s² that a device can speed up, slow down or turn with
FAR = 50.0  # m from the line between the positions around; what is nearer is noise
LEAST = ASIDE * HARDEST * TICK / 1000  # m/s that a leap is faster than what is beside it
REACH = 2 * MAX_LEG_TIME  # ms; what lies further before or after a position does not make it a stray one

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def straightened(found: Track, ground: Points) -> tuple[Track, Points]:
    """The same with stray positions on the line between those around them, where they were due at their time.

    A run of at most MAX_RUN positions is stray if the ways there and back are ASIDE times as fast as all that is
    around, and the run lies further off the line than HARDEST allows. It also is if one of these ways is a leap, which
    nothing can drive that moves as before and after it, and the straight way fits what is around, better than if the
    other end of the leap were stray.
    """
    ways = _Ways(found["time"], ground)
    runs = [(length, before) for length in range(MAX_RUN, 0, -1) for before in [_Runs(ways, length).stray()]]
    if not any(len(before) for _, before in runs):
        return found, ground
    straight, moved = found.copy(), ground.copy()
    for length, before in runs:
        for step in range(1, length + 1):
            moved[:, before + step] = _due(found["time"], ground, before, before + step, before + length + 1)
            straight["longitude"][before + step], straight["latitude"][before + step] = places(moved[:, before + step])
    return straight, moved


def _due(times: Integers, ground: Points, before: Rows, rows: Rows, after: Rows) -> Points:
    """Where the rows would be on the way from one position to another; the same to the bit if time goes backwards."""
    since, left = times[rows] - times[before], times[after] - times[rows]
    return np.asarray((ground[:, before] * left + ground[:, after] * since) / np.maximum(since + left, 1))


class _Ways:
    """From each position to the next: `far` ones, and of these the ones before which a device speeds up or after which
    it slows down."""

    def __init__(self, times: Integers, ground: Points) -> None:
        self.times, self.ground = times, ground
        self.elapsed = np.diff(times)
        self.metres = distances(ground[:, 1:], ground[:, :-1])
        speeds = np.minimum(self.metres * 1000 / np.maximum(self.elapsed, 1), MAX_LEG_SPEED)
        near = (self.elapsed > 0) & (self.elapsed <= MAX_LEG_TIME)
        beside = np.where(near & (speeds < MAX_LEG_SPEED), np.minimum(ASIDE * speeds, speeds + LEAST), 0.0)
        self.far = self.metres > FAR
        self.there = self.far & (speeds > np.append(0.0, beside[:-1]))
        self.back = self.far & (speeds > np.append(beside[1:], 0.0))


class _Runs:
    """Runs of so many positions, given by the rows before and after them."""

    def __init__(self, ways: _Ways, length: int) -> None:
        self._times, self._ground, self._length = ways.times, ways.ground, length
        self._elapsed, self._metres = ways.elapsed, ways.metres
        self._before = self._possible(ways)
        self._after = self._before + length + 1

    def stray(self) -> Rows:
        """The rows before those that are."""
        before, after = self._before, self._after
        if not len(before):
            return before
        known_before, speed_before = self._beside(before - 1)
        known_after, speed_after = self._beside(after)
        slower = np.minimum(self._speeds(before), self._speeds(after - 1))
        around = np.maximum.reduce([speed_before, speed_after, *(self._speeds(one) for one in self._inside())])
        straight = self._straight(before, after)
        off, far = self._off_line()
        fast = far & (known_before | known_after) & (slower > ASIDE * np.maximum(around, straight))
        leap = known_before & self._leaps(before, speed_before, 1) & (straight < self._straight(before - 1, before + 1))
        leap |= (
            known_after & self._leaps(after - 1, speed_after, -1) & (straight < self._straight(after - 1, after + 1))
        )
        fits = straight < np.maximum(ASIDE * np.minimum(speed_before, speed_after), slower)
        fits &= around <= np.maximum(ASIDE * straight, slower / ASIDE)
        return before[off & (fast | leap & fits)]

    def _leaps(self, legs: Rows, beyond: Numbers, onward: int) -> Mask:
        """Whether legs are too fast for any device, or for one that is as slow before and after them."""
        beside = np.maximum(beyond, self._speeds(legs + onward))
        hardest = beside + ASIDE * HARDEST * (self._elapsed[legs] + TICK) / 1000
        return np.asarray(self._speeds(legs) > np.minimum(MAX_LEG_SPEED, hardest))

    def _possible(self, ways: _Ways) -> Rows:
        """Those that are far from both sides, which are near each other in time, and where a device speeds up first, or
        slows down after: of most tracks none."""
        last = max(0, len(self._times) - 1 - self._length)
        begun, ended = slice(0, last), slice(self._length, self._length + last)
        before = np.flatnonzero((ways.there[begun] & ways.far[ended]) | (ways.far[begun] & ways.back[ended]))
        return np.asarray(before[self._times[before + self._length + 1] - self._times[before] <= MAX_LEG_TIME])

    def _speeds(self, legs: Rows) -> Numbers:
        return np.asarray(self._metres[legs] * 1000 / np.maximum(self._elapsed[legs], 1))

    def _beside(self, legs: Rows) -> tuple[Mask, Numbers]:
        """Whether they are there and no silence, and how fast they are."""
        there = (legs >= 0) & (legs < len(self._elapsed))
        some = np.where(there, legs, 0)
        there &= (self._elapsed[some] > 0) & (self._elapsed[some] <= MAX_LEG_TIME)
        return there, np.where(there, self._speeds(some), 0.0)

    def _inside(self) -> list[Rows]:
        """The legs between the positions of a run."""
        return [self._before + step for step in range(1, self._length)]

    def _straight(self, some: Rows, others: Rows) -> Numbers:
        """m/s straight from one position to another; of no matter what where there is none."""
        some, others = np.maximum(some, 0), np.minimum(others, len(self._times) - 1)
        metres = distances(self._ground[:, others], self._ground[:, some])
        return np.asarray(metres * 1000 / np.maximum(self._times[others] - self._times[some], 1))

    def _off_line(self) -> tuple[Mask, Mask]:
        """Whether each position of a run is off the line, and whether further than anything can be driven."""
        off = far = np.ones(len(self._before), np.bool_)
        for step in range(1, self._length + 1):
            rows = self._before + step
            aside = distances(self._ground[:, rows], _due(self._times, self._ground, self._before, rows, self._after))
            since, left = self._times[rows] - self._times[self._before], self._times[self._after] - self._times[rows]
            off = off & (aside > FAR)
            far = far & (aside > ASIDE * HARDEST * (since + TICK) * (left + TICK) / 2e6)
        return off, far
