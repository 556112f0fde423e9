"""Boxes on the earth, in degrees."""

import math
from typing import TYPE_CHECKING

import msgspec

from herenow.errors import BadRequest
from herenow.model.geo.sphere import wrapped

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


class Box(msgspec.Struct, frozen=True, gc=False):
    """An area between two meridians and two parallels, edges included; west > east crosses the 180th meridian, which
    is one line whether it is written as −180 or 180."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, longitude: float, latitude: float) -> bool:
        if not self.south <= latitude <= self.north:
            return False
        return self._spans(longitude) or (abs(longitude) == 180 and self._spans(-longitude))

    def _spans(self, longitude: float) -> bool:
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east

    def parts(self) -> list["Box"]:
        """Boxes with west ≤ east that together hold the same places. An edge at ±180 has one of no width on the other
        side of the map."""
        if self.west > self.east:
            return [self._between(self.west, 180.0), self._between(-180.0, self.east)]
        edges = (self.west == -180, self.east == 180)
        if edges == (False, True):
            return [self, self._between(-180.0, -180.0)]
        if edges == (True, False):
            return [self, self._between(180.0, 180.0)]
        return [self]

    def _between(self, west: float, east: float) -> "Box":
        return Box(west, self.south, east, self.north)

    def holds(self, longitudes: "Floats", latitudes: "Floats") -> "Bools":
        """Whether it contains each of many places."""
        across, *beyond = [(longitudes >= part.west) & (longitudes <= part.east) for part in self.parts()]
        for part in beyond:
            across |= part
        return across & (latitudes >= self.south) & (latitudes <= self.north)

    def counts(self, longitudes: "Floats", latitudes: "Floats") -> "Bools":
        """Whether each of many places counts in it: its west and south edges belong to it, its east and north edges
        only at the pole and where it goes all around. So a place counts once in boxes that part an area."""
        high: Bools = (latitudes >= self.south) & ((latitudes < self.north) | (latitudes == 90) & (self.north == 90))
        if self.all_around:
            return high
        if self.west == self.east or (self.west, self.east) == (180, -180):
            return high & (latitudes > 90)
        west = -180.0 if self.west == 180 else self.west
        east = 180.0 if self.east == -180 else self.east
        turned = longitudes - 360 * (longitudes == 180)
        beyond, before = turned >= west, turned < east
        across: Bools = beyond & before if west < east else beyond | before
        return across & high

    @property
    def all_around(self) -> bool:
        return (self.west, self.east) == (-180, 180)


WORLD = Box(-180.0, -90.0, 180.0, 90.0)


def read_box(numbers: list[float]) -> Box:
    """A box from `[west, south, east, north]`. A map drawn several times around, or past a pole, is cut to the earth.

    Raises BadRequest for anything but four finite numbers with south ≤ north.
    """
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise BadRequest(f"expected four numbers west, south, east, north; got {numbers}")
    west, south, east, north = numbers
    if south > north:
        raise BadRequest(f"expected south ≤ north, got south {south} and north {north}")
    if not -3600 <= west <= 3600 or not -3600 <= east <= 3600:
        raise BadRequest(f"expected west and east in degrees of longitude, got {west} and {east}")
    south, north = max(-90.0, min(90.0, south)), max(-90.0, min(90.0, north))
    if east - west >= 360:
        return Box(-180.0, south, 180.0, north)
    return Box(wrapped(west), south, wrapped(east), north)
