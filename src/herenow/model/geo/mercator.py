"""The web-mercator map (EPSG:3857) as a square from 0 to 1, from its north-western corner: x goes east, y south.

A level of tiles or cells divides the square into 2^level columns and rows.
"""

import math

import numpy as np
import numpy.typing as npt

WIDTH = 2 * math.pi * 6_378_137.0  # m at the equator
NORTHMOST = 85.051_128_779_806_6  # degrees, where the map ends

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def project(longitudes: Floats, latitudes: Floats) -> tuple[Floats, Floats]:
    """x and y of places in degrees. Places beyond the map's edge near the poles are put at the edge."""
    # `clip` takes three times as long for a few places.
    return project_beyond(longitudes, np.minimum(np.maximum(latitudes, -NORTHMOST), NORTHMOST))


def project_beyond(longitudes: Floats, latitudes: Floats) -> tuple[Floats, Floats]:
    """The same on a map that has no edge towards the poles, which are infinitely far away."""
    return (longitudes + 180) / 360, 0.5 - np.arcsinh(np.tan(np.radians(latitudes))) / (2 * np.pi)


def longitudes_of(x: Floats) -> Floats:
    return x * 360 - 180


def latitudes_of(y: Floats) -> Floats:
    return np.asarray(np.degrees(np.arctan(np.sinh((1 - 2 * y) * np.pi))))


def columns_or_rows(level: int, share: Floats) -> Integers:
    """The column of each x, or the row of each y. Shares beyond the square belong to its edge."""
    side = 1 << level
    return np.minimum(np.maximum((share * side).astype(np.int64), 0), side - 1)
