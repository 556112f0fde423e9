"""Which groups subscribe to which tiles of a zoom level, and the bytes that are encoded for them once."""

from collections.abc import Iterator

import numpy as np

from herenow.live.encoders import Encoder
from herenow.live.fleet import Rows
from herenow.live.viewer_group import ViewerGroup
from herenow.live.zoom_level import Backfill, TileChanges, ZoomLevel
from herenow.model.geo.mercator import Integers

MAX_HELD = 64_000_000  # bytes of tiles kept for the next viewer of them


class TileSubscription:
    """Some tiles of a zoom level."""

    def __init__(self, level: "TileSubscriptions", tiles: tuple[int, ...]) -> None:
        self._level = level
        self._tiles = tiles
        self._sorted = np.array(sorted(tiles), dtype=np.int64)

    def begin(self, group: ViewerGroup) -> None:
        self._level.add(group, self._tiles)

    def end(self, group: ViewerGroup, moment: float) -> None:
        self._level.remove(group, self._tiles, moment)

    def blocks(self, wire: Encoder) -> list[bytes]:
        return [block for tile in self._tiles if (block := self._level.block(wire, tile))]

    def missed(self, since: int) -> Backfill | None:
        return self._level.zoom_level.missed(since, self._sorted)


class TileSubscriptions:
    """A zoom level with its viewers."""

    def __init__(self, zoom_level: ZoomLevel, moment: float) -> None:
        self.zoom_level = zoom_level
        self.deserted: float | None = moment  # since when it has no viewers, on the monotonic clock
        self._tiles: dict[Encoder, dict[int, set[ViewerGroup]]] = {}
        self._blocks: dict[Encoder, dict[int, bytes]] = {}  # whole tiles, until something changes in them
        self._held = 0

    def add(self, group: ViewerGroup, tiles: tuple[int, ...]) -> None:
        groups = self._tiles.setdefault(group.encoder, {})
        for tile in tiles:
            groups.setdefault(tile, set()).add(group)
        self.deserted = None

    def remove(self, group: ViewerGroup, tiles: tuple[int, ...], moment: float) -> None:
        groups = self._tiles[group.encoder]
        for tile in tiles:
            groups[tile].discard(group)
            if not groups[tile]:
                del groups[tile]
        if not groups:
            del self._tiles[group.encoder]
        if not self._tiles:
            self.deserted = moment

    def tick(self, changed: Rows, due: Rows, seq: int, moment: float) -> Iterator[ViewerGroup]:
        """Groups that are due something now; `parts` says what."""
        changes = self.zoom_level.tick(changed, due, seq, moment)
        if self._blocks:
            self._forget(changes.touched)
        for wire, groups in self._tiles.items():
            yield from self._hand_out(wire, groups, changes)

    def _hand_out(
        self, wire: Encoder, groups: dict[int, set[ViewerGroup]], changes: TileChanges
    ) -> Iterator[ViewerGroup]:
        changed_tiles = changes.cut(groups)
        if not changed_tiles.tiles:
            return
        blocks = wire.encode_blocks(changed_tiles.rows, changed_tiles.starts, changed_tiles.named)
        for tile, block in zip(changed_tiles.tiles, blocks, strict=True):
            for group in groups[tile]:
                if not group.parts:
                    yield group
                group.parts.append(block)

    def block(self, wire: Encoder, tile: int) -> bytes:
        """All of a tile, made once for a state of it; empty where nothing is there."""
        block = self._blocks.get(wire, {}).get(tile)
        if block is None:
            rows = self.zoom_level.rows_in(tile)
            block = wire.encode_blocks(rows, [0], np.ones(len(rows), dtype=np.bool_))[0] if len(rows) else b""
            self._hold(wire, tile, block)
        return block

    def _hold(self, wire: Encoder, tile: int, block: bytes) -> None:
        if self._held + len(block) > MAX_HELD:
            self._blocks.clear()
            self._held = 0
        self._blocks.setdefault(wire, {})[tile] = block
        self._held += len(block)

    def _forget(self, tiles: Integers) -> None:
        changed = set(tiles.tolist())
        for blocks in self._blocks.values():
            for tile in blocks.keys() & changed:
                self._held -= len(blocks.pop(tile))
