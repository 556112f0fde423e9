"""What every store's rows have in common: the columns of a position, attributes as JSON, contacts as msgpack."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from herenow.model.contact import Contact
from herenow.model.position import Attributes, Position, compiled

COLUMNS = Position.__struct_fields__[1:]
FIELDS = ", ".join(COLUMNS)

_pack = msgspec.msgpack.Encoder().encode
_contact = msgspec.msgpack.Decoder(Contact).decode


def pack_contact(contact: Contact | None) -> bytes | None:
    return None if contact is None else _pack(contact)


def contact_of(packed: bytes | None) -> Contact | None:
    return None if packed is None else _contact(packed)


def attributes_text(attributes: Attributes | None) -> str | None:
    return msgspec.json.encode(attributes).decode() if attributes else None


_TEXT = f"fields[{COLUMNS.index('attributes')}]"
# The position of a device in the columns FIELDS.
position_of: Callable[[str, Sequence[Any]], Position] = compiled(
    "device_id, fields",
    f"Position(device_id, {', '.join(f'fields[{index}]' for index in range(len(COLUMNS)))})".replace(
        _TEXT, f"decode({_TEXT}) if {_TEXT} else None"
    ),
    Position=Position,
    decode=msgspec.json.decode,
)
