"""Points and timed lines of GeoJSON, also of what herenow.history.export_geojson wrote."""

from collections.abc import Iterator
from typing import IO

from herenow.errors import SettingsError
from herenow.model.report import FIELDS, BadReport, Rejection, Report
from herenow.sources.csv_file import ALIASES, IGNORED
from herenow.sources.json_stream import JsonStream
from herenow.wire.json import convert_report

MAX_FEATURE = 16 * 1024 * 1024  # characters
TIMES = ("times", "coordTimes")  # of the places of a line, among its properties

Fields = dict[str, object]


def read_geojson(file: IO[bytes], device_id: str) -> Iterator[tuple[int, Report] | Rejection]:
    """A report for each point, and for each place of a line that tells its times; counted through.

    Properties are read by the fields of docs/protocol.md or their aliases; other plain ones become attributes, nested
    ones are left out. `device_id` is for features that name none. Reads feature by feature. Raises SettingsError where
    it is not GeoJSON. A file that breaks off gives its reports and then a Rejection.
    """
    index = 0
    try:
        for feature in _features(JsonStream(file, MAX_FEATURE)):
            for read in _reports(feature, device_id):
                yield read.at(index) if isinstance(read, BadReport) else (index, read)
                index += 1
    except ValueError as error:
        if index == 0:
            raise SettingsError(f"expected GeoJSON: {error}") from error
        yield Rejection(
            index, None, f"expected whole GeoJSON, but it breaks here: {error}; the points before it are kept"
        )


def _features(stream: JsonStream) -> Iterator[object]:
    """The features of a collection as they come, or the one feature that the file is. Raises ValueError."""
    stream.expect("{")
    members: Fields = {}
    while not stream.skip("}"):
        if members:
            stream.expect(",")
        name = stream.value()
        stream.expect(":")
        if name == "features":
            members[name] = None
            yield from _elements(stream)
        else:
            members[str(name)] = stream.value()
    if "features" not in members:
        if members.get("type") != "Feature":
            raise ValueError(f"expected a FeatureCollection or a Feature, got {str(members.get('type'))[:40]!r}")
        yield members


def _elements(stream: JsonStream) -> Iterator[object]:
    stream.expect("[")
    if stream.skip("]"):
        return
    yield stream.value()
    while stream.skip(","):
        yield stream.value()
    stream.expect("]")


def _reports(feature: object, device_id: str) -> Iterator[Report | BadReport]:
    try:
        geometry, fields, times = _parts(feature, device_id)
        places = _places(geometry, fields.get("time"), times)
    except BadReport as error:
        yield error
        return
    for place, time in places:
        yield _report(place, time, fields)


def _parts(feature: object, device_id: str) -> tuple[Fields, Fields, object]:
    """The geometry of a feature, the fields that its properties tell, and the times of its places."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise BadReport(None, f"expected a Feature, got {str(feature)[:40]}")
    geometry, properties = feature.get("geometry"), feature.get("properties")
    if not isinstance(geometry, dict):
        raise BadReport(None, "expected a Feature with a geometry, got none")
    if not isinstance(properties, dict):
        properties = {}
    togeojson = properties.get("coordinateProperties")
    lists = [properties.get(name) for name in TIMES]
    lists += [togeojson.get(TIMES[0])] if isinstance(togeojson, dict) else []
    times = next((times for times in lists if times is not None), None)
    return geometry, {"device_id": device_id} | _fields(properties), times


def _fields(properties: Fields) -> Fields:
    fields: Fields = {}
    attributes: Fields = {}
    for name, value in properties.items():
        field = ALIASES.get(name.lower(), name.lower())
        if value is None or field in IGNORED:
            continue
        if field in FIELDS:
            fields[field] = value
        elif isinstance(value, str | int | float):
            attributes[name] = value
    told = fields.get("attributes", {})
    if attributes and isinstance(told, dict):
        fields["attributes"] = {**attributes, **told}
    return fields


def _places(geometry: Fields, time: object, times: object) -> list[tuple[object, object]]:
    """Places with their times."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return [(coordinates, time)]
    if kind == "LineString":
        return _timed([coordinates], [times])
    if kind == "MultiLineString":
        return _timed(coordinates, times)
    raise BadReport(None, f"expected a Point, or a LineString with times, got {str(kind)[:40]!r}")


def _timed(lines: object, times: object) -> list[tuple[object, object]]:
    if times in (None, [None]):
        raise BadReport("time", f"expected a line with its times in properties.{TIMES[0]}, got none")
    places, moments = _flat(lines), _flat(times)
    if len(places) != len(moments):
        raise BadReport("time", f"expected as many times as places, got {len(moments)} and {len(places)}")
    return list(zip(places, moments, strict=True))


def _flat(lines: object) -> list[object]:
    if not isinstance(lines, list) or not all(isinstance(line, list) for line in lines):
        raise BadReport(None, f"expected a list of places and one of times, got {str(lines)[:40]}")
    return [one for line in lines for one in line]


def _report(place: object, time: object, fields: Fields) -> Report | BadReport:
    if not isinstance(place, list) or len(place) < 2:
        return BadReport(None, f"expected a place [longitude, latitude], got {str(place)[:40]}")
    fields = {**fields, "longitude": place[0], "latitude": place[1], "time": time}
    if len(place) > 2:
        fields["altitude"] = place[2]
    try:
        return convert_report(fields)
    except BadReport as error:
        return error
