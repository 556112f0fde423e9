"""A real `herenow run`, in a process of its own, for tests."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx

from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.procfs import arguments, children


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
        assert self._ready.wait(PATIENCE), "the server was not ready in time"
        assert self.url, "\n".join(self.lines)

    @property
    def live_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/ws/locations"

    def output(self) -> str:
        return "\n".join(self.lines)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends the signal to this process alone and waits for its end."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.reader.join(PATIENCE)
        return code


@contextlib.contextmanager
def running(
    store: Path,
    *flags: str,
    before_exec: Callable[[], None] | None = None,
    constants: Mapping[str, object] | None = None,
    wait: bool = True,
) -> Iterator[Server]:
    """`herenow run` on a free port. `constants` replaces those of modules, by their full names, before it begins."""
    herenow = ["-c", with_constants(constants)] if constants else ["-m", "herenow"]
    command = [sys.executable, *herenow, "run", "--port", str(free_port()), "--store", f"sqlite:///{store}", *flags]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HERENOW_")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=before_exec)  # noqa: PLW1509
    with watched(process) as server:
        if wait:
            server.wait_until_ready()
        yield server


def with_constants(constants: Mapping[str, object]) -> str:
    """The program `herenow` with other constants."""
    lines = ["from importlib import import_module"]
    for place, value in constants.items():
        module, _, name = place.rpartition(".")
        lines += [f"module = import_module({module!r})", f"assert hasattr(module, {name!r})"]
        lines += [f"setattr(module, {name!r}, {value!r})"]
    return "\n".join([*lines, "from herenow.cli import main", "main()"])


@contextlib.contextmanager
def watched(process: subprocess.Popen[str]) -> Iterator[Server]:
    """A server that was started, killed at the end if it still runs."""
    server = Server(process)
    try:
        yield server
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(PATIENCE)
        server.reader.join(PATIENCE)
        if process.stderr:
            process.stderr.close()


def wait_for(true: Callable[[], bool]) -> None:
    """What a server received shows a little later: its fleet follows the store by a tick."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.02)


def wait_for_history(server: Server) -> None:
    """Until rollups are made for the first time: before that, all that is read from them is answered 503."""
    wait_for(lambda: httpx.get(f"{server.url}/api/history", timeout=PATIENCE).json()["made"] is not None)


def report(server: Server, *positions: dict[str, object]) -> httpx.Response:
    return httpx.post(f"{server.url}/api/positions", json=list(positions), timeout=PATIENCE)


def beside(server: Server, command: str) -> int | None:
    """The process that runs `herenow COMMAND` beside it (Linux); None where there is none."""
    found = [child for child in children(server.process.pid) if command in arguments(child)]
    assert len(found) <= 1
    return found[0] if found else None
