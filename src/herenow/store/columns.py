"""What every store's rows have in common: the columns of a position, attributes as JSON, contacts as msgpack."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from herenow.errors import StoreUnavailable
from herenow.model.contact import Contact
from herenow.model.position import Attributes, Position, compiled

COLUMNS = Position.__struct_fields__[1:]
FIELDS = ", ".join(COLUMNS)
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


_TEXT = f"fields[{COLUMNS.index('attributes')}]"
# The position of a device in the columns FIELDS. Raises StoreUnavailable where it is damaged.
position_of: Callable[[str, Sequence[Any]], Position] = compiled(
    "device_id, fields",
    f"Position(device_id, {', '.join(f'fields[{index}]' for index in range(len(COLUMNS)))})".replace(
        _TEXT, f"attributes_of(device_id, {_TEXT}) if {_TEXT} else None"
    ),
    Position=Position,
    attributes_of=attributes_of,
)
