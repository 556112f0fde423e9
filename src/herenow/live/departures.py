"""Which device left which tile when, for viewers that missed it."""

import numpy as np

from herenow.live.fleet import Rows
from herenow.model.geo.mercator import Integers

MOST = 200_000  # departures; a viewer that missed more starts afresh


class Departures:
    """The last ones, MOST of them at least. `oldest` is the seq after which none is missing."""

    def __init__(self, seq: int) -> None:
        self.oldest = seq
        self._seqs, self._tiles, self._rows = (np.zeros(2 * MOST, dtype=np.int64) for _ in range(3))
        self._count = 0

    def add(self, seq: int, tiles: Integers, rows: Rows) -> None:
        """`seq` grows from call to call."""
        if len(rows) > MOST:
            self.oldest, self._count = seq, 0
            return
        if self._count + len(rows) > 2 * MOST:
            self._forget()
        stop = self._count + len(rows)
        self._seqs[self._count : stop] = seq
        self._tiles[self._count : stop], self._rows[self._count : stop] = tiles, rows
        self._count = stop

    def _forget(self) -> None:
        gone = self._count - MOST
        self.oldest = int(self._seqs[gone - 1])
        for column in (self._seqs, self._tiles, self._rows):
            column[:MOST] = column[gone : self._count]
        self._count = MOST

    def since(self, seq: int) -> tuple[Integers, Rows]:
        """Tiles that were left after that state, and by which rows."""
        start = int(np.searchsorted(self._seqs[: self._count], seq, side="right"))
        return self._tiles[start : self._count], self._rows[start : self._count]
