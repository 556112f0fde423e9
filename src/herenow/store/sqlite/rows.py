"""How devices lie in rows of SQLite, and positions of an older Herenow."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from herenow.errors import StoreUnavailable
from herenow.model.device import Device
from herenow.model.position import Position, getter
from herenow.store.columns import RESTORE, contact_of, pack_contact, position_of

# At the same position what is written last was received last: one recorder writes, in order.
KEEP_NEWER = """
ON CONFLICT (device) DO UPDATE SET
  time = excluded.time, tie = excluded.tie, name = excluded.name, kind = excluded.kind, course = excluded.course,
  speed = excluded.speed, distance = excluded.distance, day = excluded.day, ahead = excluded.ahead,
  contact = excluded.contact, position = excluded.position
  WHERE (1 - excluded.ahead, excluded.time, excluded.tie) >= (1 - newest.ahead, newest.time, newest.tie)
"""

# What is kept of a device beside its position and contact.
state_of = getter("name", "kind", "course", "speed", "distance", "day", "ahead")

_pack = msgspec.msgpack.Encoder().encode
_position = msgspec.msgpack.Decoder(Position).decode


def device_row(number: int, device: Device) -> tuple[object, ...]:
    """The columns of `newest`, for the device of that number."""
    position = device.position
    return (
        number,
        position.time,
        position.tie,
        *state_of(device),
        pack_contact(device.contact),
        _pack(position),
    )


def device_of(fields: Sequence[Any]) -> Device:
    """The device in the columns device_id, name to position of `newest`, and FIELDS of `positions`, where it may lie.
    Raises StoreUnavailable."""
    device_id, name, kind, course, speed, distance, day, ahead, contact, packed, *position = fields
    place = position_of(device_id, position) if packed is None else _position_in(device_id, packed)
    return Device(place, name, kind, course, speed, distance, day, ahead=bool(ahead), contact=contact_of(contact))


def _position_in(device_id: str, packed: bytes) -> Position:
    try:
        return _position(packed)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        words = f"cannot read the newest position of {device_id!r}: it is damaged ({error}); {RESTORE}"
        raise StoreUnavailable(words) from error


def newest_of(devices: Iterable[Device]) -> dict[str, Device]:
    """By id; of several states of a device, in the order in which they were written, the one that stays."""
    newest: dict[str, Device] = {}
    for device in devices:
        before = newest.setdefault(device.position.device_id, device)
        if before is not device and device.rank >= before.rank:
            newest[device.position.device_id] = device
    return newest
