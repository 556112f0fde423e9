"""Which viewers subscribe to what: viewers in groups, groups by tile or by device."""

from collections.abc import Container
from itertools import chain

import numpy as np

from herenow.live.encoders import Encoder, HubState
from herenow.live.fleet import FleetChanges, Rows, Steps
from herenow.live.tile_subscriptions import TileSubscription, TileSubscriptions
from herenow.live.viewer import Viewer
from herenow.live.viewer_group import DeviceSubscription, Key, Subscription, ViewerGroup
from herenow.live.zoom_level import ZoomLevel
from herenow.model.geo.tile_grid import DEEPEST, cover
from herenow.model.view import View

LINGER = 120.0  # s that a band is kept after its last viewer left, so that he may come back and miss nothing
MOST_DESERTED = 4  # such bands, for each costs something at every tick


class Subscriptions:
    """Holds a group for each different view, and a zoom level for each level that a view has."""

    def __init__(self, state: HubState) -> None:
        self._state = state
        self._groups: dict[tuple[Encoder, Key], ViewerGroup] = {}
        self._watches: dict[tuple[int, bool], TileSubscriptions] = {}  # by level, and whether it is thinned
        self._followers: dict[str, set[ViewerGroup]] = {}  # by device id

    @property
    def followed(self) -> Container[str]:
        """Devices of which some viewer gets every position."""
        return self._followers

    @property
    def is_waiting(self) -> bool:
        return any(watch.band.withholds for watch in self._watches.values())

    def add(self, viewer: Viewer, view: View, moment: float) -> None:
        """Subscribes a viewer, which must have left its view before."""
        sight, key = self._sight(view, moment)
        group = self._groups.get((viewer.encoder, key))
        if group is None:
            group = self._groups[viewer.encoder, key] = ViewerGroup(viewer.encoder, sight, key)
            sight.begin(group)
        group.viewers.add(viewer)
        viewer.group = group

    def remove(self, viewer: Viewer, moment: float) -> None:
        group = viewer.group
        if group is None:
            return
        viewer.group = None
        group.viewers.discard(viewer)
        if not group.viewers:
            del self._groups[group.encoder, group.key]
            group.subscription.end(group, moment)

    def _sight(self, view: View, moment: float) -> tuple[Subscription, Key]:
        """The subscription of a view, and the key that all views of the same area share."""
        if view.box is None:
            return self._named(view.devices), view.devices
        level, tiles = cover(view.box, view.zoom)
        thinned = view.zoom is not None and level == min(DEEPEST, int(view.zoom))  # else no screen that is known of
        return TileSubscription(self._watch(level, thinned, moment), tiles), (level, thinned, tiles)

    def _named(self, device_ids: frozenset[str]) -> DeviceSubscription:
        return DeviceSubscription(self._state.fleet, device_ids, self._followers)

    def rebuild(self, moment: float) -> None:
        """The rows of the fleet are other ones: all that is known of them is forgotten, and everybody looks again."""
        self._watches.clear()
        self._followers.clear()
        for group in self._groups.values():
            group.parts = []
            if isinstance(group.key, frozenset):
                group.subscription = self._named(group.key)
            else:
                level, thinned, tiles = group.key
                group.subscription = TileSubscription(self._watch(level, thinned, moment), tiles)
            group.subscription.begin(group)

    def _watch(self, level: int, thinned: bool, moment: float) -> TileSubscriptions:
        watch = self._watches.get((level, thinned))
        if watch is None:
            band = ZoomLevel(level, self._state.fleet, self._state.seq, moment, thinned=thinned)
            watch = self._watches[level, thinned] = TileSubscriptions(band, moment)
        return watch

    def overdue(self, moment: float) -> dict[TileSubscriptions, Rows]:
        """Rows that were withheld for long enough, where there are any."""
        found = {watch: watch.band.due(moment) for watch in self._watches.values()}
        return {watch: rows for watch, rows in found.items() if len(rows)}

    def tick(
        self, changes: FleetChanges, overdue: dict[TileSubscriptions, Rows], seq: int, moment: float
    ) -> list[ViewerGroup]:
        """Groups that are due something now; their `parts` say what."""
        none = np.empty(0, dtype=np.int64)
        self._drop_deserted(moment)
        due = chain.from_iterable(
            watch.tick(changes.rows, overdue.get(watch, none), seq, moment) for watch in self._watches.values()
        )
        return [*due, *self._follow(changes.steps, seq)]

    def _drop_deserted(self, moment: float) -> None:
        deserted = {key: watch.deserted for key, watch in self._watches.items() if watch.deserted is not None}
        latest = sorted(deserted, key=lambda key: -deserted[key])
        for rank, key in enumerate(latest):
            if rank >= MOST_DESERTED or moment - deserted[key] > LINGER:
                del self._watches[key]

    def _follow(self, steps: Steps, seq: int) -> list[ViewerGroup]:
        due: dict[ViewerGroup, Steps] = {}
        for row, device in steps:
            for group in self._followers[device.device_id]:
                due.setdefault(group, []).append((row, device))
        named = self._state.fleet.columns["named"]
        for group, taken in due.items():
            rows = np.array([row for row, _ in taken])
            group.parts.append(group.encoder.encode_steps(taken, named[rows] == seq))
        return list(due)
