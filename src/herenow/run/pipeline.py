"""Opens the parts that the settings name, and lets them run: the way of a position, or this process's piece of it."""

import asyncio
import contextlib
import getpass
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from zlib import crc32

import msgspec
import structlog

from herenow.api.body import Bodies
from herenow.api.context import AppContext, MapConfig
from herenow.bus.memory import MemoryBus
from herenow.bus.port import Bus, Inbox, Note, NoteHandler
from herenow.bus.rabbitmq.url import read_rabbit_url
from herenow.errors import SettingsError
from herenow.history.export.prepared import Prepared
from herenow.history.tracks.stillness import TripSettings as TripSettings
from herenow.intake.intake import LocalIntake
from herenow.live.device_commands import DeviceCommands
from herenow.live.erasures import Erasures
from herenow.live.hub import Hub
from herenow.live.polled_fleet import PolledFleet
from herenow.model.retention import Retention
from herenow.record.recorder import Recorder
from herenow.run.distances import keep_distances
from herenow.run.erase_key import key_file, make_key
from herenow.settings import Settings
from herenow.sources.bus_inbox import take_inbox
from herenow.store.cassandra.url import read_cassandra_url
from herenow.store.port import Store
from herenow.store.sqlite.store import SqliteStore

FINISH_WITHIN = 10.0  # s for what was published to be stored
FAIL_WITHIN = 1.0  # s for the same where the store or the bus is down anyway

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def open_context(settings: Settings, scene: MapConfig, *, records: bool) -> AsyncIterator[AppContext]:
    """The parts of a server, running. Leaving lets what was published finish."""
    async with (
        open_store(settings) as store,
        open_bus(settings) as (bus, inbox),
        Prepared(exports_folder(settings)) as prepared,
        asyncio.TaskGroup() as tasks,
    ):
        intake, hub = LocalIntake(bus), Hub()
        commands = DeviceCommands(hub.epoch, bus.relay)
        erasures = Erasures(hub.forget, bus.relay)
        polled = PolledFleet(hub, store) if settings.bus == "none" else None
        recorder = Recorder(bus, store, alone=settings.bus != "none") if records else None
        if not polled:
            tasks.create_task(hub.run(bus, store, _all(commands.on_note, erasures.on_note)), name="hub")
        correcting = tasks.create_task(keep_distances(store, hub.fleet), name="distances")
        taking = tasks.create_task(take_inbox(inbox, intake), name="inbox") if inbox else None
        async with _recording(recorder, bus), _until_left(taking), _until_left(correcting):
            here_only, keep = settings.access != "open", retention_of(settings)
            shown = msgspec.structs.replace(scene, basemaps=settings.basemaps)
            stored = (store, keep, prepared, trip_settings(settings))
            allowed = here_only, settings.allowed_origins, _erase_key(settings)
            yield AppContext(bus, *stored, intake, hub, commands, erasures, polled, recorder, shown, Bodies(), *allowed)


def _erase_key(settings: Settings) -> str | None:
    """None where it cannot be had: a server goes on without erasing."""
    try:
        return make_key(key_file(settings))
    except SettingsError as error:
        log.warning("nobody can erase devices", reason=str(error))
        return None


def _all(*handlers: NoteHandler) -> NoteHandler:
    """Whoever cares for a note passes over what is meant for the others."""

    def hear(note: Note) -> None:
        for each in handlers:
            each(note)

    return hear


@contextlib.asynccontextmanager
async def _until_left(task: asyncio.Task[None] | None) -> AsyncIterator[None]:
    """Cancels the task at the end; what it had taken comes again."""
    try:
        yield
    finally:
        if task:
            task.cancel()


def exports_folder(settings: Settings) -> Path:
    """Beside the file of an SQLite store; else one of this user and store, for all processes of the machine."""
    if settings.store.startswith("sqlite:"):
        return settings.store_path.with_name(settings.store_path.name + ".exports")
    name = f"herenow-{getpass.getuser()}-{crc32(settings.store.encode()):08x}"
    return Path(tempfile.gettempdir()) / name


def trip_settings(settings: Settings) -> TripSettings:
    """What counts as a trip and as a stop."""
    return TripSettings(
        min_stop_duration=settings.stop_time * 1000,
        stop_radius=settings.stop_radius,
        still_speed=settings.stop_speed,
        max_stop_radius=max(TripSettings().max_stop_radius, settings.stop_radius),
        min_trip_duration=settings.trip_time * 1000,
        min_trip_distance=settings.trip_reach,
    )


def retention_of(settings: Settings) -> Retention:
    """What expires in Cassandra by itself must go from the rollups as well."""
    if not settings.store.startswith("cassandra:"):
        return settings.retention
    with _cluster("HERENOW_STORE"):
        most = read_cassandra_url(settings.store).ttl_days
    return settings.retention.within(most) if most else settings.retention


@contextlib.asynccontextmanager
async def open_recorder(settings: Settings) -> AsyncIterator[tuple[Recorder, Bus]]:
    """A recorder alone, running."""
    async with open_store(settings) as store, open_bus(settings) as (bus, _):
        recorder = Recorder(bus, store)
        async with _recording(recorder, bus):
            yield recorder, bus


@contextlib.asynccontextmanager
async def _recording(recorder: Recorder | None, bus: Bus) -> AsyncIterator[None]:
    """Lets a recorder run; leaving closes the bus and gives the recorder time for what it has taken."""
    async with asyncio.TaskGroup() as tasks:
        recording = tasks.create_task(recorder.run(), name="recorder") if recorder else None
        try:
            yield
        finally:
            bus.close()
            if recorder and recording:
                hopeless = recorder.trouble or bus.trouble
                await asyncio.wait({recording}, timeout=FAIL_WITHIN if hopeless else FINISH_WITHIN)
                recording.cancel()
            bus.stop_following()


@contextlib.asynccontextmanager
async def open_store(settings: Settings, *, writes: bool = True) -> AsyncIterator[Store]:
    """Where it `writes` not, another process may. Raises SettingsError where its URL is wrong or its library is
    missing."""
    if settings.store.startswith("sqlite:"):
        async with SqliteStore(settings.store_path, writes=writes) as sqlite:
            yield sqlite
        return
    with _cluster("HERENOW_STORE"):
        from herenow.store.cassandra.store import CassandraStore

        url = read_cassandra_url(settings.store)
    async with CassandraStore(url) as cassandra:
        yield cassandra


@contextlib.asynccontextmanager
async def open_bus(settings: Settings) -> AsyncIterator[tuple[Bus, Inbox | None]]:
    """The bus, and where devices publish on it by themselves, if they can. Raises SettingsError as `open_store`."""
    if not settings.bus.startswith("amqp"):
        yield MemoryBus(), None
        return
    with _cluster("HERENOW_BUS"):
        from herenow.bus.rabbitmq.bus import open_rabbit_bus

        url = read_rabbit_url(settings.bus)
    async with open_rabbit_bus(url) as bus:
        yield bus, bus


async def make_schema(settings: Settings) -> list[str]:
    """Makes tables and queues that are missing; twice changes nothing. Tells what is there now.

    Raises HerenowError that says what is in the way.
    """
    made = []
    if settings.store.startswith("cassandra:"):
        with _cluster("HERENOW_STORE"):
            from herenow.store.cassandra.store import apply_schema

            store = read_cassandra_url(settings.store)
        await apply_schema(store)
        made.append(f"the tables are in {settings.shown('store')}")
    if settings.bus.startswith("amqp"):
        with _cluster("HERENOW_BUS"):
            from herenow.bus.rabbitmq.topology import make_queues

            bus = read_rabbit_url(settings.bus)
        await make_queues(bus)
        made.append(f"the queues are in {settings.shown('bus')}")
    return made or ["nothing to make: sqlite:// and memory:// need no schema"]


@contextlib.contextmanager
def _cluster(setting: str) -> Iterator[None]:
    """A library that is missing or a URL that is wrong becomes SettingsError."""
    try:
        yield
    except ImportError as error:
        raise SettingsError(f"{setting} needs {error.name}; install it: pip install 'herenow[cluster]'") from error
    except ValueError as error:
        raise SettingsError(f"{setting}: {error}") from error
