"""What every store's rows have in common: the columns of a position, attributes as JSON, contacts as msgpack."""

from collections.abc import Sequence
from typing import Any

import msgspec

from herenow.errors import StoreUnavailable
from herenow.model.contact import Contact
from herenow.model.position import Attributes, Position

FIELDS = "time, tie, latitude, longitude, altitude, speed, course, accuracy, battery, attributes, received, source"
RESTORE = "check the store and its disk, or restore a backup"

_pack = msgspec.msgpack.Encoder().encode
_contact = msgspec.msgpack.Decoder(Contact).decode


def pack_contact(contact: Contact | None) -> bytes | None:
    return None if contact is None else _pack(contact)


def contact_of(packed: bytes | None) -> Contact | None:
    """Raises StoreUnavailable."""
    try:
        return None if packed is None else _contact(packed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreUnavailable(f"cannot read a device: the column contact is damaged ({error}); {RESTORE}") from error


def attributes_text(attributes: Attributes | None) -> str | None:
    return msgspec.json.encode(attributes).decode() if attributes else None


def attributes_of(device_id: str, text: str | None) -> Attributes | None:
    """Raises StoreUnavailable."""
    try:
        return msgspec.json.decode(text) if text else None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        words = f"cannot read a position of {device_id!r}: the column attributes is damaged ({error}); {RESTORE}"
        raise StoreUnavailable(words) from error


def position_of(device_id: str, fields: Sequence[Any]) -> Position:
    """The position in the columns FIELDS. Raises StoreUnavailable where it is damaged."""
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
        attributes_of(device_id, attributes) if attributes else None,
        received,
        source,
    )
