"""Points of GPX tracks, also of those that herenow.history.export_gpx wrote.

Read with the standard library as the file comes, not with gpxpy: that reads a file whole, and refuses all of it for one
bad point.
"""

from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET

import msgspec

from herenow.errors import SettingsError
from herenow.model.report import BadReport, Rejection
from herenow.model.timestamps import from_iso
from herenow.sources.rows import OVERLAPPING, Remark, Row, Tracks, put
from herenow.wire.json import convert_report

OURS = "{https://herenow.dev/gpx/1}"
REPEATED = OURS + "repeated"  # in a point that repeats the one before it
GARMIN = tuple(f"{{http://www.garmin.com/xmlschemas/TrackPointExtension/v{number}}}" for number in (1, 2))
OSMAND = ("{https://osmand.net}", "{https://osmand.net/docs/technical/osmand-file-formats/osmand-gpx}")

_CONTAINERS = frozenset(space + "TrackPointExtension" for space in GARMIN)
_EXTENSIONS = {
    **{space + name: name for space in GARMIN for name in ("speed", "course")},
    **{space + "speed": "speed" for space in OSMAND},
    **{OURS + name: name for name in ("accuracy", "battery", "attributes")},
}
_MEASURED = {"ele": "altitude", "speed": "speed", "course": "course"}  # the latter two in GPX 1.0
_PLACES = {"wpt": "way points", "rtept": "route points"}
_FORGOTTEN = (*_PLACES, "trkpt", "trkseg", "trk")  # once they were read

_attributes = msgspec.json.Decoder(dict[str, object])


def read_gpx(file: IO[bytes], stem: str, device_id: str | None = None) -> Iterator[Row]:
    """The points of all tracks, counted through from 1. Way points and route points are left out and remarked on.

    A track is of the device that it tells of, as ours do; else of `device_id`; else of the device called as the track;
    else as the file, `stem`. Of a point only children in the namespace of GPX count, and extensions that are known.
    Raises SettingsError where it is not GPX. A file that breaks off gives its points and then a Rejection.
    """
    index, tracks = 0, Tracks()
    try:
        for track, element, space in _elements(file):
            device = track.device_id or device_id or track.name or stem
            if element.tag == space + "trk":
                if tracks.end(device):
                    yield OVERLAPPING
            elif element.tag == space + "trkpt":
                if element.find(f"{space}extensions/{REPEATED}") is None:
                    index += 1
                    yield _row(index, element, space, device, tracks)
            else:
                yield _left_out(element, space)
    except ET.ParseError as error:
        if index == 0:
            raise SettingsError(f"expected GPX, which is XML: {error}") from error
        yield Rejection(
            index + 1, None, f"expected whole GPX, but it breaks here: {error}; the points before it are kept"
        )


class _Track(msgspec.Struct):
    name: str | None = None
    device_id: str | None = None


def _elements(file: IO[bytes]) -> Iterator[tuple[_Track, ET.Element, str]]:
    """Points of any kind and tracks, each as it ends, with the track around it and the namespace of GPX in braces.

    Each is forgotten once it was looked at. Expat itself refuses entities that expand without bound.
    """
    around: list[ET.Element] = []
    track, space = _Track(), ""
    for event, element in ET.iterparse(file, ("start", "end")):  # noqa: S314 - see above
        if event == "start":
            if not around:
                space = _space(element)
            around.append(element)
            track = _Track() if element.tag == space + "trk" else track
            continue
        around.pop()
        name = _name(element, space)
        parent = _name(around[-1], space) if around else ""
        if name == "name" and parent == "trk":
            track.name = (element.text or "").strip() or None
        if element.tag == OURS + "device_id" and parent == "extensions":
            track.device_id = element.text
        if name in (*_PLACES, "trkpt", "trk"):
            yield track, element, space
        if name in _FORGOTTEN and around:
            around[-1].remove(element)


def _space(root: ET.Element) -> str:
    """The namespace of GPX, in braces: that of its root, since many writers spell it their own way."""
    space, _, name = root.tag.rpartition("}")
    if name != "gpx":
        raise SettingsError(f"expected GPX, got XML of the kind {name!r}")
    return space and space + "}"


def _name(element: ET.Element, space: str) -> str:
    """The name of an element in a namespace; nothing for one of another."""
    name = element.tag.removeprefix(space)
    return name if "}" not in name and element.tag == space + name else ""


def _left_out(point: ET.Element, space: str) -> Remark:
    """A way point or a route point says where something is or where a way leads; its time is that of the note."""
    what = _PLACES[_name(point, space)]
    timed = point.find(space + "time") is not None
    return Remark(
        f"{what} left out" if not timed else f"{what} with a time left out",
        "they mark places, and do not say that a device was there; if it was, make a track of them first",
        lost=timed,
    )


def _row(index: int, point: ET.Element, space: str, device_id: str, tracks: Tracks) -> Row:
    try:
        fields = _fields(point, space)
        report = convert_report({"device_id": device_id, **fields})
    except BadReport as error:
        return error.at(index)
    tracks.add(report)
    return index, report


def _fields(point: ET.Element, space: str) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, field in (("lat", "latitude"), ("lon", "longitude")):
        if (text := point.get(name)) is not None:
            put(fields, field, _number(field, text))
    for field, text in _told(point, space):
        put(fields, field, _value(field, text))
    if point.find(f"{space}extensions/{OURS}longitude") is not None and fields.get("longitude") == -180:
        fields["longitude"] = 180.0  # which the schema of GPX does not have, and which is another position
    return fields


def _told(point: ET.Element, space: str) -> Iterator[tuple[str, str]]:
    """Fields and their text, where they are not empty."""
    for child in point:
        name = _name(child, space)
        if name == "extensions":
            yield from _told_in_extensions(child, space)
        elif (name in _MEASURED or name == "time") and (text := (child.text or "").strip()):
            yield _MEASURED.get(name, name), text


def _told_in_extensions(extensions: ET.Element, space: str) -> Iterator[tuple[str, str]]:
    for one in extensions:
        for element in one if one.tag in _CONTAINERS else (one,):
            # Some write speed and course of GPX 1.0 into the extensions of 1.1.
            name = _name(element, space)
            field = name if name in ("speed", "course") else _EXTENSIONS.get(element.tag, "")
            if field and (text := (element.text or "").strip()):
                yield field, text


def _value(field: str, text: str) -> object:
    if field == "attributes":
        return _object(text)
    return _time(text) if field == "time" else _number(field, text)


def _time(text: str) -> int:
    try:
        return from_iso(text, assume_utc=True)  # which GPX has
    except ValueError as error:
        raise BadReport("time", str(error)) from error


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
