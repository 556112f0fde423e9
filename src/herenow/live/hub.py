"""The hub: the fleet and its viewers. Decides which viewer is sent what, and when."""

import asyncio
import secrets
import time
from collections.abc import Iterable, Iterator

import structlog

from herenow.bus.base import Bus, News
from herenow.live.changes import Changes
from herenow.live.fleet import Fleet
from herenow.live.frames import ArticleFrames, JsonFrames, Shared
from herenow.live.viewer import Viewer
from herenow.model.clock import Clock, now
from herenow.model.device import Device
from herenow.model.geo import Box
from herenow.model.rate import Rate
from herenow.model.view import View
from herenow.store.base import Store, load

SHORTEST_TICK = 0.02  # s between two frames to the same viewer
LONGEST_TICK = 1.0  # s
STALLED = 30.0  # s without progress, then a viewer is closed
SLOW = (4408, "no progress in reading for 30 s")

log = structlog.get_logger()


class Hub:
    """Holds one entry a device and one object a viewer. Only `run` waits, so no viewer holds up another."""

    def __init__(self, clock: Clock = now) -> None:
        self.fleet = Fleet()
        self.announced = Rate()
        self.newest: int | None = None  # ms, when a position was last announced
        self.loaded = asyncio.Event()  # the fleet is what the store has, or newer
        self._clock = clock
        self._shared = Shared(self.fleet, secrets.token_hex(8), clock)
        self.json_frames = JsonFrames(self._shared)
        self.article_frames = ArticleFrames(self._shared)
        self.viewers: set[Viewer] = set()
        self._news: list[News] = []
        self._heard = asyncio.Event()
        self._missed = asyncio.Event()  # some news; the fleet must be loaded

    @property
    def seq(self) -> int:
        """The number of the present state; grows by one a tick that changed something."""
        return self._shared.seq

    def told(self, box: Box) -> Iterator[bytes]:
        """What live messages say of the devices in a box."""
        return map(self._shared.live, self.fleet.within(box))

    # What happens, without waiting

    def hear(self, news: News) -> None:
        """Takes news, which the next tick brings to the fleet. Holds what is announced within one tick."""
        self._news.append(news)
        self.announced.add(len(news))
        self.newest = self._clock()
        self._heard.set()

    def tick(self) -> None:
        """Brings the news to the fleet, and tells every viewer which devices changed in its view: those that were
        inside, and those that are. A device that left is among them, or its marker would stay at the edge.

        The fleet changes here alone, but for a load, which starts every viewer afresh: so what a viewer was sent is the
        fleet as of some tick, and "were" is what it saw.
        """
        self._heard.clear()
        before = self._apply_news()
        if not before:
            return
        self._shared.seq += 1
        changes = Changes(before, self.fleet)
        seen: dict[View, tuple[str, ...]] = {}
        for viewer in self.viewers:
            if viewer.view is None:
                continue
            changed = seen.get(viewer.view)
            if changed is None:
                changed = seen[viewer.view] = changes.seen_by(viewer.view)
            if changed:
                viewer.mark(changed)

    def _apply_news(self) -> dict[str, Device | None]:
        """The devices that changed, as they were. The newest of each wins, whatever the order and however often."""
        before: dict[str, Device | None] = {}
        for news in self._news:
            for device in news:
                known = self.fleet.get(device.device_id)
                if self.fleet.take(device):
                    before.setdefault(device.device_id, known)
        self._news.clear()
        return before

    def load(self, devices: Iterable[Device]) -> None:
        """Takes over what the store has, but for what is newer here, and lets every viewer start afresh."""
        for device in devices:
            self.fleet.take(device)
        self._shared.seq += 1
        self.loaded.set()
        for viewer in self.viewers:
            viewer.refresh()

    def housekeep(self, monotonic: float) -> None:
        """Closes the viewers that make no progress."""
        for viewer in list(self.viewers):
            if viewer.stalled(monotonic, STALLED):
                viewer.close(*SLOW)

    # What waits

    async def run(self, bus: Bus, store: Store) -> None:
        """Follows the news until they end. Follows first and loads then, so that nothing falls between."""
        news = bus.follow()
        async with asyncio.TaskGroup() as tasks:
            ticking = tasks.create_task(self._tick_for_ever(), name="hub-tick")
            loading = tasks.create_task(self._load_for_ever(store), name="hub-load")
            async for moves in news:
                if moves is None:
                    self._missed.set()
                else:
                    self.hear(moves)
            ticking.cancel()
            loading.cancel()

    async def _load_for_ever(self, store: Store) -> None:
        """Once at first, and again whenever news were missed since the last load began."""
        self._missed.set()
        while True:
            await self._missed.wait()
            self._missed.clear()
            self.load(await load(store))
            log.info("loaded the fleet", devices=len(self.fleet))

    async def _tick_for_ever(self) -> None:
        """The first change after a pause goes out at once; from then on sending takes at most half of the time."""
        while True:
            await self._heard.wait()
            started = time.perf_counter()
            self.tick()
            for _ in range(3):  # lets the viewers that were woken send, so that their time is counted
                await asyncio.sleep(0)
            spent = time.perf_counter() - started
            await asyncio.sleep(min(LONGEST_TICK, max(SHORTEST_TICK - spent, spent)))
