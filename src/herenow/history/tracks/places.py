"""Places where a device dwells: its stops, gathered where they are near each other."""

import itertools
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.history.tracks.quality import Points, distances, place, unit_vectors
from herenow.history.tracks.trips import Stop

NEAR = 100.0  # m; stops whose centres are no further from each other are at one place, and so are those near these


class Dwelling(msgspec.Struct, frozen=True):
    """A place, with the times (ms) of the first and the last moment there."""

    longitude: float
    latitude: float
    radius: float  # m; no position of its stops is further from the centre
    visits: int
    duration: int  # ms in all
    first: int
    last: int


def dwellings(stops: Sequence[Stop]) -> list[Dwelling]:
    """Where it stayed longest first, whatever the order of the stops. The centre is the mean of theirs, by time."""
    if not stops:
        return []
    centres = np.array([stop.centre for stop in stops])
    ground = unit_vectors(centres[:, 0], centres[:, 1])
    groups: dict[int, list[int]] = {}
    for number, root in enumerate(_roots(ground)):
        groups.setdefault(root, []).append(number)
    found = [_dwelling([stops[number] for number in group], ground[:, group]) for group in groups.values()]
    return sorted(found, key=lambda one: (-one.duration, one.first))


def _dwelling(stops: Sequence[Stop], ground: Points) -> Dwelling:
    stayed = np.array([max(1, stop.duration) for stop in stops], np.float64)
    centre = (ground * stayed).sum(axis=1) / stayed.sum()
    longitude, latitude = place(centre)
    radius = distances(ground, centre[:, np.newaxis]) + [stop.radius for stop in stops]
    return Dwelling(
        longitude=longitude,
        latitude=latitude,
        radius=float(radius.max()),
        visits=len(stops),
        duration=sum(stop.duration for stop in stops),
        first=min(stop.start for stop in stops),
        last=max(stop.end for stop in stops),
    )


def _roots(ground: Points) -> list[int]:
    """For each, the least number among those that it is linked to over near ones."""
    parents = list(range(ground.shape[1]))

    def root(number: int) -> int:
        while parents[number] != number:
            parents[number] = parents[parents[number]]
            number = parents[number]
        return number

    for some, other in _near(ground):
        first, second = sorted((root(some), root(other)))
        parents[second] = first
    return [root(number) for number in range(len(parents))]


def _near(ground: Points) -> Iterable[tuple[int, int]]:
    """Pairs that are near each other, found in cubes of that size and those beside."""
    cubes: dict[tuple[int, int, int], list[int]] = {}
    corners: npt.NDArray[np.int64] = np.floor(ground / NEAR).astype(np.int64)
    for number, corner in enumerate(zip(*corners.tolist(), strict=True)):
        cubes.setdefault(corner, []).append(number)
    for (x, y, z), inside in cubes.items():
        around = [
            other
            for dx, dy, dz in itertools.product((-1, 0, 1), repeat=3)
            for other in cubes.get((x + dx, y + dy, z + dz), ())
        ]
        others = np.array(around)
        for number in inside:
            close = others[distances(ground[:, others], ground[:, number : number + 1]) <= NEAR]
            yield from ((number, other) for other in close.tolist() if other > number)
