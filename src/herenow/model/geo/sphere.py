"""Distances and directions on a sphere, in degrees and metres."""

import math

EARTH = 6_371_008.8  # m, mean radius (IUGG)
RADIAN = math.pi / 180
FLAT = 2e-4  # radians, some 1.3 km


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


def wrapped(longitude: float) -> float:
    """The same meridian between −180 and 180."""
    return longitude if -180 <= longitude <= 180 else (longitude + 180) % 360 - 180


def onward(longitude: float, other: float) -> float:
    """The other longitude; beyond ±180 where the shorter way to it from the first leads over the 180th meridian."""
    if abs(other - longitude) <= 180:
        return other
    return other + 360 if other < longitude else other - 360
