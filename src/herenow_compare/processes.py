"""Herenow's own processes, started for a measurement and stopped after it."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping

from herenow.errors import Unavailable
from herenow_compare.machine import processor_time

READY_WITHIN = 60.0  # s
STOP_WITHIN = 25.0  # s; a process takes up to 10 to finish what it has taken, and more to close
LINES = 20  # of its log that are kept
ENDS_WITHIN = 0.5  # s from a lost connection to the end of the process that lost it

# What Python and TLS read from the environment, and nothing else.
_INHERITED = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR")
_LISTENING = re.compile(r"\] listening\b.*url=http://\S+:(\d+)")
_READY = re.compile(r"\] ready\b")


class Process:
    """`herenow COMMAND --port 0`. Keeps its last LINES lines."""

    def __init__(self, command: str, process: asyncio.subprocess.Process) -> None:
        self._command = command
        self._process = process
        self._lines: deque[str] = deque(maxlen=LINES)
        self._ready = asyncio.Event()
        self._port: int | None = None
        self._reading = asyncio.create_task(self._read(), name=f"log of {command}")

    async def _read(self) -> None:
        assert self._process.stderr  # noqa: S101 - it is a pipe
        async for line in self._process.stderr:
            text = line.decode(errors="replace").rstrip()
            self._lines.append(text)
            if found := _LISTENING.search(text):
                self._port = int(found[1])
            if _READY.search(text):
                self._ready.set()
        self._ready.set()

    async def port(self) -> int:
        """The port that it listens on, once it is ready. Raises Unavailable where it ends, or is not ready in time."""
        try:
            async with asyncio.timeout(READY_WITHIN):
                await self._ready.wait()
        except TimeoutError as error:
            raise self._failed(f"is not ready within {READY_WITHIN:.0f} s") from error
        if self._port is None or self._process.returncode is not None:
            raise self._failed("ended before it was ready")
        return self._port

    async def check(self) -> None:
        """Raises Unavailable where it has ended without `stop`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), ENDS_WITHIN)
            raise self._failed("ended early")

    def _failed(self, how: str) -> Unavailable:
        return Unavailable(
            f"`herenow {self._command}` {how}: {self._lines[-1] if self._lines else 'it logged nothing'}"
        )

    def cpu(self) -> float | None:
        """Seconds of processor time that it has used; None where that is not known."""
        return processor_time(self._process.pid)

    async def stop(self) -> None:
        """By SIGTERM, or by SIGKILL after STOP_WITHIN."""
        self._send(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_WITHIN)
        finally:
            self._send(signal.SIGKILL)
            await self._process.wait()
            await self._reading

    def _send(self, number: int) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)


@contextlib.asynccontextmanager
async def process(command: str, settings: Mapping[str, str]) -> AsyncIterator[Process]:
    """A process that stops at the end. It is in our process group: a signal of the terminal reaches it, too."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "herenow", command, "--port", "0"),
        env={**inherited, **settings},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    running = Process(command, started)
    try:
        yield running
    finally:
        with contextlib.suppress(TimeoutError):  # it was killed
            await running.stop()
