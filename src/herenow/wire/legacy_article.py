"""The wire of the article: JSON with `device_id`, `timestamp`, `latitude`, `longitude`, and nothing else.

Its simulator and its consumer say seconds, live messages say milliseconds, and history says ISO 8601.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from herenow.model.device import Device
from herenow.model.position import Position
from herenow.model.report import Report
from herenow.wire.json import encode
from herenow.wire.json_object import not_finite, read_fields
from herenow.wire.reports import convert_report

QUEUE = "location_data_queue"  # where its simulator publishes
SECONDS_BELOW = 100_000_000_000  # the year 5138 in seconds, 1973 in ms: nothing that is reported lies between

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decode_location(body: bytes) -> Report:
    """What its simulator publishes and its consumer posts, as a report. Raises BadReport."""
    fields = read_fields(body, "a location as JSON")
    if wrong := not_finite(fields):  # also where a file may say so that it does not know
        raise wrong
    fields.pop("type", None)
    moment = fields.get("timestamp")
    if isinstance(moment, int | float) and not isinstance(moment, bool) and abs(moment) < SECONDS_BELOW:
        fields["timestamp"] = moment * 1000
    return convert_report(fields)


def encode_update(device: Device) -> bytes:
    """One `location_update`; `timestamp` is in ms."""
    position = device.position
    return encode(
        {
            "type": "location_update",
            "device_id": position.device_id,
            "timestamp": position.time,
            "latitude": position.latitude,
            "longitude": position.longitude,
        }
    )


class Location(msgspec.Struct, frozen=True, gc=False):
    """A position of history, with all that its client reads."""

    device_id: str
    timestamp: str  # ISO 8601, UTC, as JavaScript's Date writes it
    latitude: float
    longitude: float


def location(position: Position) -> Location:
    return Location(position.device_id, timestamp(position.time), position.latitude, position.longitude)


def timestamp(time: int) -> str:
    """Unix ms as text."""
    moment = _EPOCH + timedelta(milliseconds=time)
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def encode_locations(positions: Iterable[Position]) -> bytes:
    """Positions of history, joined by commas."""
    return encode([location(position) for position in positions])[1:-1]
