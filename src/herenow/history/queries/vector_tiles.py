"""Tiles of history as Mapbox Vector Tiles 2.1: the layer `positions` of points, each one position or a cluster."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from herenow.history.queries.tiles import Tile, TileContent
from herenow.history.rollups.cells import CLASSES, FLAGGED, MOVING, Cells
from herenow.history.rollups.points import Points
from herenow.model.geo.mercator import project
from herenow.store.track import PLACES

LAYER = "positions"
EXTENT = 4096
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"

Feature = tuple[float, float, dict[str, object]]  # longitude, latitude, properties


def encode(found: TileContent, tile: Tile) -> bytes:
    """Empty where nothing is there.

    A position has `device_id`, `time`, `kind`, `moving`; a cluster, at the mean place of its positions, `count`,
    `moving`, the commonest `kind`, `kind:NAME` with the count of each kind, `first` and `last` (ms), `west`, `south`,
    `east` and `north`. If flagged positions were requested, too, `flagged` counts them.
    """
    features = list(_positions(found.points)) if found.points else list(_clusters(found.cells))
    if not features:
        return b""
    columns, rows = _pixels(features, tile)
    layer = {
        "name": LAYER,
        "features": [
            {"geometry": f"POINT({column} {row})", "properties": properties}
            for (_, _, properties), column, row in zip(features, columns, rows, strict=True)
        ],
    }
    import mapbox_vector_tile  # a tenth of a second, which a server that is started again cannot spare

    encoded: bytes = mapbox_vector_tile.encode([layer], default_options={"y_coord_down": True, "extents": EXTENT})
    return encoded


def _pixels(features: Sequence[Feature], tile: Tile) -> tuple[list[int], list[int]]:
    """Columns and rows in the tile, from its upper left corner."""
    longitude, latitude = np.array([place[:2] for place in features]).T
    x, y = project(longitude, latitude)
    side = 2.0**tile.zoom
    return _whole(x * side - tile.x), _whole(y * side - tile.y)


def _whole(part: npt.NDArray[np.float64]) -> list[int]:
    found: list[int] = np.clip(np.rint(part * EXTENT), 0, EXTENT).astype(int).tolist()
    return found


def _positions(found: Points) -> Iterator[Feature]:
    for device, time, longitude, latitude, group in found.rows.tolist():
        properties: dict[str, object] = {
            "device_id": found.device_ids[device],
            "time": time,
            "kind": found.kinds[group // CLASSES],
            "moving": group % CLASSES == MOVING,
        }
        if group % CLASSES == FLAGGED:
            properties["flagged"] = 1
        yield longitude / PLACES, latitude / PLACES, properties


def _clusters(found: Cells) -> Iterator[Feature]:
    rows: list[Any] = found.rows.tolist()
    start = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or rows[end][0] != rows[start][0]:
            yield _cluster(found.kinds, rows[start:end])
            start = end


def _cluster(kinds: Sequence[str], rows: Sequence[tuple[int, ...]]) -> Feature:
    """Rows of one cell."""
    _, groups, counts, longitudes, latitudes, west, south, east, north, first, last = zip(*rows, strict=True)
    count = sum(counts)
    by_kind: dict[str, int] = {}
    by_class = [0] * CLASSES
    for group, number in zip(groups, counts, strict=True):
        kind = kinds[group // CLASSES]
        by_kind[kind] = by_kind.get(kind, 0) + number
        by_class[group % CLASSES] += number
    properties: dict[str, object] = {
        "count": count,
        "moving": by_class[MOVING],
        "kind": max(by_kind, key=lambda kind: by_kind[kind]),
        **{f"kind:{kind}": number for kind, number in by_kind.items()},
        "first": min(first),
        "last": max(last),
        "west": min(west) / PLACES,
        "south": min(south) / PLACES,
        "east": max(east) / PLACES,
        "north": max(north) / PLACES,
    }
    if by_class[FLAGGED]:
        properties["flagged"] = by_class[FLAGGED]
    return sum(longitudes) / count / PLACES, sum(latitudes) / count / PLACES, properties
