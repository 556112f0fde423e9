"""Lays out the streets of a synthetic city: a bent grid, arterials, a ring road, two diagonals, parks and gaps."""

import math
import random
from collections.abc import Iterable
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

BLOCK = 200.0  # m between two streets
ARTERIAL_EVERY = 5  # blocks
MISSING = 0.14  # share of the streets between arterials that were never built
SNAP = 14.0  # m; a road that crosses a street this near a junction goes through the junction

RING, ARTERIAL, STREET = "ring", "arterial", "street"

Point = tuple[float, float]  # m east and north of the centre
Link = tuple[int, int]  # two junctions, the lower number first


class Layout(msgspec.Struct):
    """Junctions, and the straight pieces of street between them with their class."""

    points: list[Point]
    links: dict[Link, str]


def lay_out(size: float, rng: random.Random) -> Layout:
    """Streets in a square of about `size` metres around (0, 0); every junction can be reached from every other."""
    layout = _grid(size, rng)
    _build_parks(layout, size, rng)
    ring = _ring(0.34 * size, rng)
    _clear_beside(layout, ring)
    _cross(layout, ring, RING)
    for slope in (0.8, -0.65):
        _cross(layout, _diagonal(size, slope, rng), ARTERIAL)
    return _connected(layout)


def _grid(size: float, rng: random.Random) -> Layout:
    lines = ARTERIAL_EVERY * round(size / BLOCK / ARTERIAL_EVERY) + 1
    bend = _bend(size, rng)
    rows, columns = _spread(lines, size, rng), _spread(lines, size, rng)
    points: list[Point] = []
    links: dict[Link, str] = {}
    for row in range(lines):
        for column in range(lines):
            points.append(bend(columns[column], rows[row]))
            here = row * lines + column
            if column and (kind := _kind(row, rng)):
                links[here - 1, here] = kind
            if row and (kind := _kind(column, rng)):
                links[here - lines, here] = kind
    return Layout(points, links)


def _kind(line: int, rng: random.Random) -> str | None:
    if line % ARTERIAL_EVERY == 0:
        return ARTERIAL
    return None if rng.random() < MISSING else STREET


def _spread(lines: int, size: float, rng: random.Random) -> list[float]:
    """Where the lines of the grid lie: no two blocks are alike."""
    widths = [rng.uniform(0.75, 1.25) for _ in range(lines - 1)]
    places = [0.0]
    for width in widths:
        places.append(places[-1] + width)
    return [size * (place / places[-1] - 0.5) for place in places]


class _bend:  # noqa: N801 - a function with a memory
    """Moves points by slow waves, so that streets curve and yet never cross where they did not before."""

    def __init__(self, size: float, rng: random.Random) -> None:
        self._waves = [
            (rng.uniform(0, math.tau), rng.uniform(0, math.tau), size * rng.uniform(0.35, 0.8), size * 0.007)
            for _ in range(6)
        ]

    def __call__(self, x: float, y: float) -> Point:
        for angle, phase, length, height in self._waves:
            along = x * math.cos(angle) + y * math.sin(angle)
            push = height * math.sin(math.tau * along / length + phase)
            x, y = x - push * math.sin(angle), y + push * math.cos(angle)
        return x, y


def _build_parks(layout: Layout, size: float, rng: random.Random) -> None:
    """Takes the small streets out of a few round areas."""
    for _ in range(5):
        x, y = rng.uniform(-0.42, 0.42) * size, rng.uniform(-0.42, 0.42) * size
        radius = rng.uniform(0.035, 0.065) * size
        inside = {number for number, point in enumerate(layout.points) if math.dist(point, (x, y)) < radius}
        for a, b in [link for link, kind in layout.links.items() if kind == STREET]:
            if a in inside or b in inside:
                del layout.links[a, b]


def _ring(radius: float, rng: random.Random) -> list[Point]:
    phase = rng.uniform(0, math.tau)
    ring: list[Point] = []
    for step in range(120):
        angle = math.tau * step / 120
        far = radius * (1 + 0.05 * math.sin(2 * angle + phase) + 0.03 * math.sin(3 * angle - phase))
        ring.append((far * math.cos(angle), far * math.sin(angle)))
    return [*ring, ring[0]]


def _diagonal(size: float, slope: float, rng: random.Random) -> list[Point]:
    shift, phase = rng.uniform(-0.05, 0.05) * size, rng.uniform(0, math.tau)
    places = [size * (step / 80 - 0.5) for step in range(81)]
    return [(x, slope * x + shift + 0.02 * size * math.sin(math.tau * x / size + phase)) for x in places]


def _clear_beside(layout: Layout, road: list[Point]) -> None:
    """Takes away small streets that would run along a road within 90 m."""
    for a, b in [link for link, kind in layout.links.items() if kind == STREET]:
        (ax, ay), (bx, by) = layout.points[a], layout.points[b]
        middle = ((ax + bx) / 2, (ay + by) / 2)
        near = min(range(len(road) - 1), key=lambda step: math.dist(road[step], middle))
        (px, py), (qx, qy) = road[near], road[near + 1]
        cosine = (
            ((bx - ax) * (qx - px) + (by - ay) * (qy - py))
            / math.dist((ax, ay), (bx, by))
            / math.dist((px, py), (qx, qy))
        )
        if math.dist((px, py), middle) < 90 and abs(cosine) > 0.85:
            del layout.links[a, b]


def _cross(layout: Layout, road: list[Point], kind: str) -> None:
    """Builds a road over the streets, with a junction wherever it crosses one. May end where it began."""
    crossed = [found for step in range(len(road) - 1) for found in _cut(layout, road, step)]
    if road[0] == road[-1]:
        crossed.append((crossed[0][0] + len(road) - 1, crossed[0][1]))
    for (begin, a), (end, b) in pairwise(crossed):
        bends = [road[step % (len(road) - 1)] for step in range(math.ceil(begin), math.ceil(end))]
        chain = [a, *_add_bends(layout, bends, (layout.points[a], layout.points[b])), b]
        for one, other in pairwise(chain):
            if one != other:
                layout.links[min(one, other), max(one, other)] = kind


def _add_bends(layout: Layout, bends: list[Point], ends: tuple[Point, Point]) -> list[int]:
    """Points where a road bends without crossing anything; none near a junction, where they would only be kinks."""
    kept = [bend for bend in bends if all(math.dist(bend, end) > 60 for end in ends)]
    layout.points += kept
    return list(range(len(layout.points) - len(kept), len(layout.points)))


def _cut(layout: Layout, road: list[Point], step: int) -> list[tuple[float, int]]:
    """Splits the streets that one step of a road crosses: where on the road, and the junction there, in order."""
    links = list(layout.links)
    streets = np.array([(*layout.points[a], *layout.points[b]) for a, b in links])
    along, across = _crossings(streets, road[step], road[step + 1])
    hits = np.flatnonzero((along >= 0) & (along < 1) & (across >= 0) & (across <= 1))
    found = sorted((float(along[hit]), int(hit)) for hit in hits)
    return [(step + share, _split(layout, links[hit], float(across[hit]))) for share, hit in found]


def _crossings(
    streets: NDArray[np.float64], start: Point, end: Point
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the line from start to end meets the line of each street: as a share of the one, and of the other."""
    x, y = streets[:, 0], streets[:, 1]
    dx, dy = streets[:, 2] - x, streets[:, 3] - y
    east, north = end[0] - start[0], end[1] - start[1]
    with np.errstate(divide="ignore", invalid="ignore"):  # parallel ones meet nowhere
        slant = east * dy - north * dx
        along = ((x - start[0]) * dy - (y - start[1]) * dx) / slant
        across = ((x - start[0]) * north - (y - start[1]) * east) / slant
    return along, across


def _split(layout: Layout, link: Link, share: float) -> int:
    a, b = link
    (ax, ay), (bx, by) = layout.points[a], layout.points[b]
    length = math.dist((ax, ay), (bx, by))
    if share * length < SNAP:
        return a
    if (1 - share) * length < SNAP:
        return b
    middle = len(layout.points)
    layout.points.append((ax + share * (bx - ax), ay + share * (by - ay)))
    kind = layout.links.pop(link)
    layout.links[a, middle] = layout.links[b, middle] = kind
    return middle


def _connected(layout: Layout) -> Layout:
    """The greatest part whose junctions all reach each other, with new numbers."""
    kept = max(_parts(len(layout.points), layout.links), key=len)
    numbers = {old: new for new, old in enumerate(sorted(kept))}
    return Layout(
        [layout.points[old] for old in numbers],
        {(numbers[a], numbers[b]): kind for (a, b), kind in layout.links.items() if a in numbers},
    )


def _parts(count: int, links: Iterable[Link]) -> list[list[int]]:
    near: list[list[int]] = [[] for _ in range(count)]
    for a, b in links:
        near[a].append(b)
        near[b].append(a)
    seen: set[int] = set()
    parts: list[list[int]] = []
    for start in range(count):
        if start in seen:
            continue
        seen.add(start)
        part = [start]
        for here in part:  # grows while it is walked
            fresh = [there for there in near[here] if there not in seen]
            seen.update(fresh)
            part += fresh
        parts.append(part)
    return parts
