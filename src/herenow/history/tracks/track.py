"""The columns of a track in degrees, and a track as a few bytes."""

import numpy as np
import numpy.typing as npt

from herenow.history.rollups.packing import pack, unpack
from herenow.store.track import FIX, PLACES, Track

STEPS = ("time", "longitude", "latitude")


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
