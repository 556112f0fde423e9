"""How a primitive moved over time: distance, velocity and acceleration, as its positions tell."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.history.ogc.primitives import Moments, Primitive
from herenow.model.geo.ellipsoid import geod

CURVES = ("distance", "velocity", "acceleration")

Numbers = npt.NDArray[np.float64]


class Curve(msgspec.Struct, frozen=True):
    form: str  # UNECE code of its unit
    interpolation: str
    times: Sequence[int]  # ms
    values: Sequence[float]

    def within(self, moments: Moments) -> "Curve":
        """The times and values in the moments."""
        shown = slice(bisect_left(self.times, moments.start), bisect_right(self.times, moments.end))
        return Curve(self.form, self.interpolation, self.times[shown], self.values[shown])


def curve(name: str, primitive: Primitive) -> Curve:
    """One of CURVES. Movement is linear, so velocity is that of each leg, from its beginning on, and the last
    one's at the end; acceleration is given where two legs meet, as the change between their middles."""
    times = np.array([one.time for one in primitive])
    lengths, seconds = _lengths(primitive), np.diff(times) / 1000
    speeds = lengths / seconds
    if name == "distance":
        return _curve("MTR", "Linear", times, np.concatenate([[0.0], np.cumsum(lengths)]))
    if name == "velocity":
        begun = times if len(speeds) else times[:0]
        return _curve("MTS", "Step", begun, np.append(speeds, speeds[-1:]))
    return _curve("MSK", "Discrete", times[1:-1], np.diff(speeds) * 2 / (seconds[1:] + seconds[:-1]))


def _curve(form: str, interpolation: str, times: npt.NDArray[np.int64], values: Numbers) -> Curve:
    return Curve(form, interpolation, times.tolist(), np.round(values, 3).tolist())


def _lengths(primitive: Primitive) -> Numbers:
    """Of the legs, in metres on the ellipsoid."""
    longitudes = np.array([one.longitude for one in primitive])
    latitudes = np.array([one.latitude for one in primitive])
    ends = longitudes[:-1], latitudes[:-1], longitudes[1:], latitudes[1:]
    return np.asarray(geod().inv(*ends, return_back_azimuth=False)[2])
