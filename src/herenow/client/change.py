"""Changes of positions, and the queue in which they wait for the reader."""

from collections import deque
from collections.abc import Iterable

import msgspec

from herenow.wire.json import LivePosition


class Change(msgspec.Struct, frozen=True):
    """What came in one message. Applied one after the other, changes lead to the positions that the server has.

    A `snapshot` replaces all earlier positions. Otherwise each position is newer than the one before of its device, or
    has other values of the same fix.
    """

    positions: list[LivePosition]
    snapshot: bool
    time: int  # ms, the server's clock


def merge(positions: dict[str, LivePosition], incoming: Iterable[LivePosition]) -> list[LivePosition]:
    """Lets the newest of each device win in `positions`. Returns those that won, in order; what is known is no news."""
    won = []
    for position in incoming:
        before = positions.get(position.device_id)
        if before is None or (position.timestamp >= before.timestamp and position != before):
            positions[position.device_id] = position
            won.append(position)
    return won


class ChangeQueue:
    """Changes that nobody has taken yet, in order.

    At most `bound` wait. One more makes all of them one change, with the newest position of each device: it leads
    to the same positions, without the steps between.
    """

    def __init__(self, bound: int) -> None:
        self._bound = bound
        self._changes: deque[Change] = deque()

    def __len__(self) -> int:
        return len(self._changes)

    def put(self, change: Change) -> None:
        self._changes.append(change)
        if len(self._changes) > self._bound:
            merged = _merged(self._changes)
            self._changes.clear()
            self._changes.append(merged)

    def take(self) -> Change | None:
        """The oldest, or None."""
        return self._changes.popleft() if self._changes else None

    def clear(self) -> None:
        self._changes.clear()


def _merged(changes: Iterable[Change]) -> Change:
    positions: dict[str, LivePosition] = {}
    snapshot, time = False, 0
    for change in changes:
        if change.snapshot:
            positions, snapshot = {}, True
        merge(positions, change.positions)
        time = change.time
    return Change(list(positions.values()), snapshot, time)
