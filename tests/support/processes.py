"""Herenow's processes over RabbitMQ and Cassandra, started, killed and started again by tests."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Callable
from typing import Self

from tests.support.patience import PATIENCE


class Process:
    """`herenow COMMAND …` with its own environment; what it says is kept, at most the last LINES lines."""

    LINES = 2000

    def __init__(self, *arguments: str, store: str, bus: str) -> None:
        self._arguments = arguments
        self._settings = {"HERENOW_STORE": store, "HERENOW_BUS": bus}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self.lines: list[str] = []

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def output(self) -> str:
        return "\n".join(self.lines[-60:])

    async def start(self, *, wait: bool = True) -> Self:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("HERENOW_")}
        command = [sys.executable, "-m", "herenow", *self._arguments]
        self._ready.clear()
        self._process = await asyncio.create_subprocess_exec(
            *command, env=environment | self._settings, stderr=asyncio.subprocess.PIPE
        )
        self._reader = asyncio.create_task(self._read(self._process))
        if wait:
            await self.wait_until_ready()
        return self

    async def wait_until_ready(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._ready.wait()
        assert self._process
        assert self._process.returncode is None, self.output()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stderr
        async for line in process.stderr:
            self.lines.append(line.decode(errors="replace").rstrip())
            del self.lines[: -self.LINES]
            if re.search(r"\] ready\b", self.lines[-1]):
                self._ready.set()
        self._ready.set()

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    async def kill(self) -> None:
        """As a power cut does: nothing is finished."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """In order; its exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: int) -> int:
        assert self._process
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        """Its exit code, once it has ended by itself."""
        assert self._process
        assert self._reader
        async with asyncio.timeout(PATIENCE):
            code = await self._process.wait()
        await self._reader
        return code

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None


@contextlib.asynccontextmanager
async def process(*arguments: str, store: str, bus: str, wait: bool = True) -> AsyncIterator[Process]:
    """One process, killed at the end if it still runs."""
    made = Process(*arguments, store=store, bus=bus)
    try:
        yield await made.start(wait=wait)
    finally:
        if made.running:
            made.send(signal.SIGCONT)
            await made.kill()


async def make_schema(store: str, bus: str) -> None:
    made = Process("schema", store=store, bus=bus)
    await made.start(wait=False)
    assert await made.ended() == 0, made.output()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for happens in other processes
            await asyncio.sleep(0.02)
