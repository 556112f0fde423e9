"""Positions gathered into stretches, for formats that list one column after another."""

from collections.abc import Iterator, Sequence

import msgspec

from herenow.model.leg import MAX_LEG_TIME
from herenow.model.position import Position

MAX_STRETCH = 10_000  # positions


class Segment(msgspec.Struct, frozen=True, gc=False):
    """Positions of one device without a gap.

    One that was cut for its length alone begins with the last position of the one before, so that nothing is missing
    from the line between them.
    """

    positions: list[Position]
    first: bool  # of its device


class Stretches:
    """Holds at most MAX_STRETCH positions; where it cuts depends on the positions, not on how they come in."""

    def __init__(self) -> None:
        self._held: list[Position] = []
        self._first = True

    def add(self, positions: Sequence[Position]) -> Iterator[Segment]:
        """The stretches that are whole now. Positions come sorted by device and time."""
        for position in positions:
            if self._held and (cut := self._cut(position)):
                yield cut
            self._held.append(position)

    def end(self) -> Iterator[Segment]:
        """What is left."""
        if self._held:
            yield Segment(self._held, self._first)
            self._held = []

    def _cut(self, position: Position) -> Segment | None:
        last = self._held[-1]
        same = position.device_id == last.device_id
        joined = same and position.time - last.time <= MAX_LEG_TIME
        if joined and len(self._held) < MAX_STRETCH:
            return None
        cut = Segment(self._held, self._first)
        self._held = [last] if joined else []
        self._first = not same
        return cut
