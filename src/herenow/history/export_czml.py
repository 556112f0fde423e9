"""CZML, for globes made with Cesium."""

from collections.abc import Iterable, Sequence

import msgspec

from herenow.history.export_text import iso
from herenow.history.stretches import Stretch, Stretches
from herenow.model.position import Position

_SAMPLED = ("speed", "course", "accuracy", "battery")
_LOOK = {"point": {"pixelSize": 8}, "path": {"width": 2}}

_encode = msgspec.json.Encoder().encode
_DOCUMENT = _encode({"id": "document", "name": "Herenow", "version": "1.0"})


class CzmlExport:
    """A packet for each stretch of a device, valid from its first position to its last, so that nothing is drawn in a
    gap; then one that says from when to when there is anything of the device.

    A height that is not known is 0. Attributes are left out: CZML's text has no samples.
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

    def _written(self, stretches: Iterable[Stretch]) -> bytes:
        return b"".join([self._packets(stretch) for stretch in stretches])

    def _packets(self, stretch: Stretch) -> bytes:
        before, look = b"", {}
        first = stretch.positions[0]
        if stretch.first:
            before, look = self._availability(), {"name": first.device_id, **_LOOK}
            self._device_id, self._first = first.device_id, first.time
        self._last = stretch.positions[-1].time
        return before + b",\n" + _encode({"id": _id(first.device_id), **look, **_samples(stretch.positions)})

    def _availability(self) -> bytes:
        if self._device_id is None:
            return b""
        return b",\n" + _encode({"id": _id(self._device_id), "availability": _interval(self._first, self._last)})


def _id(device_id: str) -> str:
    return f"device/{device_id}"  # a device may be called "document", which CZML has a use for


def _interval(first: int, last: int) -> str:
    return f"{iso(first)}/{iso(last)}"


def _samples(positions: list[Position]) -> dict[str, object]:
    start = positions[0].time
    places: list[float] = []
    for position in positions:
        places += (
            (position.time - start) / 1000,
            position.longitude,
            position.latitude,
            0.0 if position.altitude is None else position.altitude,
        )
    position_property = {
        "interval": _interval(start, positions[-1].time),
        "epoch": iso(start),
        "interpolationAlgorithm": "LINEAR",
        "cartographicDegrees": places,
    }
    properties = {name: told for name in _SAMPLED if (told := _sampled(name, positions))}
    return {"position": position_property, **({"properties": properties} if properties else {})}


def _sampled(name: str, positions: list[Position]) -> dict[str, object] | None:
    start = positions[0].time
    numbers: list[float] = []
    for position in positions:
        if (value := getattr(position, name)) is not None:
            numbers += ((position.time - start) / 1000, value)
    return {"epoch": iso(start), "number": numbers} if numbers else None
