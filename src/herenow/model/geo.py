"""Places, boxes and distances on the earth, in degrees and metres."""

import math
from typing import TYPE_CHECKING

import msgspec

from herenow.errors import BadRequest

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

EARTH = 6_371_008.8  # m, mean radius (IUGG)
RADIAN = math.pi / 180
FLAT = 2e-4  # radians, some 1.3 km
MAX_LEG_TIME = 600_000  # ms; a longer silence is a gap, not a leg
MAX_LEG_SPEED = 400.0  # m/s; faster is a jump, not a leg


def distance(latitude1: float, longitude1: float, latitude2: float, longitude2: float) -> float:
    """Metres along the great circle on a sphere (haversine); within 0.6 % of the ellipsoid. Short ways, nearly all that
    devices go between two fixes, are taken as flat, which differs by less than a millionth between 85° south and north.
    """
    north, east = (latitude2 - latitude1) * RADIAN, (longitude2 - longitude1) * RADIAN
    if -FLAT < north < FLAT and -FLAT < east < FLAT:
        return EARTH * math.hypot(north, east * math.cos((latitude1 + latitude2) * (RADIAN / 2)))
    phi1, phi2 = math.radians(latitude1), math.radians(latitude2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(longitude2 - longitude1) / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(half)))


def course(latitude1: float, longitude1: float, latitude2: float, longitude2: float) -> float:
    """Initial direction of the great circle from the first place to the second, degrees from true north, below 360."""
    phi1, phi2 = math.radians(latitude1), math.radians(latitude2)
    turn = math.radians(longitude2 - longitude1)
    east = math.sin(turn) * math.cos(phi2)
    north = math.cos(phi1) * math.sin(phi2) - math.sin(phi1) * math.cos(phi2) * math.cos(turn)
    return math.degrees(math.atan2(east, north)) % 360.0


def onward(longitude: float, other: float) -> float:
    """The other longitude; beyond ±180 where the shorter way to it from the first leads over the 180th meridian."""
    if abs(other - longitude) <= 180:
        return other
    return other + 360 if other < longitude else other - 360


def counted(metres: float, elapsed: int) -> bool:
    """Whether a leg of so many metres in so many ms counts as driven: neither a gap nor a jump."""
    return 0 < elapsed <= MAX_LEG_TIME and metres <= MAX_LEG_SPEED * elapsed / 1000


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


WORLD = Box(-180.0, -90.0, 180.0, 90.0)


def box(numbers: list[float]) -> Box:
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
    return Box(_around(west), south, _around(east), north)


def _around(longitude: float) -> float:
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180
