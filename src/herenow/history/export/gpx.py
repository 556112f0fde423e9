"""GPX 1.1: a track for each device."""

from collections.abc import Callable, Iterator, Sequence
from typing import cast

from herenow.history.export.text import iso, json_in_xml, plain, xml
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import MEASURED, Position, compiled

GARMIN = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"
OURS = "https://herenow.dev/gpx/1"  # herenow.sources.files.gpx reads it

_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Herenow" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:gpxtpx="{GARMIN}" xmlns:our="{OURS}">
"""
_REPEATED = "<our:repeated/>"
_TRACK_ENDS = "</trkseg></trk>\n"


def _writer(elements: dict[str, str]) -> Callable[[Position], str]:
    """What writes these fields of a position as elements, those that are known."""
    written = [
        f"('' if one.{name} is None else '<{element}>' + plain(one.{name}) + '</{element}>')"
        for name, element in elements.items()
    ]
    return cast("Callable[[Position], str]", compiled("one", " + ".join(written) or "''", plain=plain))


_ELEMENTS = {name: field.gpx for name, field in MEASURED.items()}
_GARMINS = {name: element for name, element in _ELEMENTS.items() if element.startswith("gpxtpx:")}
_OURS = {name: element for name, element in _ELEMENTS.items() if element.startswith("our:")}
_STANDARD = {name: element for name, element in _ELEMENTS.items() if ":" not in element and name != "altitude"}

_standard, _garmins, _ours = _writer(_STANDARD), _writer(_GARMINS), _writer(_OURS)


class GpxExport:
    """A new segment after each gap, with two points at least. What GPX has no words for is in extensions: Garmin's for
    speed and course, our own for the rest and the device id.

    A character of a device id that XML cannot carry becomes U+FFFD. GPX has no longitude of exactly 180 degrees: it is
    written as −180, with the 180 in an extension of ours, since −180 would be another position.
    """

    def __init__(self) -> None:
        self._device_id: str | None = None
        self._last: Position | None = None  # the point before
        self._alone = False  # in its segment

    def begin(self) -> bytes:
        return _HEAD.encode()

    def add(self, positions: Sequence[Position]) -> bytes:
        return "".join(self._lines(positions)).encode()

    def end(self) -> bytes:
        return (self._ended(_TRACK_ENDS) + "</gpx>\n").encode()

    def _lines(self, positions: Sequence[Position]) -> Iterator[str]:
        for position in positions:
            if position.device_id != self._device_id:
                yield self._ended(_TRACK_ENDS)
                yield _track_begins(position.device_id)
                self._device_id, self._alone = position.device_id, True
            elif self._last and position.time - self._last.time > MAX_LEG_TIME:
                yield self._ended("</trkseg><trkseg>\n")
                self._alone = True
            else:
                self._alone = False
            self._last = position
            yield _point(position)

    def _ended(self, by: str) -> str:
        """The end of a segment, if there is one; a single point comes twice, for no line has one point, and readers
        that make lines of segments fail."""
        if self._last is None:
            return ""
        return (_point(self._last, _REPEATED) if self._alone else "") + by


def _track_begins(device_id: str) -> str:
    name = xml(device_id)
    device = f"<our:device_id>{name}</our:device_id>"
    return f"<trk><name>{name}</name><extensions>{device}</extensions><trkseg>\n"


def _point(position: Position, mark: str = "") -> str:
    elevation = "" if position.altitude is None else f"<ele>{plain(position.altitude)}</ele>"
    more = _extensions(position) + mark
    extensions = f"<extensions>{more}</extensions>" if more else ""
    longitude = -180.0 if position.longitude == 180 else position.longitude
    return (
        f'<trkpt lat="{plain(position.latitude)}" lon="{plain(longitude)}">{elevation}'
        f"<time>{iso(position.time)}</time>{_standard(position)}{extensions}</trkpt>\n"
    )


def _extensions(position: Position) -> str:
    xml = _garmins(position)
    if xml:
        xml = f"<gpxtpx:TrackPointExtension>{xml}</gpxtpx:TrackPointExtension>"
    if position.longitude == 180:
        xml += "<our:longitude>180</our:longitude>"
    xml += _ours(position)
    if position.attributes:
        xml += f"<our:attributes>{json_in_xml(position.attributes)}</our:attributes>"
    return xml
