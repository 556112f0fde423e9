"""GPX 1.1: a track for each device."""

from collections.abc import Iterator, Sequence

from herenow.history.export_text import iso, json_in_xml, plain, xml
from herenow.model.geo import MAX_LEG_TIME
from herenow.model.position import Position

GARMIN = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2"
OURS = "https://herenow.dev/gpx/1"  # herenow.sources.gpx_file reads it

_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="Herenow" xmlns="http://www.topografix.com/GPX/1/1" xmlns:tpx="{GARMIN}" xmlns:our="{OURS}">
"""
_TRACK_ENDS = "</trkseg></trk>\n"


class GpxExport:
    """A new segment after each gap. What GPX has no words for is in extensions: Garmin's for speed and course, our own
    for accuracy, battery, attributes and the device id.

    A character of a device id that XML cannot carry becomes U+FFFD. GPX has no longitude of exactly 180 degrees, and we
    write it none the less: readers take it, and −180 would be another position.
    """

    def __init__(self) -> None:
        self._device_id: str | None = None
        self._time = 0  # ms, of the point before

    def begin(self) -> bytes:
        return _HEAD.encode()

    def add(self, positions: Sequence[Position]) -> bytes:
        return "".join(self._lines(positions)).encode()

    def end(self) -> bytes:
        return ((_TRACK_ENDS if self._device_id is not None else "") + "</gpx>\n").encode()

    def _lines(self, positions: Sequence[Position]) -> Iterator[str]:
        for position in positions:
            if position.device_id != self._device_id:
                yield _TRACK_ENDS if self._device_id is not None else ""
                yield _track_begins(position.device_id)
                self._device_id = position.device_id
            elif position.time - self._time > MAX_LEG_TIME:
                yield "</trkseg><trkseg>\n"
            self._time = position.time
            yield _point(position)


def _track_begins(device_id: str) -> str:
    name = xml(device_id)
    device = f"<our:device_id>{name}</our:device_id>"
    return f"<trk><name>{name}</name><extensions>{device}</extensions><trkseg>\n"


def _point(position: Position) -> str:
    elevation = "" if position.altitude is None else f"<ele>{plain(position.altitude)}</ele>"
    more = _measured(position) + _ours(position)
    return (
        f'<trkpt lat="{plain(position.latitude)}" lon="{plain(position.longitude)}">{elevation}'
        f"<time>{iso(position.time)}</time>{f'<extensions>{more}</extensions>' if more else ''}</trkpt>\n"
    )


def _measured(position: Position) -> str:
    told = "" if position.speed is None else f"<tpx:speed>{plain(position.speed)}</tpx:speed>"
    if position.course is not None:
        told += f"<tpx:course>{plain(position.course)}</tpx:course>"
    return told and f"<tpx:TrackPointExtension>{told}</tpx:TrackPointExtension>"


def _ours(position: Position) -> str:
    told = "" if position.accuracy is None else f"<our:accuracy>{plain(position.accuracy)}</our:accuracy>"
    if position.battery is not None:
        told += f"<our:battery>{plain(position.battery)}</our:battery>"
    if position.attributes:
        told += f"<our:attributes>{json_in_xml(position.attributes)}</our:attributes>"
    return told
