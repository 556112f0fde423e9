"""Examines Cassandra: whether it may be used, and whether its settings keep what is acknowledged."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from herenow.errors import StoreUnavailable
from herenow.model.clock import now
from herenow.model.finding import Finding, fault, good, warning
from herenow.store.cassandra.schema import check_schema
from herenow.store.cassandra.session import CassandraSession, open_session
from herenow.store.cassandra.url import CassandraUrl

CONNECT_WITHIN = 3.0  # s
CLOCK_APART = 2_000  # ms
SAFE = 3  # copies with which a quorum has what is acknowledged, though one node loses its memory

_LOCAL = "SELECT release_version, data_center, toUnixTimestamp(now()) FROM system.local"
_PEERS = "SELECT peer, native_address, native_port, data_center, release_version FROM system.peers_v2"
_COPIES = "SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = '{}'"
_SYNC = "SELECT value FROM system_views.settings WHERE name = 'commitlog_sync'"


async def inspect(url: CassandraUrl) -> AsyncIterator[Finding]:
    try:
        session = await open_session(url)
    except StoreUnavailable as error:
        yield fault("store", str(error), "until then positions wait in the bus, or devices get 503")
        return
    try:
        async for finding in _inspect(session, url):
            yield finding
    except StoreUnavailable as error:
        yield fault("store", str(error), "see the log of Cassandra")
    finally:
        await session.close()


async def _inspect(session: CassandraSession, url: CassandraUrl) -> AsyncIterator[Finding]:
    [(version, datacenter, time)] = await session.run(_LOCAL)
    yield good("store", f"Cassandra {version} at {url.place} answers, datacenter {datacenter}")
    yield _clock(int(time) - now(), url)
    try:
        await check_schema(session, url)
    except StoreUnavailable as error:
        yield fault("store", str(error), "run `herenow schema` with the same settings")
        return
    yield good("store", f"the tables of keyspace {url.keyspace} are those of this Herenow")
    await session.run(f"DELETE FROM {url.keyspace}.schema_version WHERE name = 'herenow check'")  # noqa: S608 - checked
    peers = [peer for peer in await session.run(_PEERS) if peer[3] == datacenter]
    async for finding in _nodes(peers, str(version)):
        yield finding
    [(replication,)] = await session.run(_COPIES.format(url.keyspace))
    [(sync,)] = await session.run(_SYNC)
    yield _durable(int(replication.get(datacenter, 0)), 1 + len(peers), str(sync), url)


def _clock(ahead: int, url: CassandraUrl) -> Finding:
    if abs(ahead) > CLOCK_APART:
        what = f"the clock of Cassandra at {url.place} is {ahead / 1000:+.1f} s from the one here"
        return warning("clocks", what, "keep the clocks of all machines right, by NTP")
    return good("clocks", f"Cassandra at {url.place} has the time of this machine")


async def _nodes(peers: list[tuple[object, ...]], version: str) -> AsyncIterator[Finding]:
    for _, address, port, _, release in peers:
        place = f"{address}:{port}"
        if not await _answers(str(address), int(str(port))):
            yield fault("store", f"the node {place} does not answer", "start it: a quorum may be missing")
        elif release != version:
            yield warning("store", f"the node {place} runs Cassandra {release}, another one {version}", "upgrade all")


async def _answers(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            _, writer = await asyncio.open_connection(host, port)
    except OSError:  # TimeoutError is one
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


def _durable(copies: int, nodes: int, sync: str, url: CassandraUrl) -> Finding:
    what = f"{copies} copies on {nodes} nodes, commitlog_sync {sync}"
    if copies == 0:
        return fault(
            "store",
            f"keyspace {url.keyspace} has no copy in this datacenter",
            "create the keyspace with ?datacenter= of the nodes that Herenow reads",
        )
    if copies > nodes:
        return fault("store", f"{what}: no quorum of so many", f"add nodes, or ALTER KEYSPACE {url.keyspace}")
    if copies < SAFE and sync == "periodic":
        return warning(
            "store",
            f"{what}: a power failure may take seconds of acknowledged positions",
            "set commitlog_sync: batch (or group), or keep three copies on three nodes",
        )
    if copies == 2:
        return warning("store", f"{what}: both must be up for a quorum", "keep one copy, or three")
    return good("store", what)
