"""How a position lies in a row of SQLite."""

from collections.abc import Sequence
from typing import Any

import msgspec

from herenow.model.position import Position

COLUMNS = 13
FIELDS = "time, tie, latitude, longitude, altitude, speed, course, accuracy, battery, attributes, received, source"


def row(number: int, position: Position) -> tuple[object, ...]:
    """The columns of `positions`, for the device of that number."""
    attributes = position.attributes
    return (
        number,
        position.time,
        position.tie,
        position.latitude,
        position.longitude,
        position.altitude,
        position.speed,
        position.course,
        position.accuracy,
        position.battery,
        msgspec.json.encode(attributes).decode() if attributes else None,
        position.received,
        position.source,
    )


def position_of(device_id: str, fields: Sequence[Any]) -> Position:
    """The position in the columns FIELDS."""
    time, tie, latitude, longitude, altitude, speed, course, accuracy, battery, attributes, received, source = fields
    return Position(
        device_id,
        time,
        tie,
        latitude,
        longitude,
        altitude,
        speed,
        course,
        accuracy,
        battery,
        msgspec.json.decode(attributes) if attributes else None,
        received,
        source,
    )
