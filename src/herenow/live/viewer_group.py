"""Viewers who look at the same over the same wire: what they are due is made once."""

from typing import Protocol

import numpy as np

from herenow.live.encoders import Encoder, Written
from herenow.live.fleet import Fleet, Rows
from herenow.live.viewer import Viewer
from herenow.live.zoom_level import Backfill

Key = frozenset[str] | tuple[int, bool, tuple[int, ...]]  # device ids, or level, whether thinned, and tiles


class Subscription(Protocol):
    """The view of a group."""

    def begin(self, group: "ViewerGroup") -> None:
        """From now on the group is due what changes in it."""

    def end(self, group: "ViewerGroup", moment: float) -> None:
        """Its last viewer left."""

    def blocks(self, wire: Encoder) -> list[bytes]:
        """All of it as it is now."""

    def missed(self, since: int) -> Backfill | None:
        """What changed in it since a state; None where that is not known any more."""


class ViewerGroup:
    """`parts` are blocks that all of its viewers are due at this tick."""

    def __init__(self, wire: Encoder, sight: Subscription, key: Key) -> None:
        self.encoder = wire
        self.subscription = sight
        self.key = key
        self.viewers: set[Viewer] = set()
        self.parts: list[bytes] = []

    def snapshot(self, view: int) -> Written:
        return self.encoder.write(self.subscription.blocks(self.encoder), snapshot=True, view=view)

    def update(self, since: int, view: int) -> Written | None:
        """What changed since a state, as one update; None where that is not known any more."""
        missed = self.subscription.missed(since)
        if missed is None:
            return None
        blocks = self.encoder.encode_blocks(missed.rows, [0], missed.named) if len(missed.rows) else []
        return self.encoder.write(blocks, snapshot=False, view=view)


class DeviceSubscription:
    """Devices by their ids, wherever they are."""

    def __init__(self, fleet: Fleet, device_ids: frozenset[str], followers: dict[str, set[ViewerGroup]]) -> None:
        self._fleet = fleet
        self._device_ids = device_ids
        self._followers = followers

    def begin(self, group: ViewerGroup) -> None:
        for device_id in self._device_ids:
            self._followers.setdefault(device_id, set()).add(group)

    def end(self, group: ViewerGroup, moment: float) -> None:  # noqa: ARG002 - nothing is kept for a viewer that comes back
        for device_id in self._device_ids:
            self._followers[device_id].discard(group)
            if not self._followers[device_id]:
                del self._followers[device_id]

    def blocks(self, wire: Encoder) -> list[bytes]:
        rows = self._rows()
        return wire.encode_blocks(rows, [0], np.ones(len(rows), dtype=np.bool_)) if len(rows) else []

    def missed(self, since: int) -> Backfill | None:
        rows, columns = self._rows(), self._fleet.columns
        rows = rows[columns["changed"][rows] > since]
        return Backfill(rows, columns["named"][rows] > since)

    def _rows(self) -> Rows:
        return self._fleet.placed(self._fleet.rows_of(self._device_ids))
