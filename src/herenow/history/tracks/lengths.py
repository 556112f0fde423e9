"""How long the legs of a track are, though the receiver is noisy."""

import numpy as np
import numpy.typing as npt

from herenow.history.tracks.quality import Mask, Points, Rows, distances
from herenow.history.tracks.track import Track, latitudes, longitudes
from herenow.model.geo.ellipsoid import geod
from herenow.model.geo.sphere import EARTH

STRAIGHT = 10_000.0  # m; the length of a shorter leg follows from its chord, to a tenth of a millimetre
DENSE = 2_000  # ms from one position to the next; where they are further apart, noise looks like driving
HARDEST = 4.0  # m/s²; positions that are further from the line between their neighbours are noisy
AROUND = 30  # positions to either side that tell how noisy and how fast one is
SPEED_STEPS = 10  # positions to either side, between which its speed is taken
CLEAR = 5.0  # times as far as the noise a device goes on the ways of which its length is made
QUIET = 6.0  # times the square of the noise; a shorter way is a rest within a drive
MOST_STEPS = 32  # positions to either side, between which such a way lies
MOST = 1e9  # m², and (m/s)²; more counts as this, so that no sum overflows

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def lengths(found: Track, ground: Points) -> Numbers:
    """Metres on the ellipsoid, as reported. Geod takes ten times longer than a chord, and measures only where the
    earth's curve depends on the direction: an arc exceeds its chord by chord³ / 24 r²."""
    chords = distances(ground[:, 1:], ground[:, :-1])
    metres = chords * (1 + chords * chords / (24 * EARTH * EARTH))
    far = np.flatnonzero(chords > STRAIGHT)
    if len(far):
        longitude, latitude = longitudes(found), latitudes(found)
        ends = longitude[far], latitude[far], longitude[far + 1], latitude[far + 1]
        metres[far] = geod().inv(*ends, return_back_azimuth=False)[2]
    return metres


def calmed(times: Integers, ground: Points, counted: Mask, metres: Numbers) -> Numbers:
    """The lengths without noise. A walk that is reported every second, each position 5 m off, is six times as long as
    the way.

    A leg among positions that are dense and noisier than a device can drive has its share, by time, of the way between
    positions so far around it that noise is small against it, less what noise adds to that. All others stay as they
    are.
    """
    dense = counted & (np.diff(times) <= DENSE)
    noise = _noise(times, ground, dense)
    rows = np.flatnonzero(dense & (noise > 0))
    if not len(rows):
        return metres
    calm = metres.copy()
    calm[rows] = _shares(times, ground, dense, noise, rows)
    return calm


def _noise(times: Integers, ground: Points, dense: Mask) -> Numbers:
    """Of legs: the mean square distance in m² of the positions around from where they would be without noise; 0 where
    that may be driving. White noise parts a position from the line between its neighbours by 1 + share² + (1 − share)²
    times as much."""
    both = dense[1:] & dense[:-1]
    if not both.any():
        return np.zeros(len(dense))
    elapsed = np.diff(times).astype(np.float64)
    steps = np.diff(ground, axis=1)
    share = elapsed[:-1] / np.maximum(elapsed[:-1] + elapsed[1:], 1)
    aside = steps[:, :-1] - share * (steps[:, :-1] + steps[:, 1:])
    square = np.einsum("ij,ij->j", aside, aside) / (1 + share * share + (1 - share) ** 2)
    hardest = (HARDEST * elapsed[:-1] * elapsed[1:] / 2e6) ** 2 / 1.5
    mean = _mean_around(square, both)
    level = np.where(mean > _mean_around(hardest, both), mean, 0.0)
    return np.asarray(np.maximum(np.append(0.0, level), np.append(level, 0.0)))  # of both ends of a leg


def _mean_around(values: Numbers, known: Mask) -> Numbers:
    """Over AROUND to either side of those that are known and follow each other, of whole thousandths: sums of these are
    the same wherever a track begins."""
    whole = np.where(known, np.minimum(values, MOST) * 1000, 0).astype(np.int64)
    sums = np.concatenate([[0], whole.cumsum()])
    rows = np.arange(len(whole))
    begun, ended = _bounds(known)
    begin, end = np.maximum(rows - AROUND, begun[:-1]), np.minimum(rows + AROUND + 1, ended[1:])
    return np.asarray(np.where(known, (sums[end] - sums[begin]) / np.maximum(end - begin, 1) / 1000, 0.0))


def _bounds(dense: Mask) -> tuple[Rows, Rows]:
    """Of n + 1 positions, of which `dense` are n legs: the first and the last that these lead to without a break."""
    numbers = np.arange(len(dense) + 1)
    begun = np.maximum.accumulate(np.where(np.append(False, dense), 0, numbers))
    ended = np.where(np.append(dense, False), len(dense), numbers)
    return begun, np.minimum.accumulate(ended[::-1])[::-1]


def _shares(times: Integers, ground: Points, dense: Mask, noise: Numbers, rows: Rows) -> Numbers:
    """Of some legs. How far around them their length is taken follows from the speed of a longer while, so that it is
    hardly another one for the next leg, and no way is in more than one share."""
    ways = _Ways(times, ground, dense)
    square, took = ways.around(np.arange(len(dense)), np.full(len(dense), SPEED_STEPS))
    speeds = np.sqrt(_mean_around(np.maximum(square - 2 * noise, 0) / np.maximum(took, 1) ** 2 * 1e6, dense))[rows]
    own = times[rows + 1] - times[rows]
    needed = CLEAR * np.sqrt(noise[rows]) / np.maximum(speeds * own / 1000, 1e-3)
    steps = np.clip(np.ceil((needed - 1) / 2), 0, MOST_STEPS).astype(np.intp)
    square, took = ways.around(rows, steps)
    # What noise adds across the way makes it longer; along the way it cancels out.
    straight = np.where(square < QUIET * noise[rows], 0.0, np.sqrt(np.maximum(square - noise[rows], 0)))
    return np.asarray(straight * own / np.maximum(took, 1))


class _Ways:
    """The straight ways from so many positions before legs to so many after them, over dense legs alone."""

    def __init__(self, times: Integers, ground: Points, dense: Mask) -> None:
        self._times, self._ground = times, ground
        self._begun, self._ended = _bounds(dense)

    def around(self, rows: Rows, steps: Rows) -> tuple[Numbers, Integers]:
        """Their square lengths, m², and times, ms."""
        first = np.maximum(rows - steps, self._begun[rows])
        last = np.minimum(rows + 1 + steps, self._ended[rows + 1])
        return distances(self._ground[:, last], self._ground[:, first]) ** 2, self._times[last] - self._times[first]
