"""GeoJSON (RFC 7946): a point for each position."""

from collections.abc import Callable, Sequence

import msgspec

from herenow.history.export.text import ALTITUDES, iso
from herenow.model.position import MEASURED, Attributes, Position, compiled, items

_encode = msgspec.json.Encoder().encode


_BESIDE = tuple(name for name in MEASURED if name != "altitude")  # which is a coordinate
_Properties = msgspec.defstruct(
    "_Properties",
    [
        *[(name, str) for name in ("device_id", "time", "received", "source")],
        *[(name, float | None, None) for name in _BESIDE],
        ("attributes", Attributes | None, None),
    ],
    omit_defaults=True,
    gc=False,
)
_properties: Callable[[Position], msgspec.Struct] = compiled(
    "position",
    f"""Properties(
        position.device_id,
        iso(position.time),
        iso(position.received),
        position.source,
        {items("position", (*_BESIDE, "attributes"))}
    )""",
    Properties=_Properties,
    iso=iso,
)


class _Point(msgspec.Struct, tag="Point", gc=False):
    coordinates: tuple[float, ...]


class _Feature(msgspec.Struct, tag="Feature", gc=False):
    geometry: _Point
    properties: msgspec.Struct  # _Properties


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
    return _Feature(_Point(place), _properties(position))
