"""How positions and devices lie in rows of Cassandra."""

from collections.abc import Mapping
from itertools import repeat
from typing import Any
from zlib import crc32

from herenow.model.device import Device
from herenow.store.columns import attributes_text, contact_of, pack_contact, position_of

DEVICE_FIELDS = 21  # of the type `device`
BUCKETS = 16  # partitions of all devices; more of them make each write smaller and dearer

# The optional ones last, for they are bound one by one where they are known: a null would be written as a deletion.
INSERT = """INSERT INTO {keyspace}.positions (device_id, day, time, tie, latitude, longitude, received, source,
  altitude, speed, course, accuracy, battery, attributes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
FIRST_OPTIONAL = 8

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
    return {
        "time": position.time,
        "tie": position.tie,
        "latitude": position.latitude,
        "longitude": position.longitude,
        "altitude": position.altitude,
        "speed": position.speed,
        "course": position.course,
        "accuracy": position.accuracy,
        "battery": position.battery,
        "attributes": attributes_text(position.attributes),
        "received": position.received,
        "source": position.source,
        "name": device.name,
        "kind": device.kind,
        "shown_course": device.course,
        "shown_speed": device.speed,
        "distance": device.distance,
        "distance_day": device.day,
        "ahead": device.ahead,
        "heard": device.heard,
        "contact": pack_contact(device.contact),
    }


def device_of(device_id: str, value: Mapping[str, Any]) -> Device:
    """The device in a value of the type `device`; one that an older version wrote has fewer fields."""
    fields = [*value.values(), *repeat(None, DEVICE_FIELDS - len(value))]
    *position, name, kind, course, speed, distance, day, ahead, _, contact = fields
    place = position_of(device_id, position)
    return Device(place, name, kind, course, speed, distance, day, ahead=bool(ahead), contact=contact_of(contact))
