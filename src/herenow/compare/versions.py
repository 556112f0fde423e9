"""The article's two versions, running: which processes each has, and how its viewers learn of a move."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack

import msgspec

from herenow.compare.audience import Audience
from herenow.compare.http import Asker, connected, get
from herenow.compare.processes import Process, process
from herenow.compare.viewers import polling, told
from herenow.errors import Unavailable
from herenow.settings import Settings

Viewers = Callable[[int, int, Audience], AbstractAsyncContextManager[None]]  # of a port, how many

_STORED = re.compile(rb"^herenow_positions_stored_total (\S+)", re.MULTILINE)


class Version(msgspec.Struct, frozen=True):
    number: int
    commands: tuple[str, ...]  # the first one takes reports and viewers, the last one stores
    viewers: Viewers
    bus: str | None = None  # None: the one in the settings


VERSION_1 = Version(1, ("serve",), polling, "none")
VERSION_2 = Version(2, ("serve", "record"), told)


class Running:
    """A version that takes reports and viewers on `port`."""

    def __init__(self, version: Version, processes: Sequence[Process], port: int, recorder: Asker) -> None:
        self.version = version
        self._processes = processes
        self.port = port
        self._recorder = recorder

    async def stored(self) -> int:
        """Positions stored so far."""
        page = (await self._recorder.ask(get("/metrics"))).body
        found = _STORED.search(page)
        if found is None:
            raise Unavailable("the recorder does not tell how many positions it stored; see its /metrics")
        return int(float(found[1]))

    def cpu(self) -> float | None:
        """Seconds of processor time that its processes have used; None where that is not known."""
        used = [one.cpu() for one in self._processes]
        known = [seconds for seconds in used if seconds is not None]
        return sum(known) if len(known) == len(used) else None


@contextlib.asynccontextmanager
async def running(version: Version, settings: Settings) -> AsyncIterator[Running]:
    """The processes of a version, ready; stopped at the end, the one that takes reports first.

    Raises Unavailable, with what it said last, where one ends.
    """
    variables = {"HERENOW_STORE": settings.store, "HERENOW_BUS": version.bus or settings.bus}
    async with AsyncExitStack() as stack:
        started = [await stack.enter_async_context(process(name, variables)) for name in reversed(version.commands)]
        processes = started[::-1]
        try:
            ports = await asyncio.gather(*(one.port() for one in processes))
            async with connected(ports[-1]) as recorder:
                yield Running(version, processes, ports[0], recorder)
        except Exception:  # whatever failed: a process that ended is the better reason
            for one in processes:
                await one.check()
            raise
