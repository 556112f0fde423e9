"""What a device did on a day, in numbers that can be summed."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import field

from herenow.history.rules import believed
from herenow.history.track import Track, latitudes, longitudes
from herenow.history.trips import DEFAULT, Legs, Piece, Settings, Stop, Trip, legs, pieces_of
from herenow.model.clock import DAY, HOUR
from herenow.model.geo import Box

HOURS = 24
SPEED_STEP = 5.0  # m/s, 18 km/h: one tells walking, town, road and motorway apart
SPEED_STEPS = 20  # what is faster than the last counts in the last

_ROUNDING = 1e-9  # degrees, more than turning by 360 loses

Seen = tuple[int, float, float]  # ms, longitude, latitude


class Extent(msgspec.Struct, frozen=True, array_like=True):
    """Bounds that can be summed in any order: west and east twice, in longitudes of −180 to 180 and of 0 to 360."""

    south: float
    north: float
    west: float
    east: float
    west_turned: float
    east_turned: float

    @property
    def box(self) -> Box:
        """The narrower of the two; west > east where it crosses the 180th meridian."""
        if self.east - self.west <= self.east_turned - self.west_turned + _ROUNDING:
            return Box(self.west, self.south, self.east, self.north)
        west = self.west_turned - 360 if self.west_turned > 180 else self.west_turned
        east = self.east_turned - 360 if self.east_turned >= 180 else self.east_turned
        return Box(round(west, 9), self.south, round(east, 9), self.north)


def _day() -> list[Any]:
    return [0] * HOURS


def _steps() -> list[int]:
    return [0] * SPEED_STEPS


class Hours(msgspec.Struct, frozen=True, array_like=True):
    """By hour of the day."""

    positions: list[int] = field(default_factory=_day)
    distances: list[float] = field(default_factory=_day)  # m; a leg counts in the hour in which it ends
    moving: list[int] = field(default_factory=_day)  # ms


class Figures(msgspec.Struct, frozen=True, array_like=True):
    """One device and UTC day, or a sum of such. Of the flagged positions only their number is known."""

    positions: int = 0  # believed
    flagged: int = 0
    distance: float = 0.0  # m on the ellipsoid, of all legs that are `counted`: the jitter of a stop is in it
    trip_distance: float = 0.0  # m, of the trips
    moving: int = 0  # ms in trips
    stopped: int = 0  # ms in stops
    top: float = 0.0  # m/s
    first: Seen | None = None
    last: Seen | None = None
    extent: Extent | None = None
    hours: Hours = field(default_factory=Hours)
    speeds: list[int] = field(default_factory=_steps)  # ms in counted legs, by speed in steps of SPEED_STEP

    @property
    def mean(self) -> float:
        """m/s while moving."""
        return self.trip_distance * 1000 / self.moving if self.moving else 0.0


class Summary(Figures, frozen=True, array_like=True):
    """With the trips and stops, which lie last, so that who reads figures passes over them."""

    pieces: list[Piece] = []


def summary(found: Track, settings: Settings = DEFAULT) -> Summary:
    """Takes a flagged track. The leg into the day from the one before is in neither.

    Raises ValueError for positions of more than one UTC day.
    """
    if len(found) and found["time"][0] // DAY != found["time"][-1] // DAY:
        raise ValueError(f"expected positions of one UTC day, got {found['time'][0]} to {found['time'][-1]} ms")
    kept = believed(found)
    if not len(kept):
        return Summary(flagged=len(found))
    known = legs(kept)
    cut = pieces_of(kept, known, settings)
    trips = [piece for piece in cut if isinstance(piece, Trip)]
    return Summary(
        positions=len(kept),
        flagged=len(found) - len(kept),
        distance=float(known.lengths.sum()),
        trip_distance=sum(trip.distance for trip in trips),
        moving=sum(trip.end - trip.start for trip in trips),
        stopped=sum(piece.duration for piece in cut if isinstance(piece, Stop)),
        top=float(np.fmax.reduce(known.speeds, initial=0.0)),
        first=_seen(kept[:1]),
        last=_seen(kept[-1:]),
        extent=extent_of(longitudes(kept), latitudes(kept)),
        hours=_hours(kept, known, trips),
        speeds=_speeds(known),
        pieces=cut,
    )


def added(summed: Iterable[Figures]) -> Figures:
    """The sum over many days or devices, in whatever groups it is made."""
    parts = list(summed)
    return Figures(
        positions=sum(part.positions for part in parts),
        flagged=sum(part.flagged for part in parts),
        distance=sum(part.distance for part in parts),
        trip_distance=sum(part.trip_distance for part in parts),
        moving=sum(part.moving for part in parts),
        stopped=sum(part.stopped for part in parts),
        top=max((part.top for part in parts), default=0.0),
        first=min((part.first for part in parts if part.first), default=None),
        last=max((part.last for part in parts if part.last), default=None),
        extent=around([part.extent for part in parts if part.extent]),
        hours=Hours(
            positions=_columns([part.hours.positions for part in parts], HOURS),
            distances=_columns([part.hours.distances for part in parts], HOURS),
            moving=_columns([part.hours.moving for part in parts], HOURS),
        ),
        speeds=_columns([part.speeds for part in parts], SPEED_STEPS),
    )


def local_hours(earlier: Summary, later: Summary, offset: int) -> Hours:
    """The hours of a local day in a zone so many whole hours ahead of UTC (behind: negative), from the two UTC days
    that it touches: for a zone ahead the one before and its own, for one behind its own and the next. Not for a day
    on which the clocks change."""
    skip = -offset % HOURS

    def turned(name: str) -> list[Any]:
        return list(getattr(earlier.hours, name)[skip:] + getattr(later.hours, name)[:skip])

    return Hours(turned("positions"), turned("distances"), turned("moving"))


def _seen(one: Track) -> Seen:
    return int(one["time"][0]), float(longitudes(one)[0]), float(latitudes(one)[0])


def extent_of(longitude: npt.NDArray[np.float64], latitude: npt.NDArray[np.float64]) -> Extent:
    """Of at least one place."""
    turned = longitude % 360
    edges = (latitude, longitude, turned)
    south, west, west_turned = (float(edge.min()) for edge in edges)
    north, east, east_turned = (float(edge.max()) for edge in edges)
    return Extent(south, north, west, east, west_turned, east_turned)


def around(extents: list[Extent]) -> Extent | None:
    """What holds all of them; None where there are none."""
    if not extents:
        return None
    return Extent(
        south=min(extent.south for extent in extents),
        north=max(extent.north for extent in extents),
        west=min(extent.west for extent in extents),
        east=max(extent.east for extent in extents),
        west_turned=min(extent.west_turned for extent in extents),
        east_turned=max(extent.east_turned for extent in extents),
    )


def _hours(kept: Track, known: Legs, trips: list[Trip]) -> Hours:
    hours = kept["time"] % DAY // HOUR
    edges = kept["time"][0] // DAY * DAY + HOUR * np.arange(HOURS + 1)
    starts = np.array([[trip.start] for trip in trips], np.int64).reshape(-1, 1)
    ends = np.array([[trip.end] for trip in trips], np.int64).reshape(-1, 1)
    return Hours(
        positions=np.bincount(hours, minlength=HOURS).tolist(),
        distances=np.bincount(hours[1:], known.lengths, minlength=HOURS).tolist(),
        moving=np.diff(np.clip(edges, starts, ends)).sum(axis=0).tolist(),
    )


def _speeds(known: Legs) -> list[int]:
    speeds, elapsed = known.speeds[1:][known.counted], known.elapsed[known.counted]
    steps = np.minimum(speeds // SPEED_STEP, SPEED_STEPS - 1).astype(np.intp)
    return [int(time) for time in np.bincount(steps, elapsed, minlength=SPEED_STEPS)]


def _columns(rows: Sequence[Sequence[float]], width: int) -> list[Any]:
    return list(np.array(rows).sum(axis=0).tolist()) if rows else [0] * width
