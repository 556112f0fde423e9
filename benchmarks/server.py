"""A real server in a process of its own, and what it costs."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from herenow_compare.machine import machine, processor_time

__all__ = ["Server", "cpu", "machine", "percentile", "server"]


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    used = processor_time(pid)
    assert used is not None
    return used


class Server:
    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process = process
        self.port = port

    def cpu(self) -> float:
        """Seconds of processor time it has used."""
        return cpu(self._process.pid)

    def family_cpu(self) -> float:
        """The same of it and of the processes that it has started, and that run."""
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return cpu(pid) + sum(cpu(int(child)) for child in children)

    def kill(self) -> None:
        self._process.kill()

    def resident(self) -> int:
        """Bytes of memory it holds."""
        return int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def server(store: Path | None = None, port: int = 0) -> Iterator[Server]:
    """`herenow run` on a free port, or on this one, with a store of its own, empty unless named, stopped by SIGTERM."""
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as folder:
        url = f"sqlite:///{store or f'{folder}/bench.db'}"
        command = [sys.executable, "-m", "herenow", "run", "--port", str(port), "--store", url]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            yield Server(process, _port(process))
        finally:
            process.terminate()
            process.wait(30)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr
    for line in process.stderr:
        if found := re.search(r"url=http://[^:]+:(\d+)", line):
            return int(found[1])
    raise RuntimeError("the server ended before it was ready")


def percentile(sorted_values: list[float], share: float) -> float:
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]
