"""Files of the OwnTracks Recorder: `rec/<user>/<device>/<year>-<month>.rec`."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from herenow.model.position import MEASURED
from herenow.model.report import BadReport, Report
from herenow.sources.files.rows import ImportRemark, Row
from herenow.wire.json_object import read_fields
from herenow.wire.reports import convert_report

UNKNOWN = -1  # how phones say that they do not know
KMH = 1 / 3.6  # m/s
TOO_GREAT = 1e300  # of which a multiple may be infinite
UNKNOWN_SPEEDS = (UNKNOWN, UNKNOWN * 3.6, -3, -4)  # km/h: also −1 m/s, converted, and made whole
FIELDS = {
    "lat": "latitude",
    "lon": "longitude",
    **{field.owntracks: name for name, field in MEASURED.items() if field.owntracks},
}
# Of the place or of how it was found; other members are private (the name of a network), or about the message.
ATTRIBUTES = ("tid", "t", "m", "conn", "bs", "vac", "p", "poi", "tag")

NO_LOCATION = ImportRemark(
    "messages left out that are no locations", "a last will, a way point or a card does not say where the device was"
)

_MONTH = re.compile(r"\d{4}-\d\d")


def device_of(path: Path) -> str | None:
    """`<user>/<device>` where the name and the folders of a file say so."""
    if _MONTH.match(path.name) and (user := path.parent.parent.name):
        return f"{user}/{path.parent.name}"
    return None


def read_owntracks(lines: Iterable[bytes], device_id: str) -> Iterator[Row]:
    """A report for each location. A line is a time, a kind and JSON, with tabs between; lines count from 1.

    `device_id` is for messages that do not name their topic.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            location = _location(line)
            yield (number, _report(location, device_id)) if location else NO_LOCATION
        except BadReport as error:
            yield error.at(number)


def _location(line: bytes) -> dict[str, object] | None:
    message = _message(line)
    if message.get("_type") == "encrypted":
        raise BadReport(None, "expected a message in clear, got an encrypted one; let the Recorder decrypt it")
    return message if message.get("_type") == "location" else None


def _message(line: bytes) -> dict[str, object]:
    parts = line.split(b"\t", 2)
    if len(parts) != 3:
        raise BadReport(None, f"expected a time, a kind and JSON with tabs between, got {line[:40]!r}")
    return read_fields(parts[2])


def _report(message: dict[str, object], device_id: str) -> Report:
    fields: dict[str, object] = {field: message[name] for name, field in FIELDS.items() if name in message}
    speed = message.get("vel")
    if speed is not None and speed not in UNKNOWN_SPEEDS:
        fields["speed"] = _scaled(speed, KMH)
    attributes = {
        name: message[name] for name in ATTRIBUTES if name in message and not _is_unknown(name, message[name])
    }
    if attributes:
        fields["attributes"] = attributes
    return convert_report({"device_id": _device_of(message) or device_id, "time": _time_of(message), **fields})


def _time_of(message: dict[str, object]) -> object:
    return _scaled(message.get("tst"), 1000)


def _scaled(value: object, factor: float) -> object:
    """What is no number, or too great for one, stays as it was written, and is refused so."""
    return value * factor if isinstance(value, int | float) and abs(value) < TOO_GREAT else value


def _is_unknown(attribute: str, value: object) -> bool:
    return value != value or (attribute == "vac" and value == UNKNOWN)  # only NaN is not itself


def _device_of(message: dict[str, object]) -> str | None:
    topic = message.get("topic")
    if not isinstance(topic, str):
        return None
    names = topic.removeprefix("/").split("/")
    return "/".join(names[1:3]) if len(names) >= 3 else None
