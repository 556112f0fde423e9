"""Opens the store that the settings name, and reads what they say of it. Every command does: it imports no more."""

import contextlib
from collections.abc import AsyncIterator, Iterator

from herenow.errors import SettingsError
from herenow.history.tracks.stillness import TripSettings
from herenow.model.retention import Retention
from herenow.settings import Settings
from herenow.store.cassandra.url import read_cassandra_url
from herenow.store.port import Store
from herenow.store.sqlite.store import SqliteStore


@contextlib.asynccontextmanager
async def open_store(settings: Settings, *, writes: bool = True) -> AsyncIterator[Store]:
    """Where it `writes` not, another process may. Raises SettingsError where its URL is wrong or its library is
    missing."""
    if settings.store.startswith("sqlite:"):
        async with SqliteStore(settings.store_path, writes=writes) as sqlite:
            yield sqlite
        return
    with cluster_setting("HERENOW_STORE"):
        from herenow.store.cassandra.store import CassandraStore

        url = read_cassandra_url(settings.store)
    async with CassandraStore(url) as cassandra:
        yield cassandra


def trip_settings(settings: Settings) -> TripSettings:
    """What counts as a trip and as a stop."""
    return TripSettings(
        min_stop_duration=settings.min_stop_duration * 1000,
        max_stop_radius=settings.max_stop_radius,
        max_stop_speed=settings.max_stop_speed,
        max_inaccurate_radius=max(TripSettings().max_inaccurate_radius, settings.max_stop_radius),
        min_trip_duration=settings.min_trip_duration * 1000,
        min_trip_distance=settings.min_trip_distance,
    )


def retention_of(settings: Settings) -> Retention:
    """What expires in Cassandra must go from the rollups as well."""
    if not settings.store.startswith("cassandra:"):
        return settings.retention
    with cluster_setting("HERENOW_STORE"):
        most = read_cassandra_url(settings.store).ttl_days
    return settings.retention.within(most) if most else settings.retention


@contextlib.contextmanager
def cluster_setting(setting: str) -> Iterator[None]:
    """A library that is missing or a URL that is wrong becomes SettingsError."""
    try:
        yield
    except ImportError as error:
        raise SettingsError(f"{setting} needs {error.name}; install it: pip install 'herenow[cluster]'") from error
    except ValueError as error:
        raise SettingsError(f"{setting}: {error}") from error
