"""A synthetic city: its streets, how fast they may be driven, and the ways through it."""

import heapq
import math
import random
from functools import cached_property

import msgspec

from herenow.errors import SettingsError
from herenow.model.geo.sphere import EARTH
from herenow.sources.simulator.streets import ARTERIAL, RING, STREET, Link, Point, lay_out
from herenow.wire.json import encode

PLACES = 160  # junctions that trips lead to; the way to each is worked out once for all junctions
SMALLEST, LARGEST = 2_000.0, 40_000.0  # m
LIMITS = {RING: 24.5, ARTERIAL: 17.5, STREET: 11.0}  # m/s
METRES_PER_DEGREE = math.radians(1) * EARTH


class Street(msgspec.Struct, frozen=True, gc=False):
    """A straight piece of street, in one direction, up to its next junction."""

    start: int
    end: int
    x: float  # of its start, m east of the centre
    y: float  # m north of the centre
    east: float  # its direction, of length 1
    north: float
    course: float  # degrees clockwise from true north
    length: float  # m
    limit: float  # m/s
    kind: str


class City:
    """Never changes; the same arguments give the same city. Building it takes about 0.2 s, the way to a place 10 ms."""

    def __init__(self, latitude: float, longitude: float, size: float = 7000.0, seed: int = 1) -> None:
        """A square of `size` metres around a centre. Raises SettingsError where no city fits."""
        if not SMALLEST <= size <= LARGEST:
            raise SettingsError(f"size: expected {SMALLEST:.0f} to {LARGEST:.0f} m, got {size}")
        if not (-80 <= latitude <= 80 and -179 <= longitude <= 179):
            raise SettingsError(
                f"centre: expected a latitude within ±80 and a longitude within ±179, got {latitude}, {longitude}"
            )
        rng = random.Random(seed)
        layout = lay_out(size, rng)
        self._latitude, self._longitude = latitude, longitude
        self._wide = METRES_PER_DEGREE * math.cos(math.radians(latitude))  # m in a degree of longitude
        self.points: list[Point] = layout.points
        self.links: dict[Link, str] = layout.links
        self._streets = _both_ways(layout.points, layout.links)
        self.places = sorted(rng.sample(range(len(self.points)), PLACES))
        self._ways: dict[tuple[int, bool], list[int]] = {}

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        xs, ys = zip(*self.points, strict=True)
        south, west = self.degrees(min(xs), min(ys))
        north, east = self.degrees(max(xs), max(ys))
        return west, south, east, north

    def degrees(self, x: float, y: float) -> tuple[float, float]:
        """Latitude and longitude of a place in metres from the centre, to a tenth of a metre."""
        return round(self._latitude + y / METRES_PER_DEGREE, 6), round(self._longitude + x / self._wide, 6)

    def streets_from(self, junction: int) -> list[Street]:
        return self._streets[junction]

    def street(self, start: int, end: int) -> Street:
        """Raises KeyError where no street leads straight from the one to the other."""
        for street in self._streets[start]:
            if street.end == end:
                return street
        raise KeyError((start, end))

    def way(self, start: int, place: int, *, by_bicycle: bool = False) -> list[int]:
        """The junctions of the fastest way, both ends included; cyclists take the shortest, off the ring road."""
        following = self._ways.get((place, by_bicycle))
        if following is None:
            following = self._ways[place, by_bicycle] = self._following(place, by_bicycle)
        way = [start]
        while way[-1] != place:
            way.append(following[way[-1]])
        return way

    def _following(self, place: int, by_bicycle: bool) -> list[int]:
        """For each junction the next one on the way to `place` (Dijkstra, backwards: streets are alike both ways)."""
        following = [place] * len(self.points)
        costs = [math.inf] * len(self.points)
        costs[place] = 0.0
        waiting = [(0.0, place)]
        while waiting:
            cost, here = heapq.heappop(waiting)
            if cost > costs[here]:
                continue
            for street in self._streets[here]:
                there = cost + _cost(street, by_bicycle)
                if there < costs[street.end]:
                    costs[street.end] = there
                    following[street.end] = here
                    heapq.heappush(waiting, (there, street.end))
        return following

    @cached_property
    def streets_geojson(self) -> bytes:
        """Lines with the property `class`, arterial or street; straight runs of pieces are one line."""
        features = [
            {
                "type": "Feature",
                "properties": {"class": STREET if kind == STREET else ARTERIAL},
                "geometry": {"type": "LineString", "coordinates": [self._coordinates(junction) for junction in line]},
            }
            for kind, line in self._lines()
        ]
        return encode({"type": "FeatureCollection", "features": features})

    def _coordinates(self, junction: int) -> tuple[float, float]:
        latitude, longitude = self.degrees(*self.points[junction])
        return longitude, latitude

    def _lines(self) -> list[tuple[str, list[int]]]:
        left = set(self.links)
        lines: list[tuple[str, list[int]]] = []
        for link, kind in self.links.items():
            if link not in left:
                continue
            left.discard(link)
            line = list(link)
            self._extend(line, kind, left)
            line.reverse()
            self._extend(line, kind, left)
            lines.append((kind, line))
        return lines

    def _extend(self, line: list[int], kind: str, left: set[Link]) -> None:
        """Goes on from the end of a line for as long as a piece of its kind leads nearly straight ahead."""
        while True:
            last = self.street(line[-2], line[-1])
            ahead = [
                street
                for street in self._streets[line[-1]]
                if street.kind == kind
                and _link(street.start, street.end) in left
                and last.east * street.east + last.north * street.north > 0.9
            ]
            if not ahead:
                return
            left.discard(_link(ahead[0].start, ahead[0].end))
            line.append(ahead[0].end)


def _link(a: int, b: int) -> Link:
    return (a, b) if a < b else (b, a)


def _cost(street: Street, by_bicycle: bool) -> float:
    """Seconds; a junction costs three, so that nobody zigzags."""
    if by_bicycle:
        return street.length * (4.0 if street.kind == RING else 1.0) / 5.5 + 1.0
    return street.length / street.limit + 3.0


def _both_ways(points: list[Point], links: dict[Link, str]) -> list[list[Street]]:
    streets: list[list[Street]] = [[] for _ in points]
    for (a, b), kind in links.items():
        for start, end in ((a, b), (b, a)):
            (x, y), (to_x, to_y) = points[start], points[end]
            length = math.dist((x, y), (to_x, to_y))
            east, north = (to_x - x) / length, (to_y - y) / length
            course = math.degrees(math.atan2(east, north)) % 360
            streets[start].append(Street(start, end, x, y, east, north, course, length, LIMITS[kind], kind))
    return streets
