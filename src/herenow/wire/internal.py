"""Positions and devices as they travel between our own processes: msgpack, each an array of its fields.

A field is only ever added at the end, with a default, so that processes of two versions understand each other.
"""

from collections.abc import Sequence

import msgspec

from herenow.model.device import Device
from herenow.model.position import Position

_ARRAY_32 = b"\xdd"  # msgpack: four bytes of length follow


class Undecodable(ValueError):
    """Bytes that are none of these messages, and never will be; the text says why."""


class Shipment(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Positions on their way to a recorder. `published` is when, in ms."""

    published: int
    positions: list[Position]


class Bulletin(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """News on their way to the hubs. `epoch` names a run of numbers `seq` without a gap, from 1; `lag` is the ms from
    publication to storage of the slowest position it tells of, `oldest` when the oldest was published that its
    recorder holds and has not stored, None where it holds none."""

    epoch: str
    seq: int
    lag: int | None
    oldest: int | None
    news: list[Device]


pack_position = msgspec.msgpack.Encoder().encode
pack_bulletin = msgspec.msgpack.Encoder().encode
_shipment = msgspec.msgpack.Decoder(Shipment).decode
_bulletin = msgspec.msgpack.Decoder(Bulletin).decode


def pack_shipment(published: int, positions: Sequence[bytes]) -> bytes:
    """A Shipment from positions that are packed already."""
    head = b"\x92\xcf" + published.to_bytes(8) + _ARRAY_32 + len(positions).to_bytes(4)
    return head + b"".join(positions)


def unpack_shipment(body: bytes) -> Shipment:
    """Raises Undecodable, for what no source accepts and no store could keep as well."""
    try:
        shipment = _shipment(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Undecodable(f"expected positions in msgpack: {error}") from error
    # Written out, for each name or call would be felt: it takes a third as long as the decoding. NaN fails as well.
    for position in shipment.positions:
        if not (
            0 < len(position.device_id) <= 128  # characters, as in a report
            and 0 <= position.time < 2**53  # ms
            and 0 <= position.tie < 2**32
            and -90.0 <= position.latitude <= 90.0
            and -180.0 <= position.longitude <= 180.0
        ):
            raise Undecodable(f"expected positions within their bounds, got {_shown(position)}")
    return shipment


def _shown(position: Position) -> str:
    """What its bounds are checked of; the name may be of any length."""
    name = position.device_id if len(position.device_id) <= 128 else f"{position.device_id[:20]}…"
    return (
        f"device_id {name!r}, time {position.time}, tie {position.tie}, "
        f"latitude {position.latitude}, longitude {position.longitude}"
    )


def unpack_bulletin(body: bytes) -> Bulletin:
    """Raises Undecodable."""
    try:
        return _bulletin(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Undecodable(f"expected news in msgpack: {error}") from error
