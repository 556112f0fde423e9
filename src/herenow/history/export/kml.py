"""KML 2.2 with Google's extensions: a placemark for each device, which moves with the time slider."""

from collections.abc import Iterable, Sequence

from herenow.history.export.segments import Segment, Stretches
from herenow.history.export.text import iso, json_in_xml, plain, xml
from herenow.model.position import MEASURED, Position

_DATA = {
    **{
        name: ("int" if field.whole else "double", f"{field.title} ({field.unit})" if field.unit else field.title)
        for name, field in MEASURED.items()
        if name != "course"  # which a track has as an angle
    },
    "attributes": ("string", "Attributes (JSON)"),
}
_FIELDS = "".join(
    f'<gx:SimpleArrayField name="{name}" type="{kind}"><displayName>{title}</displayName></gx:SimpleArrayField>\n'
    for name, (kind, title) in _DATA.items()
)
_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document><name>Herenow</name>
<Schema id="position">
{_FIELDS}</Schema>
"""
_PLACEMARK_ENDS = "</gx:MultiTrack></Placemark>\n"


class KmlExport:
    """A gx:Track for each stretch, in the order that Google's schema asks for: all times, all places, all courses.

    A position that is alone in its stretch comes twice, for no line has one point, and readers that make lines of
    tracks fail. Altitudes count where a stretch knows all of them; else it lies on the ground, and those that are known
    are among its data. A character of a device id that XML cannot carry becomes U+FFFD.
    """

    def __init__(self) -> None:
        self._stretches = Stretches()
        self._open = False

    def begin(self) -> bytes:
        return _HEAD.encode()

    def add(self, positions: Sequence[Position]) -> bytes:
        return self._written(self._stretches.add(positions))

    def end(self) -> bytes:
        rest = self._written(self._stretches.end())
        return rest + ((_PLACEMARK_ENDS if self._open else "") + "</Document></kml>\n").encode()

    def _written(self, stretches: Iterable[Segment]) -> bytes:
        return "".join([self._placemark(stretch) + _track(stretch.positions) for stretch in stretches]).encode()

    def _placemark(self, stretch: Segment) -> str:
        if not stretch.first:
            return ""
        before, self._open = (_PLACEMARK_ENDS if self._open else ""), True
        name = xml(stretch.positions[0].device_id)
        return f"{before}<Placemark><name>{name}</name><gx:MultiTrack><gx:interpolate>0</gx:interpolate>\n"


def _track(positions: list[Position]) -> str:
    positions = positions * 2 if len(positions) == 1 else positions
    flies = all(position.altitude is not None for position in positions)
    mode = "absolute" if flies else "clampToGround"
    whens = "".join([f"<when>{iso(position.time)}</when>\n" for position in positions])
    places = "".join([_place(position, flies=flies) for position in positions])
    data = "".join([_array(name, positions) for name in _DATA if not (flies and name == "altitude")])
    extended = data and f'<ExtendedData><SchemaData schemaUrl="#position">\n{data}</SchemaData></ExtendedData>\n'
    return f"<gx:Track><altitudeMode>{mode}</altitudeMode>\n{whens}{places}{_courses(positions)}{extended}</gx:Track>\n"


def _place(position: Position, *, flies: bool) -> str:
    altitude = "0" if position.altitude is None or not flies else plain(position.altitude)
    return f"<gx:coord>{plain(position.longitude)} {plain(position.latitude)} {altitude}</gx:coord>\n"


def _courses(positions: list[Position]) -> str:
    """None, or one for each: an empty one is for the reader to guess, as Google documents it."""
    if all(position.course is None for position in positions):
        return ""
    return "".join(
        [
            "<gx:angles/>\n" if position.course is None else f"<gx:angles>{plain(position.course)} 0 0</gx:angles>\n"
            for position in positions
        ]
    )


def _array(name: str, positions: list[Position]) -> str:
    texts = _texts(name, positions)
    if not any(texts):
        return ""
    values = "".join(["<gx:value/>\n" if text is None else f"<gx:value>{text}</gx:value>\n" for text in texts])
    return f'<gx:SimpleArrayData name="{name}">\n{values}</gx:SimpleArrayData>\n'


def _texts(name: str, positions: list[Position]) -> list[str | None]:
    if name == "attributes":
        return [json_in_xml(position.attributes) if position.attributes else None for position in positions]
    known = [getattr(position, name) for position in positions]
    return [None if value is None else plain(value) for value in known]
