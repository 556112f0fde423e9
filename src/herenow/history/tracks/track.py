"""Tracks as numpy columns: positions of one device in order, without what a map cannot draw."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from herenow.history.rollups.packing import pack, unpack
from herenow.model.position import Position

PLACES = 1e7  # to a degree, about a centimetre

# NaN where it is not known. `flag` is 0, or why the position is not to be believed (herenow.history.tracks.quality).
FIX = np.dtype(
    [
        ("time", "<i8"),  # ms
        ("longitude", "<i4"),  # PLACES
        ("latitude", "<i4"),
        ("altitude", "<f4"),  # m
        ("speed", "<f4"),  # m/s
        ("course", "<f4"),  # degrees
        ("accuracy", "<f4"),  # m
        ("flag", "u1"),
    ]
)
Track = npt.NDArray[np.void]
NOTHING: Track = np.empty(0, FIX)

STEPS = ("time", "longitude", "latitude")
_NAN = float("nan")


def track(positions: Sequence[Position]) -> Track:
    """Positions in their order, all to be believed."""
    return np.array([_fix(position) for position in positions], dtype=FIX)


def _fix(position: Position) -> tuple[float, ...]:
    altitude, speed, course, accuracy = position.altitude, position.speed, position.course, position.accuracy
    return (
        position.time,
        round(position.longitude * PLACES),
        round(position.latitude * PLACES),
        _NAN if altitude is None else altitude,
        _NAN if speed is None else speed,
        _NAN if course is None else course,
        _NAN if accuracy is None else accuracy,
        0,
    )


def longitudes(found: Track) -> npt.NDArray[np.float64]:
    """Degrees."""
    return np.asarray(found["longitude"] / PLACES)


def latitudes(found: Track) -> npt.NDArray[np.float64]:
    """Degrees."""
    return np.asarray(found["latitude"] / PLACES)


def pack_track(found: Track) -> bytes:
    return pack(found, STEPS)


def unpack_track(packed: bytes) -> Track:
    """Raises ValueError where it is not what `pack_track` made."""
    return unpack(packed, FIX, STEPS)
