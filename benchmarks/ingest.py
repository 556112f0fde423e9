"""How many positions a second are accepted and durable over HTTP, in batches of 1, 100 and 1,000?

    python -m benchmarks.ingest [seconds]

A real server with SQLite (every commit synced) and a load client share this machine. The client holds connections with
one request under way on each; its requests are made before the clock starts, and no position is sent twice. The last
line is for a bare ASGI application on the same server, uvicorn as it is installed: it decodes one position a request,
stores nothing, and answers.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator

import uvicorn
import uvloop
from starlette.types import Receive, Scope, Send

from benchmarks.hub import launch, stop
from benchmarks.server import Server, machine, percentile, server
from herenow.run.server import address, listen
from herenow.wire.reports import decode_reports

DEVICES = 1000
# By the size of a batch: connections, and positions made ready, enough for the time.
BATCHES = {1: (64, 200_000), 100: (64, 900_000), 1000: (16, 1_500_000)}


def requests(batch: int, positions: int, prefix: str = "bench") -> list[bytes]:
    start = time.time_ns() // 1_000_000 - positions // DEVICES * 1000
    made = []
    for first in range(0, positions, batch):
        rows = ",".join(
            f'{{"device_id":"{prefix}-{number % DEVICES}","time":{start + number // DEVICES * 1000},'
            f'"latitude":{60 + number % 9973 / 1e4:.6f},"longitude":{24 + number % 7919 / 1e4:.6f},'
            f'"speed":{number % 300 / 10},"course":{number % 360}}}'
            for number in range(first, first + batch)
        )
        made.append(post(f"[{rows}]"))
    return made


def post(body: str) -> bytes:
    return f"POST /api/positions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


async def accepted(reader: asyncio.StreamReader) -> None:
    """Reads the response to a report."""
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))


async def send(port: int, waiting: list[bytes], end: float, latencies: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while waiting and time.perf_counter() < end:
        started = time.perf_counter()
        writer.write(waiting.pop())
        await accepted(reader)
        latencies.append(time.perf_counter() - started)
    writer.close()


async def bare(_: Scope, receive: Receive, send: Send) -> None:
    """The application."""
    message = await receive()
    body = message["body"]
    while message["more_body"]:
        message = await receive()
        body += message["body"]
    reports, _rejected = decode_reports(body)
    answer = b'{"accepted":%d,"rejected":[]}' % len(reports)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


def serve_bare() -> None:
    """Its process."""
    uvloop.run(_serve_bare())


async def _serve_bare() -> None:
    listening = listen("127.0.0.1", 0)
    print(f"ready url={address(listening)}", file=sys.stderr, flush=True)
    await uvicorn.Server(uvicorn.Config(bare, log_level="warning", lifespan="off", access_log=False)).serve([listening])


@contextlib.contextmanager
def bare_server() -> Iterator[Server]:
    process, port = launch("-c", "from benchmarks.ingest import serve_bare; serve_bare()")
    try:
        yield Server(process, port)
    finally:
        stop(process)


async def measure(target: Server, batch: int, seconds: float) -> str:
    connections, positions = BATCHES[batch]
    waiting = requests(batch, positions)
    waiting.reverse()
    latencies: list[float] = []
    cpu, started, own = target.cpu(), time.perf_counter(), time.process_time()
    await asyncio.gather(*(send(target.port, waiting, started + seconds, latencies) for _ in range(connections)))
    elapsed, count = time.perf_counter() - started, len(latencies) * batch
    latencies.sort()
    return (
        f"| {batch:,} | {connections} | {count / elapsed:,.0f} | {(target.cpu() - cpu) / count * 1e6:.1f} | "
        f"{(time.process_time() - own) / count * 1e6:.1f} | "
        f"{percentile(latencies, 0.5) * 1e3:.1f} | {percentile(latencies, 0.99) * 1e3:.1f} |"
    )


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(f"{machine()}; {DEVICES} devices\n")
    print("| batch | connections | positions/s | server µs CPU a position | client µs CPU | p50 ms | p99 ms |")
    print("| --: | --: | --: | --: | --: | --: | --: |")
    for batch in BATCHES:
        with server() as target:
            print(asyncio.run(measure(target, batch, seconds)), flush=True)
    print("\nThe bare application:\n")
    with bare_server() as target:
        print(asyncio.run(measure(target, 1, seconds)), flush=True)


if __name__ == "__main__":
    main()
