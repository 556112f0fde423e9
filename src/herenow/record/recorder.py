"""Takes positions off the bus, writes them to the store, announces what they moved, acknowledges: in this order, so
that what is acknowledged is stored, and what a viewer sees is in history."""

import asyncio
import time
from collections import deque
from contextlib import aclosing
from typing import Protocol

import structlog

from herenow.bus.port import Delivery, NewsFeed, PositionQueue
from herenow.errors import StoreUnavailable, Unavailable
from herenow.metrics.histogram import Histogram
from herenow.metrics.rate import Rate
from herenow.model.clock import now
from herenow.model.device import Device, advance_in_slices, late_positions
from herenow.model.slices import in_turns
from herenow.store.port import DeviceReader, PositionWriter

FIRST_PAUSE = 0.1  # s
LONGEST_PAUSE = 2.0  # s
REMEMBERED = 600.0  # s, then devices are looked up again: another process may have erased one
PATIENCE = 60.0  # s of failing, then positions are left to a recorder that may have a store; each time twice as long

log = structlog.get_logger()


class RecorderBus(PositionQueue, NewsFeed, Protocol):
    """Where positions come from, and where news go."""


class RecorderStore(PositionWriter, DeviceReader, Protocol):
    """Where positions go, and where the devices are that they move."""


class Recorder:
    """The one place where positions move devices, so that live and history agree. Holds one entry for each device that
    it met since it took up its shards.

    `alone`: no other recorder moves the same devices meanwhile; else each is looked up every time.
    """

    def __init__(self, bus: RecorderBus, store: RecorderStore, *, alone: bool = True) -> None:
        self._bus = bus
        self._store = store
        self._alone = alone
        self._newest: dict[str, Device] = {}  # as stored
        self._unannounced: dict[str, Device] = {}  # found in the store, and perhaps never announced
        self._pause = FIRST_PAUSE
        self._patience = PATIENCE
        self._failing_since: float | None = None
        self.trouble: str | None = None  # why the store failed last, None once it does not
        self.stored = Rate()
        self.lag = Histogram()  # from publication to storage
        self._met_at = 0.0  # when the first of `newest` was looked up, on the monotonic clock
        self.dead_lettered = 0  # parts that can never be stored

    async def run(self) -> None:
        """Until the bus has no more deliveries. Pauses, longer each time, while the store or the bus is down."""
        while not await self._session():
            await self._wait()

    async def _session(self) -> bool:
        """Records until the bus ends, then True; or until it or the store is lost. Begins with no memory: others may
        have moved the devices meanwhile."""
        self._newest.clear()
        try:
            if self._bus.durable:
                await self._store.devices([""])  # nothing is taken before the store answers: it may wait
                self._recovered()
            async with aclosing(self._bus.consume()) as deliveries:
                async for delivery in deliveries:
                    await self._record(delivery)
                    if self._bus.durable and self._is_out_of_patience():
                        self._patience *= 2  # RabbitMQ counts how often a message was left
                        return False
        except Unavailable as error:
            self._failed(error)
            return False
        return True

    async def _record(self, delivery: Delivery) -> None:
        try:
            await self._store_and_announce(delivery)
        except Unavailable as error:
            self._failed(error)
            await delivery.requeue(error)
            await self._wait()
        except Exception:  # the edge of the task: one position that fails must not stop the others
            log.exception("writing failed in a way nobody expected")
            await self._record_parts(delivery)
        else:
            if self._failing_since is not None:
                self._recovered()
            self._pause, self._patience = FIRST_PAUSE, PATIENCE

    async def _record_parts(self, delivery: Delivery) -> None:
        """Finds the part that fails alone, dead-letters it, and records the others."""
        parts = deque(delivery.parts())
        while parts:
            try:
                await self._record_part(parts[0])
            except Unavailable as error:
                self._failed(error)
                for part in parts:
                    await part.requeue(error)
                await self._wait()
                return
            parts.popleft()

    async def _record_part(self, part: Delivery) -> None:
        try:
            await self._store_and_announce(part)
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - as above; the reason goes along
            await part.dead_letter(f"{type(error).__name__}: {error}")
            self.dead_lettered += 1

    async def _store_and_announce(self, delivery: Delivery) -> None:
        await self._look_up_unknown(delivery)
        newest: dict[str, Device] = {}
        moves = await in_turns(advance_in_slices(self._newest, delivery.positions, newest))
        await self._store.write(delivery.positions, list(newest.values()))
        found = [device for device in self._unannounced.values() if device.device_id not in newest]
        late = late_positions(self._newest, delivery.positions)
        await self._bus.announce(found + moves + late, delivery.published)
        self._unannounced.clear()
        self._newest |= newest
        await delivery.acknowledge()
        self.stored.add(len(delivery.positions))
        self.lag.add(now() - delivery.published, len(delivery.positions))

    def forget(self, device_id: str) -> None:
        """The device is erased: what it reports from now on is all that is known of it."""
        self._newest.pop(device_id, None)
        self._unannounced.pop(device_id, None)

    async def _look_up_unknown(self, delivery: Delivery) -> None:
        """Looks up the devices that are not known yet. They are announced as well: the recorder before may have died
        after it had stored them."""
        moment = time.monotonic()
        if not self._alone or moment - self._met_at > REMEMBERED:
            self._newest.clear()
            self._met_at = moment
        unknown = {position.device_id for position in delivery.positions if position.device_id not in self._newest}
        if unknown:
            met = {device.device_id: device for device in await self._store.devices(list(unknown))}
            self._newest |= met
            self._unannounced |= met

    def _failed(self, error: Unavailable) -> None:
        if isinstance(error, StoreUnavailable):
            if self.trouble is None:
                log.error("the store is down", reason=str(error))
            self.trouble = str(error)
        self._failing_since = self._failing_since or time.monotonic()

    def _is_out_of_patience(self) -> bool:
        return self._failing_since is not None and time.monotonic() - self._failing_since > self._patience

    def _recovered(self) -> None:
        if self.trouble is not None:
            log.info("the store is back")
        self.trouble = None
        self._failing_since = None

    async def _wait(self) -> None:
        await asyncio.sleep(self._pause)
        self._pause = min(LONGEST_PAUSE, self._pause * 2)
