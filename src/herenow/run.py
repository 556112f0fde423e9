"""`herenow run`: everything in one process, put together and taken apart in order."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import structlog
import uvicorn

from herenow.api.app import create_app
from herenow.api.live import beat
from herenow.api.parts import Parts, Scene
from herenow.bus.memory import MemoryBus
from herenow.errors import SettingsError
from herenow.live.hub import Hub
from herenow.record.recorder import Recorder
from herenow.settings import Settings
from herenow.sources.report import LocalIntake
from herenow.store.sqlite import SqliteStore

BACKLOG = 4096  # connections not yet taken
CLOSE_WITHIN = 5  # s for requests under way when the server stops
MAX_MESSAGE = 64 * 1024  # bytes from a viewer

Source = Callable[[LocalIntake], Coroutine[Any, Any, None]]

log = structlog.get_logger()


async def run(settings: Settings, source: Source | None = None, scene: Scene | None = None) -> None:
    """Serves until SIGTERM or SIGINT, then stops in order. `source` is started once positions are taken.

    Raises SettingsError where the port or the store cannot be had.
    """
    listening = listen(settings.host, settings.port)
    try:
        async with SqliteStore(settings.store_path) as store, pipeline(store, scene or Scene()) as parts:
            server = uvicorn.Server(_config(parts))
            async with _beside(server, beat(parts), source(parts.intake) if source else None):
                log.info("ready", url=address(listening), store=str(settings.store_path))
                await server.serve([listening])
                log.info("stopping")
    finally:
        listening.close()
    log.info("stopped")


@contextlib.asynccontextmanager
async def pipeline(store: SqliteStore, scene: Scene) -> AsyncIterator[Parts]:
    """The way of a position, running: intake → bus → recorder → store → hub. Leaving lets what was published finish."""
    bus, hub = MemoryBus(), Hub()
    recorder = Recorder(bus, store)
    parts = Parts(LocalIntake(bus), recorder, hub, store, scene)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hub.run(bus, store), name="hub")
        recording = tasks.create_task(recorder.run(), name="recorder")
        try:
            await hub.loaded.wait()
            yield parts
        finally:
            await bus.close()
            await recording
            bus.stop_following()


@contextlib.asynccontextmanager
async def _beside(server: uvicorn.Server, *duties: Coroutine[Any, Any, None] | None) -> AsyncIterator[None]:
    """Runs duties for as long as the body; one that fails stops the server, and its error is raised after."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_stopping(server, duty)) for duty in duties if duty is not None]
        yield
        for task in running:
            task.cancel()


async def _stopping(server: uvicorn.Server, duty: Coroutine[Any, Any, None]) -> None:
    try:
        await duty
    except BaseException:
        server.should_exit = True
        raise


def _config(parts: Parts) -> uvicorn.Config:
    # uvicorn raises the signal again once it has stopped; were ours not the handler then, the process would end there.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return uvicorn.Config(
        create_app(parts),
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=CLOSE_WITHIN,
    )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises SettingsError, in one line, where the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise SettingsError(
            f"cannot listen on {host}:{port}: {error.strerror}; "
            "stop the other program, or take another port with --port or HERENOW_PORT"
        ) from error
    return listening


def address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{'[' + host + ']' if ':' in host else host}:{port}"
