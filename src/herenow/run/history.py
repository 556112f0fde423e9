"""`herenow history`: answers history requests beside a server, which starts it with the first one."""

import asyncio
import os
import socket

import structlog

from herenow.api.app import create_history_app
from herenow.api.context import HistoryContext
from herenow.history.export.prepared import Prepared
from herenow.run.pipeline import exports_folder
from herenow.run.server import Server, config
from herenow.run.signals import stop_signal, stop_with_stdin
from herenow.run.store import open_store, retention_of, trip_settings
from herenow.settings import Settings

NICE = 5  # what is live goes before
BACKLOG = 256  # connections not yet taken

log = structlog.get_logger()


async def answer_history(settings: Settings, path: str) -> None:
    """On a Unix socket that is not there yet, until SIGTERM, SIGINT or the end of its standard input."""
    os.nice(NICE)
    with stop_signal() as stop, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        stop_with_stdin(stop)
        files = Prepared(exports_folder(settings))
        async with open_store(settings, writes=False) as store, files as prepared, asyncio.TaskGroup() as tasks:
            server = Server(
                config(
                    create_history_app(HistoryContext(store, retention_of(settings), prepared, trip_settings(settings)))
                )
            )
            listening.bind(path)
            listening.listen(BACKLOG)
            stopping = tasks.create_task(_stop(server, stop))
            await server.serve([listening])
            stopping.cancel()


async def _stop(server: Server, stop: asyncio.Event) -> None:
    await stop.wait()
    server.should_exit = True
