"""Takes positions off the bus, writes them to the store, announces what they moved, acknowledges: in this order, so
that what is acknowledged is stored, and what a viewer sees is in history."""

import asyncio

import structlog

from herenow.bus.base import Bus, Delivery
from herenow.errors import StoreUnavailable, Unavailable
from herenow.model.device import Device, advance
from herenow.store.base import Store, load

FIRST_PAUSE = 0.1  # s
LONGEST_PAUSE = 2.0  # s

log = structlog.get_logger()


class Recorder:
    """The one place where positions move devices, so that live and history agree. Holds one entry a device."""

    def __init__(self, bus: Bus, store: Store) -> None:
        self._bus = bus
        self._store = store
        self._newest: dict[str, Device] = {}  # as stored
        self._pause = 0.0
        self.trouble: str | None = None  # why the last write failed, None once one succeeded

    async def run(self) -> None:
        """Until the bus has no more deliveries. Pauses, longer each time, while the store is down."""
        self._newest = {device.device_id: device for device in await load(self._store)}
        async for delivery in self._bus.consume():
            await self._record(delivery)

    async def _record(self, delivery: Delivery) -> None:
        try:
            moves = advance(self._newest, delivery.positions)
            newest = {device.device_id: device for device in moves}
            await self._store.write(delivery.positions, list(newest.values()))
        except Unavailable as error:
            await self._fail(delivery, error)
        except Exception as error:  # the edge of the task: this delivery is handed back, and the next may be fine
            log.exception("writing failed in a way nobody expected")
            await self._fail(delivery, StoreUnavailable(f"internal error: {error!r}"))
        else:
            self._newest |= newest
            await self._bus.announce(moves)
            await delivery.acknowledge()
            self._recovered()

    async def _fail(self, delivery: Delivery, error: Unavailable) -> None:
        if self.trouble is None:
            log.error("the store is down", reason=str(error))
        self.trouble = str(error)
        await delivery.give_back(error)
        self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, self._pause * 2))
        await asyncio.sleep(self._pause)

    def _recovered(self) -> None:
        if self.trouble is not None:
            log.info("the store is back")
        self.trouble = None
        self._pause = 0.0
