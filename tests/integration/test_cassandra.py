"""What only Cassandra has: it may be away, its tables are made apart, and its limits are those of a cluster."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from herenow.errors import BadRequest, SettingsError, StoreUnavailable, Unavailable
from herenow.model.clock import DAY, HOUR, MINUTE, now
from herenow.model.device import first_seen
from herenow.model.position import Position
from herenow.store.cassandra import writer
from herenow.store.cassandra.rows import bucket
from herenow.store.cassandra.schema import SCHEMA_VERSION, statements
from herenow.store.cassandra.session import Row, open_session
from herenow.store.cassandra.store import CassandraStore, apply_schema
from herenow.store.cassandra.url import CassandraUrl, read_cassandra_url
from herenow.store.port import Span
from tests.services.cassandra import Cassandra
from tests.support import stores
from tests.support.positions import NOW, position

BACK_WITHIN = 15.0  # s after the node serves again
FAILS_WITHIN = 10.0  # s, as the port promises

keyspace = stores.keyspace  # a fixture is found where it is named


@pytest.fixture
def url(cassandra_url: str) -> CassandraUrl:
    """A keyspace that is not made yet, for one test."""
    return read_cassandra_url(cassandra_url)


@pytest.fixture
def shared(keyspace: str) -> CassandraUrl:
    """A keyspace that is empty, and whose tables a test leaves as they are."""
    return read_cassandra_url(keyspace)


@pytest.fixture
async def store(shared: CassandraUrl) -> AsyncIterator[CassandraStore]:
    await stores.empty(shared)
    async with CassandraStore(shared) as opened:
        yield opened


class StrictCassandra(Cassandra):
    """Refuses batches of a size that it would only warn of."""

    def _configuration(self) -> dict[str, object]:
        return super()._configuration() | {"batch_size_fail_threshold": "5KiB"}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cassandra]:
    """A node that a test may stop, and starts again; each test has a keyspace of its own. It asks for a password, so
    that no other has to be started for the tests of that."""
    with StrictCassandra(tmp_path_factory.mktemp("own"), authenticator=True) as node:
        yield node


async def ask(url: CassandraUrl, query: str) -> list[Row]:
    session = await open_session(url)
    try:
        return await session.run(query)
    finally:
        await session.close()


async def reason(store: CassandraStore) -> str:
    with pytest.raises(StoreUnavailable) as failed:
        await store.latest()
    assert "\n" not in str(failed.value)
    return str(failed.value)


async def write(store: CassandraStore, *positions: Position) -> None:
    last = {each.device_id: each for each in positions}
    await store.write(positions, [first_seen(newest) for newest in last.values()])


async def written_again(store: CassandraStore, fix: Position) -> None:
    """Tries until it succeeds, as the recorder does."""
    end = time.monotonic() + BACK_WITHIN
    while True:
        try:
            return await write(store, fix)
        except StoreUnavailable:
            assert time.monotonic() < end
            await asyncio.sleep(0.2)


async def test_a_store_that_is_not_there_says_where_it_was_looked_for() -> None:
    async with CassandraStore(CassandraUrl(("127.0.0.1",), "away", port=1)) as store:
        assert "cannot reach Cassandra at 127.0.0.1:1" in await reason(store)
        with pytest.raises(StoreUnavailable, match="cannot reach"):
            await write(store, position("a"))


async def test_tables_that_are_missing_are_looked_up_until_they_come(url: CassandraUrl) -> None:
    async with CassandraStore(url) as store:
        assert f"keyspace {url.keyspace} does not exist; run `herenow schema`" in await reason(store)
        await apply_schema(url)
        await written_again(store, position("a"))
        assert len(await store.latest()) == 1


async def test_applying_the_schema_again_changes_nothing(url: CassandraUrl) -> None:
    await apply_schema(url)
    tables = f"SELECT table_name, id FROM system_schema.tables WHERE keyspace_name = '{url.keyspace}'"  # noqa: S608
    before = await ask(url, tables)
    async with CassandraStore(url) as store:
        await write(store, position("a"))
        await apply_schema(url)
        await write(store, position("b"))
        assert len(await store.latest()) == 2
    assert await ask(url, tables) == before


async def test_tables_of_another_version_are_left_alone(url: CassandraUrl) -> None:
    await apply_schema(url)
    table = f"{url.keyspace}.schema_version"
    await ask(url, f"UPDATE {table} SET version = {SCHEMA_VERSION + 1} WHERE name = 'herenow'")  # noqa: S608
    with pytest.raises(SettingsError, match="run a newer Herenow"):
        await apply_schema(url)
    async with CassandraStore(url) as store:
        assert f"is version {SCHEMA_VERSION + 1}, this program knows {SCHEMA_VERSION}" in await reason(store)
    await ask(url, f"UPDATE {table} SET version = 0 WHERE name = 'herenow'")  # noqa: S608
    async with CassandraStore(url) as store:
        assert "run `herenow schema`" in await reason(store)


async def test_devices_that_version_2_wrote_are_read_and_report_again(url: CassandraUrl) -> None:
    added = ("ahead boolean", "heard bigint", "contact blob")
    for statement in statements(url, "datacenter1"):
        if not statement.startswith("ALTER TYPE"):
            older = [line for line in statement.split("\n") if not line.strip().startswith(added)]
            await ask(url, re.sub(r"(distance_day int),", r"\1", "\n".join(older)))
    value = f"{{time: {NOW}, tie: 7, latitude: 60, longitude: 25, received: {NOW}, source: 'old', distance: 0}}"
    row = f"({bucket('a')}, 'a', {value}) USING TIMESTAMP {NOW * 1000}"
    await ask(url, f"INSERT INTO {url.keyspace}.latest (bucket, device_id, value) VALUES {row}")  # noqa: S608
    await apply_schema(url)
    async with CassandraStore(url) as store:
        (device,) = await store.latest()
        assert (device.position.time, device.last_heard, device.ahead, device.contact) == (NOW, NOW, False, None)
        await write(store, position("a", NOW + 5000))
        (device,) = await store.devices(["a"])
        assert (device.last_heard, device.offset) == (NOW + 5000, None)


async def test_positions_expire_by_windows(url: CassandraUrl) -> None:
    for ttl_days, window in ((90, "4"), (7, "1"), (0, "30")):
        await apply_schema(msgspec.structs.replace(url, ttl_days=ttl_days))
        ttl, compaction = await options(url, "positions")
        assert ttl == ttl_days * 86_400
        assert compaction["class"].endswith("TimeWindowCompactionStrategy")
        assert (compaction["compaction_window_size"], compaction["compaction_window_unit"]) == (window, "DAYS")
        assert (await options(url, "devices_of_day"))[0] == 2 * ttl


async def options(url: CassandraUrl, table: str) -> Row:
    where = f"keyspace_name = '{url.keyspace}' AND table_name = '{table}'"
    query = f"SELECT default_time_to_live, compaction FROM system_schema.tables WHERE {where}"  # noqa: S608
    return (await ask(url, query))[0]


async def test_a_position_is_kept_so_long_and_its_unknown_fields_are_no_deletions(url: CassandraUrl) -> None:
    await apply_schema(msgspec.structs.replace(url, ttl_days=7))
    async with CassandraStore(url) as store:
        await write(store, position("a", speed=1.0))
    columns = "ttl(latitude), ttl(altitude), writetime(altitude), writetime(speed), altitude"
    query = f"SELECT {columns} FROM {url.keyspace}.positions"  # noqa: S608
    ((kept_for, altitude, written, speed, value),) = await ask(url, query)
    assert 6 * 86_400 < kept_for <= 7 * 86_400
    assert (altitude, written, value) == (None, None, None)
    assert abs(speed / 1e6 - time.time()) < 60  # when it was written, not when it was fixed: the windows need that


async def test_newest_positions_are_written_with_the_time_of_the_fix(
    shared: CassandraUrl, store: CassandraStore
) -> None:
    fix = msgspec.structs.replace(position("a"), tie=2**31)
    await write(store, fix)
    query = f"SELECT writetime(value) FROM {shared.keyspace}.latest"  # noqa: S608
    assert await ask(shared, query) == [(NOW * 1000 + 500,)]


@pytest.mark.parametrize("name", ["", "x" * 70_000])
async def test_a_value_that_the_server_refuses_does_not_look_like_a_failure_of_the_server(
    store: CassandraStore, name: str
) -> None:
    impossible = msgspec.structs.replace(position("a"), device_id=name)
    with pytest.raises(BadRequest, match="refused a value: Key ") as failed:
        await write(store, position("before"), impossible)
    assert not isinstance(failed.value, Unavailable)
    await write(store, position("after"))
    assert "after" in {device.device_id for device in await store.latest()}
    with pytest.raises(BadRequest, match="refused a value: Key "):
        await store.track(name, Span(0, NOW), None, 1)


async def test_tables_that_go_away_are_no_fault_of_a_value(url: CassandraUrl) -> None:
    await apply_schema(url)
    async with CassandraStore(url) as store:
        await write(store, position("a"))
        await ask(url, f"DROP TABLE {url.keyspace}.positions")
        with pytest.raises(StoreUnavailable):
            await write(store, position("a"))
        with pytest.raises(StoreUnavailable):
            await store.track("a", Span(0, 2 * NOW), None, 1)


async def test_the_index_is_written_anew_every_ten_minutes_as_it_may_have_expired_or_been_erased(
    shared: CassandraUrl, store: CassandraStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    start = now()
    for passed in (0, 9 * MINUTE, 10 * MINUTE, DAY, DAY - HOUR):  # the clock may be set back
        monkeypatch.setattr(writer, "now", lambda passed=passed: start + passed)
        await stores.empty(shared)
        await write(store, position("a"))
        found.append(len(await store.track("a", Span(0, 2 * NOW), None, 9)))
    assert found == [1, 0, 1, 1, 1]


async def test_batches_stay_below_what_the_server_warns_of(own: Cassandra) -> None:
    url = read_cassandra_url(own.url("batches"))
    await apply_schema(url)
    long = {f"key{n}": "x" * 30 for n in range(90)}  # as much as a report may say
    fleet = [position(f"{'d' * 100}{n}", attributes=long) for n in range(40)]
    plain = [position(f"plain {n}", NOW + m, speed=1.0, course=2.0, altitude=3.0) for n in range(500) for m in range(2)]
    middle = [position(f"middle {n}", attributes={"text": "x" * (n * 5)}) for n in range(200)]
    one = [position("one", NOW + n, attributes=long if n % 9 == 0 else None) for n in range(500)]
    async with CassandraStore(url) as store:
        for delivery in (fleet, plain, middle, one, fleet[:5] + plain[:50] + one[:30]):
            await write(store, *delivery)
        assert len(await store.latest()) == 741
        assert len(await store.track("one", Span(NOW, NOW + 500), None, 1000)) == 500
    counted = await ask(url, "SELECT max FROM system_views.batch_metrics WHERE name = 'partitions_per_unlogged_batch'")
    assert counted == [(10,)]


async def test_a_stalled_node_fails_in_time_and_is_used_again(own: Cassandra) -> None:
    url = read_cassandra_url(own.url("stalled"))
    await apply_schema(url)
    async with CassandraStore(url) as store:
        await write(store, position("before"))
        own.pause()
        started = time.monotonic()
        with pytest.raises(StoreUnavailable, match="did not answer within"):
            await write(store, *(position(f"d{n}") for n in range(2000)))
        assert time.monotonic() - started < FAILS_WITHIN
        await asyncio.sleep(1)
        own.resume()
        await written_again(store, position("after"))
        assert {"before", "after"} <= {device.device_id for device in await store.latest()}


async def test_a_write_of_many_slow_rounds_fails_in_time(own: Cassandra, monkeypatch: pytest.MonkeyPatch) -> None:
    url = read_cassandra_url(own.url("slow"))
    await apply_schema(url)
    monkeypatch.setattr(writer, "WRITE_WITHIN", 0.5)
    async with CassandraStore(url) as store:
        await write(store, position("before"))
        own.pause()
        with pytest.raises(StoreUnavailable, match=r"did not finish within 0\.5 s; it is stalled or overloaded"):
            await write(store, *(position(f"d{n}") for n in range(2000)))
        own.resume()
        await written_again(store, position("after"))
        assert {"before", "after"} <= {device.device_id for device in await store.latest()}


async def test_a_node_that_was_down_for_long_is_used_again(own: Cassandra) -> None:
    url = read_cassandra_url(own.url("down"))
    await apply_schema(url)
    async with CassandraStore(url) as store:
        await write(store, position("before"))
        own.kill()
        assert "cannot reach" in await reason(store)
        await asyncio.sleep(3)  # and as long as it starts: longer than the driver's longest pause, some times over
        assert "cannot reach" in await reason(store)
        await asyncio.to_thread(own.start)
        await written_again(store, position("after"))
        assert {device.device_id for device in await store.latest()} == {"before", "after"}


async def test_a_user_without_rights_learns_which_are_missing(own: Cassandra) -> None:
    root = read_cassandra_url(own.url("herenow"))
    await apply_schema(root)
    own.execute("CREATE ROLE guest WITH PASSWORD = 'p@ss/word' AND LOGIN = true")
    wrong = msgspec.structs.replace(root, password="no")  # noqa: S106
    async with CassandraStore(wrong) as store:
        assert await reason(store) == (
            f"wrong user or password for Cassandra at 127.0.0.1:{own.port}, user 'cassandra'; "
            "correct them in HERENOW_STORE"
        )
    guest = read_cassandra_url(f"cassandra://guest:p%40ss%2Fword@127.0.0.1:{own.port}/herenow?replication=1")
    async with CassandraStore(guest) as store:
        message = await reason(store)
        assert "GRANT SELECT, MODIFY ON KEYSPACE herenow TO guest" in message
    with pytest.raises(StoreUnavailable, match="GRANT"):
        await apply_schema(guest)
    own.execute("GRANT SELECT ON KEYSPACE herenow TO guest")
    own.execute("GRANT MODIFY ON KEYSPACE herenow TO guest")
    async with CassandraStore(guest) as store:
        await written_again(store, position("a"))
