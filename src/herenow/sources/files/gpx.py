"""Points of GPX tracks, also of those that herenow.history.export.gpx wrote.

Read with the standard library as the file comes, not with gpxpy: that reads a file whole, and refuses all of it for one
bad point.
"""

from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree as ET

import msgspec

from herenow.errors import SettingsError
from herenow.model.number import read_number
from herenow.model.position import LATER, MEASURED
from herenow.model.report import BadReport, Rejection
from herenow.model.timestamps import from_iso
from herenow.sources.files.rows import OVERLAPPING, ImportRemark, Row, Tracks, file_report, perhaps_number, put

OURS = "{https://herenow.dev/gpx/1}"
GARMIN = tuple(f"{{http://www.garmin.com/xmlschemas/TrackPointExtension/v{number}}}" for number in (1, 2))
OSMAND = ("{https://osmand.net}", "{https://osmand.net/docs/technical/osmand-file-formats/osmand-gpx}")

ACCURACY_AS_HDOP = ("OsmAnd", "Locus")  # programs whose `hdop` is the accuracy in metres

_CONTAINERS = frozenset(space + "TrackPointExtension" for space in GARMIN)
_SPACES = {"gpxtpx": GARMIN, "our": (OURS,)}  # by the prefix in the table of fields
_STANDARD = {field.gpx: name for name, field in MEASURED.items() if ":" not in field.gpx}
_OLD = ("speed", "course")  # of GPX 1.0; some write them into the extensions of 1.1
_EXTENSIONS = {
    OURS + "attributes": "attributes",
    **{space + "speed": "speed" for space in OSMAND},
    **{
        space + element: name
        for name, field in MEASURED.items()
        for prefix, _, element in [field.gpx.partition(":")]
        for space in _SPACES.get(prefix, ())
    },
}
_EAST, _REPEATED = OURS + "longitude", OURS + "repeated"  # at 180°, which GPX lacks; the point before it once more
_PLACES = {"wpt": "way points", "rtept": "route points"}

_attributes = msgspec.json.Decoder(dict[str, object])


class _Names:
    """What elements are called in a file, whose namespace of GPX is `space`, in braces."""

    def __init__(self, space: str) -> None:
        self.track, self.name, self.time = space + "trk", space + "name", space + "time"
        self.track_point, self.extensions = space + "trkpt", space + "extensions"
        self.places = {space + name: what for name, what in _PLACES.items()}
        self.yielded = {self.track, self.track_point, *self.places}
        self.forgotten = {*self.yielded, space + "trkseg"}  # once they were read
        old = {space + name: name for name in _OLD}
        self.fields = {self.time: "time", **{space + name: field for name, field in _STANDARD.items()}, **old}
        self.extended = {**_EXTENSIONS, **old}


class _Track(msgspec.Struct):
    name: str | None = None
    device_id: str | None = None


def read_gpx(file: IO[bytes], stem: str, device_id: str | None = None) -> Iterator[Row]:
    """The points of all tracks, counted through from 1. Way points and route points are left out and remarked on.

    A track is of the device that it tells of, as ours do; else of `device_id`; else of the device called as the track;
    else as the file, `stem`. Of a point only children in the namespace of GPX count, and extensions that are known.
    Raises SettingsError where it is not GPX. A file that breaks off gives its points and then a Rejection.
    """
    index, tracks = 0, Tracks()
    try:
        for element, track, names in _elements(file):
            device = track.device_id or device_id or track.name or stem
            if element.tag == names.track:
                if tracks.end(device):
                    yield OVERLAPPING
            elif element.tag != names.track_point:
                yield _left_out(element, names)
            elif element.find(f"{names.extensions}/{_REPEATED}") is None:
                index += 1
                yield from _rows(index, element, names, device, tracks)
    except ET.ParseError as error:
        if index == 0:
            raise SettingsError(f"expected GPX, which is XML: {error}") from error
        yield Rejection(
            index + 1, None, f"expected whole GPX, but it breaks here: {error}; the points before it are kept"
        )


def _elements(file: IO[bytes]) -> Iterator[tuple[ET.Element, _Track, _Names]]:
    """Points of any kind and tracks, each as it ends, with the track around it.

    Each is forgotten once it was read. Expat itself refuses entities that expand without bound.
    """
    around: list[ET.Element] = []
    track, names = _Track(), _Names("")
    for event, element in ET.iterparse(file, ("start", "end")):  # noqa: S314 - see above
        if event == "start":
            if not around:
                names = _names(element)
            around.append(element)
            track = _Track() if element.tag == names.track else track
            continue
        around.pop()
        if element.tag == names.name and around[-1].tag == names.track:
            track.name = " ".join((element.text or "").split())
        elif element.tag == OURS + "device_id" and [one.tag for one in around[-2:]] == [names.track, names.extensions]:
            track.device_id = element.text
        if element.tag in names.yielded:
            yield element, track, names
        if element.tag in names.forgotten and around:
            around[-1].remove(element)


def _names(root: ET.Element) -> _Names:
    """The namespace of GPX is that of its root, since writers spell it in several ways."""
    space, brace, name = root.tag.rpartition("}")
    if name != "gpx":
        raise SettingsError(f"expected GPX, got XML of the kind {name!r}")
    names = _Names(space + brace)
    if root.get("creator", "").startswith(ACCURACY_AS_HDOP):
        del names.fields[space + brace + "hdop"]
    return names


def _left_out(point: ET.Element, names: _Names) -> ImportRemark:
    """A way point or a route point says where something is or where a way leads; its time is that of the note."""
    timed = point.find(names.time) is not None
    return ImportRemark(
        f"{names.places[point.tag]} {'with a time ' if timed else ''}left out",
        "they mark places, and do not say that a device was there; if it was, make a track of them first",
        lost=timed,
    )


def _rows(index: int, point: ET.Element, names: _Names, device_id: str, tracks: Tracks) -> Iterator[Row]:
    """The report of a point, and what was left out of it."""
    try:
        report, remarks = file_report({"device_id": device_id, **_fields(point, names)})
    except BadReport as error:
        yield error.at(index)
        return
    tracks.add(report)
    yield index, report
    yield from remarks


def _fields(point: ET.Element, names: _Names) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, field in (("lat", "latitude"), ("lon", "longitude")):
        if (text := point.get(name)) is not None:
            put(fields, field, _number(field, text))
    for child in point:
        if child.tag == names.extensions:
            _add_extensions(fields, child, names)
        elif child.tag in names.fields:
            _add(fields, names.fields[child.tag], child)
    return fields


def _add_extensions(fields: dict[str, object], extensions: ET.Element, names: _Names) -> None:
    for one in extensions:
        for element in one if one.tag in _CONTAINERS else (one,):
            if element.tag in names.extended:
                _add(fields, names.extended[element.tag], element)
            elif element.tag == _EAST and fields.get("longitude") == -180:
                fields["longitude"] = 180.0


def _add(fields: dict[str, object], field: str, element: ET.Element) -> None:
    if text := (element.text or "").strip():
        put(fields, field, _value(field, text))


def _value(field: str, text: str) -> object:
    if field == "attributes":
        return _object(text)
    if field in LATER:
        return perhaps_number(text)
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
        return read_number(text)
    except ValueError as error:
        raise BadReport(field, f"expected a number, got {text[:40]!r}") from error
