"""The wire of the article: one message a position, and nothing else."""

from herenow.model.device import Device
from herenow.wire.json import encode


def encode_update(device: Device) -> str:
    """One `location_update`; `timestamp` is in ms."""
    position = device.position
    return encode(
        {
            "type": "location_update",
            "device_id": position.device_id,
            "timestamp": position.time,
            "latitude": position.latitude,
            "longitude": position.longitude,
        }
    ).decode()
