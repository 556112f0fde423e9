"""How far noise puts the positions of a track from where the device was.

White noise parts each position from the line between its neighbours, and the next one to the other side. What a device
drives does not: a corner parts both to one side. So the noise is what neighbours have against each other. Noise that
lasts is small between neighbours, and larger between positions that are further apart.

Sums are of whole numbers, so that they are the same to the bit wherever a track is cut.
"""

import numpy as np
import numpy.typing as npt

from herenow.history.tracks.quality import Mask, Points, Rows

AROUND = 45  # positions to either side of a leg that tell its noise
PLAIN = 0.2  # of what parts positions from their lines is noise; less may be chance
MOST = 1e9  # m², and (m/s)²; more counts as this, so that no sum overflows

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Runs:
    """Of n + 1 positions, between which lie n legs: the first and the last that dense legs lead to without a break."""

    def __init__(self, dense: Mask) -> None:
        numbers = np.arange(len(dense) + 1)
        self.begun = np.maximum.accumulate(np.where(np.append(False, dense), 0, numbers))
        ended = np.where(np.append(dense, False), len(dense), numbers)
        self.ended = np.minimum.accumulate(ended[::-1])[::-1]

    def around(self, rows: Rows, before: Rows | int, after: Rows | int) -> tuple[Rows, Rows]:
        """The positions so many before legs and after them, at most those of the run."""
        return np.maximum(rows - before, self.begun[rows]), np.minimum(rows + 1 + after, self.ended[rows + 1])


def noise(times: Integers, ground: Points, runs: Runs, apart: int) -> tuple[Numbers, Mask]:
    """Of legs, by positions so many apart: the mean square distance in m² of the positions around from where they would
    be without noise; and whether that is plain, or may be driving."""
    aside, share, inside = _aside(times, ground, runs, apart)
    pairs = max(0, len(times) - apart)
    both = inside[:pairs] & inside[apart:]
    against = np.where(both, -np.einsum("ij,ij->j", aside[:, :pairs], aside[:, apart:]), 0)
    legs = np.arange(len(times) - 1)
    around = runs.around(legs, AROUND + apart // 2, AROUND)
    found = _mean(against, np.where(both, share[:pairs] + 1 - share[apart:], 0), *around)
    square = np.where(inside, np.einsum("ij,ij->j", aside, aside), 0)
    weights = np.where(inside, 1 + share * share + (1 - share) ** 2, 0)
    whole = _mean(square, weights, *runs.around(legs, AROUND, AROUND))
    return found, found > PLAIN * whole


def _aside(times: Integers, ground: Points, runs: Runs, apart: int) -> tuple[Points, Numbers, Mask]:
    """Of positions: the way from the line between those so many before and after; the share of the time between these
    that is past; and whether they are in the run."""
    count = len(times)
    aside, share, inside = np.zeros((3, count)), np.zeros(count), np.zeros(count, np.bool_)
    rows = np.arange(apart, max(apart, count - apart))
    before, middle, after = (slice(start, start + len(rows)) for start in (0, apart, 2 * apart))
    share[middle] = (times[middle] - times[before]) / np.maximum(times[after] - times[before], 1)
    way = ground[:, after] - ground[:, before]
    aside[:, middle] = ground[:, middle] - ground[:, before] - share[middle] * way
    inside[middle] = (runs.begun[middle] <= rows - apart) & (runs.ended[middle] >= rows + apart)
    return aside, share, inside


def _mean(values: Numbers, weights: Numbers, begin: Rows, end: Rows) -> Numbers:
    """Over the items from `begin` to `end`, whatever the numbers of both."""
    sums, weighed = running(values), running(weights)
    end = np.minimum(end + 1, len(values))
    begin = np.minimum(begin, end)
    return np.asarray((sums[end] - sums[begin]) / np.maximum(weighed[end] - weighed[begin], 1))


def running(values: Numbers) -> Integers:
    """Sums of the first n, for n from 0 on, in whole thousandths."""
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(np.clip(values, -MOST, MOST) * 1000, dtype=np.int64, out=sums[1:])
    return sums
