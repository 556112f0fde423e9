"""Load with a counter per device, viewers that remember what they were shown, and what became of each position:
lost, duplicate, unexpected and stale must all be none (after the set-full checker of Jepsen)."""

import asyncio
import contextlib
import itertools
import json
import random
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import msgspec
import websockets
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.support.dose import dose
from tests.support.patience import PATIENCE
from tests.support.processes import until

V1 = Subprotocol("herenow.json.v1")
GIVE_UP = 150.0  # s that a batch is offered again before the test fails; a busy machine starts servers slowly
RATE = dose(400, full=2000)  # positions a second
BATCH = dose(40, full=100)  # positions in one request
MAX_OFFERED = 100  # batches that are not accepted yet; beyond it devices wait, or they would keep each other out

Key = tuple[str, int]  # device, its counter
Content = tuple[int, float, float]


def content(position: dict[str, Any]) -> Content:
    return position["time"], position["latitude"], position["longitude"]


class Flaws(msgspec.Struct, frozen=True):
    """Shares of the reports."""

    late: float = 0.0
    duplicated: float = 0.0
    ahead: float = 0.0


class Load:
    """Devices that keep what is not accepted and offer it again, as a good tracker does. Report `n` of all is dated n
    ms after the start, and has n as an attribute: so history can distinguish them."""

    def __init__(
        self, urls: list[str], *, devices: int = 200, rate: int = RATE, batch: int = BATCH, flaws: Flaws | None = None
    ) -> None:
        self._urls = itertools.cycle(urls)
        self._devices = [f"load-{number}" for number in range(devices)]
        self._rate, self._size = rate, batch
        self._flaws = flaws or Flaws()
        self._random = random.Random(7)
        self._n = 0
        self._offered = 0  # batches
        self._held: list[dict[str, Any]] = []  # late ones
        self.attempted: dict[Key, Content] = {}
        self.accepted: set[Key] = set()
        self.newest: dict[str, int] = {}  # the greatest counter accepted, of those not ahead of their time
        self.refused = 0  # answers that were no success
        self.refusals: deque[str] = deque(maxlen=6)  # the last of them
        self.start = time.time_ns() // 1_000_000 - 3_600_000  # ms

    @contextlib.asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """Offers batches at the rate for as long as the body; on return all of them are accepted."""
        limits = httpx.Limits(max_connections=20)
        async with httpx.AsyncClient(limits=limits, timeout=PATIENCE) as client, asyncio.TaskGroup() as offers:
            offering = offers.create_task(self._offer_for_ever(client, offers))
            try:
                yield
            finally:
                offering.cancel()
            held, self._held = self._held, []
            for start in range(0, len(held), 1000):
                offers.create_task(self._offer(client, held[start : start + 1000]))

    async def accepts(self, seconds: float) -> None:
        """Returns once as many more positions are accepted as the rate brings in so many seconds."""
        enough = len(self.accepted) + seconds * self._rate
        await until(lambda: len(self.accepted) >= enough)

    async def _offer_for_ever(self, client: httpx.AsyncClient, offers: asyncio.TaskGroup) -> None:
        due = time.monotonic()
        while True:
            if self._offered < MAX_OFFERED:
                self._offered += 1
                offers.create_task(self._offer(client, self._batch())).add_done_callback(self._done)
            due = max(
                due + self._size / self._rate, time.monotonic() - 1
            )  # what a busy machine missed is not made up for
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    def _done(self, _: asyncio.Task[None]) -> None:
        self._offered -= 1

    def _batch(self) -> list[dict[str, Any]]:
        batch: list[dict[str, Any]] = []
        for _ in range(self._size):
            report = self._report(self._n)
            self._n += 1
            if self._random.random() < self._flaws.late:
                self._held.append(report)
            else:
                batch.append(report)
            if self._random.random() < self._flaws.duplicated:
                batch.append(report)
        if len(self._held) > 2000:
            self._random.shuffle(self._held)
            batch += [self._held.pop() for _ in range(1000)]
        return batch

    def _report(self, n: int) -> dict[str, Any]:
        device = self._devices[n % len(self._devices)]
        ahead = self._random.random() < self._flaws.ahead
        report = {
            "device_id": device,
            "time": self.start + n + (86_400_000 if ahead else 0),
            "latitude": 60 + (n % 10_000) / 1e5,
            "longitude": 25 + (n % 7_000) / 1e5,
            "attributes": {"n": n},
        }
        self.attempted[device, n] = content(report)
        return report

    async def _offer(self, client: httpx.AsyncClient, batch: list[dict[str, Any]]) -> None:
        if not batch:
            return
        body = json.dumps(batch)
        end = time.monotonic() + GIVE_UP
        while not await self._accepted(client, body):
            assert time.monotonic() < end, f"a batch was not accepted in time; the last answers: {self.refusals}"
            await asyncio.sleep(0.2)
        horizon = time.time_ns() // 1_000_000 + 60_000
        for report in batch:
            device, n = report["device_id"], report["attributes"]["n"]
            self.accepted.add((device, n))
            if report["time"] < horizon:
                self.newest[device] = max(n, self.newest.get(device, -1))

    async def _accepted(self, client: httpx.AsyncClient, body: str) -> bool:
        url = next(self._urls)
        try:
            answer = await client.post(f"{url}/api/positions", content=body)
        except httpx.HTTPError as error:
            self._refused(url, repr(error))
            return False  # the outcome is unknown: offer it again
        assert answer.status_code in (200, 502, 503), answer.text  # 502: of a proxy whose server died over the request
        if answer.status_code != 200:
            self._refused(url, answer.text)
        return answer.status_code == 200

    def _refused(self, url: str, why: str) -> None:
        self.refused += 1
        self.refusals.append(f"{time.monotonic():.1f} {url}: {why}")


class Viewer:
    """Follows the whole world over any of the servers, comes back by itself, and remembers the newest of each device.
    `stale` are those that were shown older than before."""

    def __init__(self, urls: list[str]) -> None:
        self._urls = itertools.cycle(urls)
        self.shown: dict[str, int] = {}  # ms, on the map now
        self.stale: list[str] = []
        self.connects = 0
        self._began = False  # whether this connection has had its first snapshot

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                await self._watch(next(self._urls))
            await asyncio.sleep(0.1)

    async def _watch(self, url: str) -> None:
        async with connect(
            url.replace("http", "ws", 1) + "/ws/locations", subprotocols=[V1], open_timeout=20, max_size=None
        ) as socket:
            await socket.send('{"type":"view","bbox":[-180,-90,180,90],"zoom":5}')
            self.connects += 1
            self._began = False
            async for text in socket:
                self._take(json.loads(text))

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "snapshot":
            before, self.shown = self.shown, {at["device_id"]: at["timestamp"] for at in message["positions"]}
            if self._began:  # on another server, the first one may be behind what this viewer saw before
                self.stale += [device for device, time in before.items() if self.shown.get(device, 0) < time]
            self._began = True
        elif message["type"] == "update":
            for at in message["positions"]:
                if at["timestamp"] < self.shown.get(at["device_id"], 0):
                    self.stale.append(at["device_id"])
                self.shown[at["device_id"]] = at["timestamp"]


@contextlib.asynccontextmanager
async def watching(urls: list[str], count: int = 3) -> AsyncIterator[list[Viewer]]:
    """Viewers spread over the servers."""
    viewers = [Viewer(urls[number % len(urls) :] + urls[: number % len(urls)]) for number in range(count)]
    tasks = [asyncio.create_task(viewer.run()) for viewer in viewers]
    try:
        yield viewers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Verdict(msgspec.Struct):
    """What became of the accepted positions; all four must be empty."""

    lost: set[Key]
    duplicate: set[Key]
    unexpected: set[Key]
    stale: set[str]

    @property
    def kept(self) -> bool:
        return not (self.lost or self.duplicate or self.unexpected or self.stale)

    def __str__(self) -> str:
        counts = {name: len(getattr(self, name)) for name in self.__struct_fields__}
        return f"{counts}, for example {[list(getattr(self, name))[:3] for name in self.__struct_fields__]}"


async def judge(load: Load, url: str, viewers: Iterable[Viewer], seconds: float = 180.0) -> Verdict:
    """The verdict, taken as soon as it is good, at the latest after so many seconds."""
    end = time.monotonic() + seconds
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE) as client:
        while True:
            verdict = await _look(load, client, viewers)
            if verdict.kept or time.monotonic() > end:
                return verdict
            await asyncio.sleep(0.5)


async def _look(load: Load, client: httpx.AsyncClient, viewers: Iterable[Viewer]) -> Verdict:
    history: Counter[Key] = Counter()
    unexpected: set[Key] = set()
    stale: set[str] = set()
    devices = sorted({device for device, _ in load.accepted})
    for device in devices:
        async for position in _track(client, device, load.start):
            key = device, position["attributes"]["n"]
            history[key] += 1
            if load.attempted.get(key) != content(position):
                unexpected.add(key)
        newest = load.start + load.newest[device]
        answer = await client.get(f"/api/devices/{device}")
        shown = [viewer.shown.get(device) for viewer in viewers]
        if answer.status_code != 200 or {answer.json()["position"]["time"], *shown} != {newest}:
            stale.add(device)
    stale |= {f"{device} went back" for viewer in viewers for device in viewer.stale}
    seen = set(history)
    duplicate = {key for key, count in history.items() if count > 1}
    return Verdict(load.accepted - seen, duplicate, unexpected, stale)


async def _track(client: httpx.AsyncClient, device: str, start: int) -> AsyncIterator[dict[str, Any]]:
    span = {"from": str(start - 1000), "to": str(start + 3 * 86_400_000), "limit": "10000"}
    cursor: str | None = None
    while True:
        answer = await client.get(f"/api/devices/{device}/track", params=span | ({"cursor": cursor} if cursor else {}))
        if answer.status_code != 200:
            return
        page = answer.json()
        for position in page["positions"]:
            yield position
        cursor = page["next"]
        if not cursor:
            return
