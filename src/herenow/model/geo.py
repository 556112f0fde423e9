"""Places, boxes and distances on the earth, in degrees and metres."""

import math

import msgspec

from herenow.errors import BadRequest

EARTH = 6_371_008.8  # m, mean radius (IUGG)
MAX_LEG_TIME = 600_000  # ms; a longer silence is a gap, not a leg
MAX_LEG_SPEED = 400.0  # m/s; faster is a jump, not a leg


def distance(latitude1: float, longitude1: float, latitude2: float, longitude2: float) -> float:
    """Metres along the great circle on a sphere (haversine); within 0.6 % of the ellipsoid."""
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


def counted(metres: float, elapsed: int) -> bool:
    """Whether a leg of so many metres in so many ms counts as driven: neither a gap nor a jump."""
    return 0 < elapsed <= MAX_LEG_TIME and metres <= MAX_LEG_SPEED * elapsed / 1000


class Box(msgspec.Struct, frozen=True, gc=False):
    """An area between two meridians and two parallels, edges included; west > east crosses the 180th meridian."""

    west: float
    south: float
    east: float
    north: float

    def contains(self, longitude: float, latitude: float) -> bool:
        if not self.south <= latitude <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east


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
