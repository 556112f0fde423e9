"""Moving features as JSON (OGC 19-045r3), in the bodies of OGC API – Moving Features – Part 1 (OGC 22-003r3).

Bounded by what is given: one page of one device, sorted by (time, tie).
"""

from collections.abc import Mapping, Sequence

import msgspec

from herenow.history.export_text import iso
from herenow.history.stretches import Stretches
from herenow.model.position import Position

Json = dict[str, object]

_CRS: Json = {"type": "Name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
_TRS: Json = {
    "type": "Link",
    "properties": {"type": "OGCDEF", "href": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"},
}


class Measured(msgspec.Struct, frozen=True):
    """A number that a moving feature has over time."""

    form: str  # UNECE code of its unit
    interpolation: str


# Between 359° and 1° lies north, not south: courses are not to be interpolated.
MEASURED = {
    "speed": Measured("MTS", "Linear"),
    "course": Measured("DD", "Discrete"),
    "accuracy": Measured("MTR", "Linear"),
    "battery": Measured("P1", "Linear"),
}


def feature(device_id: str, positions: Sequence[Position], properties: Mapping[str, object] | None = None) -> Json:
    """A MovingFeature. `properties` are what does not move, such as name and kind.

    With a gap its geometry is a MovingGeometryCollection: nobody knows where the device was meanwhile.
    """
    told: Json = {"type": "Feature", "id": device_id, "crs": _CRS, "trs": _TRS, "properties": dict(properties or {})}
    if not positions:
        return told | {"geometry": None}
    found = _one_a_time(positions)
    return told | {
        "bbox": _bbox(found),
        "time": [iso(found[0].time), iso(found[-1].time)],
        "geometry": _geometry(found),
        "temporalGeometry": _temporal_geometry(found),
        "temporalProperties": temporal_properties(found),
    }


def geometry_sequence(
    positions: Sequence[Position], links: Sequence[Mapping[str, object]], time: int, matched: int
) -> Json:
    """A TemporalGeometrySequence: a primitive for each stretch without a gap, named by the Unix ms of its beginning.

    `time` (ms) is when it was asked for, `matched` how many primitives there are on all pages.
    """
    primitives = [{"id": str(one[0].time), **_moving_point(one)} for one in _stretches(_one_a_time(positions))]
    return {
        "type": "TemporalGeometrySequence",
        "geometrySequence": primitives,
        "crs": _CRS,
        "trs": _TRS,
        "links": list(links),
        "timeStamp": iso(time),
        "numberMatched": matched,
        "numberReturned": len(primitives),
    }


def temporal_properties(positions: Sequence[Position]) -> list[Json]:
    """A ParametricValues object for each of MEASURED that is known at any time, with the times at which it is."""
    found = _one_a_time(positions)
    return [told for name in MEASURED if (told := temporal_property(name, found))]


def temporal_property(name: str, positions: Sequence[Position]) -> Json | None:
    """One of MEASURED; None where it is never known."""
    known = [(iso(one.time), value) for one in _one_a_time(positions) if (value := getattr(one, name)) is not None]
    if not known:
        return None
    measured = MEASURED[name]
    values = [value for _, value in known]
    told = {"type": "Measure", "form": measured.form, "values": values, "interpolation": measured.interpolation}
    return {"datetimes": [time for time, _ in known], name: told}


def _one_a_time(positions: Sequence[Position]) -> list[Position]:
    """The newest of each instant: the standard wants times that increase."""
    return list({position.time: position for position in positions}.values())


def _stretches(positions: Sequence[Position]) -> list[list[Position]]:
    stretches = Stretches()
    return [stretch.positions for stretch in (*stretches.add(positions), *stretches.end())]


def _temporal_geometry(positions: Sequence[Position]) -> Json:
    moving = [_moving_point(stretch) for stretch in _stretches(positions)]
    return moving[0] if len(moving) == 1 else {"type": "MovingGeometryCollection", "prisms": moving}


def _moving_point(positions: Sequence[Position]) -> Json:
    return {
        "type": "MovingPoint",
        "datetimes": [iso(position.time) for position in positions],
        "coordinates": _places(positions),
        "interpolation": "Linear",
    }


def _places(positions: Sequence[Position]) -> list[list[float]]:
    """With altitudes where all are known: coordinates are of one dimension."""
    flying = [[one.longitude, one.latitude, one.altitude] for one in positions if one.altitude is not None]
    return flying if len(flying) == len(positions) else [[one.longitude, one.latitude] for one in positions]


def _geometry(positions: Sequence[Position]) -> Json:
    places = _places(positions)
    if len(places) == 1:
        return {"type": "Point", "coordinates": places[0]}
    return {"type": "LineString", "coordinates": places}


def _bbox(positions: Sequence[Position]) -> list[float]:
    longitudes = [position.longitude for position in positions]
    latitudes = [position.latitude for position in positions]
    return [min(longitudes), min(latitudes), max(longitudes), max(latitudes)]
