"""Taking positions away for good, in SQLite: some thousands at a time, so that who writes meanwhile waits for
milliseconds."""

import sqlite3
from collections.abc import Mapping

from herenow.model.clock import HOUR
from herenow.store.port import Span
from herenow.store.sqlite.recent import take_out

CHUNK = 5000  # positions of an older Herenow, or
BLOCKS = 24  # hours of a device in one transaction
ALL = Span(-(2**63), 2**63 - 1)

_NUMBER = "SELECT id FROM devices WHERE device_id = ?"
_EDGE = f"""
SELECT time FROM positions WHERE device = ? AND time >= ? AND time < ? ORDER BY time LIMIT 1 OFFSET {CHUNK - 1}
"""  # noqa: S608 - constants only
# Whole hours before 1970 as well: division in SQLite rounds towards zero.
_MARK_OLD = f"""
INSERT OR REPLACE INTO changed (period, device, hour)
SELECT DISTINCT number, device, (time - ((time % {HOUR}) + {HOUR}) % {HOUR}) / {HOUR} FROM period, positions
WHERE device = ? AND time >= ? AND time < ?
"""  # noqa: S608 - constants only
_DROP_OLD = "DELETE FROM positions WHERE device = ? AND time >= ? AND time < ?"
_HOURS = f"SELECT DISTINCT hour FROM blocks WHERE device = ? AND hour >= ? AND hour < ? ORDER BY hour LIMIT {BLOCKS}"  # noqa: S608 - constants only
_MARK = "INSERT OR REPLACE INTO changed (period, device, hour) SELECT number, ?, ? FROM period"
_DROP = "DELETE FROM blocks WHERE device = ? AND hour = ?"
_KEEP_MARKS = """
INSERT OR IGNORE INTO erased SELECT number, ?, hour FROM period, (SELECT DISTINCT hour FROM changed WHERE device = ?)
"""
_TRACES = {
    "devices": "SELECT count(*) FROM devices WHERE device_id = ?",
    "changes": """SELECT (SELECT count(*) FROM erased WHERE device_id = ?1)
      + (SELECT count(*) FROM changed c JOIN devices d ON d.id = c.device WHERE device_id = ?1)""",
}


def number_of(connection: sqlite3.Connection, device_id: str) -> int | None:
    """The number of a device in the tables; None where it is unknown."""
    row = connection.execute(_NUMBER, (device_id,)).fetchone()
    return None if row is None else int(row[0])


def drop_some(connection: sqlite3.Connection, device_id: str, span: Span) -> bool:
    """Some positions of a device in a span of whole hours go, and their hours are marked. False where none is left."""
    number = number_of(connection, device_id)
    if number is None:
        return False
    hours = _drop_blocks(connection, number, span)
    if not hours:
        if _drop_old(connection, number, span):
            return True
        # Last, as it reads all that is not in blocks yet. What a compaction has read of it is found by this.
        hours = {time // HOUR for time in take_out(connection, device_id, span)}
    connection.executemany(_MARK, [(number, hour) for hour in hours])
    return bool(hours)


def _drop_blocks(connection: sqlite3.Connection, number: int, span: Span) -> set[int]:
    """The hours that went."""
    found = connection.execute(_HOURS, (number, span.start // HOUR, -(-span.end // HOUR)))
    hours = {hour for (hour,) in found.fetchall()}
    connection.executemany(_DROP, [(number, hour) for hour in hours])
    return hours


def _drop_old(connection: sqlite3.Connection, number: int, span: Span) -> bool:
    """The first CHUNK positions, and those of the same ms as the last of them. False where that was all."""
    edge = connection.execute(_EDGE, (number, span.start, span.end)).fetchone()
    values = (number, span.start, span.end if edge is None else min(span.end, edge[0] + 1))
    connection.execute(_MARK_OLD, values)
    connection.execute(_DROP_OLD, values)
    return edge is not None


def erase_rest(connection: sqlite3.Connection, device_id: str) -> None:
    """What is left of a device goes, whatever it is; marks of its hours stay, under its id instead of its number."""
    number = number_of(connection, device_id)
    if number is None:
        return
    while drop_some(connection, device_id, ALL):
        pass
    take_out(connection, device_id, None)
    connection.execute(_KEEP_MARKS, (device_id, number))
    for table, column in (("changed", "device"), ("unmerged", "device"), ("newest", "device"), ("devices", "id")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))  # noqa: S608 - constants only


def traces(connection: sqlite3.Connection, device_id: str) -> Mapping[str, int]:
    return {name: connection.execute(query, (device_id,)).fetchone()[0] for name, query in _TRACES.items()}
