"""Trips and stops of a device: the runs of legs that are driven, and of those that stand still."""

import math
from collections.abc import Iterable

import msgspec
import numpy as np

from herenow.history.tracks.movement import Integers, Legs, legs, runs
from herenow.history.tracks.quality import Points, Rows, distances, place, places, unit_vectors
from herenow.history.tracks.stillness import DEFAULT, TripSettings
from herenow.store.track import PLACES, Track

Place = tuple[float, float]  # longitude and latitude, degrees
Whole = tuple[int, int, int]  # mm from the middle of the earth

_MILLIMETRES = 1000
FEW = 16  # positions of a stop that are kept as its edge without looking which are
_NEXT = np.roll(np.arange(16), -1)
_TURNS = np.arange(16) * math.tau / 16
_DIRECTIONS = np.stack([np.cos(_TURNS), np.sin(_TURNS)], axis=1)


class Trip(msgspec.Struct, frozen=True, array_like=True, tag="trip"):
    """From the last position of a stop, or the first after a gap, to the first of a stop, or the last before a gap."""

    start: int  # ms
    end: int  # ms
    start_place: Place
    end_place: Place
    distance: float  # m on the ellipsoid, of its legs
    fastest: float  # m/s of one leg, see Legs.speeds
    positions: int  # both ends included

    @property
    def mean(self) -> float:
        """m/s"""
        return self.distance * 1000 / (self.end - self.start) if self.end > self.start else 0.0

    @property
    def top(self) -> float:
        """m/s; never below the mean, of which each leg may fall short where a stray position cut it."""
        return max(self.fastest, self.mean)


class Stop(msgspec.Struct, frozen=True, array_like=True, tag="stop"):
    """A stay at one place, silences included when the device was still there after them."""

    start: int  # ms
    end: int  # ms
    positions: int
    begin: Whole  # the first of them
    total: Whole  # their sum
    edge: tuple[tuple[int, int], ...]  # PLACES; of those around the others, longitude and latitude

    @property
    def duration(self) -> int:
        """ms"""
        return self.end - self.start

    @property
    def centre(self) -> Place:
        """The mean of its positions."""
        return place(self._middle())

    @property
    def radius(self) -> float:
        """m; no position of it is further from the centre."""
        edge = np.array(self.edge) / PLACES
        return float(distances(unit_vectors(edge[:, 0], edge[:, 1]), self._middle()[:, np.newaxis]).max())

    def _middle(self) -> Points:
        return np.array(self.total) / self.positions / _MILLIMETRES


Piece = Trip | Stop


def pieces(found: Track, settings: TripSettings = DEFAULT) -> list[Piece]:
    """Trips and stops in order. Takes believed positions of any range of time.

    They need not cover all of it: between them lie silences, and moves too short for a trip.
    """
    known = legs(found, settings)
    return pieces_of(found, known, 0, len(known.elapsed))


def pieces_of(found: Track, known: Legs, begin: int, end: int) -> list[Piece]:
    """Of the legs from `begin` to `end`. Those of consecutive legs are, `joined`, those of all of them."""
    cut: list[tuple[int, Piece]] = []
    for first, last in runs(known.still[begin:end]):
        cut.append((first, _stop(found, known, begin + first, begin + last)))
    for first, last in runs(known.driven[begin:end]):
        cut.append((first, _trip(found, known, begin + first, begin + last)))
    return [piece for _, piece in sorted(cut, key=lambda numbered: numbered[0])]


def _trip(found: Track, known: Legs, first: int, last: int) -> Trip:
    return Trip(
        start=int(found["time"][first]),
        end=int(found["time"][last]),
        start_place=_place(found, first),
        end_place=_place(found, last),
        distance=float(known.lengths[first:last].sum()),
        fastest=float(np.fmax.reduce(known.speeds[first + 1 : last + 1], initial=0.0)),
        positions=last - first + 1,
    )


def _stop(found: Track, known: Legs, first: int, last: int) -> Stop:
    ground = np.rint(known.points[:, first : last + 1] * _MILLIMETRES).astype(np.int64)
    return Stop(
        start=int(found["time"][first]),
        end=int(found["time"][last]),
        positions=last - first + 1,
        begin=_whole(ground[:, 0]),
        total=_whole(ground.sum(axis=1)),
        edge=_edge(known.points[:, first : last + 1]),
    )


def _whole(vector: Integers) -> Whole:
    x, y, z = vector.tolist()
    return x, y, z


def _place(found: Track, row: int) -> Place:
    return float(found["longitude"][row]) / PLACES, float(found["latitude"][row]) / PLACES


def _edge(ground: Points) -> tuple[tuple[int, int], ...]:
    """Positions around all others, to a millimetre: wherever a centre is, the furthest from it is one of them. Stray
    ones count where they were due, as everywhere."""
    around = ground[:, _around(_flat(ground))] if ground.shape[1] > FEW else ground
    longitude, latitude = places(around)
    return tuple(sorted(set(zip(longitude.tolist(), latitude.tolist(), strict=True))))


def _around(flat: Points) -> Rows:
    """The corners of a polygon of the furthest in some directions, counterclockwise, and all that lie outside of it."""
    rows = (_DIRECTIONS @ flat).argmax(axis=1)
    x, y = flat[:, rows]
    east, north = x[_NEXT] - x, y[_NEXT] - y
    least = east * y - north * x - np.hypot(east, north) / _MILLIMETRES
    outside = (np.stack([-north, east], axis=1) @ flat < least[:, np.newaxis]).any(axis=0)
    outside[rows] = True
    return np.flatnonzero(outside)


def _flat(ground: Points) -> Points:
    """Metres east and north of the first, on a plane that touches the earth there."""
    x, y, z = ground[:, 0].tolist()
    across, away = math.hypot(x, y) or 1.0, math.hypot(x, y, z)
    east = (-y / across, x / across, 0.0) if x or y else (1.0, 0.0, 0.0)
    north = (-z / away * east[1], z / away * east[0], (x * east[1] - y * east[0]) / away)
    return np.asarray(np.array([east, north]) @ (ground - ground[:, :1]))


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Puts together what was cut at the edges of blocks, given the pieces of consecutive blocks (days) in order: two of
    a kind that meet in one position are one. It is what `pieces` makes of all positions at once."""
    whole: list[Piece] = []
    for piece in pieces:
        last = whole[-1] if whole else None
        match last, piece:
            case Stop(), Stop() if last.end == piece.start:
                whole[-1] = _one_stop(last, piece)
            case Trip(), Trip() if last.end == piece.start:
                whole[-1] = _one_trip(last, piece)
            case _:
                whole.append(piece)
    return whole


def _one_trip(first: Trip, second: Trip) -> Trip:
    return Trip(
        start=first.start,
        end=second.end,
        start_place=first.start_place,
        end_place=second.end_place,
        distance=first.distance + second.distance,
        fastest=max(first.fastest, second.fastest),
        positions=first.positions + second.positions - 1,
    )


def _one_stop(first: Stop, second: Stop) -> Stop:
    total = (np.array(first.total) + second.total - second.begin).astype(np.int64)
    return Stop(
        start=first.start,
        end=second.end,
        positions=first.positions + second.positions - 1,
        begin=first.begin,
        total=_whole(total),
        edge=first.edge + second.edge,
    )
