"""What runs beside a server for as long as it does, each in a process of its own and at low priority: so that neither
making rollups nor reading history holds up who reports or watches. A server goes on without them."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from herenow.api.history_proxy import HistoryProcess
from herenow.run.child_processes import environment, keep_running
from herenow.settings import Settings


@contextlib.asynccontextmanager
async def rollup_service(settings: Settings, stop: asyncio.Event) -> AsyncIterator[None]:
    """Keeps them, from the beginning on; stopped in order at the end."""
    async with asyncio.TaskGroup() as tasks:
        keeping = keep_running("rollup", lambda: ("rollup", "--child"), environment(settings), stop, needed=False)
        tasks.create_task(keeping, name="rollup")
        try:
            yield
        finally:
            stop.set()


@contextlib.asynccontextmanager
async def history_service(settings: Settings, stop: asyncio.Event) -> AsyncIterator[HistoryProcess]:
    """Answers history requests, from the first one on; stopped in order at the end."""
    wanted = asyncio.Event()
    with tempfile.TemporaryDirectory(prefix="herenow-") as folder:
        socket = Path(folder) / "history"
        async with asyncio.TaskGroup() as tasks:
            keeping = tasks.create_task(_keep_history(settings, socket, wanted, stop), name="history")
            try:
                yield HistoryProcess(socket, wanted.set)
            finally:
                stop.set()
                if not wanted.is_set():
                    keeping.cancel()


async def _keep_history(settings: Settings, socket: Path, wanted: asyncio.Event, stop: asyncio.Event) -> None:
    await wanted.wait()

    def fresh() -> tuple[str, ...]:
        socket.unlink(missing_ok=True)  # of the one before
        return "history", str(socket)

    await keep_running("history", fresh, environment(settings), stop, needed=False)
