"""The server: a pipeline behind HTTP and sockets, put together and taken apart in order."""

import asyncio
import contextlib
import errno
import functools
import gc
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, cast

import structlog
import uvicorn

from herenow.api.admission import Admission
from herenow.api.app import create_app, metrics_of
from herenow.api.content_policy import content_policy
from herenow.api.context import AppContext, MapConfig
from herenow.api.headers import of_every_answer
from herenow.api.http import HttpProtocol
from herenow.api.live.connection import SocketConnection
from herenow.api.live.websocket import close_viewers, send_stats_for_ever
from herenow.api.worker_metrics import WorkerMetrics
from herenow.errors import SettingsError
from herenow.run.child_services import history_service, rollup_service
from herenow.run.descriptors import raise_limit
from herenow.run.pipeline import open_context
from herenow.run.signals import stop_signal, stop_with_stdin
from herenow.settings import Settings
from herenow.sources.port import Source

BACKLOG = 4096  # connections not yet taken
CLOSE_WITHIN = 5  # s for requests under way when the server stops
COLLECT_AFTER = (100_000, 50, 1000)  # objects, collections of the youngest, of the middle generation
LOOK_EVERY = 0.05  # s
KEEP_ALIVE = 75  # s that a connection may rest between two requests: longer than most trackers pause
MAX_MESSAGE = 64 * 1024  # bytes from a viewer

log = structlog.get_logger()


async def serve(
    settings: Settings,
    source: Source | None = None,
    scene: MapConfig | None = None,
    *,
    records: bool = True,
    worker: Path | None = None,
    rollups: bool = False,
) -> None:
    """Serves until SIGTERM or SIGINT, then stops in order; a second signal ends it at once. `source` runs beside it.
    `records`: stores as well what it takes. `worker`: shares its port, stops when its standard input ends, and
    has its metrics at this socket for the others. `rollups`: has them kept by a process beside it.

    Raises SettingsError where the port or a part cannot be had.
    """
    listening = listen(settings.host, settings.port, shared=worker is not None)
    try:
        with stop_signal() as stop:
            if worker:
                stop_with_stdin(stop)
            async with contextlib.AsyncExitStack() as stack:
                context = await stack.enter_async_context(open_context(settings, scene or MapConfig(), records=records))
                if rollups:
                    await stack.enter_async_context(rollup_service(settings, stop))
                beside = await stack.enter_async_context(history_service(settings, stop))
                metrics = metrics_of(context)
                shown = await stack.enter_async_context(WorkerMetrics(metrics, worker)) if worker else metrics
                server = Server(config(create_app(context, beside, shown), _headers(context)))
                duties = [_stop(server, context, stop), _announce(context, listening, settings)]
                duties.append(send_stats_for_ever(context))
                if source:
                    duties.append(source(context.intake))
                async with _with_tasks(server, *duties):
                    await server.serve([listening])
                    log.info("stopping")
    finally:
        listening.close()
    log.info("stopped")


def _headers(context: AppContext) -> list[tuple[str, str]]:
    """Of every answer."""
    return of_every_answer(content_policy(host for one in context.map_config.basemaps for host in one.hosts))


class Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves them to the process, which must hear them before and after serving, too."""
        yield


async def _stop(server: uvicorn.Server, context: AppContext, stop: asyncio.Event) -> None:
    await stop.wait()
    context.commands.close()
    close_viewers(context.hub)
    server.should_exit = True


async def _announce(context: AppContext, listening: socket.socket, settings: Settings) -> None:
    url = address(listening)
    log.info("listening", url=url, store=settings.shown("store"), bus=settings.shown("bus"))
    await ready(context.troubles)
    _quiet_collector()
    log.info("ready", url=url)


async def ready(troubles: Callable[[], list[str]]) -> None:
    """Waits until there are none; tells those there are, as they change."""
    logged: list[str] = []
    while found := troubles():
        if found != logged:
            log.info("waiting", reasons=found)
        logged = found
        await asyncio.sleep(LOOK_EVERY)


def _quiet_collector() -> None:
    """What is there at the start stays and is not looked through again; the rest seldom: each look is a pause for every
    viewer (docs/decisions/0008-a-quiet-collector.md)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


@contextlib.asynccontextmanager
async def _with_tasks(server: uvicorn.Server, *duties: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
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
    except Exception as error:  # noqa: BLE001 - raised by `_beside` once the viewers are closed
        failures.append(error)
        server.should_exit = True


def config(app: Any, headers: list[tuple[str, str]] | None = None) -> uvicorn.Config:
    """For an ASGI application, and headers of all answers. Raises this process's limit of file descriptors, and takes
    fewer connections."""
    http = functools.partial(HttpProtocol, admission=Admission(raise_limit()))
    return uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", http),  # it is called as one
        ws=SocketConnection,
        ws_max_size=MAX_MESSAGE,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # a viewer that stalls is found by what it leaves unread
        lifespan="off",
        access_log=False,
        backlog=BACKLOG,
        log_config=None,
        server_header=False,
        headers=headers,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=CLOSE_WITHIN,
    )


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket that listens, or, `shared`, will listen once it is served, on a port that others of this user may share.
    Raises SettingsError, in one line, where the port is taken or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listening.bind((host, port))
        if not shared:
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
