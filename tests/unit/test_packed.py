"""What processes of ours take from each other: nothing that no source would have accepted."""

import msgspec
import pytest

from herenow.wire.internal import Undecodable, pack_position, pack_shipment, unpack_shipment
from tests.support.positions import NOW, position

FIX = position("a")


@pytest.mark.parametrize(
    "wrong",
    [
        {"device_id": ""},
        {"device_id": "x" * 129},
        {"device_id": "x" * 70_000},
        {"time": -1},
        {"time": 2**53},
        {"tie": -1},
        {"tie": 2**32},
        {"latitude": 90.1},
        {"latitude": float("nan")},
        {"latitude": float("-inf")},
        {"longitude": -180.1},
        {"longitude": float("nan")},
        {"longitude": float("inf")},
    ],
)
def test_a_position_beyond_its_bounds_cannot_be_read(wrong: dict[str, object]) -> None:
    packed = [pack_position(FIX), pack_position(msgspec.structs.replace(FIX, **wrong))]
    with pytest.raises(Undecodable, match="within their bounds, got device_id") as failed:
        unpack_shipment(pack_shipment(NOW, packed))
    assert len(str(failed.value)) < 300


def test_positions_at_their_bounds_are_read() -> None:
    greatest = {"device_id": "é" * 128, "time": 2**53 - 1, "tie": 2**32 - 1, "latitude": 90.0, "longitude": 180.0}
    least = {"device_id": "x", "time": 0, "tie": 0, "latitude": -90.0, "longitude": -180.0}
    ends = [msgspec.structs.replace(FIX, **end) for end in (greatest, least)]
    assert unpack_shipment(pack_shipment(NOW, [pack_position(end) for end in ends])).positions == ends
