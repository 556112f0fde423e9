"""How many positions a second go the whole way over RabbitMQ and Cassandra, and how many each part of it manages alone?

    python -m benchmarks.pipeline [seconds]

Real processes, `herenow serve` and `herenow record`, with services of their own and the load client on the same
machine. The flood comes in batches of 500 over HTTP; it counts as through when it is stored and the hub has received
it. A first flood, which is not counted, lets Cassandra compile itself.
"""

import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
from tests.services.cassandra import Cassandra
from tests.services.rabbitmq import RabbitMQ
from tests.support.ports import free_port
from tests.support.processes import Process, make_schema, process

from benchmarks.ingest import DEVICES, requests, send
from benchmarks.server import cpu, machine

BATCH = 500
CONNECTIONS = 8
READY_MADE = 600_000  # positions
STORED = "herenow_positions_stored_total"
ANNOUNCED = "herenow_moves_announced_total"


async def counted(client: httpx.AsyncClient, port: int, metric: str) -> int:
    text = (await client.get(f"http://127.0.0.1:{port}/metrics")).text
    return next((int(float(line.split()[1])) for line in text.splitlines() if line.startswith(f"{metric} ")), 0)


async def flood(port: int, seconds: float, prefix: str) -> tuple[int, float]:
    """Positions accepted, and in how many seconds."""
    waiting = requests(BATCH, READY_MADE, prefix)
    waiting.reverse()
    latencies: list[float] = []
    started = time.perf_counter()
    await asyncio.gather(*(send(port, waiting, started + seconds, latencies) for _ in range(CONNECTIONS)))
    return len(latencies) * BATCH, time.perf_counter() - started


async def until(client: httpx.AsyncClient, port: int, metric: str, count: int) -> None:
    while await counted(client, port, metric) < count:  # noqa: ASYNC110 - counted by another process
        await asyncio.sleep(0.1)


async def whole(store: str, bus: str, seconds: float, pids: dict[str, int]) -> list[str]:
    """The whole way; then accepting alone, and storing alone what has gathered."""
    await make_schema(store, bus)
    ports = free_port(), free_port()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(timeout=30))
        server = await stack.enter_async_context(process("serve", "--port", str(ports[0]), store=store, bus=bus))
        recorder = Process("record", "--port", str(ports[1]), store=store, bus=bus)
        await recorder.start()
        pids = pids | {"serve": server.pid, "record": recorder.pid}
        await through(client, ports, seconds, pids, "warm")
        lines = [await through(client, ports, seconds, pids, "whole")]
        await recorder.stop()
        accepted, took = await flood(ports[0], seconds, "alone")
        lines.append(f"accepted alone (HTTP → RabbitMQ): {accepted / took:,.0f} positions/s")
        started = time.perf_counter()
        await recorder.start()
        began = time.perf_counter()
        await until(client, ports[1], STORED, accepted)
        ended = time.perf_counter()
        lines.append(
            f"stored and announced alone (RabbitMQ → Cassandra): {accepted / (ended - began):,.0f} positions/s, "
            f"{began - started:.1f} s after the recorder was started"
        )
        await recorder.stop()
        return lines


async def through(
    client: httpx.AsyncClient, ports: tuple[int, int], seconds: float, pids: dict[str, int], prefix: str
) -> str:
    stored, announced = await counted(client, ports[1], STORED), await counted(client, ports[0], ANNOUNCED)
    before, own = {name: cpu(pid) for name, pid in pids.items()}, time.process_time()
    started = time.perf_counter()
    accepted, took = await flood(ports[0], seconds, prefix)
    await until(client, ports[1], STORED, stored + accepted)
    await until(client, ports[0], ANNOUNCED, announced + accepted)
    elapsed = time.perf_counter() - started
    spent = {name: (cpu(pid) - before[name]) / accepted * 1e6 for name, pid in pids.items()}
    spent["load"] = (time.process_time() - own) / accepted * 1e6
    each = ", ".join(f"{name} {micros:.0f}" for name, micros in spent.items())
    return (
        f"the whole way: {accepted / elapsed:,.0f} positions/s ({accepted:,} in {elapsed:.1f} s; accepted at "
        f"{accepted / took:,.0f}/s); µs CPU a position: {each}, together {sum(spent.values()):.0f}"
    )


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
    print(f"{machine()}; {DEVICES} devices, batches of {BATCH}\n")
    with tempfile.TemporaryDirectory(prefix="herenow-bench-") as name:
        folder = Path(name)
        with RabbitMQ(folder / "rabbitmq") as rabbitmq, Cassandra(folder / "cassandra", optimized=True) as cassandra:
            assert rabbitmq.pid
            assert cassandra.pid
            pids = {"RabbitMQ": rabbitmq.pid, "Cassandra": cassandra.pid}
            for line in asyncio.run(whole(cassandra.url("bench"), rabbitmq.url(), seconds, pids)):
                print(f"- {line}")


if __name__ == "__main__":
    main()
