"""How a vehicle drives through a city, as stretches of constant acceleration: exact at any time, whatever the steps."""

import math
import random
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from herenow.sources.simulator.city import City, Street
from herenow.sources.simulator.streets import RING, STREET

TURN_LENGTH = 8.0  # m; how far from the corner a turn begins, which gives its radius
CRAWL = 1.2  # m/s in the sharpest turn
LIGHTS = 0.35  # share of passages of a crossing of arterials that meet a red light
RED = (4.0, 40.0)  # s


class VehicleKind(msgspec.Struct, frozen=True):
    """What a vehicle is able to do and likely to do."""

    name: str
    share: float  # of a fleet
    top: float  # m/s
    acceleration: float  # m/s², at most
    braking: float  # m/s², at most
    sideways: float  # m/s² in turns, at most
    parks: tuple[float, float]  # s between two trips
    calls: float = 0.0  # share of junctions where it stops to let people in and out
    has_ignition: bool = True

    @property
    def by_bicycle(self) -> bool:
        return not self.has_ignition


KINDS = (
    VehicleKind("car", 0.52, 38.0, 2.0, 2.5, 2.5, (20.0, 300.0)),
    VehicleKind("van", 0.18, 34.0, 1.6, 2.2, 2.2, (20.0, 180.0)),
    VehicleKind("truck", 0.10, 24.0, 0.9, 1.6, 1.5, (60.0, 300.0)),
    VehicleKind("bus", 0.08, 22.0, 1.0, 1.4, 1.4, (20.0, 120.0), calls=0.3),
    VehicleKind("bicycle", 0.12, 6.5, 0.8, 1.5, 1.8, (20.0, 300.0), has_ignition=False),
)


class Motion(msgspec.Struct, frozen=True, gc=False):
    """A piece of a drive: along a straight line at constant acceleration, or standing."""

    duration: float  # s
    x: float  # where it begins, m east of the centre of the city
    y: float  # m north
    east: float  # direction, of length 1
    north: float
    course: float  # degrees clockwise from true north
    speed: float  # m/s at its beginning
    acceleration: float  # m/s²
    running: bool  # the engine


class _Stop(msgspec.Struct, frozen=True):
    """Where a drive stands between two trips: so far along a street."""

    street: Street
    along: float  # m


def choose_kind(rng: random.Random) -> VehicleKind:
    return rng.choices(KINDS, [kind.share for kind in KINDS])[0]


def drive(city: City, kind: VehicleKind, rng: random.Random) -> Iterator[Motion]:
    """Trip after trip without end, parked in between; each stretch begins where the one before ended, at its speed."""
    temper = rng.uniform(0.85, 1.0)  # of what is allowed and possible
    stop = _somewhere(city, kind, rng)
    if rng.random() < 0.25:
        yield _standing(stop.street, stop.along, rng.uniform(0.0, kind.parks[1]), running=False)
    while True:
        stop = _turned(city, stop, rng)
        streets, end = _trip(city, kind, stop, rng)
        yield from _ride(city, kind, temper, streets, stop.along, end, rng)
        stop = _Stop(streets[-1], end)
        yield _standing(stop.street, end, rng.uniform(*kind.parks), running=False)


def _somewhere(city: City, kind: VehicleKind, rng: random.Random) -> _Stop:
    while True:
        street = rng.choice(city.streets_from(rng.randrange(len(city.points))))
        if not (kind.by_bicycle and street.kind == RING):
            return _Stop(street, street.length * rng.uniform(0.2, 0.8))


def _turned(city: City, stop: _Stop, rng: random.Random) -> _Stop:
    """Now and then one leaves the other way."""
    if rng.random() < 0.7:
        return stop
    street = city.street(stop.street.end, stop.street.start)
    return _Stop(street, street.length - stop.along)


def _trip(city: City, kind: VehicleKind, stop: _Stop, rng: random.Random) -> tuple[list[Street], float]:
    """The streets to somewhere else, and how far along the last of them it is."""
    place = rng.choice(city.places)
    way = [stop.street.start, *city.way(stop.street.end, place, by_bicycle=kind.by_bicycle)]
    onward = [street for street in city.streets_from(place) if street.end != way[-2]] or city.streets_from(place)
    last = rng.choice(onward)
    streets = [city.street(start, end) for start, end in pairwise(way)]
    return [*streets, last], last.length * rng.uniform(0.2, 0.8)


def _ride(
    city: City, kind: VehicleKind, temper: float, streets: list[Street], begin: float, end: float, rng: random.Random
) -> Iterator[Motion]:
    """From `begin` m along the first street to `end` m along the last one, from standing to standing."""
    limits = [min(street.limit, kind.top) * temper for street in streets]
    waits = [_wait(city, kind, street, after, rng) for street, after in pairwise(streets)]
    lengths = [streets[0].length - begin, *(street.length for street in streets[1:-1]), end]
    speeds = _speeds(kind, streets, limits, lengths, waits)
    for number, street in enumerate(streets):
        start = begin if number == 0 else 0.0
        yield from _along(kind, street, start, lengths[number], speeds[number], speeds[number + 1], limits[number])
        if number < len(waits) and waits[number]:
            yield _standing(street, street.length, waits[number], running=True)


def _wait(city: City, kind: VehicleKind, street: Street, after: Street, rng: random.Random) -> float:
    """s that one has to stand at the end of a street: at a red light or, for a bus, at its stop."""
    if rng.random() < kind.calls:
        return rng.uniform(8.0, 25.0)
    ways = city.streets_from(street.end)
    has_lights = len(ways) > 3 and sum(way.kind != STREET for way in ways) > 2 and after.kind != RING
    return rng.uniform(*RED) if has_lights and rng.random() < LIGHTS else 0.0


def _speeds(
    kind: VehicleKind, streets: list[Street], limits: list[float], lengths: list[float], waits: list[float]
) -> list[float]:
    """m/s at each junction: as the turn allows, and as can be reached and braked to."""
    speeds = [0.0]
    for number, wait in enumerate(waits):
        turn = _turn_speed(kind, streets[number], streets[number + 1])
        speeds.append(0.0 if wait else min(turn, limits[number], limits[number + 1]))
    speeds.append(0.0)
    for number, length in enumerate(lengths):
        speeds[number + 1] = min(speeds[number + 1], _after(speeds[number], kind.acceleration, length))
    for number in range(len(lengths) - 1, -1, -1):
        speeds[number] = min(speeds[number], _after(speeds[number + 1], kind.braking, lengths[number]))
    return speeds


def _turn_speed(kind: VehicleKind, street: Street, after: Street) -> float:
    cosine = max(-1.0, min(1.0, street.east * after.east + street.north * after.north))
    half = math.tan(math.acos(cosine) / 2) if cosine > -0.999 else math.inf
    return max(CRAWL, math.sqrt(kind.sideways * TURN_LENGTH / half)) if half else math.inf


def _after(speed: float, acceleration: float, length: float) -> float:
    return math.sqrt(speed * speed + 2 * acceleration * length)


def _along(
    kind: VehicleKind, street: Street, start: float, length: float, first: float, last: float, limit: float
) -> Iterator[Motion]:
    """Accelerating, cruising and braking over `length` m of one street, as far as there is room for each."""
    up, down = kind.acceleration, kind.braking
    peak = math.sqrt((2 * up * down * length + down * first * first + up * last * last) / (up + down))
    peak = max(first, last, min(limit, peak))
    rising = (peak * peak - first * first) / (2 * up)
    falling = (peak * peak - last * last) / (2 * down)
    cruising = max(0.0, length - rising - falling)
    if peak > first:
        yield _moving(street, start, (peak - first) / up, first, up)
    if cruising > 0.01:
        yield _moving(street, start + rising, cruising / peak, peak, 0.0)
    if peak > last:
        yield _moving(street, start + rising + cruising, (peak - last) / down, peak, -down)


def _moving(street: Street, along: float, duration: float, speed: float, acceleration: float) -> Motion:
    x, y = street.x + street.east * along, street.y + street.north * along
    return Motion(duration, x, y, street.east, street.north, street.course, speed, acceleration, running=True)


def _standing(street: Street, along: float, duration: float, *, running: bool) -> Motion:
    x, y = street.x + street.east * along, street.y + street.north * along
    return Motion(duration, x, y, street.east, street.north, street.course, 0.0, 0.0, running)
