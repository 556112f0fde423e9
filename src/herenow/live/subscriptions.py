"""Which viewers subscribe to what: viewers in groups, groups by tile or by device."""

from collections.abc import Iterator
from itertools import chain

import numpy as np

from herenow.live.encoders import Encoder, HubState
from herenow.live.fleet import FleetChanges, Rows, Steps
from herenow.live.tile_subscriptions import TileSubscription, TileSubscriptions
from herenow.live.viewer import Viewer
from herenow.live.viewer_group import DeviceSubscription, Key, Subscription, ViewerGroup
from herenow.live.zoom_level import ZoomLevel
from herenow.model.geo.box import Box
from herenow.model.geo.tile_grid import DEEPEST, cover
from herenow.model.view import View

LINGER = 120.0  # s that a zoom level outlives its last viewer, so that a viewer that comes back misses nothing
WARM_AT_ONCE = 400  # rows, of which each takes 2 to 3 µs
MAX_DESERTED = 4  # such levels: each costs something at every tick


class Subscriptions:
    """Holds a group for each different view, and a zoom level for each level that a view has."""

    def __init__(self, state: HubState) -> None:
        self._state = state
        self._groups: dict[tuple[Encoder, Key], ViewerGroup] = {}
        self._levels: dict[tuple[int, bool], TileSubscriptions] = {}  # by level, and whether it is thinned
        self.followers: dict[str, set[ViewerGroup]] = {}  # by device id: they get each of its positions

    @property
    def is_waiting(self) -> bool:
        return any(tiles.zoom_level.withholds for tiles in self._levels.values())

    def add(self, viewer: Viewer, view: View, moment: float) -> None:
        """Subscribes a viewer, which must have left its view before."""
        subscription, key = self._subscription(view, moment)
        group = self._groups.get((viewer.encoder, key))
        if group is None:
            group = self._groups[viewer.encoder, key] = ViewerGroup(viewer.encoder, subscription, key)
            subscription.begin(group)
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

    def _subscription(self, view: View, moment: float) -> tuple[Subscription, Key]:
        """The subscription of a view, and the key that all views of the same area share."""
        if view.box is None:
            return self._named(view.devices), view.devices
        level, thinned, tiles = _area(view.box, view.zoom)
        return TileSubscription(self._tiles_of(level, thinned, moment), tiles), (level, thinned, tiles)

    def warm(self, wire: Encoder, view: View, moment: float) -> Iterator[None]:
        """Encodes the tiles of a box in short steps; nothing for devices by name, which are few."""
        if view.box is None:
            return
        level, thinned, numbers = _area(view.box, view.zoom)
        tiles = self._tiles_of(level, thinned, moment)
        for tile in numbers:
            rows = tiles.zoom_level.rows_in(tile)
            for start in range(0, len(rows), WARM_AT_ONCE):
                wire.warm(rows[start : start + WARM_AT_ONCE])
                yield
                if self._levels.get((level, thinned)) is not tiles:
                    return  # the fleet has other rows now
            tiles.block(wire, tile)

    def _named(self, device_ids: frozenset[str]) -> DeviceSubscription:
        return DeviceSubscription(self._state.fleet, device_ids, self.followers)

    def rebuild(self, moment: float) -> None:
        """The fleet has new rows: forgets what it knows of the old ones, and subscribes all groups again."""
        self._levels.clear()
        self.followers.clear()
        for group in self._groups.values():
            group.parts = []
            if isinstance(group.key, frozenset):
                group.subscription = self._named(group.key)
            else:
                level, thinned, tiles = group.key
                group.subscription = TileSubscription(self._tiles_of(level, thinned, moment), tiles)
            group.subscription.begin(group)

    def _tiles_of(self, level: int, thinned: bool, moment: float) -> TileSubscriptions:
        tiles = self._levels.get((level, thinned))
        if tiles is None:
            zoom_level = ZoomLevel(level, self._state.fleet, self._state.seq, moment, thinned=thinned)
            tiles = self._levels[level, thinned] = TileSubscriptions(zoom_level, moment)
        return tiles

    def overdue(self, moment: float) -> dict[TileSubscriptions, Rows]:
        """Rows that were withheld for long enough, where there are any."""
        found = {tiles: tiles.zoom_level.due(moment) for tiles in self._levels.values()}
        return {tiles: rows for tiles, rows in found.items() if len(rows)}

    def tick(
        self, changes: FleetChanges, overdue: dict[TileSubscriptions, Rows], seq: int, moment: float
    ) -> list[ViewerGroup]:
        """Groups that are due something now; their `parts` say what."""
        none = np.empty(0, dtype=np.int64)
        self._drop_deserted(moment)
        due = chain.from_iterable(
            tiles.tick(changes.rows, overdue.get(tiles, none), seq, moment) for tiles in self._levels.values()
        )
        return [*due, *self._follow(changes.steps, seq)] if changes.steps else list(due)

    def _drop_deserted(self, moment: float) -> None:
        deserted = {key: tiles.deserted for key, tiles in self._levels.items() if tiles.deserted is not None}
        latest = sorted(deserted, key=lambda key: -deserted[key])
        for rank, key in enumerate(latest):
            if rank >= MAX_DESERTED or moment - deserted[key] > LINGER:
                del self._levels[key]

    def _follow(self, steps: Steps, seq: int) -> list[ViewerGroup]:
        due: dict[ViewerGroup, Steps] = {}
        for row, device in steps:
            for group in self.followers[device.device_id]:
                due.setdefault(group, []).append((row, device))
        named = self._state.fleet.columns["named"]
        for group, taken in due.items():
            rows = np.array([row for row, _ in taken])
            group.parts.append(group.encoder.encode_steps(taken, named[rows] == seq))
        return list(due)


def _area(box: Box, zoom: float | None) -> tuple[int, bool, tuple[int, ...]]:
    """The level of a view, whether it is thinned, and its tiles."""
    level, tiles = cover(box, zoom)
    thinned = zoom is not None and level == min(DEEPEST, int(zoom))  # else the screen is not known
    return level, thinned, tiles
