"""Distances on the WGS 84 ellipsoid."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyproj import Geod


@cache
def geod() -> "Geod":
    from pyproj import Geod  # where it is used: a server that measures nothing starts faster

    return Geod(ellps="WGS84")
