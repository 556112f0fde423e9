"""Positions as tests need them."""

from typing import Any

from herenow.model.position import MEASURED, Position
from herenow.model.report import Report, accept

NOW = 1_790_000_000_000  # ms
# A value of its own for each measured field, that single precision and hundredths hold.
FULL: dict[str, Any] = {
    name: 11 + index if field.whole else 11.25 + index for index, (name, field) in enumerate(MEASURED.items())
}


def position(device_id: str, time: int = NOW, latitude: float = 60.0, longitude: float = 25.0, **more: Any) -> Position:
    """A position that passed the same checks as any other; `received` is its own time unless given."""
    received = more.pop("received", time)
    source = more.pop("source", "test")
    report = Report(device_id=device_id, time=time, latitude=latitude, longitude=longitude, **more)
    return accept(report, received, source)
