"""What does a live fleet cost: each device reports once an interval, spread evenly over it?

    python -m benchmarks.fleet [devices] [seconds between two reports of one] [minutes]

A real `herenow run` with SQLite, and all its processes, on this machine. Requests have 50 positions each, as a gateway
or a bridge sends them. Printed each quarter of the time, so that growth is seen: processor time of all processes, that
of the server alone, and bytes of disk a position, all since the start; how old the newest round of history is; and how
long requests took.
"""

import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

import httpx

from benchmarks.ingest import accepted, post
from benchmarks.server import Server, machine, percentile, server

BATCH = 50
CONNECTIONS = 16
STEP = 1e-4  # degrees, at most, between two fixes


class Fleet:
    """Devices that wander, each from a place of its own."""

    def __init__(self, count: int) -> None:
        self._chance = random.Random(1)
        self._places = [[60 + self._chance.random(), 24 + self._chance.random()] for _ in range(count)]

    def report(self, number: int) -> str:
        chance, place = self._chance, self._places[number]
        place[0] += chance.uniform(-STEP, STEP)
        place[1] += chance.uniform(-STEP, STEP)
        return (
            f'{{"device_id":"vehicle-{number}","time":{time.time_ns() // 1_000_000},"latitude":{place[0]:.6f},'
            f'"longitude":{place[1]:.6f},"speed":{chance.uniform(0, 20):.1f},"course":{chance.randrange(360)}}}'
        )


async def drive(port: int, devices: int, interval: float, end: float, latencies: list[float]) -> None:
    """Sends each device's reports in turn, at their times; a server that is late delays all."""
    fleet, waiting = Fleet(devices), asyncio.Queue[bytes](CONNECTIONS)
    senders = [asyncio.create_task(send(port, waiting, latencies)) for _ in range(CONNECTIONS)]
    began, sent = time.monotonic(), 0
    while time.monotonic() < end:
        due = began + sent * interval / devices
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        rows = ",".join(fleet.report((sent + step) % devices) for step in range(BATCH))
        await waiting.put(post(f"[{rows}]"))
        sent += BATCH
    for sender in senders:
        sender.cancel()


async def send(port: int, waiting: "asyncio.Queue[bytes]", latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while True:
        request = await waiting.get()
        started = time.perf_counter()
        writer.write(request)
        await accepted(reader)
        latencies.append(time.perf_counter() - started)


def behind(target: Server) -> str:
    """How old the last round of history is, in s."""
    answer = httpx.get(f"http://127.0.0.1:{target.port}/api/history", timeout=60)
    made = answer.json().get("made") if answer.status_code == 200 else None
    return "none yet" if made is None else f"{time.time() - made / 1000:.0f}"


def line(target: Server, folder: Path, cpu: tuple[float, float], latencies: list[float], elapsed: float) -> str:
    count, latencies = len(latencies) * BATCH, sorted(latencies)
    size = sum(file.stat().st_size for file in folder.iterdir())
    return (
        f"| {elapsed:.0f} | {count:,} | {count / elapsed:,.0f} | {(target.family_cpu() - cpu[0]) / count * 1e6:.1f} | "
        f"{(target.cpu() - cpu[1]) / count * 1e6:.1f} | "
        f"{size / count:.0f} | {behind(target)} | {percentile(latencies, 0.5) * 1e3:.1f} | "
        f"{percentile(latencies, 0.99) * 1e3:.1f} | {target.resident() >> 20} |"
    )


async def measure(target: Server, folder: Path, devices: int, interval: float, minutes: float) -> None:
    latencies: list[float] = []
    cpu, began = (target.family_cpu(), target.cpu()), time.monotonic()
    driving = asyncio.create_task(drive(target.port, devices, interval, began + minutes * 60, latencies))
    for _ in range(4):
        await asyncio.sleep(minutes * 15 - 1)
        print(await asyncio.to_thread(line, target, folder, cpu, list(latencies), time.monotonic() - began), flush=True)
    await driving


def main() -> None:
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    interval = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    minutes = float(sys.argv[3]) if len(sys.argv) > 3 else 4.0
    print(f"{machine()}; {devices:,} devices, every {interval:g} s\n")
    print(
        "| s | positions | a second | µs CPU a position | of the server | bytes of disk a position | history is s old "
        "| p50 ms | p99 ms | MB server |"
    )
    print("| --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |")
    with tempfile.TemporaryDirectory(prefix="herenow-fleet-") as name:
        folder = Path(name)
        with server(folder / "fleet.db") as target:
            asyncio.run(measure(target, folder, devices, interval, minutes))


if __name__ == "__main__":
    main()
