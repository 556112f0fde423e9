"""A position: one fix of one device."""

import struct
import zlib
from collections.abc import Mapping

import msgspec

Attributes = Mapping[str, str | int | float | bool | None]

MAX_AHEAD = 120_000  # ms; a fix further ahead of its reception never becomes newest


class Position(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One fix. Its identity is `(device_id, time, tie)`. Times are Unix ms UTC, angles degrees, lengths metres.

    `source` and `received` say how and when it came; they are not part of what the device reported.
    """

    device_id: str
    time: int  # ms
    tie: int  # digest of the content, 0 to 2**32 - 1
    latitude: float  # degrees WGS 84
    longitude: float  # degrees WGS 84
    altitude: float | None = None  # m
    speed: float | None = None  # m/s
    course: float | None = None  # degrees clockwise from true north, below 360
    accuracy: float | None = None  # m
    battery: float | None = None  # %
    attributes: Attributes | None = None
    received: int = 0  # ms
    source: str = ""

    @property
    def version(self) -> tuple[int, int]:
        """Greater is newer, within one device."""
        return self.time, self.tie

    @property
    def ahead(self) -> bool:
        """Whether it lies too far in the future of its reception to be believed as newest."""
        return self.time > self.received + MAX_AHEAD


_NUMBERS = struct.Struct("<7d")
_NAN = float("nan")


def digest(
    latitude: float,
    longitude: float,
    altitude: float | None,
    speed: float | None,
    course: float | None,
    accuracy: float | None,
    battery: float | None,
    attributes: Attributes | None,
) -> int:
    """The `tie`: CRC-32 of the seven numbers as little-endian doubles (NaN for what is not known), then of the
    attributes as JSON with sorted keys.

    Adding 0.0 makes −0.0 and 0.0 the same place.
    """
    numbers = _NUMBERS.pack(
        latitude + 0.0,
        longitude + 0.0,
        _NAN if altitude is None else altitude + 0.0,
        _NAN if speed is None else speed + 0.0,
        _NAN if course is None else course + 0.0,
        _NAN if accuracy is None else accuracy + 0.0,
        _NAN if battery is None else battery + 0.0,
    )
    crc = zlib.crc32(numbers)
    return zlib.crc32(msgspec.json.encode(attributes, order="sorted"), crc) if attributes else crc
