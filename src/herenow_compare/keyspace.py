"""A keyspace of the comparison on the operator's cluster."""

import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from herenow.errors import HerenowError, StoreUnavailable, Unavailable
from herenow.run.schema import make_schema
from herenow.settings import Settings
from herenow.store.cassandra.session import CassandraSession, open_session
from herenow.store.cassandra.url import read_cassandra_url
from herenow_compare.load import PREFIX

SUFFIX = "_compare"
LONGEST = 48  # characters of a keyspace's name
CHANGE_WITHIN = 60.0  # s for one statement: all nodes have to agree


def compare_url(store: str) -> str:
    """The URL of the comparison's keyspace on the cluster of `store`."""
    parts = urlsplit(store)
    keyspace = read_cassandra_url(store).keyspace
    return parts._replace(path=f"/{keyspace[: LONGEST - len(SUFFIX)]}{SUFFIX}").geturl()


@contextlib.asynccontextmanager
async def own_keyspace(settings: Settings, notes: list[str]) -> AsyncIterator[None]:
    """Creates empty tables in the keyspace of `settings`, which `compare_url` named, and drops it at the end. If that
    fails, a note says how to drop it.

    Raises HerenowError where it cannot be created, or holds devices of others.
    """
    await _drop(settings.store)
    try:
        await make_schema(settings.model_copy(update={"bus": "none"}))
        yield
    finally:
        try:
            await _drop(settings.store)
        except HerenowError as error:
            notes.append(f"{error}; then drop it in cqlsh: {_statement(settings.store)}")


async def _drop(store: str) -> None:
    url = read_cassandra_url(store)
    session = await open_session(url, CHANGE_WITHIN)
    try:
        foreign = await _foreign(session, url.keyspace)
        if foreign is not None:
            raise Unavailable(
                f"the keyspace {url.keyspace} holds {foreign[:64]!r}, which `herenow compare` did not write; "
                "expected only its own devices: copy what you need, and drop the keyspace"
            )
        await session.run(_statement(store))
    finally:
        await session.close()


async def _foreign(session: CassandraSession, keyspace: str) -> str | None:
    """A device that the comparison did not write, if there is one. It writes 2,000 at most; this reads 5,000."""
    try:
        rows = await session.run(f"SELECT device_id FROM {keyspace}.latest")  # noqa: S608 - its name was checked
    except StoreUnavailable as error:
        if "does not exist" in str(error):
            return None
        raise
    return next((str(row[0]) for row in rows if not str(row[0]).startswith(PREFIX)), None)


def _statement(store: str) -> str:
    return f"DROP KEYSPACE IF EXISTS {read_cassandra_url(store).keyspace}"
