"""The hub: the fleet and its viewers. Decides which viewer is sent what, and when."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain

import structlog

from herenow.bus.port import News, NewsFeed, NoteHandler, ignore
from herenow.errors import StoreUnavailable
from herenow.live.encoders import ArticleEncoder, BinaryEncoder, Encoder, EventEncoder, HubState, JsonEncoder, Texts
from herenow.live.fleet import Fleet
from herenow.live.subscriptions import Subscriptions
from herenow.live.viewer import SLOW, STALLED, Viewer
from herenow.live.viewer_group import ViewerGroup
from herenow.metrics.percentiles import Percentiles
from herenow.metrics.rate import Rate
from herenow.model.clock import Clock, now
from herenow.model.device import Device
from herenow.model.view import Resume, View
from herenow.store.port import DeviceReader
from herenow.wire.binary import REQUESTED

SHORTEST_TICK = 0.02  # s between two frames to the same viewer
LONGEST_TICK = 1.0  # s
CHECK_EVERY = 0.25  # s between two checks of withheld moves
MOST_MOVES = 4000  # that one tick takes where that is at least half of what waits: some 20 ms of work
SLICE = 0.002  # s of sending before other work gets its turn
LOAD_PAUSE = 2.0  # s between two tries

log = structlog.get_logger()


class Hub:
    """Holds one entry a device, and one object a viewer. Only `run` waits, so no viewer holds up another."""

    def __init__(self, clock: Clock = now, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.fleet = Fleet()
        self.announced = Rate()
        self.lags = Percentiles()  # from reception to the tick that brings it to viewers
        self.newest: int | None = None  # ms, when a position was last announced
        self.loaded = asyncio.Event()  # the fleet is what the store has, or newer
        self.viewers: set[Viewer] = set()
        self.resumed = 0  # views answered by what changed
        self.begun = 0  # views answered by a snapshot
        self.closed = 0  # viewers that made no progress
        self.sent = 0  # seq of the last state that every viewer was sent, or is known to miss
        self._clock = clock
        self._monotonic = monotonic
        self._state = HubState(self.fleet, secrets.token_hex(8), clock)
        self._texts = Texts(self.fleet)
        self.json_wire = JsonEncoder(self._state, self._texts)
        self.binary_wire = BinaryEncoder(self._state)
        self._wires = {self.binary_wire.requested: self.binary_wire}  # by the columns that their viewers request
        self.event_wire = EventEncoder(self._state, self._texts)
        self.article_wire = ArticleEncoder(self._state)
        self._subscriptions = Subscriptions(self._state)
        self._news: list[News] = []
        self._numbered = 0  # seq before the state in which the rows got their present numbers
        self._loading = False  # the store's devices are among the news
        self._has_news = asyncio.Event()
        self._missed = asyncio.Event()  # some news; the fleet must be loaded

    @property
    def seq(self) -> int:
        """The number of the present state; grows by one a tick that changed something."""
        return self._state.seq

    @property
    def epoch(self) -> str:
        """The run of these numbers, 16 hexadecimal digits."""
        return self._state.epoch

    # What happens, without waiting

    def on_news(self, news: News) -> None:
        """Takes news, which the next tick brings to the fleet. Holds what is announced within one tick."""
        self._news.append(news)
        self.announced.add(len(news))
        self.newest = self._clock()
        self._has_news.set()

    def load(self, devices: Iterable[Device]) -> None:
        """Takes what the store has as news: newer devices here stay, and viewers get the rest."""
        self._news.append(list(devices))
        self._loading = True
        self._has_news.set()

    def tick(self) -> list[ViewerGroup]:
        """Brings the news to the fleet, and finds who is due which of them: those who saw the device where it was, and
        those who see it where it is. The fleet changes here alone, so what a viewer was sent is the fleet as of some
        tick, and "was" is what it saw."""
        self._has_news.clear()
        loading, self._loading = self._loading, False
        news, self._news = (self._news, []) if loading else _first(self._news)
        if self._news:
            self._has_news.set()
        moment, seq = self._monotonic(), self._state.seq + 1
        overdue = self._subscriptions.overdue(moment)
        changes = self.fleet.apply(chain.from_iterable(news), seq, self._subscriptions.followers)
        if loading:
            self.loaded.set()
        else:
            now = self._clock()
            self.lags.add([now - self.fleet.devices[row].last_heard for row in changes.rows.tolist()], now)
        if not len(changes.rows) and not changes.steps and not overdue:
            return []
        self._state.seq = seq
        return self._subscriptions.tick(changes, overdue, seq, moment)

    def send(self, due: list[ViewerGroup]) -> Iterator[None]:
        """Sends what groups are due, and pauses now and then. A viewer that cannot take it is remembered by the number
        of the state that it has, and by nothing else."""
        began = time.perf_counter()
        for group in due:
            parts, group.parts = group.parts, []
            frame = group.encoder.write(parts, snapshot=False)
            for viewer in list(group.viewers):
                if viewer.last_seq == self._state.seq:
                    pass  # it began, or looked elsewhere, during a pause
                elif viewer.sink.full:
                    self._miss(viewer)
                elif viewer.missed_since is None and viewer.pending_view is None:
                    viewer.sink.write(frame)
                if time.perf_counter() - began > SLICE:
                    yield
                    began = time.perf_counter()
        self.sent = self._state.seq

    def _miss(self, viewer: Viewer) -> None:
        if viewer.missed_since is None and viewer.pending_view is None:
            viewer.missed_since = self._state.seq - 1

    def request_columns(self, viewer: Viewer, columns: Collection[str]) -> None:
        """Of the binary wire, from the next view on. A viewer that knows a column goes on knowing it. There are at most
        as many encoders as subsets of REQUESTED."""
        if isinstance(viewer.encoder, BinaryEncoder):
            requested = viewer.encoder.requested | (REQUESTED.keys() & columns)
            if requested not in self._wires:
                self._wires[requested] = BinaryEncoder(self._state, requested)
            viewer.encoder = self._wires[requested]

    def warm(self, viewer: Viewer, view: View) -> Iterator[None]:
        """Prepares the snapshot of a view in steps of some milliseconds. Without it, a snapshot of many devices that
        nobody has seen yet holds the loop."""
        return self._subscriptions.warm(viewer.encoder, view, self._monotonic())

    def set_view(self, viewer: Viewer, view: View, number: int = 0, resume: Resume | None = None) -> None:
        """Lets a viewer look elsewhere. It is answered by a snapshot that replaces all it had, or, if it still has that
        very view as of some state, by what changed since; a viewer that is full, as soon as it is not."""
        moment = self._monotonic()
        self._subscriptions.remove(viewer, moment)
        self._subscriptions.add(viewer, view, moment)
        viewer.missed_since, viewer.pending_view = None, number
        if resume and resume.epoch == self.epoch and self._numbered < resume.seq <= self.seq:
            viewer.missed_since = resume.seq
        self.drained(viewer)

    def drained(self, viewer: Viewer) -> None:
        """Sends a viewer that is not full what it is owed or missed."""
        group = viewer.group
        if group is None or viewer.sink.full or (viewer.pending_view is None and viewer.missed_since is None):
            return
        number = viewer.pending_view or 0
        frame = None if viewer.missed_since is None else group.update(viewer.missed_since, number)
        viewer.missed_since = viewer.pending_view = None
        viewer.last_seq = self._state.seq
        if frame is None:
            self.begun += 1
        else:
            self.resumed += 1
        viewer.sink.write(frame or group.snapshot(number))

    def forget(self, device_id: str) -> None:
        """The device is erased: no viewer keeps it, and each gets a new snapshot."""
        self._news = [[device for device in news if device.device_id != device_id] for news in self._news]
        if self.fleet.get(device_id) is None:
            return
        self._numbered = self._state.seq
        self._state.seq += 1
        self.fleet.remove(device_id, self._state.seq)
        self._texts.forget()
        for wire in self._wires.values():
            wire.forget()
        self._subscriptions.rebuild(self._monotonic())
        for viewer in self.viewers:
            if viewer.group is not None:
                viewer.missed_since, viewer.pending_view = None, viewer.pending_view or 0
                self.drained(viewer)

    def disconnect(self, viewer: Viewer) -> None:
        self._subscriptions.remove(viewer, self._monotonic())
        self.viewers.discard(viewer)

    def broadcast(self, content: bytes) -> Iterator[None]:
        """A message to all who look at something and can take it, with pauses."""
        return self._write(lambda wire: wire.text(content), to_all=False)

    def ping(self) -> Iterator[None]:
        """A ping to every viewer that can take it, with pauses."""
        return self._write(lambda wire: wire.ping, to_all=True)

    def _write(self, message_over: Callable[[Encoder], bytes | None], *, to_all: bool) -> Iterator[None]:
        began = time.perf_counter()
        messages: dict[Encoder, bytes | None] = {}
        for viewer in list(self.viewers):
            if (viewer.group is None and not to_all) or viewer.sink.full:
                continue
            if viewer.encoder not in messages:
                messages[viewer.encoder] = message_over(viewer.encoder)
            if message := messages[viewer.encoder]:
                viewer.sink.write([message])
            if time.perf_counter() - began > SLICE:
                yield
                began = time.perf_counter()

    def housekeep(self, monotonic: float) -> None:
        """Closes the viewers that make no progress."""
        for viewer in list(self.viewers):
            if viewer.stalled(monotonic, STALLED):
                self.closed += 1
                viewer.sink.close(*SLOW)

    # What waits

    async def run(self, feed: NewsFeed, store: DeviceReader, on_note: NoteHandler = ignore) -> None:
        """Follows the news until they end; `on_note` gets the notes of other hubs. Follows first, then loads, so that
        nothing falls between."""
        news = feed.follow(on_note)
        async with asyncio.TaskGroup() as tasks:
            ticking = tasks.create_task(self._tick_for_ever(), name="hub-tick")
            loading = tasks.create_task(self._load_for_ever(store), name="hub-load")
            async for moves in news:
                if moves is None:
                    self._missed.set()
                else:
                    self.on_news(moves)
            ticking.cancel()
            loading.cancel()

    async def _load_for_ever(self, store: DeviceReader) -> None:
        """Once at first, and again whenever news were missed since the last load began."""
        self._missed.set()
        while True:
            await self._missed.wait()
            self._missed.clear()
            devices = await _stored_devices(store)
            self.load(devices)
            log.info("loading the fleet", devices=len(devices))

    async def _tick_for_ever(self) -> None:
        """The first change after a pause goes out at once; from then on sending takes at most half of the time."""
        while True:
            await self._due()
            spent = await self._tick()
            await asyncio.sleep(min(LONGEST_TICK, max(SHORTEST_TICK - spent, spent)))

    async def _due(self) -> None:
        if not self._subscriptions.is_waiting:
            await self._has_news.wait()
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CHECK_EVERY):
                await self._has_news.wait()

    async def _tick(self) -> float:
        """Seconds that it took, without what others did meanwhile."""
        began = time.perf_counter()
        spent = 0.0
        for _ in self.send(self.tick()):
            spent += time.perf_counter() - began
            await asyncio.sleep(0)
            began = time.perf_counter()
        return spent + time.perf_counter() - began


async def _stored_devices(store: DeviceReader) -> Sequence[Device]:
    """Asks the store until it answers."""
    while True:
        try:
            return await store.latest()
        except StoreUnavailable as error:
            log.error("cannot load the devices; trying again", reason=str(error))
            await asyncio.sleep(LOAD_PAUSE)


def _first(news: list[News]) -> tuple[list[News], list[News]]:
    """What the next tick takes, and what waits for the one after it: never more than this one takes."""
    most = max(MOST_MOVES, (sum(map(len, news)) + 1) // 2)
    taken: list[News] = []
    for place, moves in enumerate(news):
        if most < len(moves):
            return [*taken, moves[:most]], [moves[most:], *news[place + 1 :]]
        taken.append(moves)
        most -= len(moves)
    return taken, []
