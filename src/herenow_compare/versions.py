"""The article's two versions, running: the processes of each, and how its viewers receive a move."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import msgspec

from herenow.errors import Unavailable
from herenow.settings import Settings
from herenow_compare.http import HttpConnection, connected, get
from herenow_compare.latency_meter import LatencyMeter
from herenow_compare.processes import Process, process
from herenow_compare.viewers import polling_viewers, socket_viewers

Viewers = Callable[[int, int, LatencyMeter], AbstractAsyncContextManager[None]]  # of a port and a count

_STORED = re.compile(rb"^herenow_positions_stored_total (\S+)", re.MULTILINE)


class Version(msgspec.Struct, frozen=True):
    number: int
    commands: tuple[str, ...]  # the first one serves reports and viewers, the last one stores
    viewers: Viewers
    bus: str | None = None  # None: the one in the settings


VERSION_1 = Version(1, ("serve",), polling_viewers, "none")
VERSION_2 = Version(2, ("serve", "record"), socket_viewers)


class Running:
    """A version that takes reports and viewers on `port`."""

    def __init__(self, version: Version, processes: Sequence[Process], port: int, recorder: HttpConnection) -> None:
        self.version = version
        self._processes = processes
        self.port = port
        self._recorder = recorder

    async def stored(self) -> int:
        """Positions stored so far."""
        page = (await self._recorder.request(get("/metrics"))).body
        found = _STORED.search(page)
        if found is None:
            raise Unavailable("/metrics of the recorder has no herenow_positions_stored_total; see its log")
        return int(float(found[1]))

    def cpu(self) -> float | None:
        """Seconds of processor time that its processes have used; None where that is unknown."""
        used = [one.cpu() for one in self._processes]
        known = [seconds for seconds in used if seconds is not None]
        return sum(known) if len(known) == len(used) else None


@contextlib.asynccontextmanager
async def running(version: Version, settings: Settings) -> AsyncIterator[Running]:
    """The processes of a version, ready. Stops them at the end, the one that serves reports first.

    Raises Unavailable, with the last line of its log, where one ends early.
    """
    variables = {"HERENOW_STORE": settings.store, "HERENOW_BUS": version.bus or settings.bus}
    async with AsyncExitStack() as stack:
        started = [await stack.enter_async_context(process(name, variables)) for name in reversed(version.commands)]
        processes = started[::-1]
        try:
            ports = await asyncio.gather(*(one.port() for one in processes))
            async with connected(ports[-1]) as recorder:
                yield Running(version, processes, ports[0], recorder)
        except Exception:  # an ended process is the better reason for any failure
            for one in processes:
                await one.check()
            raise
