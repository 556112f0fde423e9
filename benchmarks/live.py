"""How long from a report to the frame that tells of it, at 1, 100 and 1,000 viewers?

    python -m benchmarks.live [seconds]

A real server and a load client share this machine. One device reports over HTTP at 5, then at 50 positions a second,
each its own request; all viewers look at the whole world over `herenow.json.v1`. Two times are taken, on one clock, for
each position and viewer: from sending the report ("report to frame"), and from the answer that it is on disk ("accepted
to frame"; below zero where the frame came first). "Sent" is the share of positions that came as a frame of their own:
where it is below 100 %, several were sent as one, the newest.
"""

import asyncio
import sys
import time
from typing import cast

import uvloop

from benchmarks.server import Server, machine, percentile, server

VIEWERS = (1, 100, 1000)
RATES = (5, 50)  # positions a second
SETTLE = 1.0  # s
UPGRADE = (
    b"GET /ws/locations HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    b"Sec-WebSocket-Protocol: herenow.json.v1\r\n\r\n"
)
VIEW = b'{"type":"view","bbox":[-180,-90,180,90],"zoom":3}'
MASKED_VIEW = b"\x81" + bytes([0x80 | len(VIEW)]) + b"\0\0\0\0" + VIEW  # a mask of zeros leaves the text as it is
MARK = b'"type":"update"'
STAMP = b'"timestamp":'


class Viewer(asyncio.Protocol):
    """Reads as little as it must: when which position came."""

    def __init__(self, seen: list[tuple[int, float]]) -> None:
        self._seen = seen

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own is no subclass
        self._transport.write(UPGRADE)

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        if data.startswith(b"HTTP/1.1 101"):
            self._transport.write(MASKED_VIEW)
        start = data.find(MARK)
        while start >= 0 and (found := data.find(STAMP, start)) >= 0:
            start = found + len(STAMP)
            self._seen.append((int(data[start : start + 13]), at))


async def drive(port: int, rate: int, seconds: float) -> dict[int, tuple[float, float]]:
    """When each position, by its time, was sent and when it was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sent: dict[int, tuple[float, float]] = {}
    stamp = time.time_ns() // 1_000_000
    begin = time.perf_counter()
    for turn in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begin + turn / rate - time.perf_counter()))
        stamp += 1
        body = f'{{"device_id":"b","time":{stamp},"latitude":60.0,"longitude":{24 + turn / 1e5:.5f}}}'
        started = time.perf_counter()
        writer.write(
            f"POST /api/positions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        sent[stamp] = started, time.perf_counter()
    writer.close()
    return sent


async def measure(target: Server, viewers: int, rate: int, seconds: float) -> str:
    loop = asyncio.get_running_loop()
    seen: list[tuple[int, float]] = []
    links = [await loop.create_connection(lambda: Viewer(seen), "127.0.0.1", target.port) for _ in range(viewers)]
    await asyncio.sleep(SETTLE)
    cpu = target.cpu()
    sent = await drive(target.port, rate, seconds)
    await asyncio.sleep(SETTLE)
    cpu = target.cpu() - cpu
    for transport, _ in links:
        transport.close()
    whole = sorted(at - sent[stamp][0] for stamp, at in seen)
    after = sorted(at - sent[stamp][1] for stamp, at in seen)
    shown = (percentile(whole, 0.5), percentile(whole, 0.99), percentile(after, 0.5), percentile(after, 0.99))
    figures = " | ".join(f"{value * 1e3:.1f}" for value in shown)
    return (
        f"| {viewers:,} | {rate} | {figures} | {cpu / max(1, len(seen)) * 1e6:.0f} | "
        f"{len(seen) / (len(sent) * viewers):.0%} |"
    )


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    print(f"{machine()}; one device, every viewer sees it\n")
    times = ("report to frame p50 ms", "p99 ms", "accepted to frame p50 ms", "p99 ms")
    columns = ("viewers", "positions/s", *times, "server µs CPU a frame", "sent")
    print(f"| {' | '.join(columns)} |\n|{' --: |' * len(columns)}")
    for viewers in VIEWERS:
        for rate in RATES:
            with server() as target:
                print(uvloop.run(measure(target, viewers, rate, seconds)), flush=True)


if __name__ == "__main__":
    main()
