"""Tiles of the web mercator map, each a number within its level: row × 2^level + column."""

import numpy as np

from herenow.model.geo.box import Box
from herenow.model.geo.mercator import Floats, Integers, columns_or_rows, project

DEEPEST = 18  # level; its tiles are 150 m wide at the equator
MOST_TILES = 512  # of a view: a screen of 8192 by 4096 pixels
MOST_UNZOOMED = 64  # of a view without a zoom
MARGIN = 1e-6  # degrees around a box, more than the error of rounding


def tiles_at(level: int, x: Floats, y: Floats) -> Integers:
    """The tile of each place."""
    return columns_or_rows(level, y) * (1 << level) + columns_or_rows(level, x)


def cover(box: Box, zoom: float | None) -> tuple[int, tuple[int, ...]]:
    """The level and the tiles that cover a view of a box: at the level of its zoom or, without a zoom, the finest
    level that MOST_UNZOOMED allows."""
    parts = box.parts()
    edges = [edge for part in parts for edge in (part.west - MARGIN, part.east + MARGIN)]
    x, y = project(np.array(edges), np.array([box.north + MARGIN, box.south - MARGIN] * len(parts)))
    level = DEEPEST if zoom is None else min(DEEPEST, int(zoom))
    most = MOST_UNZOOMED if zoom is None else MOST_TILES
    spans = columns_or_rows(DEEPEST, x).reshape(-1, 2).tolist()
    north, south, *_ = columns_or_rows(DEEPEST, y).tolist()
    while True:
        coarser = DEEPEST - level
        columns = _columns([range(west >> coarser, (east >> coarser) + 1) for west, east in spans], level)
        rows = range(north >> coarser, (south >> coarser) + 1)
        if level == 0 or len(rows) * sum(map(len, columns)) <= most:
            return level, tuple((row << level) + column for row in rows for span in columns for column in span)
        level -= 1


def _columns(spans: list[range], level: int) -> list[range]:
    """The columns of the parts of a box. If two parts share a tile, the columns go all the way around."""
    if len(spans) == 2 and spans[0].start < spans[1].stop and spans[1].start < spans[0].stop:
        return [range(1 << level)]
    return spans
