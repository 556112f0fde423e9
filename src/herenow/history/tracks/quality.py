"""Which positions are not to be believed. Nothing is thrown away: a flag is set, and other rules can be tried later."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from herenow.history.tracks.track import latitudes, longitudes
from herenow.model.leg import MAX_LEG_SPEED, MAX_LEG_TIME
from herenow.store.track import FIX, PLACES, Track, joined

VERSION = 1  # of the rules; flags of others are computed again
REASONS = {
    1: "accuracy",  # worse than MAX_ACCURACY
    2: "zero",  # latitude and longitude near 0: what a receiver says that knows nothing
    3: "speed",  # reported faster than MAX_LEG_SPEED
    4: "jump",  # away and back, faster than MAX_LEG_SPEED
}
MAX_ACCURACY = 1_000.0  # m
NEAR_ZERO = 0.001  # degrees, about 110 m
MAX_RUN = 3  # positions of one jump; more of them are another place
CONTEXT = 16  # positions: a jump is judged by what lies at most so many positions and MAX_LEG_TIME apart
TICK = 1_000  # ms; many devices report whole seconds, so two of the same time may be so far apart

Points = npt.NDArray[np.float64]  # x, y, z in rows
Rows = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_ACCURACY, _ZERO, _SPEED, _JUMP = REASONS
_EQUATOR = 6_378_137.0  # m; WGS 84
_FLATTENING = 1 / 298.257223563
_ECCENTRICITY = _FLATTENING * (2 - _FLATTENING)  # squared


def flagged(found: Track, before: Track) -> Track:
    """A copy in which every flag says what these rules say.

    `before` are the positions right before, in order, believed or not; only the last CONTEXT of them, and only those
    at most MAX_LEG_TIME older than `found`, matter. With them a position is judged as it is in the whole track,
    however that is cut, but for the end: as long as fewer than CONTEXT positions follow, what follows may make a jump
    of it, or undo one.

    A *jump* is a run of at most MAX_RUN positions. None of them can be reached from the position before the run, from
    none of them can the position after it be reached, but that one from the one before. Where two devices share an id,
    each looks like a jump to the other: a run that the second position before it and the second after it agree with
    stays. Positions flagged for another reason are left out of this. Two of the same time reach each other within
    what MAX_LEG_SPEED covers in a TICK.
    """
    judged = found.copy()
    context = before[-CONTEXT:]
    judged["flag"] = _flags(np.concatenate([context, found]))[len(context) :]
    return judged


def flagged_together(tracks: Sequence[Track]) -> list[Track]:
    """The tracks of several devices as `flagged`, each whole. As if they were one device that is silent for longer than
    anything matters: what numpy does for one costs as much as for a thousand."""
    if not tracks:
        return []
    whole = joined(tracks)
    lengths = [len(one) for one in tracks]
    apart = whole.copy()
    begins = [int(one["time"][0]) if len(one) else 0 for one in tracks]
    took = [int(one["time"][-1]) - begin if len(one) else 0 for one, begin in zip(tracks, begins, strict=True)]
    moved = np.cumsum([0, *took[:-1]]) + 2 * MAX_LEG_TIME * np.arange(len(tracks)) - begins
    apart["time"] += np.repeat(moved, lengths)
    whole["flag"] = _flags(apart)
    return np.split(whole, np.cumsum(lengths)[:-1])


def unflagged(found: Track) -> Track:
    """Those with flag 0; `found` itself where that is all."""
    flags = found["flag"]
    return found[flags == 0] if flags.any() else found


def without_flags(found: Track) -> Track:
    """The same with nothing flagged."""
    copied = found.copy()
    copied["flag"] = 0
    return copied


def points(found: Track) -> Points:
    """Metres from the middle of the earth (WGS 84, at height 0): x, y, z in rows, where no meridian and no pole is
    special."""
    return unit_vectors(longitudes(found), latitudes(found))


def unit_vectors(longitude: npt.ArrayLike, latitude: npt.ArrayLike) -> Points:
    """Degrees to metres from the middle of the earth, in rows."""
    turn, phi = np.radians(longitude), np.radians(latitude)
    sine, cosine = np.sin(phi), np.cos(phi)
    across = _EQUATOR / np.sqrt(1 - _ECCENTRICITY * sine * sine)
    out = across * cosine
    return np.array([out * np.cos(turn), out * np.sin(turn), across * (1 - _ECCENTRICITY) * sine])


def place(point: Points) -> tuple[float, float]:
    """Longitude and latitude in degrees of a point that lies on the ground, or a few metres from it."""
    x, y, z = point.tolist()
    latitude = math.atan2(z, math.hypot(x, y) * (1 - _ECCENTRICITY))
    return math.degrees(math.atan2(y, x)), math.degrees(latitude)


def places(some: Points) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The same of many, as a track has them."""
    x, y, z = some
    longitude, latitude = np.arctan2(y, x), np.arctan2(z, np.hypot(x, y) * (1 - _ECCENTRICITY))
    rounded = [np.rint(np.degrees(one) * PLACES).astype(np.int32) for one in (longitude, latitude)]
    return rounded[0], rounded[1]


def distances(some: Points, others: Points) -> npt.NDArray[np.float64]:
    """Metres through the earth; 0.006 % less than over it at 240 km, as far as anything goes in MAX_LEG_TIME."""
    steps = some - others
    return np.asarray(np.sqrt(np.einsum("i...,i...->...", steps, steps)))


def _flags(known: Track) -> npt.NDArray[np.uint8]:
    flags = _alone(known)
    rows = np.flatnonzero(flags == 0)
    flags[rows[_Jumps(known, rows).mask()]] = _JUMP
    return flags


def _alone(known: Track) -> npt.NDArray[np.uint8]:
    """The flags of each position without the others; of several reasons the first."""
    near = round(NEAR_ZERO * PLACES)
    flags = np.zeros(len(known), FIX["flag"])
    flags[known["speed"] > MAX_LEG_SPEED] = _SPEED
    flags[(np.abs(known["longitude"]) < near) & (np.abs(known["latitude"]) < near)] = _ZERO
    flags[known["accuracy"] > MAX_ACCURACY] = _ACCURACY
    return flags


class _Jumps:
    """Jumps among some positions of a track; `rows` say which of it they are."""

    def __init__(self, known: Track, rows: Rows) -> None:
        self._rows = rows
        self._times = known["time"][rows]
        self._points = points(known)[:, rows]

    def mask(self) -> Mask:
        found = np.zeros(len(self._rows), np.bool_)
        leaps = self._leaps()
        if not len(leaps):
            return found
        for length in range(1, MAX_RUN + 1):
            before = leaps[leaps + length + 1 < len(self._rows)]
            before = before[self._away(before, length)]
            before = before[~self._shared(before, length)]
            for step in range(1, length + 1):
                found[before + step] = True
        return found

    def _leaps(self) -> Rows:
        """Positions from which the next one cannot be reached."""
        everyone = slice(None, -1), slice(1, None)
        elapsed = self._times[everyone[1]] - self._times[everyone[0]]
        metres = distances(self._points[:, everyone[0]], self._points[:, everyone[1]])
        return np.flatnonzero(metres > _reach(elapsed))

    def _away(self, before: Rows, length: int) -> Mask:
        after = before + length + 1
        away = self._near(before, after) & self._reached(before, after)
        for step in range(1, length + 1):
            away &= ~self._reached(before, before + step) & ~self._reached(before + step, after)
        return away

    def _shared(self, before: Rows, length: int) -> Mask:
        """Whether the positions one further out on either side go with the run rather than with those beside it."""
        inside = (before > 0) & (before + length + 2 < len(self._rows))
        first = np.where(inside, before - 1, 0)
        last = np.where(inside, before + length + 2, 0)
        return (
            inside & self._near(first, last) & self._reached(first, before + 1) & self._reached(before + length, last)
        )

    def _near(self, some: Rows, others: Rows) -> Mask:
        close = self._rows[others] - self._rows[some] <= CONTEXT
        return np.asarray(close & (self._times[others] - self._times[some] <= MAX_LEG_TIME))

    def _reached(self, some: Rows, others: Rows) -> Mask:
        metres = distances(self._points[:, some], self._points[:, others])
        return np.asarray(metres <= _reach(self._times[others] - self._times[some]))


def _reach(elapsed: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Metres that can be covered in so many ms."""
    return np.asarray(MAX_LEG_SPEED * (elapsed + TICK) / 1000)
