"""The lengths of legs without the noise of their receiver.

A walk of 1.4 m/s, each position 5 m off, is six times as long as the way at one position a second, and half as long
again at one in five. The length of a leg is therefore that of a line fitted to as many positions around it as make
noise small against the way. Of the fits before, around and after a leg the one counts from which the positions are
least far off: so corners and turns keep their length. How far positions lie off a fit says nothing about its slope, so
that the choice makes no way longer.
"""

import numpy as np

from herenow.history.tracks.fits import fitted, millimetres
from herenow.history.tracks.noise import Integers, Numbers, Runs, noise, running
from herenow.history.tracks.quality import Mask, Points, Rows, distances

DENSE = 20_000  # ms from one position to the next; over more, a way to and fro looks like noise
LARGEST = 450.0  # m², 15 m east and north; what is larger may be a way to and fro
SHORT = 2_000  # ms from one position to the next, in which nothing goes to and fro
GROWTH = 1.5  # times the noise of neighbours, for each position between; what lasts the longest has once as much
CLEAR = 14.0  # times the square of what noise adds to its speed, is the square of the speed of a fit
QUIET = 3.0  # times the same; what is slower is a rest within a drive
SCALES = (1, 2, 4, 8, 16)  # positions apart; a fit reaches so many to either side of its leg, or twice to one
STEPS = 3  # positions to either side of a leg, between which its speed is taken
AROUND = 30  # legs to either side that tell the speed
REACH = 160  # positions to either side of a leg, on which its length may depend: less than an hour of dense ones


def smoothed(times: Integers, ground: Points, counted: Mask, metres: Numbers) -> Numbers:
    """Lengths in m of legs, without noise where that is plain and legs are counted and dense."""
    dense = counted & (np.diff(times) <= DENSE)
    if not dense.any():
        return metres
    return _Smoothing(times, ground, dense, metres).smooth()


class _Smoothing:
    def __init__(self, times: Integers, ground: Points, dense: Mask, metres: Numbers) -> None:
        self._times, self._ground, self._dense, self._metres = times, ground, dense, metres.copy()
        self._cells = millimetres(ground)
        near = _near(np.flatnonzero(dense), len(times))
        part = self._part(near)
        found, plain = noise(*part, 1)
        plain &= (found <= LARGEST) | (np.diff(part[0]) <= SHORT)
        self._level, self._needed = np.zeros(len(dense)), np.zeros(len(dense))
        self._level[near[:-1]] = level = np.where(plain, found, 0.0)  # of noise, m²; of legs
        self._needed[near[:-1]] = _needed(*part, level)  # positions in a fit

    def smooth(self) -> Numbers:
        left = np.flatnonzero(self._dense & (self._level > 0))
        long = self._needed[left] <= 2
        self._clear(left[long])
        left = left[~long]
        for scale in SCALES:
            now = (self._needed[left] <= 2 * scale + 2) | (scale == SCALES[-1])
            if now.any():
                now[now] = self._fit(left[now], scale)
                left = left[~now]
        return self._metres

    def _part(self, near: Rows) -> tuple[Integers, Points, Runs]:
        if len(near) == len(self._times):
            return self._times, self._ground, Runs(self._dense)
        dense = self._dense[near[:-1]] & (np.diff(near) == 1)
        return self._times[near], self._ground.take(near, axis=1), Runs(dense)

    def _fit(self, legs: Rows, scale: int) -> Mask:
        """Measures those of some legs that need no wider fit once it is known how noise lasts; tells which."""
        near = _near(legs, len(self._times))
        times, ground, runs = self._part(near)
        rows, level = np.searchsorted(near, legs), self._level[near[:-1]]
        if scale > 1:
            found, plain = noise(times, ground, runs, scale)
            plain &= found <= GROWTH * scale * level
            lasting = np.where(plain, np.maximum(found, level), level)
            self._needed[legs] *= np.cbrt(lasting[rows] / level[rows])
            level = lasting
            done = (self._needed[legs] <= 2 * scale + 2) | ~plain[rows] | (scale == SCALES[-1])
        else:
            done = np.ones(len(legs), np.bool_)
        cells = self._cells if len(near) == len(self._times) else self._cells.take(near, axis=1)
        square, added = fitted(times, cells, runs, rows[done], scale)
        self._measure(legs[done], square, level[rows[done]] * added)
        return done

    def _clear(self, legs: Rows) -> None:
        """Measures legs that are long against the noise, by their own."""
        elapsed = np.maximum(self._times[legs + 1] - self._times[legs], 1) / 1000
        self._measure(legs, (self._metres[legs] / elapsed) ** 2, 2 * self._level[legs] / elapsed**2)

    def _measure(self, legs: Rows, square: Numbers, added: Numbers) -> None:
        """By the squares of speeds, and what noise adds to these: along the way it cancels out, but across the way it
        makes that longer. NaN leaves a leg as it is."""
        speeds = np.where(square < QUIET * added, 0.0, np.sqrt(np.maximum(square - added / 2, 0)))
        lengths = speeds * (self._times[legs + 1] - self._times[legs]) / 1000
        self._metres[legs] = np.where(np.isnan(lengths), self._metres[legs], lengths)


def _near(legs: Rows, count: int) -> Rows:
    """The positions on which legs may depend."""
    turns = np.bincount(np.maximum(legs - REACH, 0), minlength=count + 1)
    turns -= np.bincount(np.minimum(legs + 2 + REACH, count), minlength=count + 1)
    return np.flatnonzero(turns[:-1].cumsum())


def _needed(times: Integers, ground: Points, runs: Runs, level: Numbers) -> Numbers:
    """Positions in a fit, of all legs. Their speed is the mean of a while, so that fits are hardly of another width
    for the next leg."""
    legs = np.arange(len(times) - 1)
    first, last = runs.around(legs, STEPS, STEPS)
    square = np.maximum(distances(ground[:, last], ground[:, first]) ** 2 - 2 * level, 0)
    took = np.maximum(times[last] - times[first], 1) / 1000
    sums = running(square / (took * took))
    first, last = runs.around(legs, AROUND, AROUND)
    speeds = (sums[last] - sums[first]) / np.maximum(last - first, 1) / 1000
    ways = speeds * (np.diff(times) / 1000) ** 2
    return np.asarray(np.cbrt(12 * CLEAR * level / np.maximum(ways, 1e-6)))
