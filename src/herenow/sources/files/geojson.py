"""Points and timed lines of GeoJSON (RFC 7946) and of sequences of it (RFC 8142, or one on each line), also of what
herenow.history.export.geojson wrote."""

import re
from collections.abc import Iterator
from typing import IO

from herenow.errors import SettingsError
from herenow.model.report import FIELDS, BadReport, Rejection, is_unknown
from herenow.model.timestamps import from_value
from herenow.sources.files.csv import ALIASES, IGNORED
from herenow.sources.files.json_stream import JsonStream
from herenow.sources.files.rows import OVERLAPPING, FileReport, Row, Tracks, file_report, put, put_attribute

MAX_FEATURE = 16 * 1024 * 1024  # characters
TIMES = ("times", "coordTimes")  # of the places of a line, among its properties
LINES = ("LineString", "MultiLineString", "MultiPoint")  # which may tell the times of their places
PLACE = ("longitude", "latitude", "altitude")
WGS_84 = ("crs84", "crs84h", "4326", "4979", "wgs84", "wgs 84")  # the last part of its names, of which there are many
RECORD = "\x1e"  # begins each text of a sequence of RFC 8142

Fields = dict[str, object]


def read_geojson(file: IO[bytes], stem: str, device_id: str | None = None) -> Iterator[Row]:
    """A report for each point, and for each place of a line that tells its times; counted through from 1.

    Properties are read by the fields of docs/protocol.md or their aliases; other plain ones become attributes, nested
    ones are left out. A feature that names no device is of `device_id`; else, where it is a line with a name, of the
    device called so; else as the file, `stem`. Reads feature by feature. Raises SettingsError where it is not GeoJSON.
    A file that breaks off, or goes on with something else, gives its reports and then a Rejection.
    """
    index, tracks = 0, Tracks()
    try:
        for feature in _features(JsonStream(file, MAX_FEATURE)):
            line = _is_line(feature)
            named = device_id or (_name(feature) if line else None) or stem
            for read in _reports(feature, named):
                index += 1
                if isinstance(read, BadReport):
                    yield read.at(index)
                    continue
                report, remarks = read
                yield index, report
                yield from remarks
                if line:
                    tracks.add(report)
                    named = report.device_id
            if line and tracks.end(named):
                yield OVERLAPPING
    except BadReport as error:
        if index == 0:
            raise SettingsError(str(error)) from error
        yield Rejection(index + 1, error.field, f"{error.reason}; the points before it are kept, and wrong")
    except ValueError as error:
        if index == 0:
            raise SettingsError(f"expected GeoJSON: {error}") from error
        yield Rejection(
            index + 1, None, f"expected whole GeoJSON, but it breaks here: {error}; the points before it are kept"
        )


def _is_line(feature: object) -> bool:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return isinstance(geometry, dict) and geometry.get("type") in LINES


def _name(feature: object) -> str | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return " ".join(name.split()) if isinstance(name, str) else None


def _features(stream: JsonStream) -> Iterator[object]:
    """The features of all texts, each as it comes. Raises ValueError."""
    stream.skip(RECORD)
    yield from _text(stream)
    while stream.peek():
        stream.skip(RECORD)
        yield from _text(stream)


def _text(stream: JsonStream) -> Iterator[object]:
    """The features of a collection, or the one feature that a text is. Raises ValueError."""
    stream.expect("{")
    members: Fields = {}
    while not stream.skip("}"):
        if members:
            stream.expect(",")
        name = stream.value()
        stream.expect(":")
        if name == "features":
            _check_crs(members)
            members[name] = None
            yield from _elements(stream)
        else:
            members[str(name)] = stream.value()
            if name == "crs" and "features" in members:
                _check_crs(members)
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


def _reports(feature: object, device_id: str) -> Iterator[FileReport | BadReport]:
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
    for owner in (feature, geometry):
        _check_crs(owner)
    if not isinstance(properties, dict):
        properties = {}
    togeojson = properties.get("coordinateProperties")
    lists = [properties.get(name) for name in TIMES]
    lists += [togeojson.get(TIMES[0])] if isinstance(togeojson, dict) else []
    given = [times for times in lists if times is not None]
    if any(times != given[0] for times in given):
        raise BadReport("time", f"expected the times of a line once, got several lists; keep properties.{TIMES[0]}")
    return geometry, {"device_id": device_id} | _fields(properties), given[0] if given else None


def _check_crs(owner: Fields) -> None:
    """RFC 7946 has no longer this member of GeoJSON of 2008. Raises BadReport where it says that coordinates are not
    longitudes and latitudes of WGS 84."""
    crs = owner.get("crs")
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name", properties.get("code")) if isinstance(properties, dict) else None
    if re.split("[:/#]", str(name).strip().lower())[-1] not in WGS_84:
        raise BadReport(
            "crs",
            f"expected longitude and latitude of WGS 84 (CRS84 or EPSG:4326), got {str(name or crs)[:60]!r}; "
            "convert the file first, for example with `ogr2ogr -t_srs EPSG:4326`",
        )


def _fields(properties: Fields) -> Fields:
    fields: Fields = {}
    attributes: Fields = {}
    for name, value in properties.items():
        field = ALIASES.get(name.lower(), name.lower())
        if value is None or field in IGNORED:
            continue
        if field == "attributes" and isinstance(value, dict):
            for inner_name, inner_value in value.items():
                put_attribute(attributes, inner_name, inner_value)
        elif field in FIELDS:
            put(fields, field, _time(value) if field == "time" else value)
        elif isinstance(value, str | int | float) and value == value:  # NaN is how some write that there is none
            put_attribute(attributes, name, value)
    return {"attributes": attributes, **fields} if attributes else fields


def _time(value: object) -> object:
    """Unix ms, so that the same time in two forms is one."""
    try:
        return from_value(value) if isinstance(value, str | int | float) else value
    except ValueError as error:
        raise BadReport("time", str(error)) from error


def _places(geometry: Fields, time: object, times: object) -> list[tuple[object, object]]:
    """Places with their times."""
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return [(coordinates, time)]
    if kind == "MultiLineString":
        return _timed(coordinates, times)
    if kind in LINES:
        return _timed([coordinates], [times])
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


def _report(place: object, time: object, fields: Fields) -> FileReport | BadReport:
    if not isinstance(place, list) or len(place) < 2:
        return BadReport(None, f"expected a place [longitude, latitude], got {str(place)[:40]}")
    found: Fields = {field: value for field, value in zip(PLACE, place, strict=False) if not is_unknown(field, value)}
    try:
        for field in PLACE:
            if field in fields:
                put(found, field, fields[field])
        return file_report({**fields, **found, "time": time})
    except BadReport as error:
        return error
