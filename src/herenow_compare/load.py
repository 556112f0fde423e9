"""Devices that report: a few once a second, or as many positions as the server stores."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec

from herenow.errors import Unavailable
from herenow.model.clock import now
from herenow_compare.http import HttpConnection, connected, post
from herenow_compare.latency_meter import LatencyMeter

PREFIX = "compare-"  # of every device id in the comparison
PLACE = (24.5, 60.0, 25.5, 60.5)  # west, south, east, north: what the viewers subscribe to
BATCH = 1000  # positions in a request of the flood, each of another device
SENDERS = 4
AHEAD = 20_000  # positions that may be accepted and not yet stored
MOST = 1_000_000  # positions in a flood
CHECK_EVERY = 0.1  # s
STORED_WITHIN = 60.0  # s after the last was sent

_REPORT = '{"device_id":"%s%d","time":%d,"latitude":%.6f,"longitude":%.6f}'
_URL = "/api/positions"


async def drive(port: int, rate: int, seconds: int, meter: LatencyMeter) -> None:
    """`rate` devices that report once a second, evenly spread over it, each on its own connection."""
    begin = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for device in range(rate):
            due = [begin + device / rate + second for second in range(seconds)]
            tasks.create_task(_report(port, device, due, meter))
    await asyncio.sleep(max(0.0, begin + seconds - time.perf_counter()))


async def _report(port: int, device: int, due: list[float], meter: LatencyMeter) -> None:
    latitude, longitude = PLACE[1] + 0.2, PLACE[0] + 0.2
    async with connected(port) as connection:
        for turn, moment in enumerate(due):
            await asyncio.sleep(max(0.0, moment - time.perf_counter()))
            time_ms = meter.stamp()
            body = _REPORT % (PREFIX, device, time_ms, latitude + turn * 1e-4, longitude + device * 1e-5)
            if not await _send(connection, body.encode()):
                raise Unavailable(
                    "the server answered a report with 503; the services are too slow or down: see their logs"
                )


async def _send(connection: HttpConnection, body: bytes) -> bool:
    """Whether it is durable; False where the sender shall retry. Raises Unavailable where the server refuses it."""
    response = await connection.request(post(_URL, body))
    if response.status not in (200, 503):
        raise Unavailable(
            f"the server answered a report with {response.status}: {response.body[:300].decode(errors='replace')}"
        )
    return response.status == 200


class FloodResult(msgspec.Struct, frozen=True):
    positions: int
    seconds: float  # from the first send to the last store


async def flood(port: int, seconds: int, stored: Callable[[], Awaitable[int]]) -> FloodResult:
    """Sends for `seconds`, at most AHEAD beyond what is stored, and at most MOST in all. `stored` counts.

    Raises Unavailable where they are not all stored in the end.
    """
    before, begin = await stored(), time.perf_counter()
    sender = _Flood(port, begin + seconds)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(sender.run()) for _ in range(SENDERS)]
        while not all(task.done() for task in running):
            sender.stored = await stored() - before
            await asyncio.sleep(CHECK_EVERY)
    patience = time.perf_counter() + STORED_WITHIN
    while (missing := sender.accepted - (await stored() - before)) > 0:
        if time.perf_counter() > patience:
            raise Unavailable(
                f"{missing:,} of {sender.accepted:,} accepted positions are not stored yet; see the recorder's log"
            )
        await asyncio.sleep(CHECK_EVERY)
    return FloodResult(sender.accepted, time.perf_counter() - begin)


class _Flood:
    def __init__(self, port: int, end: float) -> None:
        self._port = port
        self._end = end
        self._times = itertools.count(now())
        self._sent = 0
        self.accepted = 0
        self.stored = 0

    async def run(self) -> None:
        async with connected(self._port) as connection:
            async for body in self._bodies():
                while not await _send(connection, body):
                    if time.perf_counter() > self._end:
                        return
                    await asyncio.sleep(CHECK_EVERY)
                self.accepted += BATCH

    async def _bodies(self) -> AsyncIterator[bytes]:
        while time.perf_counter() < self._end and self._sent < MOST:
            if self._sent - self.stored > AHEAD - BATCH:
                await asyncio.sleep(CHECK_EVERY / 2)
                continue
            self._sent += BATCH
            yield batch(next(self._times))


def batch(time_ms: int) -> bytes:
    """A body of BATCH positions south of the box that the viewers subscribe to."""
    rows = ((number, time_ms, -number / 1e3, time_ms % 997 / 1e4) for number in range(BATCH))
    return "\n".join(_REPORT % (f"{PREFIX}flood-", *row) for row in rows).encode()
