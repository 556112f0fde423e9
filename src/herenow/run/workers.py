"""Several servers on one port of one machine, each a process with a hub of its own: the kernel spreads connections."""

import asyncio
import tempfile
from functools import partial
from pathlib import Path

import structlog

from herenow.run.child_processes import environment, keep_running
from herenow.run.server import address, listen
from herenow.run.signals import stop_signal
from herenow.settings import Settings

log = structlog.get_logger()


def _command(socket: str) -> tuple[str, ...]:
    """`socket` is where the other workers find its metrics."""
    return "serve", "--worker", socket


async def serve_by_workers(settings: Settings, count: int) -> None:
    """Until SIGTERM or SIGINT, then stops them all in order. A worker that ends is started again; one whose settings
    are wrong has logged the reason, and ends all: SettingsError. If this process dies, its workers stop."""
    listening = listen(settings.host, settings.port, shared=True)  # keeps the port; it takes no connection itself
    try:
        with stop_signal() as stop:
            log.info("listening", url=address(listening), workers=count)
            variables = environment(settings, HERENOW_PORT=str(listening.getsockname()[1]))
            with tempfile.TemporaryDirectory(prefix="herenow-workers-") as folder:
                async with asyncio.TaskGroup() as tasks:
                    for number in range(count):
                        command = partial(_command, str(Path(folder) / str(number)))
                        worker = f"worker-{number}"
                        tasks.create_task(keep_running(worker, command, variables, stop), name=worker)
    finally:
        listening.close()
    log.info("stopped")
