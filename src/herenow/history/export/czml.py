"""CZML, for globes made with Cesium."""

from collections.abc import Iterable, Sequence

import msgspec

from herenow.history.export.segments import Segment, Stretches
from herenow.history.export.text import ALTITUDES, iso
from herenow.model.position import MEASURED, Position

_SAMPLED = tuple(name for name in MEASURED if name != "altitude")
_POINT, _PATH = {"pixelSize": 8}, {"width": 2}

_encode = msgspec.json.Encoder().encode
_DOCUMENT = _encode({"id": "document", "name": "Herenow", "version": "1.0", "description": ALTITUDES})


class CzmlExport:
    """A packet for each stretch of a device, valid from its first position to its last, so that nothing is drawn in a
    gap; then one that says from when to when there is anything of the device.

    Heights count where a stretch knows all of them; else its points lie on the ground, and the altitudes that are known
    are among its properties. A course goes on past 360 or below 0, so that what lies between two is on the shorter way
    round. Attributes are left out: CZML's text has no samples.
    """

    def __init__(self) -> None:
        self._stretches = Stretches()
        self._device_id: str | None = None
        self._first = self._last = 0  # ms, of the device

    def begin(self) -> bytes:
        return b"[\n" + _DOCUMENT

    def add(self, positions: Sequence[Position]) -> bytes:
        return self._written(self._stretches.add(positions))

    def end(self) -> bytes:
        return self._written(self._stretches.end()) + self._availability() + b"\n]\n"

    def _written(self, stretches: Iterable[Segment]) -> bytes:
        return b"".join([self._packets(stretch) for stretch in stretches])

    def _packets(self, stretch: Segment) -> bytes:
        before = b""
        first = stretch.positions[0]
        packet: dict[str, object] = {"id": _id(first.device_id)}
        if stretch.first:
            before = self._availability()
            packet |= {"name": first.device_id, "point": _POINT, "path": _PATH}
            self._device_id, self._first = first.device_id, first.time
        self._last = stretch.positions[-1].time
        return before + b",\n" + _encode(packet | _samples(stretch.positions, _POINT if stretch.first else {}))

    def _availability(self) -> bytes:
        if self._device_id is None:
            return b""
        return b",\n" + _encode({"id": _id(self._device_id), "availability": _interval(self._first, self._last)})


def _id(device_id: str) -> str:
    return f"device/{device_id}"  # a device may be called "document", which CZML has a use for


def _interval(first: int, last: int) -> str:
    return f"{iso(first)}/{iso(last)}"


def _samples(positions: list[Position], point: dict[str, int]) -> dict[str, object]:
    """What a packet says of a stretch; `point` is what it says of the look of the point already."""
    start, during = positions[0].time, _interval(positions[0].time, positions[-1].time)
    flies = all(position.altitude is not None for position in positions)
    places: list[float] = []
    for position in positions:
        places += (
            (position.time - start) / 1000,
            position.longitude,
            position.latitude,
            position.altitude if flies and position.altitude is not None else 0.0,
        )
    position_property = {
        "interval": during,
        "epoch": iso(start),
        "interpolationAlgorithm": "LINEAR",
        "cartographicDegrees": places,
    }
    names = _SAMPLED if flies else ("altitude", *_SAMPLED)
    properties = {
        name: {"interval": during, "epoch": iso(start), "number": numbers}
        for name in names
        if (numbers := _numbers(name, positions))
    }
    ground = {"point": {**point, "heightReference": {"interval": during, "heightReference": "CLAMP_TO_GROUND"}}}
    return {
        "position": position_property,
        **({} if flies else ground),
        **({"properties": properties} if properties else {}),
    }


def _numbers(name: str, positions: list[Position]) -> list[float]:
    """Seconds after the first position and values, one after the other, where the value is known."""
    numbers: list[float] = []
    for position in positions:
        value = getattr(position, name)
        if value is None:
            continue
        if name == "course" and numbers:
            value += 360 * round((numbers[-1] - value) / 360)  # at most half a turn from the one before
        numbers += ((position.time - positions[0].time) / 1000, value)
    return numbers
