"""Lines through positions that follow each other, at the times of these.

Sums are of whole numbers, so that they are the same to the bit wherever a track is cut; and they overflow, but
differences of them are right again.
"""

import numpy as np

from herenow.history.tracks.noise import Integers, Numbers, Runs
from herenow.history.tracks.quality import Points, Rows

_MILLIMETRES = 1000


def millimetres(ground: Points) -> Integers:
    """The same in whole millimetres."""
    return np.rint(ground * _MILLIMETRES).astype(np.int64)


def fitted(times: Integers, cells: Integers, runs: Runs, legs: Rows, steps: int) -> tuple[Numbers, Numbers]:
    """Of the best fit for each leg, of positions so many steps to both sides, or twice as many to one: the square of
    its speed, (m/s)², and what noise of 1 m² adds to that. NaN where the run is too short. `cells` are the positions
    in `millimetres`."""
    nothing = np.full(len(legs), np.nan)
    width = 2 * steps + 2
    if len(times) < width:
        return nothing, nothing
    square, added, off = _fits(times, cells, width)
    chosen, least = np.zeros(len(legs), np.intp), np.full(len(legs), np.inf)
    for before in (steps, 0, 2 * steps):
        first = legs - before
        inside = (first >= runs.begun[legs]) & (first + width <= runs.ended[legs] + 1)
        there = np.where(inside, off[np.where(inside, first, 0)], np.inf)
        better = there < least
        chosen, least = np.where(better, first, chosen), np.where(better, there, least)
    known = least < np.inf
    return np.where(known, square[chosen], np.nan), np.where(known, added[chosen], np.nan)


def _fits(times: Integers, cells: Integers, width: int) -> tuple[Numbers, Numbers, Numbers]:
    """Through so many positions from each on: the square of the speed; what noise adds; and the sum of the squares of
    the distances of positions from the line, mm²."""
    begin, origin = times[: len(times) - width + 1], cells[:, : len(times) - width + 1]
    time, place = _sums(times, width), _sums(cells, width)
    squares = _sums(times * times, width) - begin * (2 * time - width * begin)
    product = _sums(times * cells, width) - begin * place - origin * (time - width * begin)
    distance = _sums(np.einsum("ij,ij->j", cells, cells), width)
    distance += np.einsum("ij,ij->j", origin, width * origin - 2 * place)
    mean, place = (time - width * begin) / width, place - width * origin
    lasting = np.maximum(squares - width * mean * mean, 1)
    slope = product - mean * place
    square = np.einsum("ij,ij->j", slope, slope) / lasting
    off = distance - np.einsum("ij,ij->j", place, place / width) - square
    return square / lasting, _MILLIMETRES**2 / lasting, off


def _sums(values: Integers, width: int) -> Integers:
    """Of so many from each on."""
    sums = np.zeros((*values.shape[:-1], values.shape[-1] + 1), np.int64)
    np.cumsum(values, axis=-1, out=sums[..., 1:])
    return np.asarray(sums[..., width:] - sums[..., :-width])
