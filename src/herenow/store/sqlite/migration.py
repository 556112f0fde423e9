"""Moves what an older Herenow stored, a row for each position, into hours of devices.

In the steps of a compaction, while nothing else is to be done. What is moved leaves in the same transaction.
"""

import contextlib
import sqlite3

import msgspec
import structlog

from herenow.errors import StoreUnavailable
from herenow.model.clock import HOUR
from herenow.store.columns import COLUMNS, FIELDS, position_of
from herenow.store.sqlite.compaction import HOUR_BLOCKS, replace_blocks
from herenow.store.sqlite.reader import read_blocks
from herenow.store.sqlite.statements import transaction

STEP = 1_000  # positions, or
DEVICES = 200  # newest positions in one transaction
LOG_EVERY = 1_000_000  # positions

_UNPLACED = f"""
SELECT n.device, d.device_id, {", ".join(f"p.{column}" for column in COLUMNS)}
FROM newest n JOIN devices d ON d.id = n.device
JOIN positions p ON p.device = n.device AND p.time = n.time AND p.tie = n.tie
WHERE n.position IS NULL AND n.device > ? ORDER BY n.device LIMIT {DEVICES}
"""  # noqa: S608 - constants only
_PLACE = "UPDATE newest SET position = ? WHERE device = ?"
_NEXT = """
SELECT p.device, p.time, d.device_id FROM positions p JOIN devices d ON d.id = p.device
WHERE (p.device, p.time) >= (?, ?) ORDER BY p.device, p.time LIMIT 1
"""
_HOUR = f"SELECT {FIELDS} FROM positions WHERE device = ? AND time >= ? AND time < ? ORDER BY time, tie"  # noqa: S608 - constants only
_DROP_HOUR = "DELETE FROM positions WHERE device = ? AND time >= ? AND time < ?"

_pack = msgspec.msgpack.Encoder().encode

log = structlog.get_logger()


class Migration:
    """On the connection and in the thread of the writer."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._placed = 0  # device up to which newest positions are placed
        self._from = (0, -(2**63))  # device and time from which hours are left
        self._moved = 0
        self.is_due = self._next() is not None
        if self.is_due:
            log.info("moving stored positions into blocks; everything works meanwhile")

    def step(self) -> None:
        """Some milliseconds of work. Raises sqlite3.Error; the next step does it again."""
        with transaction(self._connection):
            done = self._place_some() or self._move_some()
        if not done:
            self.is_due = False
            log.info("stored positions are moved", moved=self._moved)

    def _next(self) -> tuple[int, int, str] | None:
        row: tuple[int, int, str] | None = self._connection.execute(_NEXT, self._from).fetchone()
        return row

    def _place_some(self) -> bool:
        """Newest positions go where their devices are. False where that is done."""
        rows = self._connection.execute(_UNPLACED, (self._placed,)).fetchall()
        for number, device_id, *position in rows:
            self._placed = number
            with contextlib.suppress(StoreUnavailable):  # damaged: it stays, and a reader gets the error
                self._connection.execute(_PLACE, (_pack(position_of(device_id, position)), number))
        return bool(rows)

    def _move_some(self) -> bool:
        """False where nothing is left."""
        count = 0
        while count < STEP:
            found = self._next()
            if found is None:
                return count > 0
            count += 1 + self._move_hour(*found)
        before, self._moved = self._moved, self._moved + count
        if before // LOG_EVERY < self._moved // LOG_EVERY:
            log.info("moving stored positions into blocks", moved=self._moved)
        return True

    def _move_hour(self, device: int, time: int, device_id: str) -> int:
        hour = time // HOUR
        span = (device, hour * HOUR, (hour + 1) * HOUR)
        self._from = (device, span[2])
        try:
            positions = [position_of(device_id, row) for row in self._connection.execute(_HOUR, span)]
        except StoreUnavailable as error:
            log.error("an hour of positions is damaged and stays where it is", hour=hour, reason=str(error))
            return 0
        rows = self._connection.execute(HOUR_BLOCKS, (device, hour)).fetchall()
        blocks = list(read_blocks(device_id, hour, rows))
        replace_blocks(self._connection, (device, hour), [(0, positions), *blocks])
        self._connection.execute(_DROP_HOUR, span)
        return len(positions)
