"""Levels of detail: which positions of a track a map needs at which zoom."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from herenow.history.tracks.movement import stops
from herenow.model.geo.mercator import WIDTH, project_beyond
from herenow.model.leg import MAX_LEG_TIME
from herenow.store.track import PLACES, Track

# Metres at the equator of a web-mercator map, level by level: the same share of a pixel everywhere, and on the ground
# never more than so many metres, less the further from the equator. Rollups keep a track of each: with other ones they
# need another VERSION (herenow.history.rollups.made).
TOLERANCES = (2048.0, 512.0, 128.0, 32.0, 8.0, 2.0)
EVERY = 512  # positions; one of so many is kept, which bounds the time and the stack that a zigzag can cost

Rows = npt.NDArray[np.intp]

_ROUND = 360 * round(PLACES)
_POLE = 90 - 1 / PLACES  # degrees; the pole itself is infinitely far away on this map


def level_for(zoom: float) -> int | None:
    """The coarsest level whose lines stay within half a pixel of the track on a map of 256-pixel tiles; None asks for
    all positions."""
    half = WIDTH / 512 / 2**zoom
    return next((level for level, tolerance in enumerate(TOLERANCES) if tolerance <= half), None)


def levels(found: Track, stays: Sequence[tuple[int, int]] | None = None) -> npt.NDArray[np.uint8]:
    """The coarsest level that keeps each position; a level keeps all that coarser ones do. Level `len(TOLERANCES)` is
    for those which only the whole track has. Takes believed positions, and their stops where these are known: the first
    and the last position of each.

    What a level drops lies within its tolerance of the straight line that a map draws between the two kept positions
    around it. Every level keeps the first and last position of the track, of each silence longer than MAX_LEG_TIME
    and of each stop, the fastest, highest and lowest position between two silences, and one position in EVERY.
    """
    import shapely  # where it is used: a server that only asks for a level starts faster

    coarsest = np.full(len(found), len(TOLERANCES), np.uint8)
    if not len(found):
        return coarsest
    fixed = _fixed(found, stops(found) if stays is None else stays)
    lines = _lines(found, fixed)
    for level in range(len(TOLERANCES) - 1, -1, -1):
        # Douglas and Peucker split a line at the same positions whatever the tolerance, only less deep for a coarser
        # one. That is why levels made from the whole track, with the same ends, are nested.
        simple = shapely.simplify(lines, TOLERANCES[level], preserve_topology=False)
        coarsest[shapely.get_coordinates(simple, include_z=True)[:, 2].astype(np.intp)] = level
    coarsest[fixed] = 0
    return coarsest


def _lines(found: Track, fixed: Rows) -> npt.NDArray[np.object_]:
    """One line from each fixed position to the next, if there is one between; z is the number of the position."""
    lengths = np.diff(fixed) + 1
    needed = lengths > 2
    if not needed.any():
        return np.empty(0, np.object_)
    copies = np.ones(len(found), np.intp)
    copies[fixed[1:-1]] = 2  # the line that ends there and the next share it
    rows = np.repeat(np.arange(len(found)), copies)[np.repeat(needed, lengths)]
    lines = np.repeat(np.arange(needed.sum()), lengths[needed])
    x, y = _map(found)
    import shapely  # as above

    return np.asarray(shapely.linestrings(x[rows], y[rows], rows.astype(np.float64), indices=lines))


def _map(found: Track) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Metres on a web-mercator map that goes on past the 180th meridian."""
    longitude = found["longitude"].astype(np.int64)
    longitude[1:] -= np.cumsum(np.round(np.diff(longitude) / _ROUND).astype(np.int64)) * _ROUND
    x, y = project_beyond(longitude / PLACES, np.clip(found["latitude"] / PLACES, -_POLE, _POLE))
    return x * WIDTH, y * WIDTH


def _fixed(found: Track, stays: Sequence[tuple[int, int]]) -> Rows:
    """What every level keeps, in order."""
    ends = np.flatnonzero(np.diff(found["time"]) > MAX_LEG_TIME)
    starts = np.concatenate([[0], ends + 1])
    parts: list[Rows] = [
        np.arange(0, len(found), EVERY),
        np.array([len(found) - 1]),
        starts,
        ends,
        np.array(stays, np.intp).ravel(),
        _greatest(found["speed"], starts),
        _greatest(found["altitude"], starts),
        _greatest(-found["altitude"], starts),
    ]
    return np.unique(np.concatenate(parts))


def _greatest(values: npt.NDArray[np.float32], starts: Rows) -> Rows:
    """The first of the greatest known values of each piece."""
    peaks = np.fmax.reduceat(values, starts)
    pieces = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(values)))
    rows = np.flatnonzero(values == peaks[pieces])
    return np.asarray(rows[np.unique(pieces[rows], return_index=True)[1]])
