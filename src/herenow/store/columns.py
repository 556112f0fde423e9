"""What every store's rows have in common: the columns of a position, attributes as JSON, contacts as msgpack."""

from collections.abc import Sequence
from typing import Any

import msgspec

from herenow.model.contact import Contact
from herenow.model.position import Attributes, Position

FIELDS = "time, tie, latitude, longitude, altitude, speed, course, accuracy, battery, attributes, received, source"

_pack = msgspec.msgpack.Encoder().encode
_contact = msgspec.msgpack.Decoder(Contact).decode


def pack_contact(contact: Contact | None) -> bytes | None:
    return None if contact is None else _pack(contact)


def contact_of(packed: bytes | None) -> Contact | None:
    return None if packed is None else _contact(packed)


def attributes_text(attributes: Attributes | None) -> str | None:
    return msgspec.json.encode(attributes).decode() if attributes else None


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
