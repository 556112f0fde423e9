"""How long the legs of a track are, as they are reported."""

import numpy as np
import numpy.typing as npt

from herenow.history.tracks.quality import Points, distances
from herenow.history.tracks.track import latitudes, longitudes
from herenow.model.geo.ellipsoid import geod
from herenow.model.geo.sphere import EARTH
from herenow.store.track import Track

STRAIGHT = 10_000.0  # m; the length of a shorter leg follows from its chord, to a tenth of a millimetre

Numbers = npt.NDArray[np.float64]


def reported_lengths(found: Track, ground: Points) -> Numbers:
    """Metres on the ellipsoid, as reported. Geod takes ten times longer than a chord, and measures only where the
    earth's curve depends on the direction: an arc exceeds its chord by chord³ / 24 r²."""
    chords = distances(ground[:, 1:], ground[:, :-1])
    metres = chords * (1 + chords * chords / (24 * EARTH * EARTH))
    far = np.flatnonzero(chords > STRAIGHT)
    if len(far):
        longitude, latitude = longitudes(found), latitudes(found)
        ends = longitude[far], latitude[far], longitude[far + 1], latitude[far + 1]
        metres[far] = geod().inv(*ends, return_back_azimuth=False)[2]
    return metres
