"""How positions and devices lie in rows of SQLite."""

from collections.abc import Sequence
from typing import Any

from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.columns import attributes_text, contact_of, pack_contact, position_of

COLUMNS = 13
DEVICE_COLUMNS = 11


def row(number: int, position: Position) -> tuple[object, ...]:
    """The columns of `positions`, for the device of that number."""
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
        attributes_text(position.attributes),
        position.received,
        position.source,
    )


def device_row(number: int, device: Device) -> tuple[object, ...]:
    """The columns of `newest`, for the device of that number."""
    position = device.position
    return (
        number,
        position.time,
        position.tie,
        device.name,
        device.kind,
        device.course,
        device.speed,
        device.distance,
        device.day,
        device.ahead,
        pack_contact(device.contact),
    )


def device_of(fields: Sequence[Any]) -> Device:
    """The device in the columns device_id, name to contact of `newest`, and FIELDS."""
    device_id, name, kind, course, speed, distance, day, ahead, contact, *position = fields
    place = position_of(device_id, position)
    return Device(place, name, kind, course, speed, distance, day, ahead=bool(ahead), contact=contact_of(contact))
