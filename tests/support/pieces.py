"""Whether trips and stops are the same but for the last bits of sums."""

from collections.abc import Sequence

import pytest

from herenow.history.tracks.trips import Piece, Stop, Trip


def assert_same(found: Sequence[Piece], expected: Sequence[Piece]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert (type(one), one.start, one.end, one.positions) == (type(other), other.start, other.end, other.positions)
        if isinstance(one, Trip) and isinstance(other, Trip):
            assert one.distance == pytest.approx(other.distance, abs=0.001)
            assert one.top == pytest.approx(other.top, abs=0.001)
            assert (one.start_place, one.end_place) == (other.start_place, other.end_place)
        if isinstance(one, Stop) and isinstance(other, Stop):
            assert one.centre == other.centre
            assert one.radius == pytest.approx(other.radius, abs=0.001)
