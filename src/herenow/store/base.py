"""The store: keeps every position once, and knows the newest of each device."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from herenow.model.device import Device
from herenow.model.geo import Box
from herenow.model.position import Position

Version = tuple[int, int]  # (time, tie), the order of the positions of a device


class Span(msgspec.Struct, frozen=True):
    """A range of fix times in ms, start included, end not."""

    start: int
    end: int


class Cluster(msgspec.Struct, frozen=True, gc=False):
    """Stored positions near each other, at their mean place."""

    latitude: float
    longitude: float
    count: int
    devices: int
    bbox: tuple[float, float, float, float]  # west, south, east, north


class Store(Protocol):
    """Every method raises StoreUnavailable where the store fails. Cancelling a read stops waiting for it; of a write
    that is cancelled the outcome is unknown, and writing again is safe."""

    async def write(self, positions: Sequence[Position]) -> None:
        """Durable on return, all of them; on an error, none is promised. Writing a position again changes nothing."""

    async def latest(self) -> Sequence[Device]:
        """Every device at its newest position, without distance, in no order; leaves out what is ahead of its time."""

    async def distances(self, span: Span) -> Mapping[str, float]:
        """Metres driven in the span by each device that moved: the legs that `geo.counted` counts."""

    async def track(self, device_id: str, span: Span, after: Version | None, limit: int) -> Sequence[Position]:
        """Up to `limit` positions of a device in the span, oldest first, behind `after`; none for an unknown one."""

    async def clusters(self, box: Box, span: Span, cell: tuple[float, float]) -> Sequence[Cluster]:
        """All positions in the box and span, gathered in cells of so many degrees of longitude and latitude.

        Raises BadRequest where they are too many to be gathered in ten seconds.
        """
