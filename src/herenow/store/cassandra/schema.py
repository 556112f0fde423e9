"""The tables in Cassandra: made, brought to the version that this program knows, and checked."""

import re
from pathlib import Path
from string import Template

from herenow.errors import SettingsError, StoreUnavailable
from herenow.store.cassandra.session import CassandraSession, open_session
from herenow.store.cassandra.url import CassandraUrl

SCHEMA = Path(__file__).with_name("schema.cql")
SCHEMA_VERSION = int(SCHEMA.read_text().removeprefix("-- Version ").partition(".")[0])
CHANGE_WITHIN = 60.0  # s for one statement: all nodes have to agree
WINDOWS = 25  # into which compaction cuts the time that positions are kept, so that whole files expire
FOR_EVER = 30  # days in such a window where positions are kept for ever

_DAY = 86_400  # s
_COMMENT = re.compile(r"--.*")


async def apply_schema(url: CassandraUrl) -> None:
    """Makes what is missing; twice changes nothing. Not to be done from two places at once.

    Raises SettingsError where the tables are newer than this program, StoreUnavailable with what is in the way.
    """
    session = await open_session(url, CHANGE_WITHIN)
    try:
        found = await _version(session, url)
        if found > SCHEMA_VERSION:
            raise SettingsError(_too_new(url, found))
        datacenter = url.datacenter or str((await session.run("SELECT data_center FROM system.local"))[0][0])
        for statement in statements(url, datacenter):
            await session.run(statement)
        if found < SCHEMA_VERSION:
            table = f"{url.keyspace}.schema_version"
            await session.run(f"INSERT INTO {table} (name, version) VALUES ('herenow', {SCHEMA_VERSION})")  # noqa: S608 - checked
    finally:
        await session.close()


async def check_schema(session: CassandraSession, url: CassandraUrl) -> None:
    """Raises StoreUnavailable unless the tables are those that this program knows."""
    found = await _version(session, url, missing=False)
    if found > SCHEMA_VERSION:
        raise StoreUnavailable(_too_new(url, found))
    if found < SCHEMA_VERSION:
        raise StoreUnavailable(
            f"the schema in keyspace {url.keyspace} is version {found}, this program needs {SCHEMA_VERSION}; "
            "run `herenow schema`"
        )


def statements(url: CassandraUrl, datacenter: str) -> list[str]:
    window = max(1, round(url.ttl_days / WINDOWS)) if url.ttl_days else FOR_EVER
    text = Template(_COMMENT.sub("", SCHEMA.read_text())).substitute(
        keyspace=url.keyspace,
        datacenter=datacenter,
        replication=url.replication,
        ttl=url.ttl_days * _DAY,
        index_ttl=2 * url.ttl_days * _DAY,  # a day is entered with its first position, the last may come later
        windows="{'class': 'TimeWindowCompactionStrategy', 'compaction_window_unit': 'DAYS', "
        f"'compaction_window_size': {window}}}",
    )
    return [statement.strip() for statement in text.split(";") if statement.strip()]


async def _version(session: CassandraSession, url: CassandraUrl, *, missing: bool = True) -> int:
    """0 where there is none; where `missing` is False, a keyspace that is not there raises."""
    try:
        rows = await session.run(f"SELECT version FROM {url.keyspace}.schema_version WHERE name = 'herenow'")  # noqa: S608 - checked
    except StoreUnavailable as error:
        if "table schema_version does not exist" in str(error) or (missing and "does not exist" in str(error)):
            return 0
        raise
    return int(str(rows[0][0])) if rows else 0


def _too_new(url: CassandraUrl, found: int) -> str:
    return (
        f"the schema in keyspace {url.keyspace} is version {found}, this program knows {SCHEMA_VERSION}; "
        "run a newer Herenow, or name another keyspace in HERENOW_STORE"
    )
