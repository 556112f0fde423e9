"""What does it cost to tell many viewers of the same move, and how late do they hear of it?

    python -m benchmarks.fanout

One device moves inside the server (benchmarks/hub.py), all viewers look at the whole world, without zoom. "send(2)
alone" is what the system asks for to hand a frame of that size to a socket, measured with as many viewers right after.
"Sent" is the share of positions that came as a frame of their own; the rest was newer by the time it was sent.
Then the same against the plain way, a loop of `send_text` over FastAPI on uvicorn as it is installed; and the whole
way, where the device reports over HTTP to `herenow run` and SQLite stores it before viewers receive it.
Processor time is the server's whole, whatever it did, for each frame of positions or statistics; latencies are up to
1.3 ms too much (benchmarks/native/load.c).
"""

import asyncio
import contextlib
import http.client
import sys
import time
from collections.abc import Callable, Iterator

import uvicorn
import uvloop
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

from benchmarks.hub import SETTLE, WHOLE_WORLD, WORLD, Driving, hub, launch, measure, spoken, stop
from benchmarks.load import WIRES, Figures, Viewers, floor
from benchmarks.server import Server, machine, server
from herenow.model.clock import now
from herenow.run.server import address, listen
from herenow.wire.json import encode_live

VIEWERS = (100, 1000, 5000, 10_000)
COMPARED = 1000  # viewers of the plain way and of the whole way
RATES = (5, 50)  # positions a second
SECONDS = 6.0
COLUMNS = (
    "server",
    "wire",
    "viewers",
    "positions/s",
    "bytes a frame",
    "server µs CPU a frame",
    "send(2) alone µs",
    "times",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
    "sent",
    "client µs CPU a frame",
)


def plain(rate: float) -> None:
    """A process of the plain way."""
    app, viewers = FastAPI(), set[WebSocket]()

    @app.websocket("/ws/locations")
    async def locations(socket: WebSocket) -> None:
        await socket.accept(socket.scope["subprotocols"][0])
        await socket.receive_text()
        await socket.send_text('{"type":"snapshot","positions":[]}')
        viewers.add(socket)
        with contextlib.suppress(WebSocketDisconnect):
            await socket.receive_text()
        viewers.discard(socket)

    uvloop.run(_serve_plain(app, viewers, rate))


async def _serve_plain(app: FastAPI, viewers: set[WebSocket], rate: float) -> None:
    listening = listen("127.0.0.1", 0)
    telling = asyncio.create_task(_tell(viewers, rate))
    print(f"ready url={address(listening)}", file=sys.stderr, flush=True)
    await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve([listening])
    telling.cancel()


async def _tell(viewers: set[WebSocket], rate: float) -> None:
    driving, due = Driving(1, WORLD, now()), time.monotonic()
    while True:
        due = max(due + 1 / rate, time.monotonic() - 1)
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        (device,) = driving.drive(1, now())
        text = f'{{"type":"update","positions":[{encode_live(device).decode()}]}}'
        for viewer in list(viewers):
            with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # it has just gone
                await viewer.send_text(text)


@contextlib.contextmanager
def plain_server(rate: float) -> Iterator[Server]:
    process, port = launch("-c", f"from benchmarks.fanout import plain; plain({rate})")
    try:
        yield Server(process, port)
    finally:
        stop(process)


def report(port: int, rate: float, seconds: float) -> None:
    """One device reports over HTTP, each position a request, stamped with the moment it is sent."""
    link, due = http.client.HTTPConnection("127.0.0.1", port), time.monotonic()
    for turn in range(int(rate * seconds)):
        due = max(due + 1 / rate, time.monotonic() - 1)
        time.sleep(max(0.0, due - time.monotonic()))
        body = f'{{"device_id":"b","time":{now()},"latitude":60.0,"longitude":{24 + turn / 1e5:.5f}}}'
        link.request("POST", "/api/positions", body)
        link.getresponse().read()
    link.close()


def whole_way(target: Server, viewers: Viewers, rate: float) -> tuple[Figures, float]:
    time.sleep(SETTLE)
    viewers.reset()
    cpu = target.cpu()
    report(target.port, rate, SECONDS)
    cpu = target.cpu() - cpu
    time.sleep(SETTLE)  # for the last to arrive
    return viewers.report(), cpu


def row(name: str, wire: str, viewers: int, rate: float, found: Figures, cpu: float) -> str:
    frames = max(1, found.frames)
    each, alone = cpu / max(1, found.frames + found.notices) * 1e6, floor(viewers, found.bytes // frames)
    late = found.newest
    return (
        f"| {name} | {wire} | {viewers:,} | {rate} | {found.bytes / frames:.0f} | {each:.1f} | {alone:.1f} | "
        f"{each / alone:.1f} | {late.p50:.1f} | {late.p99:.1f} | {late.p999:.1f} | "
        f"{found.frames / (rate * SECONDS * viewers):.0%} | {found.cpu / frames * 1e6:.1f} |"
    )


Counted = Callable[[Server, Viewers, float], tuple[Figures, float]]


def inside(target: Server, viewers: Viewers, rate: float) -> tuple[Figures, float]:
    del rate  # the server moves its device by itself
    return measure(target, viewers, SECONDS)


def tell(
    name: str, opened: contextlib.AbstractContextManager[Server], wire: str, count: int, rate: float, counted: Counted
) -> None:
    with opened as target, Viewers(target.port, count, wire, [WHOLE_WORLD]) as viewers:
        found, cpu = counted(target, viewers, rate)
    print(row(name, wire, count, rate, found, cpu), flush=True)


def main() -> None:
    wires = spoken()
    print(f"{machine()}; one device, every viewer sees it\n")
    print(f"| {' | '.join(COLUMNS)} |\n| --- | --- |{' --: |' * (len(COLUMNS) - 2)}")
    for wire in wires:
        for count in VIEWERS:
            for rate in RATES:
                tell("herenow", hub(1, rate), wire, count, rate, inside)
    for rate in RATES:
        tell("plain", plain_server(rate), WIRES[0], COMPARED, rate, inside)
    for wire in wires:
        for count in (1, COMPARED):
            for rate in RATES:
                tell("herenow, the whole way", server(), wire, count, rate, whole_way)


if __name__ == "__main__":
    main()
