"""Positions as JSON on the way out: live messages and stored positions (docs/protocol.md)."""

from collections.abc import Iterable

import msgspec

from herenow.model.device import Device
from herenow.model.position import Position, getter

SUBPROTOCOL = "herenow.json.v1"

encode = msgspec.json.Encoder().encode


class LivePosition(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A position in a live message: flat, and `timestamp` for `time`."""

    device_id: str
    timestamp: int  # ms
    latitude: float
    longitude: float
    status: str
    speed: float | None = None
    course: float | None = None
    kind: str | None = None
    name: str | None = None
    stale_at: int | None = None  # ms; it is stale from then on unless it reports before
    # The fields of LIVE, in its order.
    altitude: float | None = None
    accuracy: float | None = None
    battery: float | None = None
    satellites: int | None = None
    hdop: float | None = None


def encode_live(device: Device) -> bytes:
    """What a live message says of a device; the same bytes serve every viewer."""
    position = device.position
    return encode(
        LivePosition(
            position.device_id,
            position.time,
            position.latitude,
            position.longitude,
            device.motion,
            device.speed,
            device.course,
            device.kind,
            device.name,
            device.stale_at,
            position.altitude,
            position.accuracy,
            position.battery,
            position.satellites,
            position.hdop,
        )
    )


def join(positions: Iterable[bytes]) -> str:
    """Encoded positions as an array."""
    return f"[{b','.join(positions).decode()}]"


def message(kind: str, epoch: str, seq: int, time: int, positions: str, view: int = 0) -> str:
    """A `snapshot` or `update` of an array of positions; `view` is the view that it answers."""
    return f"{message_head(kind, epoch, seq, time, view)}{positions}}}"


def message_head(kind: str, epoch: str, seq: int, time: int, view: int = 0) -> str:
    """Such a message up to its array of positions; behind that a brace closes it."""
    of = f'"view":{view},' if view else ""
    return f'{{"type":"{kind}",{of}"epoch":"{epoch}","seq":{seq},"time":{time},"positions":'


def reported(position: Position) -> dict[str, object]:
    """A position by the field names in which it can be reported again; what is not known is left out."""
    return {field: value for field, value in zip(_REPORTED, _reported(position), strict=True) if value is not None}


_REPORTED = tuple(field for field in Position.__struct_fields__ if field != "tie")
_reported = getter(*_REPORTED)
