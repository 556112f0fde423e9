"""A track as a map draws it, in columns."""

from typing import Any

import msgspec
import numpy as np

from herenow.history.tracks.quality import REASONS
from herenow.history.tracks.simplify import TOLERANCES
from herenow.history.tracks.track import latitudes, longitudes
from herenow.model.leg import MAX_LEG_TIME
from herenow.store.track import Track

_encode = msgspec.json.Encoder().encode


def encode_line(device_id: str, found: Track, level: int | None) -> bytes:
    """JSON as in docs/protocol.md; `level` is the one that it was simplified to, None for the whole."""
    times = found["time"]
    gaps = np.flatnonzero(np.diff(times) > MAX_LEG_TIME) + 1
    return _encode(
        {
            "device_id": device_id,
            "tolerance": 0.0 if level is None else TOLERANCES[level],
            "times": times.tolist(),
            "longitudes": longitudes(found).tolist(),
            "latitudes": latitudes(found).tolist(),
            **{name: _known(found, name[:-1]) for name in ("altitudes", "speeds", "courses")},
            "gaps": gaps.tolist(),
            "flags": {str(row): REASONS[int(found["flag"][row])] for row in np.flatnonzero(found["flag"]).tolist()},
        }
    )


def _known(found: Track, name: str) -> list[Any]:
    """A column in which what is not known is None."""
    column = np.round(found[name].astype(np.float64), 2)
    known = ~np.isnan(column)
    return [value if there else None for value, there in zip(column.tolist(), known.tolist(), strict=True)]
