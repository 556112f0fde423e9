"""How positions and devices lie in rows of Cassandra."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from herenow.model.device import Device
from herenow.model.position import MEASURED, getter
from herenow.store.columns import COLUMNS, attributes_text, contact_of, pack_contact, position_of

BUCKETS = 16  # partitions of all devices; more of them make each write smaller and dearer

REQUIRED = ("device_id", "day", "time", "tie", "latitude", "longitude", "received", "source")
# They come last, for they are bound one by one where they are known: a null would be written as a deletion.
OPTIONAL = (*MEASURED, "attributes")
INSERT = (
    f"INSERT INTO {{keyspace}}.positions ({', '.join((*REQUIRED, *OPTIONAL))}) "  # noqa: S608 - constants only
    f"VALUES ({', '.join('?' * len((*REQUIRED, *OPTIONAL)))})"
)

_fields = getter(*COLUMNS)

DeviceDay = tuple[str, int]  # a partition of positions


def bucket(device_id: str) -> int:
    return crc32(device_id.encode()) % BUCKETS


def timestamp(device: Device) -> int:
    """When `latest` was written, for Cassandra: µs that grow with (time, tie), so that the newest position stays
    whatever the order of the writes. The value decides between ties on the same µs, see schema.cql.

    A time in ms, taken for µs, is less than every one of these: a device ahead of its time gives way.
    """
    position = device.position
    return position.time if device.ahead else position.time * 1000 + (position.tie * 1000 >> 32)


def device_value(device: Device) -> dict[str, object]:
    """The type `device` of schema.cql."""
    position = device.position
    fields = dict(zip(COLUMNS, _fields(position), strict=True))
    return fields | {
        "attributes": attributes_text(position.attributes),
        "name": device.name,
        "kind": device.kind,
        "shown_course": device.course,
        "shown_speed": device.speed,
        "distance": device.distance,
        "distance_day": device.day,
        "ahead": device.ahead,
        "heard": device.last_heard,
        "contact": pack_contact(device.contact),
    }


def device_of(device_id: str, value: Mapping[str, Any]) -> Device:
    """The device in a value of the type `device`; one that an older version wrote has fewer fields."""
    known = value.get
    return Device(
        position_of(device_id, [known(column) for column in COLUMNS]),
        known("name"),
        known("kind"),
        known("shown_course"),
        known("shown_speed"),
        value["distance"],
        value["distance_day"],
        ahead=bool(known("ahead")),
        contact=contact_of(known("contact")),
    )
