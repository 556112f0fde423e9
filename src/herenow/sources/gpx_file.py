"""Points of GPX tracks.

Read with the standard library as the file comes, not with gpxpy: that reads a file whole, and refuses all of it for one
bad point.
"""

import re
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET

from herenow.errors import SettingsError
from herenow.model.report import BadReport, Rejection, Report
from herenow.wire.json import convert_report

POINTS = ("trkpt", "rtept", "wpt")
MEASURED = {"ele": "altitude", "speed": "speed", "course": "course"}  # GPX 1.0, and Garmin's extension of 1.1

_ZONE = re.compile(r"(Z|[+-]\d\d:?\d\d)$", re.IGNORECASE)


def read_gpx(file: IO[bytes], device_id: str) -> Iterator[tuple[int, Report] | Rejection]:
    """The points of all tracks, counted through; waypoints and routes have no times of their own and are left out.

    Raises SettingsError where it is not GPX. A file that breaks off gives its points and then a Rejection.
    """
    index = 0
    try:
        for point in _track_points(file):
            try:
                yield index, _report(point, device_id)
            except BadReport as error:
                yield error.at(index)
            index += 1
    except ET.ParseError as error:
        if index == 0:
            raise SettingsError(f"expected GPX, which is XML: {error}") from error
        yield Rejection(index, None, f"expected whole GPX, but it breaks here: {error}; the points before it are kept")


def _track_points(file: IO[bytes]) -> Iterator[ET.Element]:
    """Each point is forgotten once it was looked at. Expat itself refuses entities that expand without bound."""
    around: list[ET.Element] = []
    for event, element in ET.iterparse(file, ("start", "end")):  # noqa: S314 - see above
        name = _local(element.tag)
        if event == "start":
            if not around and name != "gpx":
                raise SettingsError(f"expected GPX, got XML of the kind {name!r}")
            around.append(element)
            continue
        around.pop()
        if name == "trkpt":
            yield element
        if name in POINTS and around:
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
    return convert_report(fields)


def _number(field: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadReport(field, f"expected a number, got {text[:40]!r}") from error


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
