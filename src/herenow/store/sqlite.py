"""Positions in one SQLite file: write-ahead log, every commit synced, one writer, a few readers."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar

from herenow.errors import BadRequest, StoreUnavailable
from herenow.model import geo
from herenow.model.device import Device, first_seen
from herenow.model.geo import Box
from herenow.model.position import MAX_AHEAD, Position
from herenow.store.base import Cluster, Span, Version
from herenow.store.sqlite_rows import FIELDS, position_of
from herenow.store.sqlite_writer import SqliteWriter

READERS = 2  # threads, each with a connection of its own
READ_DEADLINE = 10.0  # s
LOAD_DEADLINE = 600.0  # s, for what is read once at the start
_CHECK_EVERY = 100_000  # virtual machine steps between two looks at the clock

_T = TypeVar("_T")

_LATEST = """
SELECT d.device_id, n.name, n.kind, p.time, p.tie, latitude, longitude, altitude, speed, course, accuracy, battery,
  attributes, received, source
FROM newest n JOIN devices d ON d.id = n.device
JOIN positions p ON p.device = n.device AND p.time = n.time AND p.tie = n.tie
"""
_DISTANCES = f"""
SELECT device_id, sum(leg(latitude1, longitude1, time1, latitude, longitude, time)) FROM (
  SELECT d.device_id, p.time, latitude, longitude, lag(latitude) OVER way AS latitude1,
    lag(longitude) OVER way AS longitude1, lag(p.time) OVER way AS time1
  FROM devices d JOIN positions p ON p.device = d.id
  WHERE p.time >= ? AND p.time < ? AND p.time <= p.received + {MAX_AHEAD}
  WINDOW way AS (PARTITION BY p.device ORDER BY p.time, p.tie)
) WHERE time1 IS NOT NULL GROUP BY device_id
"""  # noqa: S608 - constants only
_TRACK = f"""
SELECT {FIELDS} FROM positions
WHERE device = (SELECT id FROM devices WHERE device_id = ?) AND time >= ? AND time < ? AND (time, tie) > (?, ?)
ORDER BY time, tie LIMIT ?
"""  # noqa: S608 - constants only
_CLUSTERS = """
SELECT avg(latitude), avg(longitude), count(*), count(DISTINCT p.device),
  min(longitude), min(latitude), max(longitude), max(latitude)
FROM devices d JOIN positions p ON p.device = d.id
WHERE p.time >= ? AND p.time < ? AND latitude BETWEEN ? AND ? AND longitude BETWEEN ? AND ?
GROUP BY CAST((longitude + 180) / ? AS INTEGER), CAST((latitude + 90) / ? AS INTEGER)
"""


class SqliteStore:
    """Use it as `async with SqliteStore(path)`; leaving commits what was handed over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = SqliteWriter(path)
        self._readers = ThreadPoolExecutor(READERS, "sqlite-reader")
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._writer.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._writer.stop()
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._opened:
            connection.close()

    async def write(self, positions: Sequence[Position]) -> None:
        await self._writer.write(positions)

    async def latest(self) -> Sequence[Device]:
        return [_device(found) for found in await self._read(_LATEST, (), LOAD_DEADLINE)]

    async def distances(self, span: Span) -> Mapping[str, float]:
        return dict(await self._read(_DISTANCES, (span.start, span.end), LOAD_DEADLINE))

    async def track(self, device_id: str, span: Span, after: Version | None, limit: int) -> Sequence[Position]:
        time, tie = after or (span.start, -1)
        rows = await self._read(_TRACK, (device_id, span.start, span.end, time, tie, limit))
        return [position_of(device_id, found) for found in rows]

    async def clusters(self, box: Box, span: Span, cell: tuple[float, float]) -> Sequence[Cluster]:
        found: list[Cluster] = []
        for part in _uncrossed(box):
            values = (span.start, span.end, part.south, part.north, part.west, part.east, *cell)
            rows = await self._read(_CLUSTERS, values)
            found += [Cluster(row[0], row[1], row[2], row[3], (row[4], row[5], row[6], row[7])) for row in rows]
        return found

    async def _read(self, query: str, values: tuple[object, ...], deadline: float = READ_DEADLINE) -> list[Any]:
        def fetch(connection: sqlite3.Connection) -> list[Any]:
            return connection.execute(query, values).fetchall()

        return await asyncio.get_running_loop().run_in_executor(self._readers, self._with_deadline, fetch, deadline)

    def _with_deadline(self, fetch: Callable[[sqlite3.Connection], _T], deadline: float) -> _T:
        try:
            connection = self._reading_connection()
            end = time.monotonic() + deadline
            connection.set_progress_handler(lambda: time.monotonic() > end, _CHECK_EVERY)
            return fetch(connection)
        except sqlite3.OperationalError as error:
            if "interrupted" in str(error):
                raise BadRequest(
                    f"there is more than can be read in {deadline:.0f} s; ask for a shorter time or a smaller box"
                ) from error
            raise StoreUnavailable(f"cannot read {self._path.name}: {error}") from error

    def _reading_connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False
            )
            connection.create_function("leg", 6, _leg, deterministic=True)
            self._local.connection = connection
            self._opened.append(connection)
        return connection


def _device(found: Sequence[Any]) -> Device:
    device = first_seen(position_of(found[0], found[3:]))
    return Device(device.position, found[1], found[2], device.course, device.speed, 0.0, device.day)


def _leg(latitude1: float, longitude1: float, time1: int, latitude2: float, longitude2: float, time2: int) -> float:
    metres = geo.distance(latitude1, longitude1, latitude2, longitude2)
    return metres if geo.counted(metres, time2 - time1) else 0.0


def _uncrossed(box: Box) -> list[Box]:
    """The box as one or two that do not cross the 180th meridian."""
    if box.west <= box.east:
        return [box]
    return [Box(box.west, box.south, 180.0, box.north), Box(-180.0, box.south, box.east, box.north)]
