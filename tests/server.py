"""A real `herenow run`, in a process of its own, for tests."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

READY = 30.0  # s
STOP = 20.0  # s


class Server:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._ready = threading.Event()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.url = ""

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self.lines.append(line.rstrip())
            if found := re.search(r"ready.*url=(http://\S+)", line):
                self.url = found[1]
                self._ready.set()
        self._ready.set()

    def wait_until_ready(self) -> None:
        assert self._ready.wait(READY), "the server was not ready in time"
        assert self.url, "\n".join(self.lines)

    @property
    def live_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/ws/locations"

    def said(self) -> str:
        return "\n".join(self.lines)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends the signal to this process alone and waits for its end."""
        self.process.send_signal(number)
        code = self.process.wait(STOP)
        self.reader.join(STOP)
        return code


@contextlib.contextmanager
def running(
    store: Path, *flags: str, before_exec: Callable[[], None] | None = None, wait: bool = True
) -> Iterator[Server]:
    command = [sys.executable, "-m", "herenow", "run", "--port", "0", "--store", f"sqlite:///{store}", *flags]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HERENOW_")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=before_exec)  # noqa: PLW1509
    server = Server(process)
    try:
        if wait:
            server.wait_until_ready()
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(STOP)
        if process.stderr:
            server.reader.join(STOP)
            process.stderr.close()


def report(server: Server, *positions: dict[str, object]) -> httpx.Response:
    return httpx.post(f"{server.url}/api/positions", json=list(positions), timeout=20)
