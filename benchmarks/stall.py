"""How long does the server answer nobody else while a large body comes in?

    python -m benchmarks.stall [kind of body …]

A real server with SQLite. Another process asks for /healthz every millisecond, on one connection; its slowest answer is
the worst stall. Each kind of body is sent ROUNDS times, one after the other; `none` is what the machine does by itself.
What the server does itself comes in every round, what other programs do to it in some: `at least` is the worst stall of
the best round.
"""

import asyncio
import gzip
import itertools
import json
import math
import multiprocessing
import multiprocessing.connection
import sys
import time
from collections.abc import Callable

from benchmarks.server import machine, percentile, server

ROUNDS = 5
GAP = 0.001  # s between two questions
QUIET = 1.0  # s of asking without a body
AFTER = 0.3  # s in which viewers would receive what came
MOST = 10_000  # positions in a request
BYTES = 8 << 20  # of a body after inflating

Row = dict[str, object]


def rows(count: int, **more: object) -> list[Row]:
    """Positions of as many devices, each at another time in every call."""
    start = time.time_ns() // 1_000_000 - count
    place = {"latitude": 60.0, "longitude": 24.0, "speed": 12.5, "course": 271.0}
    return [{"device_id": f"stall-{n}", "time": start + n, **place, **more} for n in range(count)]


def array(found: list[Row]) -> bytes:
    return json.dumps(found).encode()


def lines(found: list[Row]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in found)


def padded(padding: bytes) -> bytes:
    """One position and as much of something as a body may have."""
    one = json.dumps(rows(1)[0]).encode()
    return one + padding * ((BYTES - len(one)) // len(padding))


BODIES: dict[str, Callable[[], bytes | None]] = {
    "none": lambda: None,
    "10,000 positions": lambda: array(rows(MOST)),
    "10,000 positions, one a line": lambda: lines(rows(MOST)),
    "10,000 positions of one device": lambda: array(rows(MOST, device_id="stall")),
    "10,000 positions, 650 bytes of attributes each": lambda: array(rows(MOST, attributes={"note": "x" * 640})),
    "9,500 positions, 60 attributes each": lambda: array(rows(9500, attributes={f"k{n}": n for n in range(60)})),
    "2,700 positions, 300 attributes each": lambda: array(rows(2700, attributes={str(n): 1 for n in range(300)})),
    "9,999 rows with NaN": lambda: array(rows(MOST - 1, speed=float("nan"))),
    "10,000 rows with a wrong latitude": lambda: array(rows(MOST, latitude=91)),
    "10,000 empty lines of JSON": lambda: b"{}\n" * MOST,
    "one position and 8 MB of line ends": lambda: padded(b"\n"),
    "one position and 8 MB of blanks": lambda: padded(b" "),
    "one position and a million brackets": lambda: padded(b"\n[")[:2_000_000],
    "4 million numbers": lambda: b"[" + b"1," * (BYTES // 2 - 1) + b"1]",
    "390,000 numbers and a NaN": lambda: b"[NaN" + b",1" * 390_000 + b"]",
    "799,000 numbers and blanks": lambda: b"[" + b"0        ," * 799_000 + b"0]",
    "390,000 numbers and blanks, and a NaN": lambda: b"[NaN," + b"0                  ," * 390_000 + b"0]",
    "one report with 600,000 attributes": lambda: (
        b'{"attributes":{' + b",".join(b'"%d":1' % n for n in range(600_000)) + b"}}"
    ),
}


def ask(port: int, pipe: multiprocessing.connection.Connection) -> None:
    """Another process: sends back when each request began and how long its answer took, in s, once it is stopped."""
    times: list[tuple[float, float]] = []

    async def until_stopped() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while not pipe.poll():
            began = time.perf_counter()
            writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            await reader.readuntil(b'"}')
            times.append((began, time.perf_counter() - began))
            await asyncio.sleep(GAP)
        writer.close()

    asyncio.run(until_stopped())
    pipe.send(times)


async def post(port: int, body: bytes) -> int:
    """The status of the answer. Bodies go as a device sends them that saves bytes."""
    packed = await asyncio.to_thread(gzip.compress, body, 6)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /api/positions HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(packed)}\r\n"
    writer.write(f"{head}Content-Encoding: gzip\r\n\r\n".encode() + packed)
    answer = await reader.read()
    writer.close()
    return int(answer.split(None, 2)[1])


def stall(port: int, make: Callable[[], bytes | None]) -> tuple[set[int], list[list[float]]]:
    """Statuses of the answers, and how long the questions of each round took, in order of size."""
    here, there = multiprocessing.Pipe()
    asking = multiprocessing.Process(target=ask, args=(port, there))
    asking.start()
    time.sleep(0.5)
    statuses, begun = set(), []
    for _ in range(ROUNDS):
        body = make()
        time.sleep(GAP)
        begun.append(time.perf_counter())
        if body is None:
            time.sleep(QUIET)
        else:
            statuses.add(asyncio.run(post(port, body)))
            time.sleep(AFTER)
    here.send(None)
    times: list[tuple[float, float]] = here.recv()
    asking.join()
    rounds = zip(begun, [*begun[1:], math.inf], strict=True)
    return statuses, [sorted(took for at, took in times if start <= at < end) for start, end in rounds]


def main() -> None:
    wanted = sys.argv[1:] or list(BODIES)
    print(f"{machine()}; each body {ROUNDS} times, gzipped\n")
    print("| body | answered | worst stall ms | at least ms | p50 ms |")
    print("| --- | --- | --: | --: | --: |")
    with server() as target:
        for name in wanted:
            statuses, times = stall(target.port, BODIES[name])
            codes = ", ".join(map(str, sorted(statuses))) or "-"
            worst = [each[-1] * 1e3 for each in times]
            usual = percentile(sorted(itertools.chain(*times)), 0.5) * 1e3
            print(f"| {name} | {codes} | {max(worst):.1f} | {min(worst):.1f} | {usual:.2f} |", flush=True)


if __name__ == "__main__":
    main()
