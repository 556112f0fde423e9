"""What the viewers of one level of zoom last received of each device, and what they get next."""

from collections.abc import Container, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.live.columns import Columns
from herenow.live.departures import Departures
from herenow.live.fleet import Fleet, Rows
from herenow.model.geo.mercator import Integers
from herenow.model.geo.tile_grid import tiles_at

PIXELS = 256  # of a tile
AGAIN_AFTER = 5.0  # s, then a device is sent though it has moved by less than a pixel
CHECK_EVERY = 0.25  # s between two checks of withheld moves
NOWHERE = -1  # the tile of a device that was not there

Marks = npt.NDArray[np.bool_]


class TileChanges(msgspec.Struct, frozen=True):
    """Rows to tell of, each with the tile whose viewers must hear of it: the one it is in and, where it left one, that
    too. `named` marks those that a viewer of the tile may not know yet. `touched` are tiles in which anything changed,
    sent or withheld."""

    rows: Rows
    tiles: Integers
    named: Marks
    touched: Integers

    def cut(self, watched: Container[int]) -> "ChangesByTile":
        """What is sent in these tiles, tile by tile."""
        here = np.fromiter((tile in watched for tile in self.tiles.tolist()), np.bool_, len(self.tiles))
        rows, tiles, named = self.rows[here], self.tiles[here], self.named[here]
        order = np.argsort(tiles, kind="stable")
        tiles = tiles[order]
        starts = np.flatnonzero(np.concatenate(([True], tiles[1:] != tiles[:-1]))[: len(tiles)])
        return ChangesByTile(tiles[starts].tolist(), starts.tolist(), rows[order], named[order])


class ChangesByTile(msgspec.Struct, frozen=True):
    """`rows[starts[i]:starts[i + 1]]` are sent in `tiles[i]`."""

    tiles: Sequence[int]
    starts: Sequence[int]
    rows: Rows
    named: Marks


class Backfill(msgspec.Struct, frozen=True):
    """What a viewer has missed."""

    rows: Rows
    named: Marks


class ZoomLevel:
    """One level of tiles. `thinned`: a device is sent again when it moved by a pixel, or 5 s later.

    `sent_seq`, `entered` and the departures show what any viewer missed since any state that is not too old.
    """

    def __init__(self, level: int, fleet: Fleet, seq: int, moment: float, *, thinned: bool) -> None:
        self._level = level
        self._pixel = 1 / (PIXELS << (level + 1)) if thinned else 0.0  # of the finest zoom that uses these tiles
        self._thinned = thinned
        self._fleet = fleet
        self._columns = Columns(
            tile=np.int64,
            x=np.float64,  # as sent last
            y=np.float64,
            status=np.uint8,
            sent_seq=np.int64,  # seq
            sent_at=np.float64,  # s, monotonic
            entered=np.int64,  # seq when it came into its tile
            withheld=np.bool_,
        )
        self._count = 0  # rows that are in the columns
        self._withheld = 0
        self._looked = moment
        self._departures = Departures(seq)
        self._by_tile: tuple[Rows, Integers] | None = None  # rows in the order of their tiles, and these tiles
        self._grow()
        everything = fleet.placed(np.arange(len(fleet)))
        self._mark_sent(everything, self._tiles(everything), seq, moment)
        # As if sent one after the other, or all of them would be due again in the same tick, every time.
        self._columns["sent_at"][everything] -= AGAIN_AFTER * np.linspace(0, 1, len(everything), endpoint=False)

    @property
    def withholds(self) -> bool:
        return self._withheld > 0

    def due(self, moment: float) -> Rows:
        """Rows withheld for long enough. Checks only now and then, because it reads all rows."""
        if not self._withheld or moment - self._looked < CHECK_EVERY:
            return np.empty(0, dtype=np.int64)
        self._looked = moment
        columns, count = self._columns, self._count
        old = columns["sent_at"][:count] <= moment - AGAIN_AFTER
        return np.flatnonzero(columns["withheld"][:count] & old)

    def tick(self, changed: Rows, due: Rows, seq: int, moment: float) -> TileChanges:
        """Takes rows that changed, and those that are due, and returns what goes to which tile."""
        self._grow()
        rows = np.union1d(changed, due) if len(due) else changed
        new = self._tiles(rows)
        moved = new != self._columns["tile"][rows]
        touched = new
        if self._thinned:
            tell = moved | self._visible(rows, moment)
            if not tell.all():
                self._delay(rows[~tell])
                rows, new, moved = rows[tell], new[tell], moved[tell]
        left = rows[moved]
        old = self._columns["tile"][left]
        left, old = left[old != NOWHERE], old[old != NOWHERE]
        named = self._fleet.columns["named"]
        if len(left):
            self._departures.add(seq, old, left)
        self._mark_sent(rows, new, seq, moment)
        return TileChanges(
            np.concatenate([rows, left]),
            np.concatenate([new, old]),
            np.concatenate([moved | (named[rows] == seq), named[left] == seq]),
            np.concatenate([touched, old]),
        )

    def _visible(self, rows: Rows, moment: float) -> Marks:
        """Whether a viewer could see a difference to what was sent last, or it is time."""
        columns, fleet = self._columns, self._fleet.columns
        across = np.abs(fleet["x"][rows] - columns["x"][rows]) >= self._pixel
        down = np.abs(fleet["y"][rows] - columns["y"][rows]) >= self._pixel
        status = fleet["record"]["status"][rows] != columns["status"][rows]
        name = fleet["named"][rows] > columns["sent_seq"][rows]
        visible: Marks = across | down | status | name
        return visible | (columns["sent_at"][rows] <= moment - AGAIN_AFTER)

    def _delay(self, rows: Rows) -> None:
        self._withheld += int(np.count_nonzero(~self._columns["withheld"][rows]))
        self._columns["withheld"][rows] = True

    def _mark_sent(self, rows: Rows, tiles: Integers, seq: int, moment: float) -> None:
        columns, fleet = self._columns, self._fleet.columns
        moved = rows[tiles != columns["tile"][rows]]
        if len(moved):
            self._by_tile = None
        if self._withheld:
            self._withheld -= int(np.count_nonzero(columns["withheld"][rows]))
            columns["withheld"][rows] = False
        columns["entered"][moved] = seq
        columns["tile"][rows] = tiles
        columns["x"][rows], columns["y"][rows] = fleet["x"][rows], fleet["y"][rows]
        columns["status"][rows] = fleet["record"]["status"][rows]
        columns["sent_seq"][rows], columns["sent_at"][rows] = seq, moment

    def _grow(self) -> None:
        count = len(self._fleet)
        if count > self._count:
            self._columns.grow(count)
            self._columns["tile"][self._count : count] = NOWHERE
            self._count = count

    def _tiles(self, rows: Rows) -> Integers:
        return tiles_at(self._level, self._fleet.columns["x"][rows], self._fleet.columns["y"][rows])

    def rows_in(self, tile: int) -> Rows:
        """The rows whose tile it is, as sent last."""
        if self._by_tile is None:
            tiles = self._columns["tile"][: self._count]
            order = np.argsort(tiles, kind="stable")
            self._by_tile = order, tiles[order]
        order, tiles = self._by_tile
        start, stop = np.searchsorted(tiles, [tile, tile + 1])
        return order[start:stop]

    def missed(self, since: int, tiles: Integers) -> Backfill | None:
        """What a viewer of these tiles, in ascending order, has missed since the state `since`; None if that is too
        long ago to be known."""
        if since < self._departures.oldest:
            return None
        columns, count = self._columns, self._count
        sent = np.flatnonzero(columns["sent_seq"][:count] > since)
        left, gone = self._departures.since(since)
        here = sent[is_in(columns["tile"][sent], tiles)]
        rows = np.union1d(here, gone[is_in(left, tiles)])
        named = (columns["entered"][rows] > since) | (self._fleet.columns["named"][rows] > since)
        return Backfill(rows, named)


def is_in(values: Integers, sought: Integers) -> Marks:
    """Which values are among the sought, in ascending order, of which there is at least one."""
    found: Marks = sought[np.minimum(sought.searchsorted(values), len(sought) - 1)] == values
    return found
