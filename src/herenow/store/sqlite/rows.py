"""How positions and devices lie in rows of SQLite."""

from collections.abc import Callable, Sequence
from typing import Any

from herenow.model.device import Device
from herenow.model.position import Position, compiled, items
from herenow.store.columns import COLUMNS, attributes_text, contact_of, pack_contact, position_of

WIDTH = 1 + len(COLUMNS)  # of a row of `positions`
DEVICE_COLUMNS = 11

# The columns of `positions`, for the device of that number.
row: Callable[[int, Position], tuple[object, ...]] = compiled(
    "number, position",
    "number, " + items("position", COLUMNS, attributes="attributes_text(position.attributes)"),
    attributes_text=attributes_text,
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
