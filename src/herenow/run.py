"""`herenow run`: everything in one process, put together and taken apart in order."""

import asyncio
import contextlib
import errno
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import structlog
import uvicorn

from herenow.api.app import create_app
from herenow.api.body import Bodies
from herenow.api.live import beat
from herenow.api.parts import Parts, Scene
from herenow.api.sockets import SocketProtocol
from herenow.bus.memory import MemoryBus
from herenow.errors import SettingsError
from herenow.live.hub import Hub
from herenow.record.recorder import Recorder
from herenow.settings import Settings
from herenow.sources.report import LocalIntake
from herenow.store.sqlite import SqliteStore

BACKLOG = 4096  # connections not yet taken
CLOSE_WITHIN = 5  # s for requests under way when the server stops
COLLECT_AFTER = (100_000, 50, 1000)  # objects, collections of the youngest, of the middle generation
FINISH_WITHIN = 20  # s for what was published to be stored
MAX_MESSAGE = 64 * 1024  # bytes from a viewer

Source = Callable[[LocalIntake], Coroutine[Any, Any, None]]

_SIGNALS = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger()


async def run(settings: Settings, source: Source | None = None, scene: Scene | None = None) -> None:
    """Serves until SIGTERM or SIGINT, then stops in order; a second signal ends it at once. `source` runs beside it.

    Raises SettingsError where the port or the store cannot be had.
    """
    listening = listen(settings.host, settings.port)
    try:
        with _told_to_stop() as stop:
            async with SqliteStore(settings.store_path) as store, pipeline(store) as (intake, recorder, hub):
                bodies, here_only = Bodies(), settings.access != "open"
                parts = Parts(intake, recorder, hub, store, scene or Scene(), bodies, here_only)
                server = _Server(_config(parts))
                duties = [_stop(server, bodies, stop), _announce(hub, listening, settings), beat(parts)]
                async with _beside(server, *duties, *([source(intake)] if source else [])):
                    await server.serve([listening])
                    log.info("stopping")
    finally:
        listening.close()
    log.info("stopped")


@contextlib.asynccontextmanager
async def pipeline(store: SqliteStore) -> AsyncIterator[tuple[LocalIntake, Recorder, Hub]]:
    """The way of a position, running: intake → bus → recorder → store → hub. Leaving lets what was published finish."""
    bus, hub = MemoryBus(), Hub()
    recorder = Recorder(bus, store)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(hub.run(bus, store), name="hub")
        recording = tasks.create_task(recorder.run(), name="recorder")
        try:
            yield LocalIntake(bus), recorder, hub
        finally:
            bus.close()
            await asyncio.wait({recording}, timeout=FINISH_WITHIN)
            recording.cancel()
            bus.stop_following()


@contextlib.contextmanager
def _told_to_stop() -> Iterator[asyncio.Event]:
    """Set by the first SIGTERM or SIGINT; from then on a signal does what it does by itself."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def heard() -> None:
        stop.set()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    for number in _SIGNALS:
        loop.add_signal_handler(number, heard)
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them to the process, which must hear them before and after serving, too."""
        yield


async def _stop(server: uvicorn.Server, bodies: Bodies, stop: asyncio.Event) -> None:
    await stop.wait()
    bodies.close()
    server.should_exit = True


async def _announce(hub: Hub, listening: socket.socket, settings: Settings) -> None:
    await hub.loaded.wait()
    _quiet_collector()
    log.info("ready", url=address(listening), store=str(settings.store_path))


def _quiet_collector() -> None:
    """What is there at the start stays and is not looked through again; the rest seldom: each look is a pause for every
    viewer (docs/decisions/0008-a-quiet-collector.md)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


@contextlib.asynccontextmanager
async def _beside(server: uvicorn.Server, *duties: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Runs duties for as long as the body; one that fails stops the server in order, and its error is raised after."""
    failures: list[Exception] = []
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(_watch(duty, server, failures)) for duty in duties]
        yield
        for task in running:
            task.cancel()
    if failures:
        raise failures[0]


async def _watch(duty: Coroutine[Any, Any, None], server: uvicorn.Server, failures: list[Exception]) -> None:
    try:
        await duty
    except Exception as error:  # noqa: BLE001 - raised by `_beside` once the viewers have been told
        failures.append(error)
        server.should_exit = True


def _config(parts: Parts) -> uvicorn.Config:
    return uvicorn.Config(
        create_app(parts),
        http="httptools",
        ws=SocketProtocol,
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # a viewer that stalls is found by what it leaves unread
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
        taken = error.errno in (errno.EADDRINUSE, errno.EACCES)
        hint = "stop the other program, or take another --port" if taken else "take another --host"
        raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror}; {hint}") from error
    return listening


def address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{'[' + host + ']' if ':' in host else host}:{port}"
