"""Positions gathered in cells, in memory."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from herenow.model.geo import Box
from herenow.store.base import Cluster, uncrossed

Places = npt.NDArray[np.float64]  # rows of latitude and longitude


def gather(places: Sequence[Places], devices: Sequence[int], box: Box, cell: tuple[float, float]) -> list[Cluster]:
    """The clusters of the places inside the box; `devices` gives the number of each one's device."""
    if not places:
        return []
    whole = np.concatenate(places)
    owners = np.repeat(np.asarray(devices), [len(some) for some in places])
    found: list[Cluster] = []
    for part in uncrossed(box):
        latitude, longitude = whole[:, 0], whole[:, 1]
        inside = (latitude >= part.south) & (latitude <= part.north)
        inside &= (longitude >= part.west) & (longitude <= part.east)
        found += _clusters(latitude[inside], longitude[inside], owners[inside], cell)
    return found


def _clusters(
    latitude: Places, longitude: Places, owners: npt.NDArray[np.int64], cell: tuple[float, float]
) -> list[Cluster]:
    if not len(owners):
        return []
    width, height = cell
    rows = int(180 / height) + 1
    cells = ((longitude + 180) / width).astype(np.int64) * rows + ((latitude + 90) / height).astype(np.int64)
    order = np.lexsort((owners, cells))
    latitude, longitude, owners, cells = latitude[order], longitude[order], owners[order], cells[order]
    first = np.concatenate(([True], cells[1:] != cells[:-1]))
    starts = np.flatnonzero(first)
    counts = np.diff(starts, append=len(cells))
    another = first | np.concatenate(([True], owners[1:] != owners[:-1]))
    south, north = np.minimum.reduceat(latitude, starts), np.maximum.reduceat(latitude, starts)
    west, east = np.minimum.reduceat(longitude, starts), np.maximum.reduceat(longitude, starts)
    # Rounding must not put the mean of equal places beside them.
    mean_latitude = np.clip(np.add.reduceat(latitude, starts) / counts, south, north)
    mean_longitude = np.clip(np.add.reduceat(longitude, starts) / counts, west, east)
    devices = np.add.reduceat(another.astype(np.int64), starts)
    bboxes = zip(west.tolist(), south.tolist(), east.tolist(), north.tolist(), strict=True)
    columns = (mean_latitude.tolist(), mean_longitude.tolist(), counts.tolist(), devices.tolist(), bboxes)
    return [Cluster(*fields) for fields in zip(*columns, strict=True)]
