"""Which hours of which devices were written to, in SQLite: marked with the write, read by who keeps the rollups.

A period lasts from one reading to the next: the reader begins a new one, writers take the one they find. No clock is
asked, and in a period an hour is marked once, however often it is written to.
"""

import sqlite3
from collections.abc import Iterable

from herenow.model.clock import HOUR
from herenow.model.position import Position
from herenow.store.base import Changes

_PERIOD = "SELECT number FROM period"
_MARK = "INSERT OR IGNORE INTO changed VALUES (?, ?, ?)"
_CHANGED = """
SELECT device_id, hour FROM changed c JOIN devices d ON d.id = c.device WHERE period >= ?1 AND period < ?2
UNION SELECT device_id, hour FROM erased WHERE period >= ?1 AND period < ?2
"""


class Marks:
    """Used inside the writer's transactions. After a rollback, `forget`."""

    def __init__(self) -> None:
        self._period = 0
        self._marked: set[tuple[int, int]] = set()

    def forget(self) -> None:
        self._marked.clear()

    def mark(self, connection: sqlite3.Connection, positions: Iterable[Position], numbers: dict[str, int]) -> None:
        """Marks the hours of positions, by the numbers of their devices."""
        [(period,)] = connection.execute(_PERIOD)
        if period != self._period:
            self._period = period
            self._marked.clear()
        new = {(numbers[position.device_id], position.time // HOUR) for position in positions} - self._marked
        connection.executemany(_MARK, [(period, *mark) for mark in new])
        self._marked |= new


def read_changes(connection: sqlite3.Connection, since: int | None) -> Changes:
    """Begins a new period: transactions of the ones before are over then, as only one writes at a time. Marks before
    `since` were read and go."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("UPDATE period SET number = number + 1")
        [(until,)] = connection.execute(_PERIOD)
        for table in ("changed", "erased"):
            connection.execute(f"DELETE FROM {table} WHERE period < ?", (until if since is None else since,))  # noqa: S608
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return Changes([] if since is None else connection.execute(_CHANGED, (since, until)).fetchall(), until)
