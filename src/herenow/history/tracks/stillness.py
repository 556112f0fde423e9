"""Which legs of a track stand still.

A leg is still if some window of positions around it is. That depends on the positions near it and on nothing else: not
on midnight, not on where a track begins, and not on the order in which it came in. Sums are of whole numbers, so that
they are the same to the bit wherever a track is cut.
"""

from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.history.tracks.quality import Mask, Points, Rows
from herenow.model.clock import DAY
from herenow.model.leg import MAX_LEG_TIME
from herenow.store.track import Track

MAX_SILENCE = 7 * DAY  # ms; after a longer one nobody knows where the device was meanwhile
MANY = 16  # positions; so many show whether it is noise that parts them
LONGEST_WINDOW = 80 * 60_000  # ms in which there must be so many
SIGMAS = 2.0  # of a position that says how inaccurate it is: by a radius that holds 68 % of them
MOST = 0.9  # of the positions of a window report to be fast, then it does not stand
END = 2.0  # times the spread of a window, from its centre: further off it is on its way there, or away
NOISE = 0.4  # of the square of the spread of a window; white noise has 1, and a lap of five positions less
NOISY_SPREAD = 0.5  # of the largest radius of a stop; a window that spreads further is no noise
NOISY_END = 2.5  # times the spread, from the centre
DIRECTED = 0.5  # of the square of the steps of a window is no noise, then the steps have a direction

_CENTIMETRES = 100
_LONGEST_STEP = 3e6  # cm; longer ones count as this, so that no sum of squares overflows

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


class TripSettings(msgspec.Struct, frozen=True):
    """What counts as a stop and as a trip."""

    min_stop_duration: int = 300_000  # ms; a stop is no shorter
    max_stop_radius: float = 50.0  # m; around its centre, and what it drifts at most in `min_stop_duration`
    max_stop_speed: float = 3.0  # m/s; a device that is faster nearly all the time does not stop, wherever it is
    max_inaccurate_radius: float = 200.0  # m; a position may be as far off as it is inaccurate, up to this
    min_trip_duration: int = 60_000  # ms; a trip is no shorter
    min_trip_distance: float = 100.0  # m; what a trip spans. Its length would not do: jitter adds up


DEFAULT = TripSettings()


class _Spread(NamedTuple):
    """Of windows: how their positions lie, in metres."""

    first: Numbers  # of the first position from the mean
    last: Numbers
    spread: Numbers  # square root of the mean square distance from the mean


def still(found: Track, ground: Points, settings: TripSettings = DEFAULT) -> Mask:
    """Of n positions the n − 1 legs between them. `ground` are their `points`."""
    if len(found) < 2:
        return np.zeros(max(0, len(found) - 1), np.bool_)
    return _Windows(found, ground, settings).covered()


class _Windows:
    """Windows are given by the rows of their first and their last position."""

    def __init__(self, found: Track, ground: Points, settings: TripSettings) -> None:
        self._settings = settings
        self._widest = max(settings.max_inaccurate_radius, settings.max_stop_radius)
        self._times = found["time"]
        self._cells = np.rint(ground * _CENTIMETRES).astype(np.int64)
        self._sums = _running(self._cells)
        self._squares = _running(_product(self._cells, self._cells))  # overflows; differences are right again
        self._moments = _running(self._times - self._times[0])
        self._accuracy = _running(np.rint(np.clip(np.nan_to_num(found["accuracy"]), 0, 1e6) * _CENTIMETRES))
        self._fast = _running(found["speed"] > settings.max_stop_speed)
        self._read_noise()

    def _read_noise(self) -> None:
        """What parts each position from the line between its neighbours, so that white noise has the square of its
        spread, whatever the device does meanwhile; and the steps."""
        elapsed = np.diff(self._times).astype(np.float64)
        steps = np.diff(self._cells, axis=1).astype(np.float64)
        near = (elapsed > 0) & (elapsed <= MAX_LEG_TIME)
        both = near[1:] & near[:-1]
        share = elapsed[:-1] / np.maximum(elapsed[:-1] + elapsed[1:], 1)
        aside = steps[:, :-1] - share * (steps[:, :-1] + steps[:, 1:])
        noise = _square(aside) / (1 + share * share + (1 - share) ** 2)
        self._noise = _running(_whole(np.concatenate([[0], np.where(both, noise, 0), [0]])))
        self._noises = _running(np.concatenate([[False], both, [False]]))
        self._steps = _running(_whole(np.where(near, _square(steps), 0)))
        self._waits = _running(np.where(near, elapsed * elapsed, 0))
        self._near = _running(near)

    def covered(self) -> Mask:
        """The legs that are in any window that is still."""
        wait = self._settings.min_stop_duration
        first = np.arange(len(self._times))
        last = np.searchsorted(self._times, self._times + wait)
        first, last = self._possible(first, last)
        spread = self._spread(first, last)
        near = self._keep(first, last, self._near_its_centre(first, last, spread))
        longer = np.maximum(last, first + MANY - 1)
        if (longer > last).any():
            first, last = self._possible(first, longer)
            spread = self._spread(first, last)
        noisy = self._keep(first, last, self._parted_by_noise(first, last, spread))
        ends = np.zeros(len(self._times), np.int64)
        for some_first, some_last in (near, noisy):
            ends += np.bincount(some_first, minlength=len(ends)) - np.bincount(some_last, minlength=len(ends))
        return np.asarray(ends.cumsum()[:-1] > 0)

    def _possible(self, first: Rows, last: Rows) -> tuple[Rows, Rows]:
        """Windows that there are, over no endless silence, and whose ends lie near each other. They come in order."""
        there = int(np.searchsorted(last, len(self._times)))
        first, last = first[:there], last[:there]
        apart = self._cells.take(last, axis=1) - self._cells.take(first, axis=1)
        near = np.abs(apart).max(axis=0) <= 2 * self._widest * _CENTIMETRES
        near &= self._times[last] - self._times[first] <= max(MAX_SILENCE, self._settings.min_stop_duration)
        rows = np.flatnonzero(near)
        return first[rows], last[rows]

    def _keep(self, first: Rows, last: Rows, holds: Mask) -> tuple[Rows, Rows]:
        rows = np.flatnonzero(holds)
        first, last = first[rows], last[rows]
        slow = np.flatnonzero(~self._fast_nearly_always(first, last))
        return first[slow], last[slow]

    def _fast_nearly_always(self, first: Rows, last: Rows) -> Mask:
        return np.asarray(_between(self._fast, first, last + 1) >= MOST * (last - first + 1))

    def _near_its_centre(self, first: Rows, last: Rows, spread: _Spread) -> Mask:
        room = _between(self._accuracy, first, last + 1) / (last - first + 1) / _CENTIMETRES * SIGMAS
        room = np.clip(room, self._settings.max_stop_radius, self._widest)
        end = np.clip(END * spread.spread, room / 2, room)
        near = (spread.first <= end) & (spread.last <= end) & (spread.spread <= room)
        some = np.flatnonzero(near)
        first, last = first[some], last[some]
        near[some] = ~self._drifts(first, last, room[some]) & ~self._driven(first, last)
        return near

    def _parted_by_noise(self, first: Rows, last: Rows, spread: _Spread) -> Mask:
        count = np.maximum(_between(self._noises, first + 1, last), 1)
        noise = _between(self._noise, first + 1, last) / count / _CENTIMETRES**2
        room = np.clip(NOISY_END * spread.spread, self._settings.max_stop_radius, self._widest)
        held = (spread.first <= room) & (spread.last <= room) & (spread.spread <= NOISY_SPREAD * self._widest)
        held &= self._times[last] - self._times[first] <= max(LONGEST_WINDOW, self._settings.min_stop_duration)
        return np.asarray(held & (noise >= NOISE * spread.spread**2))

    def _spread(self, first: Rows, last: Rows) -> _Spread:
        count = last - first + 1
        begin = self._cells.take(first, axis=1)
        sums = _between(self._sums, first, last + 1)
        squares = _between(self._squares, first, last + 1) + _product(begin, count * begin - 2 * sums)
        mean = (sums - count * begin) / count
        end = self._cells.take(last, axis=1) - begin - mean
        spread = np.maximum(squares / count - _far(mean), 0)
        return _Spread(*(np.sqrt(one) / _CENTIMETRES for one in (_far(mean), _far(end), spread)))

    def _drifts(self, first: Rows, last: Rows, room: Numbers) -> Mask:
        """Whether its second half lies further from the first than a stop may drift meanwhile."""
        middle = (first + last + 1) // 2
        counts = middle - first, last + 1 - middle
        begin = self._cells.take(first, axis=1)
        earlier = _between(self._sums, first, middle) - counts[0] * begin
        later = _between(self._sums, middle, last + 1) - counts[1] * begin
        metres = np.sqrt(_far(later / counts[1] - earlier / counts[0])) / _CENTIMETRES
        times = (
            _between(self._moments, middle, last + 1) / counts[1] - _between(self._moments, first, middle) / counts[0]
        )
        return np.asarray(metres > room * np.maximum(0.5, times / self._settings.min_stop_duration))

    def _driven(self, first: Rows, last: Rows) -> Mask:
        """Whether its steps have a direction, and are fast. Those of noise, and of noise that lasts, have none."""
        legs = np.maximum(_between(self._near, first, last), 1)
        steps = _between(self._steps, first, last) / legs
        noise = _between(self._noise, first + 1, last) / np.maximum(_between(self._noises, first + 1, last), 1)
        directed = steps - 2 * noise
        fastest = (self._settings.max_stop_speed * _CENTIMETRES / 1000) ** 2  # of cm/ms
        enough = last - first >= 4
        return np.asarray(
            enough & (directed >= DIRECTED * steps) & (directed > fastest * _between(self._waits, first, last) / legs)
        )


def _running(values: npt.NDArray[np.generic]) -> Integers:
    """Sums of the first n, for n from 0 on."""
    sums = np.zeros((*values.shape[:-1], values.shape[-1] + 1), np.int64)
    np.cumsum(values, axis=-1, dtype=np.int64, out=sums[..., 1:])
    return sums


def _between(running: Integers, first: Rows, end: Rows) -> Integers:
    return np.asarray(running.take(end, axis=-1) - running.take(first, axis=-1))


def _product(some: Integers, others: Integers) -> Integers:
    """The scalar product of vectors."""
    return np.asarray(np.einsum("ij,ij->j", some, others))


def _square(vectors: Numbers) -> Numbers:
    return np.asarray(np.einsum("i...,i...->...", vectors, vectors))


def _far(vectors: Numbers) -> Numbers:
    """The squares of distances, x and z first: four positions at one place and a fifth are just a window or just none,
    and which of the two is the last bit of this sum."""
    x, y, z = vectors
    return np.asarray(x * x + z * z + y * y)


def _whole(squares: Numbers) -> Numbers:
    return np.minimum(squares, _LONGEST_STEP**2)  # cut to whole numbers by `_running`
