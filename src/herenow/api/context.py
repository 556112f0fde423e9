"""What the routes work with, and how a route gets at it."""

from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec
from fastapi import Depends
from starlette.requests import HTTPConnection

from herenow.api.body import Bodies
from herenow.bus.port import BusStatus
from herenow.errors import StoreUnavailable
from herenow.history.export.prepared import Prepared
from herenow.history.rollups.made import MadeRollups, MadeStore
from herenow.history.tracks.stillness import TripSettings
from herenow.intake.intake import LocalIntake
from herenow.live.device_commands import DeviceCommands
from herenow.live.erasures import Erasures
from herenow.live.hub import Hub
from herenow.live.polled_fleet import PolledFleet
from herenow.metrics.loop_lag import LoopLag
from herenow.model.basemap import ExternalBasemap
from herenow.model.device import Device
from herenow.model.retention import Retention
from herenow.record.recorder import Recorder
from herenow.store.port import DeviceReader, DiskUsage, Erasure, PositionReader

LOADING = "the fleet is being loaded"


class MapConfig(msgspec.Struct, frozen=True):
    """What a map receives before it draws: credits, notices, the first view."""

    attributions: list[dict[str, str]] = []
    notices: list[str] = []
    start: tuple[float, float, float, float] | None = None  # west, south, east, north
    streets: bytes | None = None  # GeoJSON
    basemaps: list[ExternalBasemap] = []  # beside the one that is built in


class HistoryStore(PositionReader, DeviceReader, DiskUsage, MadeStore, Protocol):
    """What history requests read."""


class ServerStore(HistoryStore, Erasure, Protocol):
    """The same, where devices may be erased."""


class HistoryContext(msgspec.Struct, frozen=True):
    """What answers history requests. The store knows the devices, in each process the same ones: those
    of which a position is stored."""

    store: HistoryStore
    retention: Retention
    prepared: Prepared
    trips: TripSettings

    @property
    def rollups(self) -> MadeRollups:
        """For whatever is answered from rollups alone: until they are made, reading them raises StoreUnavailable."""
        return MadeRollups(self.store, self.trips)

    async def device(self, device_id: str) -> Device | None:
        """At its newest position; None for one that never reported. Raises StoreUnavailable."""
        return next(iter(await self.store.devices([device_id])), None)

    async def devices(self) -> Sequence[Device]:
        """All, in no order. Raises StoreUnavailable."""
        return await self.store.latest()


class AppContext(msgspec.Struct, frozen=True):
    """Without a bus, `polled` loads the hub's fleet for each request; `recorder` is None where another process
    records."""

    bus: BusStatus
    store: ServerStore
    retention: Retention
    prepared: Prepared
    trips: TripSettings
    intake: LocalIntake
    hub: Hub
    commands: DeviceCommands
    erasures: Erasures
    polled: PolledFleet | None
    recorder: Recorder | None
    map_config: MapConfig
    bodies: Bodies
    here_only: bool  # whether only this machine may ask
    origins: list[str]  # whose pages may ask, beside our own
    erase_key: str | None  # None: nobody may erase
    loop_lag: LoopLag

    def troubles(self) -> list[str]:
        """Why positions are not taken, stored or shown at the moment."""
        found = [self.bus.trouble, self.recorder.trouble if self.recorder else None]
        if not self.polled and not self.hub.loaded.is_set():
            found.append(LOADING)
        return list(dict.fromkeys(trouble for trouble in found if trouble))

    async def device(self, device_id: str) -> Device | None:
        """At its newest position; None for one that never reported. Raises StoreUnavailable."""
        if self.polled:
            return next(iter(await self.store.devices([device_id])), None)
        self.check_loaded()
        return self.hub.fleet.get(device_id)

    def check_loaded(self) -> None:
        """Raises StoreUnavailable until the fleet is loaded: an empty one would say that there are no devices."""
        if not self.hub.loaded.is_set():
            raise StoreUnavailable(f"{LOADING}; try again soon, and see /readyz if this goes on")


async def _app_context(connection: HTTPConnection) -> AppContext:
    context: AppContext = connection.app.state.context
    return context


WithContext = Annotated[AppContext, Depends(_app_context)]


async def _history_context(connection: HTTPConnection) -> HistoryContext:
    context: HistoryContext = connection.app.state.history
    return context


async def _fresh(context: WithContext) -> AppContext:
    """For routes that read the fleet. Raises StoreUnavailable."""
    if context.polled:
        await context.polled.load()
    context.check_loaded()
    return context


WithHistory = Annotated[HistoryContext, Depends(_history_context)]
WithFleet = Annotated[AppContext, Depends(_fresh)]
