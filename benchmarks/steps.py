"""How long is the longest step of the event loop while a large body comes in, in processor time?

    python -m benchmarks.steps

The server runs in this process, on asyncio's own loop, whose steps are timed by the clock of their thread: what other
programs do to the machine does not show here, as it does in benchmarks/stall.py.
"""

import asyncio
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable

import httpx
from tests.support.ports import free_port

from benchmarks.server import machine
from benchmarks.stall import AFTER, BODIES, ROUNDS, post
from herenow.logs import set_up_logs
from herenow.run.loop import SWITCH_INTERVAL
from herenow.run.server import serve
from herenow.settings import read_settings

START_WITHIN = 60.0  # s
STEP = "_run"  # what asyncio's loop calls; it has no public way to time its steps


class Longest:
    """The longest step, in s, of the loop in one thread."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._thread = threading.get_ident()
        self._run: Callable[[asyncio.Handle], None] = getattr(asyncio.Handle, STEP)

        def run(handle: asyncio.Handle) -> None:
            self._time(handle)

        setattr(asyncio.Handle, STEP, run)

    def _time(self, handle: asyncio.Handle) -> None:
        began = time.thread_time()
        self._run(handle)
        if threading.get_ident() == self._thread:
            self.seconds = max(self.seconds, time.thread_time() - began)


def send(port: int, longest: Longest) -> None:
    """In another thread, and from there on a loop of its own."""
    until = time.monotonic() + START_WITHIN
    while not ready(port):
        assert time.monotonic() < until, "the server did not start"
        time.sleep(0.1)
    time.sleep(AFTER)  # it looks through its memory once, before any request matters
    for name, make in BODIES.items():
        longest.seconds = 0.0
        statuses = {asyncio.run(post(port, body)) for _ in range(ROUNDS) if (body := make()) is not None}
        time.sleep(AFTER)
        codes = ", ".join(map(str, sorted(statuses))) or "-"
        print(f"| {name} | {codes} | {longest.seconds * 1e3:.1f} |", flush=True)
    os.kill(os.getpid(), signal.SIGTERM)


def ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.HTTPError:
        return False


def main() -> None:
    print(f"{machine()}; each body {ROUNDS} times, gzipped\n")
    print("| body | answered | longest step ms |")
    print("| --- | --- | --: |")
    set_up_logs()
    sys.setswitchinterval(SWITCH_INTERVAL)
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as folder:
        port = free_port()
        settings = read_settings(None, {"port": port, "store": f"sqlite:///{folder}/steps.db"})
        threading.Thread(target=send, args=(port, Longest()), daemon=True).start()
        asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
