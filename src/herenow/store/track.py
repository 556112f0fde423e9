"""Tracks as numpy columns: positions of one device in order, without what a map cannot draw."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

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

_RAW = np.dtype((np.void, FIX.itemsize))
_NONE = np.empty(0, _RAW)
_NAN = float("nan")


def joined(parts: Iterable[Track]) -> Track:
    """One after the other. numpy.concatenate compares the fields of each with those of the others, which takes longer
    than all else where the parts are many."""
    return np.concatenate([_NONE, *(part.view(_RAW) for part in parts)]).view(FIX)


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
