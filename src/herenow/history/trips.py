"""Trips and stops of a device."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.history.ellipsoid import geod
from herenow.history.rules import Mask, Points, Rows, apart, earth, place, points
from herenow.history.track import PLACES, Track, latitudes, longitudes
from herenow.model.geo import EARTH, MAX_LEG_SPEED, MAX_LEG_TIME, counted, distance

STRAIGHT = 10_000.0  # m; the length of a shorter leg follows from its chord, to a tenth of a millimetre
PROBES = (1.0, 0.5, 0.25, 0.75)  # of the time of the shortest stop: where to look first whether a device has left
MOST = 0.9  # of the positions in that time; the others may stray, but the first and the last are near each other
AHEAD = 16  # positions at least that are compared at once with the centre of a stop

Place = tuple[float, float]  # longitude and latitude, degrees
Numbers = npt.NDArray[np.float64]


class Settings(msgspec.Struct, frozen=True):
    """What counts as a stop and as a trip."""

    still_time: int = 300_000  # ms; a stop is no shorter
    still_radius: float = 50.0  # m; around its centre
    still_speed: float = 3.0  # m/s; what reports to be faster nearly all the time does not stand, wherever it is
    wander: float = 200.0  # m; a position may lie as far off as it is inaccurate, but no further than this
    trip_time: int = 60_000  # ms; a trip is no shorter
    trip_reach: float = 100.0  # m; it gets so far from where it began. Its length would not do: jitter adds up


class Trip(msgspec.Struct, frozen=True, array_like=True, tag="trip"):
    """From the last position of a stop, or the first after a gap, to the first of a stop, or the last before a gap."""

    start: int  # ms
    end: int  # ms
    start_place: Place
    end_place: Place
    distance: float  # m on the ellipsoid, of the legs that are `counted`
    top: float  # m/s, see Legs.speeds
    positions: int  # both ends included

    @property
    def mean(self) -> float:
        """m/s"""
        return self.distance * 1000 / (self.end - self.start) if self.end > self.start else 0.0


class Stop(msgspec.Struct, frozen=True, array_like=True, tag="stop"):
    """A stay at one place, gaps included when the device was still there after them."""

    start: int  # ms
    end: int  # ms
    centre: Place
    radius: float  # m; no position of it is further from the centre
    positions: int

    @property
    def duration(self) -> int:
        """ms"""
        return self.end - self.start


Piece = Trip | Stop

DEFAULT = Settings()


class Legs(NamedTuple):
    """What lies between each of n positions and the next, in n − 1 items if not said otherwise."""

    points: Points  # of n positions
    elapsed: npt.NDArray[np.int64]  # ms
    counted: Mask
    lengths: Numbers  # m on the ellipsoid; 0 where not counted
    speeds: Numbers  # m/s, of n positions: as reported, else of the counted leg that ends there (_own), else NaN


def legs(found: Track) -> Legs:
    """Takes believed positions."""
    ground = points(found)
    elapsed = np.diff(found["time"])
    lengths = _lengths(found, ground)
    driven = (elapsed > 0) & (elapsed <= MAX_LEG_TIME) & (lengths <= MAX_LEG_SPEED * elapsed / 1000)
    speeds = found["speed"].astype(np.float64)
    untold = np.isnan(speeds[1:]) & driven
    if untold.any():
        speeds[1:][untold] = _own(ground, elapsed, driven, lengths)[untold]
    return Legs(ground, elapsed, driven, np.where(driven, lengths, 0.0), speeds)


def _own(ground: Points, elapsed: npt.NDArray[np.int64], driven: Mask, lengths: Numbers) -> Numbers:
    """Speeds of legs, m/s: none is faster than it and a neighbour together went straight, or else a stray position,
    out and back, would be the top speed of the day."""
    times = np.maximum(elapsed, 1) / 1000
    speeds = lengths / times
    straight = apart(ground[:, 2:], ground[:, :-2]) / (times[1:] + times[:-1])
    straight[~(driven[1:] & driven[:-1])] = np.inf
    speeds[1:] = np.minimum(speeds[1:], straight)
    speeds[:-1] = np.minimum(speeds[:-1], straight)
    return speeds


def _lengths(found: Track, ground: Points) -> Numbers:
    """Metres on the ellipsoid. Geod takes ten times longer than a chord, and is asked only where the earth's curve
    depends on the direction: an arc exceeds its chord by chord³ / 24 r²."""
    chords = apart(ground[:, 1:], ground[:, :-1])
    lengths = chords * (1 + chords * chords / (24 * EARTH * EARTH))
    far = np.flatnonzero(chords > STRAIGHT)
    if len(far):
        longitude, latitude = longitudes(found), latitudes(found)
        ends = longitude[far], latitude[far], longitude[far + 1], latitude[far + 1]
        lengths[far] = geod().inv(*ends, return_back_azimuth=False)[2]
    return lengths


def stops(found: Track, settings: Settings = DEFAULT) -> list[tuple[int, int]]:
    """The first and the last position of each stop, in order. A stop begins where most positions of the next
    `still_time` are near, and goes on as long as the next one is near the centre of those before it."""
    return _Stays(found, points(found), settings).ranges()


class _Stays:
    def __init__(self, found: Track, ground: Points, settings: Settings) -> None:
        self._times = found["time"]
        self._points = ground
        self._wait = settings.still_time
        widest = max(settings.wander, settings.still_radius)
        self._fast = found["speed"] > settings.still_speed
        self._rooms = np.fmin(np.fmax(found["accuracy"], settings.still_radius), widest)

    def ranges(self) -> list[tuple[int, int]]:
        starts, ends = self._likely()
        ranges: list[tuple[int, int]] = []
        next_one = 0
        while next_one < len(starts):
            first, end = int(starts[next_one]), int(ends[next_one]) + 1
            next_one += 1
            slow = self._fast[first:end].mean() < MOST  # else it goes around in circles
            if slow and self._still(first, np.s_[first:end]).mean() >= MOST:
                end = self._grown(first, end)
                ranges.append((first, end - 1))
                next_one = int(np.searchsorted(starts, end))
        return ranges

    def _likely(self) -> tuple[Rows, Rows]:
        """Positions where a stop may begin, and for each the first position at which it would be long enough."""
        ends = np.searchsorted(self._times, self._times + self._wait)
        starts = np.flatnonzero(ends < len(ends))
        ends = ends[starts]
        for share in PROBES:
            near = self._still(starts, starts + ((ends - starts) * share).astype(np.intp))
            starts, ends = starts[near], ends[near]
        return starts, ends

    def _still(self, some: Rows | int, others: Rows | slice) -> Mask:
        ground = self._points[:, some] if isinstance(some, np.ndarray) else self._points[:, some : some + 1]
        room = np.maximum(self._rooms[some], self._rooms[others])
        return np.asarray(apart(ground, self._points[:, others]) <= room)

    def _grown(self, first: int, end: int) -> int:
        """Looks as far ahead as it has come, so that a day takes hardly more steps than an hour."""
        while end < len(self._times):
            ahead = np.s_[end : end + max(end - first, AHEAD)]
            centre = self._points[:, first:end].sum(axis=1, keepdims=True) / (end - first)
            away = apart(self._points[:, ahead], centre) > self._rooms[ahead]
            if away.any():
                return end + int(away.argmax())
            end += len(away)
        return end


def pieces(found: Track, settings: Settings = DEFAULT) -> list[Piece]:
    """Trips and stops in order. Takes believed positions of any range of time.

    They need not cover all of it: between them lie gaps, and moves too short for a trip.
    """
    return pieces_of(found, legs(found), settings)


def pieces_of(found: Track, known: Legs, settings: Settings = DEFAULT) -> list[Piece]:
    """As `pieces`, where `legs(found)` is known."""
    stays = _Stays(found, known.points, settings).ranges()
    moving = known.elapsed <= MAX_LEG_TIME
    for first, last in stays:
        moving[first:last] = False
    turns = np.flatnonzero(np.diff(moving, prepend=False, append=False)).tolist()
    cut: list[tuple[int, Piece]] = [(first, _stop(found, known, first, last)) for first, last in stays]
    for first, last in zip(turns[::2], turns[1::2], strict=True):
        if _is_trip(found, known, settings, first, last):
            cut.append((first, _trip(found, known, first, last)))
    return joined((piece for _, piece in sorted(cut, key=lambda numbered: numbered[0])), settings)


def _is_trip(found: Track, known: Legs, settings: Settings, first: int, last: int) -> bool:
    if found["time"][last] - found["time"][first] < settings.trip_time:
        return False
    reach = apart(known.points[:, first + 1 : last + 1], known.points[:, first : first + 1])
    return bool(reach.max() >= settings.trip_reach)


def _trip(found: Track, known: Legs, first: int, last: int) -> Trip:
    speeds = known.speeds[first + 1 : last + 1]
    return Trip(
        start=int(found["time"][first]),
        end=int(found["time"][last]),
        start_place=_place(found, first),
        end_place=_place(found, last),
        distance=float(known.lengths[first:last].sum()),
        top=float(np.fmax.reduce(speeds, initial=0.0)),
        positions=last - first + 1,
    )


def _stop(found: Track, known: Legs, first: int, last: int) -> Stop:
    ground = known.points[:, first : last + 1]
    centre = ground.sum(axis=1) / ground.shape[1]
    return Stop(
        start=int(found["time"][first]),
        end=int(found["time"][last]),
        centre=place(centre),
        radius=float(apart(ground, centre[:, np.newaxis]).max()),
        positions=last - first + 1,
    )


def _place(found: Track, row: int) -> Place:
    return float(found["longitude"][row]) / PLACES, float(found["latitude"][row]) / PLACES


def joined(pieces: Iterable[Piece], settings: Settings = DEFAULT) -> list[Piece]:
    """Puts together what was cut at the edges of blocks, given the pieces of consecutive blocks (days) in order.

    Two stops at one place with nothing between are one; so are two trips with no gap between; a trip with no gap
    between it and a stop goes on to there. The pieces of one block stay as they are.

    Where a cut leaves on either side what is a trip, or a stop, by itself, this gives what `pieces` makes of all
    positions at once, but that the top speed of a joined trip leaves out the leg between, and that the centre and the
    radius of a joined stop are estimates, and so may be, by a few positions, its end. Elsewhere a stop cut into parts
    shorter than `still_time` counts as moving, and a move cut into parts too short for a trip is left out.
    """
    whole: list[Piece] = []
    for piece in pieces:
        whole[-1:] = _met(whole[-1], piece, settings) if whole else [piece]
    return whole


def _met(last: Piece, piece: Piece, settings: Settings) -> list[Piece]:
    elapsed = piece.start - last.end
    match last, piece:
        case Stop(), Stop() if _same_place(last, piece, settings):
            return [_one_stop(last, piece)]
        case Trip(), Trip() if elapsed <= MAX_LEG_TIME:
            return [_one_trip(last, piece)]
        case Trip(), Stop() if 0 < elapsed <= MAX_LEG_TIME:
            return [_one_trip(last, _moment(piece.start, piece.centre)), piece]
        case Stop(), Trip() if 0 < elapsed <= MAX_LEG_TIME:
            return [last, _one_trip(_moment(last.end, last.centre), piece)]
    return [last, piece]


def _moment(time: int, where: Place) -> Trip:
    return Trip(time, time, where, where, distance=0.0, top=0.0, positions=1)


def _one_trip(first: Trip, second: Trip) -> Trip:
    between = geod().inv(*first.end_place, *second.start_place, return_back_azimuth=False)[2]
    if not counted(between, second.start - first.end):
        between = 0.0
    return Trip(
        start=first.start,
        end=second.end,
        start_place=first.start_place,
        end_place=second.end_place,
        distance=first.distance + between + second.distance,
        top=max(first.top, second.top),
        positions=first.positions + second.positions,
    )


def _same_place(first: Stop, second: Stop, settings: Settings) -> bool:
    metres = distance(*first.centre[::-1], *second.centre[::-1])
    wide = min(settings.wander, max(first.radius, second.radius))
    return metres <= max(settings.still_radius, wide)


def _one_stop(first: Stop, second: Stop) -> Stop:
    centres = [earth(*stop.centre) for stop in (first, second)]
    positions = first.positions + second.positions
    centre = (centres[0] * first.positions + centres[1] * second.positions) / positions
    return Stop(
        start=first.start,
        end=second.end,
        centre=place(centre),
        radius=max(float(apart(centres[0], centre)) + first.radius, float(apart(centres[1], centre)) + second.radius),
        positions=positions,
    )
