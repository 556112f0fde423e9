"""Points of GPX tracks, also of those that herenow.history.export_gpx wrote.

Read with the standard library as the file comes, not with gpxpy: that reads a file whole, and refuses all of it for one
bad point.
"""

import re
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET

import msgspec

from herenow.errors import SettingsError
from herenow.model.report import BadReport, Rejection, Report
from herenow.wire.json import convert_report

OURS = "{https://herenow.dev/gpx/1}"
POINTS = ("trkpt", "rtept", "wpt")
FORGOTTEN = (*POINTS, "trkseg", "trk")  # once they were read
MEASURED = {"ele": "altitude", "speed": "speed", "course": "course"}  # GPX 1.0, and Garmin's extension of 1.1
MEASURED_BY_US = ("accuracy", "battery")

_attributes = msgspec.json.Decoder(dict[str, object])
_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)


def read_gpx(file: IO[bytes], device_id: str) -> Iterator[tuple[int, Report] | Rejection]:
    """The points of all tracks, counted through; waypoints and routes have no times of their own and are left out.

    `device_id` is for tracks that do not tell theirs. Raises SettingsError where it is not GPX. A file that breaks off
    gives its points and then a Rejection.
    """
    index = 0
    try:
        for track_device_id, point in _track_points(file):
            try:
                yield index, _report(point, track_device_id or device_id)
            except BadReport as error:
                yield error.at(index)
            index += 1
    except ET.ParseError as error:
        if index == 0:
            raise SettingsError(f"expected GPX, which is XML: {error}") from error
        yield Rejection(index, None, f"expected whole GPX, but it breaks here: {error}; the points before it are kept")


def _track_points(file: IO[bytes]) -> Iterator[tuple[str | None, ET.Element]]:
    """Points, and the device id of their track where it is one of ours.

    Each point is forgotten once it was looked at. Expat itself refuses entities that expand without bound.
    """
    around: list[ET.Element] = []
    device_id: str | None = None
    for event, element in ET.iterparse(file, ("start", "end")):  # noqa: S314 - see above
        name = _local(element.tag)
        if event == "start":
            if not around and name != "gpx":
                raise SettingsError(f"expected GPX, got XML of the kind {name!r}")
            around.append(element)
            device_id = None if name == "trk" else device_id
            continue
        around.pop()
        if element.tag == OURS + "device_id":
            device_id = element.text
        if name == "trkpt":
            yield device_id, element
        if name in FORGOTTEN and around:
            around[-1].remove(element)


def _report(point: ET.Element, device_id: str) -> Report:
    fields: dict[str, object] = {"device_id": device_id}
    for name, field in (("lat", "latitude"), ("lon", "longitude")):
        if (text := point.get(name)) is not None:
            fields[field] = _number(field, text)
    for element in point.iter():
        name, text = _local(element.tag), (element.text or "").strip()
        if text and name == "time":
            fields["time"] = text if _ZONE.search(text) else text + "Z"  # GPX times are UTC
        elif text and name in MEASURED:
            fields[MEASURED[name]] = _number(MEASURED[name], text)
        elif text and element.tag == OURS + "attributes":
            fields["attributes"] = _object(text)
        elif text and name in MEASURED_BY_US and element.tag == OURS + name:
            fields[name] = _number(name, text)
    return convert_report(fields)


def _object(text: str) -> dict[str, object]:
    try:
        return _attributes.decode(text)
    except msgspec.DecodeError as error:
        raise BadReport("attributes", f"expected a JSON object, got {text[:40]!r}") from error


def _number(field: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadReport(field, f"expected a number, got {text[:40]!r}") from error


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
