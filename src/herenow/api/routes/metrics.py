"""What is counted, for Prometheus; read off the parts when somebody asks. docs/operations.md has the same table."""

from collections.abc import Iterator
from typing import Protocol

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from herenow import __version__
from herenow.bus.port import BusStatus
from herenow.intake.intake import LocalIntake
from herenow.live.hub import Hub
from herenow.metrics.histogram import Histogram
from herenow.metrics.loop_lag import LoopLag
from herenow.model.clock import now
from herenow.record.recorder import Recorder

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class MetricsPage(Protocol):
    async def page(self) -> bytes:
        """In Prometheus' text format."""


class Metrics(Collector):
    """The metrics of one process, as far as it has the parts."""

    def __init__(
        self,
        bus: BusStatus,
        loop_lag: LoopLag,
        *,
        recorder: Recorder | None = None,
        intake: LocalIntake | None = None,
        hub: Hub | None = None,
    ) -> None:
        self._bus = bus
        self._loop_lag = loop_lag
        self._recorder = recorder
        self._intake = intake
        self._hub = hub

    async def page(self) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        ProcessCollector(registry=registry)
        return generate_latest(registry)

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("herenow_build", "The version that runs.", {"version": __version__})
        yield _histogram("herenow_loop_lag_seconds", "How late the event loop is.", self._loop_lag.histogram)
        if self._intake:
            yield from _of_intake(self._intake)
        if self._recorder:
            yield from _of_recorder(self._recorder)
        if self._hub:
            yield from _of_hub(self._hub)
        yield from _of_bus(self._bus)


def _of_intake(intake: LocalIntake) -> Iterator[Metric]:
    yield _counter("herenow_positions_accepted", "Positions that are durable.", intake.accepted.total)
    yield _counter("herenow_positions_rejected", "Reports that were no positions.", intake.rejected.total)


def _of_recorder(recorder: Recorder) -> Iterator[Metric]:
    yield _counter(
        "herenow_positions_stored", "Positions written to the store; again counts again.", recorder.stored.total
    )
    yield _counter(
        "herenow_deliveries_dead_lettered", "Parts of deliveries that can never be stored.", recorder.dead_lettered
    )
    yield _histogram("herenow_publish_to_stored_seconds", "From publication to storage, per position.", recorder.lag)
    yield _gauge("herenow_store_up", "Whether the last write succeeded.", recorder.trouble is None)


def _of_hub(hub: Hub) -> Iterator[Metric]:
    yield _counter("herenow_moves_announced", "Moves of devices that reached the hub.", hub.announced.total)
    yield _gauge("herenow_devices", "Devices in the fleet.", len(hub.fleet))
    clocks = hub.fleet.stats(now())
    yield _gauge("herenow_devices_with_wrong_clock", "Devices with clocks over two minutes off.", clocks.off)
    offsets = GaugeMetricFamily(
        "herenow_clock_offset_seconds",
        "By how much the clock is ahead, negative where it is behind, of the ten devices that are off most.",
        labels=["device_id"],
    )
    for device in clocks.worst:
        offsets.add_metric([device.device_id], (device.offset or 0) / 1000)
    yield offsets
    if hub.fleet.made is not None:
        behind = max(0, (hub.newest or 0) - hub.fleet.made) / 1000
        yield _gauge("herenow_history_behind_seconds", "How far history is behind the newest position.", behind)
    yield _gauge("herenow_viewers", "Viewers connected.", len(hub.viewers))
    yield _counter("herenow_views_snapshot", "Views answered with a snapshot.", hub.begun)
    yield _counter("herenow_views_resumed", "Views answered with the missed changes.", hub.resumed)
    yield _counter("herenow_viewers_stalled", "Viewers closed because they read nothing.", hub.closed)


def _of_bus(bus: BusStatus) -> Iterator[Metric]:
    yield _gauge("herenow_bus_up", "Whether every link to the bus is up.", bus.trouble is None)
    if bus.backlog is None:
        return
    if bus.backlog.waiting is not None:
        yield _gauge("herenow_queue_messages", "Messages that wait in the shards' queues.", bus.backlog.waiting)
    age = bus.backlog.age(now())
    if age is not None:
        yield _gauge("herenow_queue_oldest_seconds", "Age of the oldest position not stored.", age / 1000)


def _histogram(name: str, documentation: str, found: Histogram) -> Metric:
    buckets = [(_bound(bound), float(count)) for bound, count in found.cumulative()]
    return HistogramMetricFamily(name, documentation, buckets, found.total / 1000)


def _bound(ms: float) -> str:
    return "+Inf" if ms == float("inf") else str(ms / 1000)


def _counter(name: str, documentation: str, value: float) -> Metric:
    return CounterMetricFamily(name, documentation, value)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value)
