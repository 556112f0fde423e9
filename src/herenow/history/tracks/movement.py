"""How a device moved between its positions: the one definition of distance, of moving and of standing still.

Each leg, from one position to the next, stands still (`stillness`), is driven, or is neither: a silence, or a move too
short for a trip. What a leg is depends on what lies at most `context` before and after it, and on the nearest position
beyond. So days, ranges and boxes that part a track add up to it.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from herenow.history.tracks.quality import Mask, Points, Rows, distances, points
from herenow.history.tracks.reported_lengths import reported_lengths
from herenow.history.tracks.smoothing import smoothed
from herenow.history.tracks.stillness import DEFAULT, LONGEST_WINDOW, TripSettings, still
from herenow.history.tracks.strays import ASIDE, REACH, straightened
from herenow.model.clock import HOUR
from herenow.model.leg import MAX_LEG_SPEED, MAX_LEG_TIME
from herenow.store.track import Track

LOOK = HOUR  # ms before and after a leg in which what it is part of spans `min_trip_distance`
SPEED_OVER = 10_000  # ms; a speed that nobody reported is taken over no less, so that jitter makes none

Numbers = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Legs(NamedTuple):
    """What lies between each of n positions and the next, in n − 1 items unless noted."""

    points: Points  # of n positions; of stray ones where they were due
    elapsed: Integers  # ms
    still: Mask
    driven: Mask  # in a trip
    lengths: Numbers  # m on the ellipsoid, without noise where that is plain; 0 where it is not counted
    speeds: Numbers  # m/s, of n positions: as reported, else of the leg that ends there if that moves, else NaN


def context(settings: TripSettings = DEFAULT) -> int:
    """How far to either side of a leg, in ms, what is there may decide what the leg is."""
    return max(LOOK, settings.min_trip_duration) + max(LONGEST_WINDOW, settings.min_stop_duration) + REACH


def legs(found: Track, settings: TripSettings = DEFAULT) -> Legs:
    """Takes believed positions."""
    found, ground = straightened(found, points(found))
    elapsed = np.diff(found["time"])
    metres = reported_lengths(found, ground)
    counted = (elapsed > 0) & (elapsed <= MAX_LEG_TIME) & (metres <= MAX_LEG_SPEED * elapsed / 1000)
    stays = _through_instants(still(found, ground, settings), elapsed)
    moving = (elapsed <= MAX_LEG_TIME) & ~stays
    speeds = found["speed"].astype(np.float64)
    calm = smoothed(found["time"], ground, counted & moving, metres)
    missing = np.flatnonzero(np.isnan(speeds[1:]) & counted & moving)
    if len(missing):
        own = _speeds(found, ground, counted, metres, missing + 1)
        noisy = calm[missing] != metres[missing]
        speeds[missing + 1] = np.where(noisy, np.minimum(calm[missing] * 1000 / elapsed[missing], own), own)
    driven = _through_instants(_driven(found, ground, moving, settings), elapsed)
    return Legs(ground, elapsed, stays, driven, np.where(counted, calm, 0.0), speeds)


def stops(found: Track, settings: TripSettings = DEFAULT) -> list[tuple[int, int]]:
    """The first and the last position of each stop, in order. Takes believed positions."""
    found, ground = straightened(found, points(found))
    return runs(_through_instants(still(found, ground, settings), np.diff(found["time"])))


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Where it holds: the first row of each run, and the one after its last."""
    turns = np.flatnonzero(np.diff(mask, prepend=False, append=False)).tolist()
    return list(zip(turns[::2], turns[1::2], strict=True))


def _through_instants(mask: Mask, elapsed: Integers) -> Mask:
    """Where several positions have one time, the legs between them are what those before and after both are."""
    instants = np.flatnonzero(elapsed == 0)
    lasting = np.flatnonzero(elapsed)
    after = np.searchsorted(lasting, instants)
    between = (after > 0) & (after < len(lasting))
    filled = mask.copy()
    rows, after = instants[between], after[between]
    filled[rows] = mask[lasting[after - 1]] & mask[lasting[after]]
    return filled


def _driven(found: Track, ground: Points, moving: Mask, settings: TripSettings) -> Mask:
    """The moving legs around which, in LOOK to either side and without a stop or a silence, lies what is long enough
    for a trip."""
    look, times = max(LOOK, settings.min_trip_duration), found["time"]
    driven = np.zeros(len(moving), np.bool_)
    for begin, end in runs(moving):
        rows = np.arange(begin, end)
        first = np.searchsorted(times[begin : end + 1], times[rows] - look) + begin
        last = np.searchsorted(times[begin : end + 1], times[rows + 1] + look, "right") + begin - 1
        long = times[last] - times[first] >= settings.min_trip_duration
        if first[-1] == begin and last[0] == end:  # each sees all of it
            seen = ground[:, begin : end + 1]
            driven[begin:end] = long & bool(distances(seen.max(axis=1), seen.min(axis=1)) >= settings.min_trip_distance)
        else:
            far = distances(ground[:, last], ground[:, first]) >= settings.min_trip_distance
            some = np.flatnonzero(long & ~far)
            far[some] = _spans(ground, first[some], last[some]) >= settings.min_trip_distance
            driven[begin:end] = long & far
    return driven


def _spans(ground: Points, first: Rows, last: Rows) -> Numbers:
    """Metres across the boxes that hold the positions from each first row to its last."""
    spans = np.zeros(len(first))
    if not len(first):
        return spans
    lengths = last - first + 1
    begin = first[0]
    least = most = ground[:, begin : last[-1] + 1]
    size = 1  # positions of which `least` and `most` tell, from each on
    while size <= lengths.max():
        rows = np.flatnonzero((size <= lengths) & (lengths < 2 * size))
        ends = first[rows] - begin, last[rows] - begin - size + 1
        low = np.minimum(least[:, ends[0]], least[:, ends[1]])
        high = np.maximum(most[:, ends[0]], most[:, ends[1]])
        spans[rows] = distances(high, low)
        least = np.minimum(least[:, :-size], least[:, size:])
        most = np.maximum(most[:, :-size], most[:, size:])
        size *= 2
    return spans


def _speeds(found: Track, ground: Points, counted: Mask, lengths: Numbers, rows: Rows) -> Numbers:
    """Of some positions at which counted legs end, m/s: straight from where the device was SPEED_OVER before, or on
    the last leg where that took longer, over counted legs; the first of these make it speed up. Stray positions begin
    and end none."""
    times = found["time"]
    begun = np.maximum.accumulate(np.where(np.append(False, counted), 0, np.arange(len(times))))[rows]
    aside = _off_line(ground, times, counted, lengths)
    first = np.minimum(np.searchsorted(times, times[rows] - SPEED_OVER, "right") - 1, rows - 1)
    first = np.maximum(first, begun)
    first = np.maximum(np.where(aside[first], first - 1, first), 0)
    last = np.where(aside[rows], np.minimum(rows + 1, len(times) - 1), rows)
    elapsed = np.maximum(times[last] - times[first], SPEED_OVER)
    return np.asarray(distances(ground[:, last], ground[:, first]) * 1000 / elapsed)


def _off_line(ground: Points, times: Integers, counted: Mask, lengths: Numbers) -> Mask:
    """Positions to which a device went, and from which it came back, ASIDE times as fast as it moved before, after
    and on the whole, though it could be driven."""
    found = np.zeros(len(times), np.bool_)
    if len(times) < 3:
        return found
    speeds = np.where(counted, lengths * 1000 / np.maximum(np.diff(times), 1), 0.0)
    there_and_back = np.minimum(speeds[:-1], speeds[1:])
    before, after = np.append(0.0, speeds[:-2]), np.append(speeds[2:], 0.0)
    straight = distances(ground[:, 2:], ground[:, :-2]) * 1000 / np.maximum(times[2:] - times[:-2], 1)
    around = np.maximum(np.maximum(before, after), straight)
    known = np.append(False, counted[:-2]) | np.append(counted[2:], False)
    found[1:-1] = counted[:-1] & counted[1:] & known & (there_and_back > ASIDE * around)
    return found
