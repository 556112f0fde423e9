"""Opens the parts that the settings name, and lets them run: the way of a position, or this process's piece of it."""

import asyncio
import contextlib
import getpass
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from zlib import crc32

import msgspec
import structlog

from herenow.api.body import Bodies
from herenow.api.context import AppContext, MapConfig
from herenow.bus.memory import MemoryBus
from herenow.bus.port import Bus, Note, NoteHandler
from herenow.bus.rabbitmq.url import read_rabbit_url
from herenow.errors import SettingsError
from herenow.history.export.prepared import Prepared
from herenow.intake.intake import LocalIntake
from herenow.live.device_commands import DeviceCommands
from herenow.live.erasures import Erasures
from herenow.live.hub import Hub
from herenow.live.polled_fleet import PolledFleet
from herenow.metrics.loop_lag import LoopLag
from herenow.record.recorder import Recorder
from herenow.run.distance_correction import keep_distances
from herenow.run.erase_key import key_file, make_key
from herenow.run.store import cluster_setting, open_store, retention_of, trip_settings
from herenow.settings import Settings
from herenow.sources.registry import running_sources

FINISH_WITHIN = 10.0  # s for what was published to be stored
FAIL_WITHIN = 1.0  # s for the same where the store or the bus is down anyway

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def open_context(settings: Settings, scene: MapConfig, *, records: bool) -> AsyncIterator[AppContext]:
    """The parts of a server, running. Leaving lets what was published finish."""
    async with (
        open_store(settings) as store,
        open_bus(settings) as bus,
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
        taking = [tasks.create_task(source(intake), name="source") for source in running_sources(settings, bus)]
        loop_lag = LoopLag()
        measuring = tasks.create_task(loop_lag.run(), name="loop lag")
        async with _recording(recorder, bus), _until_left(correcting, measuring, *taking):
            here_only, keep = settings.access != "open", retention_of(settings)
            shown = msgspec.structs.replace(scene, basemaps=settings.basemaps)
            stored = (store, keep, prepared, trip_settings(settings))
            allowed = here_only, settings.allowed_origins, _erase_key(settings)
            yield AppContext(
                bus, *stored, intake, hub, commands, erasures, polled, recorder, shown, Bodies(), *allowed, loop_lag
            )


def _erase_key(settings: Settings) -> str | None:
    """None where it cannot be had: a server goes on without erasing."""
    try:
        return make_key(key_file(settings))
    except SettingsError as error:
        log.warning("nobody can erase devices", reason=str(error))
        return None


def _all(*handlers: NoteHandler) -> NoteHandler:
    """Each handler ignores notes for the others."""

    def hear(note: Note) -> None:
        for each in handlers:
            each(note)

    return hear


@contextlib.asynccontextmanager
async def _until_left(*tasks: asyncio.Task[None]) -> AsyncIterator[None]:
    """Cancels the tasks at the end; what a source had taken comes again."""
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


def exports_folder(settings: Settings) -> Path:
    """Beside the file of an SQLite store; else one of this user and store, for all processes of the machine."""
    if settings.store.startswith("sqlite:"):
        return settings.store_path.with_name(settings.store_path.name + ".exports")
    name = f"herenow-{getpass.getuser()}-{crc32(settings.store.encode()):08x}"
    return Path(tempfile.gettempdir()) / name


@contextlib.asynccontextmanager
async def open_recorder(settings: Settings) -> AsyncIterator[tuple[Recorder, Bus]]:
    """A recorder alone, running."""
    async with open_store(settings) as store, open_bus(settings) as bus:
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
async def open_bus(settings: Settings) -> AsyncIterator[Bus]:
    """Raises SettingsError as `open_store`."""
    if not settings.bus.startswith("amqp"):
        yield MemoryBus()
        return
    with cluster_setting("HERENOW_BUS"):
        from herenow.bus.rabbitmq.bus import open_rabbit_bus

        url = read_rabbit_url(settings.bus)
    async with open_rabbit_bus(url) as bus:
        yield bus
