"""Moving features as JSON (OGC 19-045r3), in the bodies of OGC API – Moving Features – Part 1 (OGC 22-003r3).

Bounded by what is given: primitives of one device, in order.
"""

from collections.abc import Sequence

from herenow.history.export.text import iso
from herenow.history.ogc.curves import Curve
from herenow.history.ogc.primitives import Primitive
from herenow.model.device import Device
from herenow.model.geo.antimeridian import bounds, cut
from herenow.model.position import MEASURED, Position

Json = dict[str, object]
Links = Sequence[object]  # structs or mappings, which go out as they are

_CRS: Json = {"type": "Name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
_TRS: Json = {
    "type": "Link",
    "properties": {"type": "OGCDEF", "href": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"},
}


# The altitude is in the geometry.
PROPERTIES = {name: field for name, field in MEASURED.items() if field.ogc_unit}


def still_feature(device: Device, first: int | None = None) -> Json:
    """A MovingFeature without its movement: at its newest place, if one is known, alive since `first` (ms)."""
    place = None if device.ahead else {"type": "Point", "coordinates": _places([device.position])[0]}
    feature = _feature(device) | {"geometry": place}
    return feature if first is None else feature | _life(first, device.latest)


def moving_feature(device: Device, primitives: Sequence[Primitive]) -> Json:
    """A MovingFeature with at least one primitive. With several, its movement is a MovingGeometryCollection: nobody
    knows where the device was between them."""
    found = [position for primitive in primitives for position in primitive]
    moving = [_moving_point(one) for one in primitives]
    return {
        **_feature(device),
        "bbox": _bbox(primitives),
        **_life(found[0].time, found[-1].time),
        "geometry": _geometry(found),
        "temporalGeometry": moving[0] if len(moving) == 1 else {"type": "MovingGeometryCollection", "prisms": moving},
        "temporalProperties": [parametric for name in PROPERTIES if (parametric := _parametric(name, found))],
    }


def geometry_sequence(primitives: Sequence[Primitive], interpolation: str, links: Links, time: int) -> Json:
    """A TemporalGeometrySequence of a page of primitives, each named by the Unix ms of its beginning.

    `time` (ms) is the time of the request.
    """
    return {
        "type": "TemporalGeometrySequence",
        "geometrySequence": [
            {"id": str(one[0].time), **_moving_point(one, interpolation), "crs": _CRS, "trs": _TRS}
            for one in primitives
        ],
        "links": list(links),
        "timeStamp": iso(time),
        "numberReturned": len(primitives),
    }


def still_property(name: str, links: Links) -> Json:
    """A TemporalProperty without its values: one of PROPERTIES."""
    return {"name": name, "type": "TReal", "form": PROPERTIES[name].ogc_unit, "links": list(links)}


def temporal_property(name: str, primitives: Sequence[Primitive], links: Links) -> Json:
    """A TemporalProperty: one of PROPERTIES, with the values of each primitive in which it was known."""
    known = (_known(name, primitive) for primitive in primitives)
    sequence = [
        {
            "datetimes": [iso(time) for time, _ in some],
            "values": [value for _, value in some],
            "interpolation": PROPERTIES[name].interpolation,
        }
        for some in known
        if some
    ]
    return still_property(name, links) | {"valueSequence": sequence}


def temporal_curve(name: str, curve: Curve, links: Links) -> Json:
    """A TemporalProperty that follows from a primitive."""
    sequence = {
        "datetimes": [iso(time) for time in curve.times],
        "values": list(curve.values),
        "interpolation": curve.interpolation,
    }
    head: Json = {"name": name, "type": "TReal", "form": curve.form, "links": list(links)}
    return head | {"valueSequence": [sequence] if curve.times else []}


def _feature(device: Device) -> Json:
    """`time` and `speed` are the newest. GIS programs show what is in `properties` and nothing beside it."""
    properties = {
        "device_id": device.device_id,
        "name": device.name,
        "kind": device.kind,
        "time": iso(device.position.time),
        "speed": device.speed,
    }
    return {
        "type": "Feature",
        "id": device.device_id,
        "crs": _CRS,
        "trs": _TRS,
        "properties": {name: value for name, value in properties.items() if value is not None},
    }


def _life(first: int, last: int) -> Json:
    """The standard wants two times that differ."""
    return {"time": [iso(first), iso(last)]} if first < last else {}


def _parametric(name: str, positions: Primitive) -> Json | None:
    """A ParametricValues object; None where it is never known."""
    if not (known := _known(name, positions)):
        return None
    measured = PROPERTIES[name]
    values = [value for _, value in known]
    series = {"type": "Measure", "form": measured.ogc_unit, "values": values, "interpolation": measured.interpolation}
    return {"datetimes": [iso(time) for time, _ in known], name: series}


def _known(name: str, positions: Primitive) -> list[tuple[int, float]]:
    return [(one.time, value) for one in positions if (value := getattr(one, name)) is not None]


def _moving_point(positions: Primitive, interpolation: str = "Linear") -> Json:
    return {
        "type": "MovingPoint",
        "datetimes": [iso(position.time) for position in positions],
        "coordinates": _places(positions),
        "interpolation": interpolation,
    }


def _places(positions: Sequence[Position]) -> list[list[float]]:
    """With altitudes where all are known: coordinates are of one dimension."""
    flying = [[one.longitude, one.latitude, one.altitude] for one in positions if one.altitude is not None]
    return flying if len(flying) == len(positions) else [[one.longitude, one.latitude] for one in positions]


def _geometry(positions: Sequence[Position]) -> Json:
    places = _places(positions)
    if len(places) == 1:
        return {"type": "Point", "coordinates": places[0]}
    pieces = cut(places)
    if len(pieces) == 1:
        return {"type": "LineString", "coordinates": pieces[0]}
    return {"type": "MultiLineString", "coordinates": pieces}


def _bbox(primitives: Sequence[Primitive]) -> list[float]:
    latitudes = [position.latitude for primitive in primitives for position in primitive]
    west, east = bounds([(position.longitude,) for position in primitive] for primitive in primitives)
    return [west, min(latitudes), east, max(latitudes)]
