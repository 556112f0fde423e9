"""Which hours of which devices were written to, in SQLite: marked with the write, read by the rollup builder.

A period lasts from one reading to the next: the reader begins a new one, writers take the one they find. No clock is
read, and in a period an hour is marked once, however often it is written to.

Each period has a random mark, by which its reader names it. A file that replaced another, as a backup does, has
none of the later marks of the other: the rollups of the other must be rebuilt.
"""

import secrets
import sqlite3
from collections.abc import Iterable

from herenow.model.clock import HOUR
from herenow.model.position import Position
from herenow.store.port import Changes
from herenow.store.sqlite.statements import transaction

_PERIOD = "SELECT number FROM period"
# Where a mark has no time, all of the hour may have changed, as when positions were taken away: then min() has none
# either.
MARK = """
INSERT INTO changed (period, device, hour, earliest) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET earliest = min(earliest, excluded.earliest)
"""
_CHANGED = f"""
SELECT device_id, hour, min(coalesce(earliest, hour * {HOUR})), max(earliest IS NULL) FROM (
  SELECT device_id, hour, earliest
  FROM changed c JOIN devices d ON d.id = c.device WHERE period >= ?1 AND period < ?2
  UNION ALL SELECT device_id, hour, NULL FROM erased WHERE period >= ?1 AND period < ?2
) GROUP BY device_id, hour
"""  # noqa: S608 - constants only


class Marks:
    """Used inside the writer's transactions. After a rollback, `forget`."""

    def __init__(self) -> None:
        self._period = 0
        self._marked: dict[tuple[int, int], int] = {}  # the earliest time of each

    def forget(self) -> None:
        self._marked.clear()

    def mark(self, connection: sqlite3.Connection, positions: Iterable[Position], numbers: dict[str, int]) -> None:
        """Marks the hours of positions, by the numbers of their devices."""
        [(period,)] = connection.execute(_PERIOD)
        if period != self._period:
            self._period = period
            self._marked.clear()
        new, marked = dict[tuple[int, int], int](), self._marked
        for position in positions:
            mark, time = (numbers[position.device_id], position.time // HOUR), position.time
            known = marked.get(mark)
            if known is None or time < known:
                marked[mark] = new[mark] = time
        connection.executemany(MARK, [(period, *mark, earliest) for mark, earliest in new.items()])


def read_changes(connection: sqlite3.Connection, since: int | None) -> Changes:
    """Begins a new period: transactions of the ones before are over then, as only one writes at a time. What changed
    before `since`, a mark, was read and goes."""
    with transaction(connection):
        connection.execute("UPDATE period SET number = number + 1")
        [(until,)] = connection.execute(_PERIOD)
        row = connection.execute("SELECT period FROM marks WHERE mark = ?", (since,)).fetchone()
        first = until if row is None else row[0]
        for table in ("changed", "erased", "marks"):
            connection.execute(f"DELETE FROM {table} WHERE period < ?", (first,))  # noqa: S608 - constants only
        mark = secrets.randbits(62)
        connection.execute("INSERT INTO marks VALUES (?, ?)", (until, mark))
    if row is None:
        return Changes([], mark, forgotten=since is not None)
    found = connection.execute(_CHANGED, (first, until)).fetchall()
    earliest = {(device_id, hour): time for device_id, hour, time, _ in found}
    taken = {(device_id, hour) for device_id, hour, _, whole in found if whole}
    return Changes(list(earliest), mark, earliest=earliest, taken=taken)
