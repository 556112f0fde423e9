"""A viewer: one connected client, what it looks at, and what it has yet to be sent."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from herenow.model.view import View


def _nothing_unread() -> int:
    """For a viewer without a connection."""
    return 0


def _nothing_to_close(code: int, reason: str) -> None:
    """For a viewer without a connection."""
    del code, reason


class Frames(Protocol):
    """The text frames of one wire, for devices of the fleet."""

    def snapshot(self, view: View) -> Sequence[str]: ...

    def update(self, device_ids: Iterable[str]) -> Sequence[str]: ...


class Viewer:
    """Keeps *which* devices changed, never *how*: a slow one costs an entry a device, and is sent the newest only."""

    def __init__(self, frames: Frames, view: View | None = None, *, notices: bool = True) -> None:
        self.view: View | None = None
        self.notices = notices  # whether its wire has messages that are not about positions
        self.unread: Callable[[], int] = _nothing_unread  # bytes sent and not yet read; set by who owns the connection
        self.close: Callable[[int, str], None] = _nothing_to_close  # set by who owns the connection
        self._frames = frames
        self._changed: Sequence[str] | dict[str, None] = ()
        self._fresh = False  # a snapshot is due
        self._notices: dict[str, str] = {}  # the newest text of each kind
        self._due = asyncio.Event()
        self._left = 0  # bytes unread when it last made progress
        self._progress = 0.0  # when that was
        if view is not None:
            self.look(view)

    def stalled(self, monotonic: float, limit: float) -> bool:
        """Whether it has read nothing for longer than `limit` seconds, though there was something to read."""
        left = self.unread()
        if left == 0 or left != self._left:  # more is sent only after some was read, so any change is progress
            self._left, self._progress = left, monotonic
        return monotonic - self._progress > limit

    def look(self, view: View) -> None:
        """Looks elsewhere: a snapshot replaces all that it had."""
        self.view = view
        self._changed = ()
        self._fresh = True
        self._due.set()

    def refresh(self) -> None:
        """Is sent a snapshot anew, because updates may have been missed."""
        if self.view is not None:
            self.look(self.view)

    def mark(self, device_ids: Sequence[str]) -> None:
        """These changed in its view. The sequence is shared between viewers and is not kept beyond the next `take`."""
        if self._fresh:
            return  # the snapshot will hold them
        if not self._changed:
            self._changed = device_ids
        else:
            self._changed = dict.fromkeys(self._changed) | dict.fromkeys(device_ids)
        self._due.set()

    def notify(self, kind: str, text: str) -> None:
        """A message that is not about positions; a newer one of its kind takes its place."""
        self._notices[kind] = text
        self._due.set()

    async def due(self) -> None:
        """Returns once there is something to send."""
        await self._due.wait()

    def take(self) -> list[str]:
        """All that is due now, as frames, in the order in which they must be sent."""
        self._due.clear()
        frames: list[str] = []
        if self._fresh and self.view is not None:
            frames += self._frames.snapshot(self.view)
        elif self._changed:
            frames += self._frames.update(self._changed)
        self._fresh, self._changed = False, ()
        frames += self._notices.values()
        self._notices.clear()
        return frames
