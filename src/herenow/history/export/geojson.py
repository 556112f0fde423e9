"""GeoJSON (RFC 7946): a point for each position."""

from collections.abc import Sequence

import msgspec

from herenow.history.export.text import ALTITUDES, iso
from herenow.model.position import Attributes, Position

_encode = msgspec.json.Encoder().encode


class _Properties(msgspec.Struct, omit_defaults=True, gc=False):
    device_id: str
    time: str
    received: str
    source: str
    speed: float | None = None
    course: float | None = None
    accuracy: float | None = None
    battery: float | None = None
    attributes: Attributes | None = None


class _Point(msgspec.Struct, tag="Point", gc=False):
    coordinates: tuple[float, ...]


class _Feature(msgspec.Struct, tag="Feature", gc=False):
    geometry: _Point
    properties: _Properties


class GeojsonExport:
    """Nothing of a position is lost: altitude is the third coordinate, the rest is in the properties by our names. The
    member `altitudes` of the collection states the meaning of altitudes."""

    def __init__(self) -> None:
        self._between = b""

    def begin(self) -> bytes:
        return b'{"type":"FeatureCollection","altitudes":' + _encode(ALTITUDES) + b',"features":[\n'

    def add(self, positions: Sequence[Position]) -> bytes:
        if not positions:
            return b""
        before, self._between = self._between, b",\n"
        return before + b",\n".join([_encode(_feature(position)) for position in positions])

    def end(self) -> bytes:
        return b"\n]}\n"


def _feature(position: Position) -> _Feature:
    place: tuple[float, ...] = (position.longitude, position.latitude)
    if position.altitude is not None:
        place = (*place, position.altitude)
    properties = _Properties(
        position.device_id,
        iso(position.time),
        iso(position.received),
        position.source,
        position.speed,
        position.course,
        position.accuracy,
        position.battery,
        position.attributes,
    )
    return _Feature(_Point(place), properties)
