"""What does a backup take, and what does it do to reports meanwhile?

    python -m benchmarks.backup [millions of positions]

A store of 1,000 devices at 1 Hz over some days, then `herenow run` on it. Requests of one position each, 100 a second
over 16 connections, alone, while a first backup is made, and alone again. Then a backup to the same
folder, and one more: what changed between is what was reported. At last everything is restored to another store.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks.append import COMMIT, seconds_of
from benchmarks.fleet import Fleet, send
from benchmarks.ingest import post
from benchmarks.server import Server, machine, percentile, server
from herenow.model.device import Device, advance
from herenow.store.sqlite.store import SqliteStore

DEVICES = 1_000
RATE = 100  # requests a second
CONNECTIONS = 16
ALONE = 15.0  # s


async def fill(path: Path, millions: float) -> None:
    newest: dict[str, Device] = {}
    async with SqliteStore(path) as store:
        for positions in seconds_of(DEVICES, int(millions * 1e6 / DEVICES)):
            newest |= {device.device_id: device for device in advance(newest, positions)}
            for start in range(0, len(positions), COMMIT):
                some = positions[start : start + COMMIT]
                await store.write(some, [newest[one.device_id] for one in some])


class Backup:
    """`herenow backup` or `restore` in a process of its own, and what it took."""

    def __init__(self, command: str, folder: Path, store: Path) -> None:
        self._began = time.monotonic()
        arguments = [sys.executable, "-m", "herenow", command, str(folder), "--store", f"sqlite:///{store}"]
        self._process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)

    def line(self, what: str) -> str:
        """Waits for its end."""
        _, status, used = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        assert self._process.returncode == 0
        took = time.monotonic() - self._began
        return f"| {what} | {took:.1f} | {used.ru_utime + used.ru_stime:.1f} | {used.ru_maxrss >> 10} |"


async def report(port: int, going: "asyncio.Event", latencies: list[float]) -> None:
    """Until it is not going any more."""
    fleet, waiting = Fleet(DEVICES), asyncio.Queue[bytes](CONNECTIONS)
    senders = [asyncio.create_task(send(port, waiting, latencies)) for _ in range(CONNECTIONS)]
    began, sent = time.monotonic(), 0
    while going.is_set():
        await asyncio.sleep(max(0.0, began + sent / RATE - time.monotonic()))
        await waiting.put(post(f"[{fleet.report(sent % DEVICES)}]"))
        sent += 1
    for sender in senders:
        sender.cancel()
    await asyncio.gather(*senders, return_exceptions=True)


@contextlib.asynccontextmanager
async def reporting(what: str, started: Server) -> AsyncIterator[None]:
    going, latencies, before = asyncio.Event(), list[float](), started.cpu()
    going.set()
    task = asyncio.create_task(report(started.port, going, latencies))
    yield
    going.clear()
    await task
    latencies.sort()
    micros = (started.cpu() - before) / len(latencies) * 1e6
    p50, p99 = (percentile(latencies, share) * 1e3 for share in (0.5, 0.99))
    print(f"| {what} | {len(latencies):,} | {micros:.0f} | {p50:.1f} | {p99:.1f} |", flush=True)


async def measure(folder: Path, millions: float) -> None:
    store, copy = folder / "store.db", folder / "backup"
    await fill(store, millions)
    lines = []
    with server(store) as started:
        await asyncio.sleep(ALONE)  # rollups begin
        print("| reports | requests | µs CPU of the server | p50 ms | p99 ms |\n| --- | --: | --: | --: | --: |")
        async with reporting("alone", started):
            await asyncio.sleep(ALONE)
        async with reporting("beside a backup", started):
            first = Backup("backup", copy, store)
            await asyncio.to_thread(lambda: lines.append(first.line("backup")))
        async with reporting("alone", started):
            await asyncio.sleep(ALONE)
        lines.append(Backup("backup", copy, store).line("backup again, after more reports"))
        size = sum(file.stat().st_size for file in copy.iterdir())
    lines.append(Backup("restore", copy, folder / "other.db").line("restore"))
    print("\n| | seconds | s CPU | MB of memory |\n| --- | --: | --: | --: |")
    print("\n".join(lines))
    each = [count / millions / 1e6 for count in (size, store.stat().st_size)]
    print(f"\n{each[0]:.1f} bytes a position in the backup, {each[1]:.1f} in the store")


def main() -> None:
    millions = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    print(f"{machine()}; {millions:g} million positions\n")
    with tempfile.TemporaryDirectory(prefix="herenow-backup-") as name:
        asyncio.run(measure(Path(name), millions))


if __name__ == "__main__":
    main()
