"""What does a live fleet cost the SQLite store alone, and how does that grow?

    python -m benchmarks.append [devices] [seconds]

Each device has a position a second, of so many seconds up to now, written in commits of 250 as fast as the store takes
them. Printed each quarter: processor time and bytes written to the disk a position, both since the start; how large
the files are; and how long commits took.
"""

import asyncio
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.server import machine, percentile
from herenow.model.device import Device, advance
from herenow.model.position import Position
from herenow.model.report import Report, accept
from herenow.store.sqlite.store import SqliteStore

COMMIT = 250  # positions
STEP = 1e-4  # degrees, at most, between two fixes


def seconds_of(devices: int, count: int) -> Iterator[list[Position]]:
    chance = random.Random(1)
    places = [[60 + chance.random(), 24 + chance.random()] for _ in range(devices)]
    start = time.time_ns() // 1_000_000 - count * 1000
    for second in range(count):
        positions = []
        for number, place in enumerate(places):
            place[0] += chance.uniform(-STEP, STEP)
            place[1] += chance.uniform(-STEP, STEP)
            moment = start + second * 1000 + number % 1000
            report = Report(
                device_id=f"vehicle-{number}",
                time=moment,
                latitude=round(place[0], 6),
                longitude=round(place[1], 6),
                speed=round(chance.uniform(0, 20), 1),
                course=float(chance.randrange(360)),
            )
            positions.append(accept(report, moment + chance.randrange(50), "http"))
        yield positions


class Spent:
    """Processor time of this process since the start, but for what makes the positions."""

    def __init__(self) -> None:
        self._other, self._begun = 0.0, time.process_time()

    def exclude(self, since: float) -> None:
        self._other += time.process_time() - since

    def seconds(self) -> float:
        return time.process_time() - self._begun - self._other


def written() -> int:
    """Bytes that this process has had written to a disk."""
    lines = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(lines["write_bytes"])


def line(folder: Path, count: int, spent: float, written: int, latencies: list[float]) -> str:
    size = sum(file.stat().st_size for file in folder.iterdir())
    return (
        f"| {count:,} | {spent / count * 1e6:.1f} | {written / count:,.0f} | {size / count:.0f} | "
        f"{percentile(latencies, 0.5) * 1e3:.1f} | {percentile(latencies, 0.99) * 1e3:.1f} |"
    )


async def measure(folder: Path, devices: int, seconds: int) -> None:
    latencies: list[float] = []
    count, before = 0, written()
    newest: dict[str, Device] = {}
    async with SqliteStore(folder / "append.db") as store:
        spent, made = Spent(), seconds_of(devices, seconds)
        for second in range(seconds):
            since = time.process_time()
            positions = next(made)
            newest |= {device.device_id: device for device in advance(newest, positions)}
            spent.exclude(since)
            for start in range(0, len(positions), COMMIT):
                some = positions[start : start + COMMIT]
                began = time.perf_counter()
                await store.write(some, [newest[one.device_id] for one in some])
                latencies.append(time.perf_counter() - began)
            count += len(positions)
            if (second + 1) % (seconds // 4) == 0:
                print(line(folder, count, spent.seconds(), written() - before, sorted(latencies)), flush=True)


def main() -> None:
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 240
    print(f"{machine()}; {devices:,} devices\n")
    print("| positions | µs CPU a position | bytes written | bytes of files | commit p50 ms | p99 ms |")
    print("| --: | --: | --: | --: | --: | --: |")
    with tempfile.TemporaryDirectory(prefix="herenow-append-") as name:
        asyncio.run(measure(Path(name), devices, seconds))
    print(f"\n{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB of memory at most")


if __name__ == "__main__":
    main()
