"""Do those who read history slow down those who report?

    python -m benchmarks.readers [seconds]

A real server with SQLite holds a day of 1,000 devices, with rollups. Then batches of 100 positions come, by turns alone
and while 20 readers ask one thing after the other without a pause: tiles near and far, tracks in detail, trips, days of
the fleet, blocks to be played, exports. Once at a steady 5,000 positions a second, as a fleet does, and once as many
as the server takes. Load, readers and server share the machine.
"""

import asyncio
import contextlib
import itertools
import json
import random
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from benchmarks.ingest import DEVICES, requests
from benchmarks.server import Server, machine, percentile, server
from herenow.model.clock import DAY, HOUR

READERS = 20
BATCH = 100
STEADY = 5000  # positions a second
CONNECTIONS = 16
STORED = 500_000  # positions before
MADE_WITHIN = 600.0  # s

Latencies = list[float]  # s


class Client:
    """One connection, one request at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: bytes) -> bytes:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 24)
        reader, writer = self._streams
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head[9:12] in (b"200", b"404"), head  # nothing is in that tile
        fields = head.lower()
        if b"transfer-encoding: chunked" in fields:
            return await _chunks(reader)
        return await reader.readexactly(int(fields.partition(b"content-length: ")[2].partition(b"\r\n")[0]))

    async def get(self, path: str) -> bytes:
        return await self.ask(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while size := int(await reader.readline(), 16):
        found += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return found


def questions(seed: int) -> Iterator[str]:
    """Paths, for ever."""
    chance = random.Random(seed)
    end = time.time_ns() // 1_000_000
    day = f"from={end - DAY}&to={end}"
    while True:
        device = f"stored-{chance.randrange(DEVICES)}"
        zoom = chance.choice((4, 8, 10, 12, 14))
        x, y = _tile(24 + chance.random() * 0.79, 60 + chance.random() * 0.99, zoom)
        yield f"/api/history/tiles/{zoom}/{x}/{y}.mvt?{day}"
        yield f"/api/devices/{device}/track?{day}&detail={zoom}"
        yield f"/api/devices/{device}/trips?{day}"
        yield f"/api/history/days/{end}?limit=100"
        yield f"/api/history/replay/{end // HOUR - 1}/1"
        yield f"/api/export?device={device}&{day}"


def _tile(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    from benchmarks.history import tile_at

    found = tile_at(longitude, latitude, zoom)
    return found.x, found.y


async def read_on(port: int, seed: int, counts: list[int]) -> None:
    client = Client(port)
    try:
        for path in questions(seed):
            await client.get(path)
            counts[0] += 1
    finally:
        client.close()


@contextlib.asynccontextmanager
async def readers(port: int, count: int) -> AsyncIterator[list[int]]:
    """How many questions were answered is the one item of the list."""
    counts = [0]
    async with asyncio.TaskGroup() as tasks:
        reading = [tasks.create_task(read_on(port, seed, counts)) for seed in range(count)]
        yield counts
        for task in reading:
            task.cancel()


async def flood(port: int, waiting: list[bytes], seconds: float) -> Latencies:
    """As many as are taken."""
    found: Latencies = []
    end = time.perf_counter() + seconds

    async def send() -> None:
        client = Client(port)
        while waiting and (began := time.perf_counter()) < end:
            await client.ask(waiting.pop())
            found.append(time.perf_counter() - began)
        client.close()

    await asyncio.gather(*(send() for _ in range(CONNECTIONS)))
    return found


async def steady(port: int, waiting: list[bytes], seconds: float) -> Latencies:
    """At STEADY positions a second, whether or not the one before was answered; taken from when it was due."""
    found: Latencies = []
    began = time.perf_counter()
    idle = [Client(port) for _ in range(CONNECTIONS)]

    async def send(due: float, request: bytes) -> None:
        client = idle.pop() if idle else Client(port)
        await client.ask(request)
        found.append(time.perf_counter() - due)
        idle.append(client)

    async with asyncio.TaskGroup() as tasks:
        for number in range(int(seconds * STEADY / BATCH)):
            due = began + number * BATCH / STEADY
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            tasks.create_task(send(due, waiting.pop()))
    for client in idle:
        client.close()
    return found


async def measure(target: Server, name: str, count: int, seconds: float) -> str:
    how, prefix = (steady, "steady") if name.startswith("steady") else (flood, "flood")
    most = int(seconds * (STEADY if how is steady else 60_000)) + BATCH
    waiting = requests(BATCH, most, f"{prefix}-{time.time_ns()}")
    async with readers(target.port, count) as counts:
        await asyncio.sleep(0.5)
        answered, cpu, began = counts[0], target.cpu(), time.perf_counter()
        found = sorted(await how(target.port, waiting, seconds))
        took, cpu, answered = time.perf_counter() - began, target.cpu() - cpu, counts[0] - answered
    times = " | ".join(f"{percentile(found, share) * 1000:.1f}" for share in (0.5, 0.99))
    rate = len(found) * BATCH / took
    return f"| {name} | {count} | {rate:,.0f} | {times} | {answered / took:,.0f} | {cpu / took:.2f} |"


def _past() -> Iterator[bytes]:
    """Each device drives a line of its own."""
    rounds = STORED // DEVICES
    start, step = time.time_ns() // 1_000_000 - DAY, DAY // rounds
    for number in range(rounds):
        rows = ",".join(
            f'{{"device_id":"stored-{device}","time":{start + number * step},"speed":{number % 30},'
            f'"latitude":{60 + (device % 97 + number % 40) / 137:.6f},"longitude":{24 + device % 79 / 100:.6f}}}'
            for device in range(DEVICES)
        )
        head = f"POST /api/positions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(rows) + 2}\r\n\r\n"
        yield f"{head}[{rows}]".encode()


async def fill(target: Server) -> None:
    """A past that is closed, and made into rollups."""
    await flood(target.port, list(_past()), 600)
    client, since = Client(target.port), time.time_ns() // 1_000_000
    async with asyncio.timeout(MADE_WITHIN):
        while (json.loads(await client.get("/api/history"))["made"] or 0) < since:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(1)
    client.close()


async def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(f"{machine()}; {STORED:,} positions of {DEVICES:,} devices before, batches of {BATCH}\n")
    with server() as target:
        await fill(target)
        print("| reports | readers | positions/s | p50 ms | p99 ms | answers/s to readers | cores of the server |")
        print("| --- | --: | --: | --: | --: | --: | --: |", flush=True)
        turns: Any = itertools.product(("steady", "flood"), (0, READERS, 0, READERS))
        for name, count in turns:
            print(await measure(target, name, count, seconds), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
