"""Empty stores of each kind, and what tests of any store do with them.

A test file names the fixtures that it uses: `keyspace, url, store = stores.keyspace, stores.url, stores.store`.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

import herenow.store.cassandra.store
import herenow.store.sqlite.compaction
import herenow.store.sqlite.writer
from herenow.model.device import advance
from herenow.model.position import Position
from herenow.store.cassandra.session import in_parallel, open_session
from herenow.store.cassandra.store import CassandraStore, apply_schema
from herenow.store.cassandra.url import CassandraUrl, read_cassandra_url
from herenow.store.port import Span, Store
from herenow.store.sqlite.store import SqliteStore
from tests.services.cassandra import Cassandra, GivenCassandra
from tests.support.patience import PATIENCE
from tests.support.positions import NOW

EVER = Span(0, NOW * 2)
TABLES = ("positions", "latest", "days", "devices_of_day", "days_of_device", "changed", "rollups", "leases")


@pytest.fixture(scope="module")
def keyspace(cassandra: Cassandra | GivenCassandra) -> Iterator[str]:
    """The URL of a keyspace for the tests of one file, named but not made: making and dropping one takes a second."""
    name = f"test_{uuid4().hex[:12]}"
    yield cassandra.url(name)
    cassandra.execute(f"DROP KEYSPACE IF EXISTS {name}")


@pytest.fixture(params=["sqlite", "compacted", "cassandra"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty store; the second is SQLite that puts what it stores into blocks at once."""
    if request.param != "cassandra":
        return str(tmp_path / request.param / "positions.db")
    given: str = request.getfixturevalue("keyspace")
    await empty(read_cassandra_url(given))
    return given


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    async with opened(url) as found:
        yield found


async def empty(url: CassandraUrl) -> None:
    """Makes the tables where they are not there; else they are as new, but for what a table was altered to."""
    session = await open_session(url, PATIENCE)
    try:
        where = f"keyspace_name = '{url.keyspace}'"
        if not await session.run(f"SELECT keyspace_name FROM system_schema.keyspaces WHERE {where}"):  # noqa: S608
            await apply_schema(url)
            return

        async def truncate(table: str) -> None:
            await session.run(f"TRUNCATE {url.keyspace}.{table}")

        await in_parallel(TABLES, truncate, len(TABLES))
    finally:
        await session.close()


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    if not url.startswith("cassandra:"):
        eager = eager_compaction() if Path(url).parent.name == "compacted" else contextlib.nullcontext()
        with eager:
            async with SqliteStore(Path(url)) as sqlite:
                yield sqlite
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(herenow.store.cassandra.store, "open_session", partial(open_session, request_within=PATIENCE))
        async with CassandraStore(read_cassandra_url(url)) as cassandra:
            yield cassandra


@contextlib.contextmanager
def eager_compaction() -> Iterator[None]:
    """Each commit is compacted, and each hour merged."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"MOST_BATCHES": 1, "BRIEF_BLOCKS": 2, "STEP": 1, "ROWS": 1, "SETTLED": 0}.items():
            patch.setattr(herenow.store.sqlite.compaction, name, value)
        patch.setattr(herenow.store.sqlite.writer, "SHARE", 1.0)
        yield


async def keep(store: Store, positions: list[Position]) -> None:
    """Writes as a recorder does: positions, and the devices that they move."""
    before = {device.device_id: device for device in await store.latest()}
    moves = advance(before, positions)
    await store.write(positions, list({device.device_id: device for device in moves}.values()))


async def track(store: Store, device_id: str, span: Span = EVER) -> list[Position]:
    return list(await store.track(device_id, span, None, 10_000))
