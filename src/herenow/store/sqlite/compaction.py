"""Takes what came last into hours of devices, and merges these.

In small steps, between which the writer commits what waits. Nothing is deleted before it is written elsewhere, so that
after a crash some of it lies twice, and counts once; the same work done again changes nothing.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence

from herenow.model.clock import HOUR, now
from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.merging import merged
from herenow.store.packing import is_brief, pack
from herenow.store.sqlite.reader import read_blocks
from herenow.store.sqlite.recent import Batch, batch_of
from herenow.store.sqlite.rows import KEEP_NEWER, device_row
from herenow.store.sqlite.statements import insert, parts, transaction

MOST_POSITIONS = 50_000  # that lie as they came, and
MOST_BATCHES = 4_000  # of them; a reader looks through all
BRIEF_BLOCKS = 32  # of a device and hour, then they are merged while the hour lasts
SMALL = 3_000  # bytes; smaller blocks of an hour are merged once it is over
SETTLED = 2 * HOUR  # ms after its begin an hour is over, if the last compaction added nothing to it
STEP = 1_000  # positions that are packed, or
ROWS = 200  # rows that are written in one step

_SIZE = "SELECT count(*), coalesce(sum(positions), 0) FROM recent"
_NUMBERS = "SELECT number FROM recent ORDER BY number"
_IS_THERE = "SELECT EXISTS (SELECT 1 FROM recent WHERE number = ?)"
_PACKED = "SELECT packed FROM recent WHERE number = ?"
_KEEP_DAMAGED = "INSERT OR IGNORE INTO damaged SELECT number, packed FROM recent WHERE number = ?"
_DROP = "DELETE FROM recent WHERE number >= ? AND number <= ?"
_ONE_MORE = "ON CONFLICT DO UPDATE SET blocks = blocks + 1, first = excluded.first"
_UNMERGED = """
SELECT hour, device, device_id, hour < ?1 AND first < ?2 AS settled FROM unmerged JOIN devices ON id = device
WHERE blocks >= ?3 OR settled
"""
BLOCKS = "blocks (device, hour, packed, latest)"
HOUR_BLOCKS = "SELECT number, packed FROM blocks WHERE device = ? AND hour = ? ORDER BY number"
_MERGED = "UPDATE unmerged SET blocks = 1 WHERE hour = ? AND device = ?"
_SETTLED = "DELETE FROM unmerged WHERE hour = ? AND device = ?"

_Hour = tuple[int, int]  # since 1970, device


class Compaction:
    """On the connection and in the thread of the writer; `number` gives the number of a device in the tables."""

    def __init__(self, connection: sqlite3.Connection, number: Callable[[str], int | None]) -> None:
        self._connection = connection
        self._number = number
        self._steps: Iterator[None] | None = None
        self._batches, self._positions = connection.execute(_SIZE).fetchone()

    def added(self, positions: int) -> None:
        """After a commit."""
        self._batches += 1
        self._positions += positions

    def interrupt(self) -> None:
        """What is under way begins again."""
        self._steps = None

    @property
    def is_due(self) -> bool:
        full = self._positions >= MOST_POSITIONS or self._batches >= MOST_BATCHES
        return bool(full) or self._steps is not None

    @property
    def is_late(self) -> bool:
        """More lies as it came than should."""
        return bool(self._positions >= 2 * MOST_POSITIONS or self._batches >= 2 * MOST_BATCHES)

    def step(self) -> None:
        """Some milliseconds of work. Raises sqlite3.Error; what was under way begins again then."""
        steps, self._steps = self._steps or self._compact(), None
        if next(steps, self) is not self:
            self._steps = steps

    def _compact(self) -> Iterator[None]:
        hours: dict[_Hour, list[Position]] = {}
        devices: dict[int, Device] = {}
        there = [number for (number,) in self._connection.execute(_NUMBERS)]
        damaged = yield from self._read(there, hours, devices)
        if there and (yield from self._write(there, damaged, hours, devices)):
            yield from self._merge(there[0])
        self._batches, self._positions = self._connection.execute(_SIZE).fetchone()

    def _read(
        self, there: Sequence[int], hours: dict[_Hour, list[Position]], devices: dict[int, Device]
    ) -> Generator[None, None, list[int]]:
        """The numbers of damaged batches."""
        damaged: list[int] = []
        count = 0
        for number in there:
            row = self._connection.execute(_PACKED, (number,)).fetchone()
            batch = batch_of(number, row[0]) if row else None
            if batch is None:
                damaged.append(number)
            else:
                self._group(batch, hours, devices)
                count += len(batch.positions)
            if count >= STEP:
                count = 0
                yield
        return damaged

    def _group(self, batch: Batch, hours: dict[_Hour, list[Position]], devices: dict[int, Device]) -> None:
        for position in batch.positions:
            device = self._number(position.device_id)
            if device is not None:
                hours.setdefault((position.time // HOUR, device), []).append(position)
        for state in batch.devices:
            device = self._number(state.device_id)
            if device is not None and (device not in devices or state.rank >= devices[device].rank):
                devices[device] = state

    def _write(
        self,
        numbers: Sequence[int],
        damaged: Sequence[int],
        hours: dict[_Hour, list[Position]],
        devices: dict[int, Device],
    ) -> Generator[None, None, bool]:
        """True on return where all of it was there until the end."""
        connection, first, last = self._connection, numbers[0], numbers[-1]
        for some in parts(list(hours.items()), ROWS):
            blocks = [_block((device, hour), merged(positions), briefly=True) for (hour, device), positions in some]
            with self._transaction(last) as whole:
                if not whole:
                    return False
                insert(connection, BLOCKS, blocks)
                insert(connection, "unmerged", [(*hour, 1, first) for hour, _ in some], _ONE_MORE)
            yield
        for newest in parts(list(devices.items()), ROWS):
            with self._transaction(last) as whole:
                if not whole:
                    return False
                insert(connection, "newest", [device_row(*one) for one in newest], KEEP_NEWER)
            yield
        for gone in parts(numbers, ROWS):
            with self._transaction(last) as whole:
                if not whole:
                    return False
                connection.executemany(_KEEP_DAMAGED, [(one,) for one in damaged if gone[0] <= one <= gone[-1]])
                connection.execute(_DROP, (gone[0], gone[-1]))
            yield
        return True

    @contextlib.contextmanager
    def _transaction(self, last: int) -> Iterator[bool]:
        """False where the batches that were read have got other numbers: `take_out` took something away."""
        with transaction(self._connection):
            [(there,)] = self._connection.execute(_IS_THERE, (last,))
            yield bool(there)

    def _merge(self, first: int) -> Iterator[None]:
        last = (now() - SETTLED) // HOUR
        waiting = self._connection.execute(_UNMERGED, (last, first, BRIEF_BLOCKS)).fetchall()
        while waiting:
            self._merge_some(waiting)
            yield

    def _merge_some(self, waiting: list[tuple[int, int, str, int]]) -> None:
        """STEP positions, or a little more."""
        count = 0
        with transaction(self._connection) as connection:
            while waiting and count < STEP:
                hour, device, device_id, settled = waiting.pop()
                count += 1 + self._merge_hour(hour, device, device_id, settled=bool(settled))
                connection.execute(_SETTLED if settled else _MERGED, (hour, device))

    def _merge_hour(self, hour: int, device: int, device_id: str, *, settled: bool) -> int:
        """How many positions become one block. Damaged blocks stay, for a repair of the file."""
        rows = self._connection.execute(HOUR_BLOCKS, (device, hour)).fetchall()
        some = [row for row in rows if is_brief(row[1]) or (settled and len(row[1]) < SMALL)]
        if len(some) == 1 and not is_brief(some[0][1]):
            return 0
        return replace_blocks(self._connection, (device, hour), list(read_blocks(device_id, hour, some)))


def replace_blocks(
    connection: sqlite3.Connection, hour: tuple[int, int], blocks: Sequence[tuple[int, list[Position]]]
) -> int:
    """Puts one block of an hour of a device in the place of several, by their numbers. How many positions it has."""
    positions = merged(one for _, part in blocks for one in part)
    numbers = [number for number, _ in blocks if number]
    connection.execute(f"DELETE FROM blocks WHERE number IN ({','.join('?' * len(numbers))})", numbers)  # noqa: S608 - marks only
    if positions:
        insert(connection, BLOCKS, [_block(hour, positions)])
    return len(positions)


def _block(hour: tuple[int, int], positions: Sequence[Position], *, briefly: bool = False) -> tuple[object, ...]:
    """A row of BLOCKS. Positions are in order."""
    return *hour, pack(positions, briefly=briefly), positions[-1].time
