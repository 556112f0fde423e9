"""What a device did on a day, in numbers that can be summed."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import field

from herenow.history.tracks.movement import Integers, Legs, Numbers, legs
from herenow.history.tracks.quality import Mask, unflagged
from herenow.history.tracks.stillness import DEFAULT, TripSettings
from herenow.history.tracks.track import latitudes, longitudes
from herenow.history.tracks.trips import Piece, pieces_of
from herenow.model.clock import DAY, HOUR
from herenow.model.geo.box import Box
from herenow.store.port import Span
from herenow.store.track import Track

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
    distances: list[float] = field(default_factory=_day)  # m of trips
    moving: list[int] = field(default_factory=_day)  # ms


class Figures(msgspec.Struct, frozen=True, array_like=True):
    """One device and UTC day, or a sum of such. Of the flagged positions only their number is known.

    Of a leg that crosses midnight each day has the share that its time has, so that days add up to the whole.
    """

    positions: int = 0  # believed
    flagged: int = 0
    distance: float = 0.0  # m on the ellipsoid, of trips
    moving: int = 0  # ms in trips
    stopped: int = 0  # ms in stops
    top: float = 0.0  # m/s in trips; never below the mean of any of the days
    first: Seen | None = None
    last: Seen | None = None
    extent: Extent | None = None
    hours: Hours = field(default_factory=Hours)
    speeds: list[int] = field(default_factory=_steps)  # ms in trips, by speed in steps of SPEED_STEP

    @property
    def mean(self) -> float:
        """m/s while moving."""
        return self.distance * 1000 / self.moving if self.moving else 0.0


class Summary(Figures, frozen=True, array_like=True):
    """With the trips and stops, which lie last, so that a reader of figures skips them.

    A piece of which legs end on several days is in each of these, with those legs (`trips.joined`). `head` and `tail`
    are digests of the positions that other days depend on, 0 for none: see herenow.history.rollups.days.
    """

    pieces: list[Piece] = []
    head: int = 0
    tail: int = 0


def summary(found: Track, day: int, settings: TripSettings = DEFAULT) -> Summary:
    """Of a UTC day (since 1970). Takes a flagged track that goes on before and after it, as far as `days.around`."""
    whole = Span(day * DAY, (day + 1) * DAY)
    kept = unflagged(found)
    known = legs(kept, settings)
    figures = figures_of(kept, known, whole)
    inside = (found["time"] >= whole.start) & (found["time"] < whole.end)
    first, end = np.searchsorted(kept["time"], [whole.start, whole.end]).tolist()
    return Summary(
        **{name: getattr(figures, name) for name in Figures.__struct_fields__ if name != "flagged"},
        flagged=int(np.count_nonzero(found["flag"][inside])),
        pieces=pieces_of(kept, known, max(0, first - 1), max(0, end - 1)),
    )


def figures_of(kept: Track, known: Legs, span: Span, box: Box | None = None) -> Figures:
    """Of a believed track in a span that no midnight parts, and in a box. A leg counts with the share of its time that
    is in the span, and lies where it ends, or where it began if it ends on another day: so spans and boxes that part
    a whole add up to it."""
    times = kept["time"]
    first, end = np.searchsorted(times, [span.start, span.end]).tolist()
    here = kept[first:end]
    here = here if box is None else here[_within(here, box)]
    some = np.arange(max(0, first - 1), min(end, len(known.elapsed)))  # legs
    begun, ended = np.maximum(times[some], span.start), np.minimum(times[some + 1], span.end)
    took = ended - begun
    if box is not None:
        same_day = times[some + 1] < (span.start // DAY + 1) * DAY
        took = np.where(_within(kept[np.where(same_day, some + 1, some)], box), took, 0)
    driven = known.driven[some] & (took > 0)
    took_driven = took[driven]
    share = took_driven / np.maximum(known.elapsed[some[driven]], 1)
    metres = known.lengths[some[driven]] * share
    speeds = known.speeds[some[driven] + 1]
    moving, distance = int(took_driven.sum()), float(metres.sum())
    mean = distance * 1000 / moving if moving else 0.0
    return Figures(
        positions=len(here),
        distance=distance,
        moving=moving,
        stopped=int(took[known.still[some]].sum()),
        top=max(float(np.fmax.reduce(speeds, initial=0.0)), mean),
        first=_seen(here[:1]) if len(here) else None,
        last=_seen(here[-1:]) if len(here) else None,
        extent=extent_of(longitudes(here), latitudes(here)) if len(here) else None,
        hours=_hours(here, begun[driven], ended[driven], metres),
        speeds=_speeds(speeds, took_driven),
    )


def sum_of(summed: Iterable[Figures]) -> Figures:
    """The sum over many days or devices, in whatever groups it is made."""
    parts = list(summed)
    return Figures(
        positions=sum(part.positions for part in parts),
        flagged=sum(part.flagged for part in parts),
        distance=sum(part.distance for part in parts),
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


def _within(some: Track, box: Box) -> Mask:
    return np.asarray(box.counts(longitudes(some), latitudes(some)))


def _hours(here: Track, begun: Integers, ended: Integers, metres: Numbers) -> Hours:
    """Of driven legs, which are no longer than MAX_LEG_TIME, so that each lies in at most two hours."""
    first, last = begun % DAY // HOUR, np.maximum(ended - 1, begun) % DAY // HOUR
    later = np.where(last > first, ended % HOUR, 0)  # ms in the second
    took = ended - begun
    share = np.where(took > 0, later / np.maximum(took, 1), 0.0)

    def by_hour(earlier: Numbers, following: Numbers) -> Numbers:
        return np.asarray(np.bincount(first, earlier, HOURS) + np.bincount(last, following, HOURS))

    return Hours(
        positions=np.bincount(here["time"] % DAY // HOUR, minlength=HOURS).tolist(),
        distances=by_hour(metres * (1 - share), metres * share).tolist(),
        moving=by_hour((took - later).astype(np.float64), later.astype(np.float64)).astype(np.int64).tolist(),
    )


def _speeds(speeds: Numbers, took: Integers) -> list[int]:
    known = ~np.isnan(speeds)
    steps = np.minimum(speeds[known] // SPEED_STEP, SPEED_STEPS - 1).astype(np.intp)
    return [int(time) for time in np.bincount(steps, took[known], minlength=SPEED_STEPS)]


def _columns(rows: Sequence[Sequence[float]], width: int) -> list[Any]:
    return list(np.array(rows).sum(axis=0).tolist()) if rows else [0] * width
