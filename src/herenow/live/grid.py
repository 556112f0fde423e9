"""Tiles of the web mercator map, each a number within its level: row × 2^level + column."""

import numpy as np
import numpy.typing as npt

from herenow.model.geo import Box

DEEPEST = 18  # level; its tiles are 150 m wide at the equator
MOST_TILES = 256  # of a view: a screen of 4096 by 4096 pixels
MOST_UNZOOMED = 64  # of a view that says no zoom
MARGIN = 1e-6  # degrees around a box, more than what is lost in rounding

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def world(longitudes: Floats, latitudes: Floats) -> tuple[Floats, Floats]:
    """Web mercator (EPSG:3857) as shares of the width of the world, from its north-western corner; what lies beyond
    the map's edge near the poles is put there."""
    sine = np.sin(np.radians(np.minimum(np.maximum(latitudes, -89.9), 89.9)))  # `clip` takes thrice as long for a few
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
    return (longitudes + 180) / 360, np.minimum(np.maximum(y, 0.0), 1.0)


def tiles_at(level: int, x: Floats, y: Floats) -> Numbers:
    """The tile of each place."""
    return _line(level, y) * (1 << level) + _line(level, x)


def _line(level: int, share: Floats) -> Numbers:
    return np.minimum(np.maximum((share * (1 << level)).astype(np.int64), 0), (1 << level) - 1)


def level_for(box: Box, zoom: float | None) -> int:
    """The level whose tiles a view is cut into: that of its zoom, or as fine as MOST_UNZOOMED allows."""
    level = DEEPEST if zoom is None else max(0, min(DEEPEST, int(zoom)))
    most = MOST_UNZOOMED if zoom is None else MOST_TILES
    while level > 0 and _count(box, level) > most:
        level -= 1
    return level


def tiles_of(box: Box, level: int) -> tuple[int, ...]:
    """The tiles that a box touches."""
    columns, rows = _spans(box, level)
    return tuple(row * (1 << level) + column for row in rows for span in columns for column in span)


def _count(box: Box, level: int) -> int:
    columns, rows = _spans(box, level)
    return len(rows) * sum(map(len, columns))


def _spans(box: Box, level: int) -> tuple[list[range], range]:
    """Columns, in two pieces where the box crosses the 180th meridian, and rows."""
    x, y = world(
        np.array([box.west - MARGIN, box.east + MARGIN]),
        np.array([box.north + MARGIN, box.south - MARGIN]),
    )
    west, east = _line(level, x).tolist()
    north, south = _line(level, y).tolist()
    rows = range(north, south + 1)
    if box.west <= box.east:
        return [range(west, east + 1)], rows
    if west <= east:  # both ends in one tile: all the way around
        return [range(1 << level)], rows
    return [range(west, 1 << level), range(east + 1)], rows
