"""Tiles of the web mercator map, each a number within its level: row × 2^level + column."""

import numpy as np
import numpy.typing as npt

from herenow.model.geo.box import Box

DEEPEST = 18  # level; its tiles are 150 m wide at the equator
MOST_TILES = 512  # of a view: a screen of 8192 by 4096 pixels
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


def cover(box: Box, zoom: float | None) -> tuple[int, tuple[int, ...]]:
    """The level and the tiles that a view of a box is cut into: at the level of its zoom or, where it says none, as
    fine as MOST_UNZOOMED allows."""
    parts = box.parts()
    edges = [edge for part in parts for edge in (part.west - MARGIN, part.east + MARGIN)]
    x, y = world(np.array(edges), np.array([box.north + MARGIN, box.south - MARGIN] * len(parts)))
    level = DEEPEST if zoom is None else min(DEEPEST, int(zoom))
    most = MOST_UNZOOMED if zoom is None else MOST_TILES
    spans, (north, south, *_) = _line(DEEPEST, x).reshape(-1, 2).tolist(), _line(DEEPEST, y).tolist()
    while True:
        coarser = DEEPEST - level
        columns = _columns([range(west >> coarser, (east >> coarser) + 1) for west, east in spans], level)
        rows = range(north >> coarser, (south >> coarser) + 1)
        if level == 0 or len(rows) * sum(map(len, columns)) <= most:
            return level, tuple((row << level) + column for row in rows for span in columns for column in span)
        level -= 1


def _columns(spans: list[range], level: int) -> list[range]:
    """Those of the parts of a box. Where two parts share a tile, they go all the way around."""
    if len(spans) == 2 and spans[0].start < spans[1].stop and spans[1].start < spans[0].stop:
        return [range(1 << level)]
    return spans
