"""How fast is history when it is long?

    [HERENOW_BENCH_CASSANDRA=cassandra://127.0.0.1:9042/bench?replication=1] python -m benchmarks.history [millions ...]

A day of 10,000 devices in so many million positions (1 by default), and a year of one device with a quarter
as many. Rollups are made of all of it, then read as a map does: tiles around the places where most is, "cold" the first
time after opening the store, "warm" again. SQLite always; Cassandra where the environment names a keyspace, which must
not exist yet and is dropped at the end.
"""

import asyncio
import contextlib
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.server import machine, percentile
from herenow.history.export.csv import CsvExport
from herenow.history.export.export import export
from herenow.history.queries import vector_tiles
from herenow.history.queries.replay_blocks import read_block
from herenow.history.queries.tiles import Filter, Tile, read_tile
from herenow.history.rollups.builder import Rollup
from herenow.history.rollups.days import read_figures, read_level
from herenow.history.rollups.keys import day_parts
from herenow.history.tracks.line import encode_line
from herenow.history.tracks.simplify import level_for
from herenow.history.tracks.summary import sum_of
from herenow.model.clock import DAY, HOUR
from herenow.model.device import first_seen
from herenow.model.geo.mercator import columns_or_rows, project
from herenow.model.position import Position
from herenow.store.cassandra.session import open_session
from herenow.store.cassandra.store import CassandraStore, apply_schema
from herenow.store.cassandra.url import read_cassandra_url
from herenow.store.port import Span, Store
from herenow.store.sqlite.store import SqliteStore

FLEET = 10_000
DELIVERY = 2000  # positions
START = (time.time_ns() // 1_000_000 // DAY - 400) * DAY
YEAR = 365 * DAY
PLACE = (24.94, 60.17)  # of the fleet's city
ZOOMS = (0, 4, 8, 10, 12, 13, 14, 16)
TILES = 20  # requested at a zoom

Opened = Callable[[], "contextlib.AbstractAsyncContextManager[Store]"]


def drive(device_id: str, count: int, span: int) -> Iterator[Position]:
    """One that goes for an hour, stands for another, and so on."""
    chance = random.Random(device_id)
    longitude, latitude = PLACE[0] + chance.gauss(0, 0.1), PLACE[1] + chance.gauss(0, 0.05)
    heading, step = chance.random() * math.tau, span // count
    for number in range(count):
        moment = number * step
        going = (moment // HOUR + len(device_id)) % 2 == 0
        if going:
            heading += chance.gauss(0, 0.2)
            far = min(30.0, 12.0 * step / 1000) / 111_000 * 10
            longitude, latitude = longitude + far * math.sin(heading) * 2, latitude + far * math.cos(heading)
            latitude, longitude = max(59.9, min(60.4, latitude)), max(24.4, min(25.5, longitude))
        jitter = 0.0 if going else chance.gauss(0, 2e-5)
        yield Position(
            device_id, START + moment + number % 900, number, latitude + jitter, longitude + jitter,
            speed=12.0 if going else 0.0, course=math.degrees(heading) % 360, received=START, source="bench",
        )  # fmt: skip


async def fill(store: Store, millions: float) -> int:
    each = int(millions * 1e6 / FLEET)
    waiting: list[Position] = []
    count = 0
    tracks = [drive(f"van-{number}", each, DAY) for number in range(FLEET)]
    tracks.append(drive("year", int(millions * 250_000), YEAR))
    for track in tracks:
        for position in track:
            waiting.append(position)
            if len(waiting) == DELIVERY:
                count += len(waiting)
                await _write(store, waiting)
                waiting = []
    await _write(store, waiting)
    return count + len(waiting)


async def _write(store: Store, positions: list[Position]) -> None:
    newest = {position.device_id: first_seen(position) for position in positions}
    await store.write(positions, list(newest.values()))


async def timed(work: Awaitable[Any]) -> tuple[float, Any]:
    """ms"""
    began = time.perf_counter()
    found = await work
    return (time.perf_counter() - began) * 1000, found


def around(zoom: int) -> list[Tile]:
    """Tiles where the fleet is."""
    chance = random.Random(zoom)
    found = []
    for _ in range(TILES):
        longitude, latitude = PLACE[0] + chance.gauss(0, 0.05), PLACE[1] + chance.gauss(0, 0.02)
        found.append(tile_at(longitude, latitude, zoom))
    return found


def tile_at(longitude: float, latitude: float, zoom: int) -> Tile:
    column, row = (columns_or_rows(zoom, share) for share in project(np.array([longitude]), np.array([latitude])))
    return Tile(zoom, int(column[0]), int(row[0]))


async def tile(store: Store, wanted: Tile, span: Span) -> int:
    found = await read_tile(store.rollups, wanted, span, Filter())
    return len(await asyncio.to_thread(vector_tiles.encode, found, wanted))


async def tiles(opened: Opened, span: Span) -> Iterator[str]:
    rows = []
    for zoom in ZOOMS:
        figures: list[str] = []
        async with opened() as store:
            for _ in range(2):
                took = sorted([(await timed(tile(store, wanted, span)))[0] for wanted in around(zoom)])
                figures += [f"{percentile(took, 0.5):.0f}", f"{percentile(took, 0.95):.0f}"]
            size = await tile(store, around(zoom)[0], span)
        rows.append(f"| {zoom} | {' | '.join(figures)} | {size / 1000:.1f} |")
    return iter(rows)


async def longest(store: Store) -> Iterator[tuple[str, str]]:
    """What a map requests of the year, and of the fleet's day."""
    year = Span(START, START + YEAR)

    async def line(zoom: int) -> int:
        level = level_for(zoom)
        assert level is not None
        return len(encode_line("year", await read_level(store.rollups, "year", level, year), level))

    async def whole() -> int:
        return sum([len(piece) async for piece in export(store, CsvExport(), ["year"], year)])

    async def fleet() -> int:
        parts = [(part, b"", b"\xff" * 600) for part in day_parts(START // DAY)]
        rows = [value for some in await store.rollups.get(parts) for _, value in some]
        return sum_of(map(read_figures, rows)).positions

    async def block(level: int) -> int:
        return len(await read_block(store.rollups, START // HOUR + 5, level))

    found = []
    for name, work in (
        ("a year of one device at zoom 8", line(8)),
        ("the same at zoom 10", line(10)),
        ("the same at zoom 12", line(12)),
        ("the day of the fleet, summed", fleet()),
        ("an hour of the fleet to be played, whole", block(0)),
        ("the same at one position in ten seconds", block(1)),
        ("the same at one in a minute", block(2)),
        ("the year as CSV, whole", whole()),
    ):
        took, size = await timed(work)
        found.append((name, f"{took:.0f} ms | {size / 1000:,.0f}"))
    return iter(found)


async def measure(name: str, opened: Opened, millions: float) -> None:
    async with opened() as store:
        began = time.perf_counter()
        count = await fill(store, millions)
        filled = time.perf_counter() - began
        began, used = time.perf_counter(), time.process_time()
        await Rollup(store).rebuild()
        took, used = time.perf_counter() - began, time.process_time() - used
    print(f"\n### {name}, {count:,} positions\n\nWritten in {filled:.0f} s; rollups made in {took:.0f} s, "
          f"{used / count * 1e6:.1f} µs of processor time a position.\n", flush=True)  # fmt: skip
    for what, span in (("the day", Span(START, START + DAY)), ("the year", Span(START, START + YEAR))):
        print(f"| zoom, {what} | cold p50 ms | p95 | warm p50 ms | p95 | kB |\n| --: | --: | --: | --: | --: | --: |")
        print("\n".join(await tiles(opened, span)) + "\n", flush=True)
    async with opened() as store:
        print("| | took | thousands of bytes, or positions |\n| --- | --: | --: |")
        print("\n".join([f"| {what} | {figure} |" for what, figure in await longest(store)]), flush=True)


@contextlib.asynccontextmanager
async def keyspace(url: str) -> AsyncIterator[Opened]:
    parsed = read_cassandra_url(url)
    await apply_schema(parsed)
    try:
        yield lambda: CassandraStore(parsed)
    finally:
        session = await open_session(parsed, 60)
        await session.run(f"DROP KEYSPACE {parsed.keyspace}")
        await session.close()


async def main() -> None:
    print(f"{machine()}; {FLEET:,} devices in a day, and one in a year")
    for millions in [float(text) for text in sys.argv[1:]] or [1.0]:
        with tempfile.TemporaryDirectory(prefix="herenow-bench-") as folder:
            path = Path(folder) / "bench.db"
            await measure("SQLite", lambda path=path: SqliteStore(path), millions)  # type: ignore[misc]
            print(f"\nPositions {_megabytes(path):,.0f} MB, rollups {_megabytes(Path(f'{path}.rollups')):,.0f} MB.")
        if url := os.environ.get("HERENOW_BENCH_CASSANDRA"):
            async with keyspace(url) as opened:
                await measure("Cassandra", opened, millions)


def _megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


if __name__ == "__main__":
    asyncio.run(main())
