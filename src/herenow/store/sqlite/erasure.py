"""Taking positions away for good, in SQLite: some thousands at a time, so that who writes meanwhile waits for
milliseconds."""

import sqlite3
from collections.abc import Callable, Mapping

from herenow.model.clock import HOUR
from herenow.store.port import Span

CHUNK = 5000  # positions in one transaction
ALL = Span(-(2**63), 2**63 - 1)

_NUMBER = "SELECT id FROM devices WHERE device_id = ?"
_EDGE = f"""
SELECT time FROM positions WHERE device = ? AND time >= ? AND time < ? ORDER BY time LIMIT 1 OFFSET {CHUNK - 1}
"""  # noqa: S608 - constants only
# Whole hours before 1970 as well: division in SQLite rounds towards zero.
_MARK = f"""
INSERT OR IGNORE INTO changed
SELECT DISTINCT number, device, (time - ((time % {HOUR}) + {HOUR}) % {HOUR}) / {HOUR} FROM period, positions
WHERE device = ? AND time >= ? AND time < ?
"""  # noqa: S608 - constants only
_DROP = "DELETE FROM positions WHERE device = ? AND time >= ? AND time < ?"
_KEEP_MARKS = """
INSERT OR IGNORE INTO erased SELECT number, ?, hour FROM period, (SELECT DISTINCT hour FROM changed WHERE device = ?)
"""
_TRACES = {
    "positions": "SELECT count(*) FROM positions p JOIN devices d ON d.id = p.device WHERE device_id = ?",
    "devices": "SELECT count(*) FROM devices WHERE device_id = ?",
    "changes": """SELECT (SELECT count(*) FROM erased WHERE device_id = ?1)
      + (SELECT count(*) FROM changed c JOIN devices d ON d.id = c.device WHERE device_id = ?1)""",
}


def number_of(connection: sqlite3.Connection, device_id: str) -> int | None:
    """The number of a device in the tables; None where it is unknown."""
    row = connection.execute(_NUMBER, (device_id,)).fetchone()
    return None if row is None else int(row[0])


def drop_some(connection: sqlite3.Connection, number: int, span: Span) -> bool:
    """The first CHUNK positions of a device in the span go, those of the same ms as the last of them, too, and their
    hours are marked. False where that was all."""
    edge = connection.execute(_EDGE, (number, span.start, span.end)).fetchone()
    values = (number, span.start, span.end if edge is None else min(span.end, edge[0] + 1))
    connection.execute(_MARK, values)
    connection.execute(_DROP, values)
    return edge is not None


def erase_rest(connection: sqlite3.Connection, device_id: str) -> None:
    """What is left of a device goes, whatever it is; marks of its hours stay, under its id instead of its number."""
    number = number_of(connection, device_id)
    if number is None:
        return
    while drop_some(connection, number, ALL):
        pass
    connection.execute(_KEEP_MARKS, (device_id, number))
    for table, column in (("changed", "device"), ("newest", "device"), ("devices", "id")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))  # noqa: S608 - constants only


def in_transaction(connection: sqlite3.Connection, do: Callable[[], bool]) -> bool:
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = do()
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return done


def traces(connection: sqlite3.Connection, device_id: str) -> Mapping[str, int]:
    return {name: connection.execute(query, (device_id,)).fetchone()[0] for name, query in _TRACES.items()}
