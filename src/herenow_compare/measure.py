"""Measures one version: the latency of updates, the number of viewers, the cost of both, and the rate of storage."""

import asyncio
import time
from collections.abc import Callable, Iterator

import msgspec

from herenow.errors import Unavailable
from herenow_compare.figures import FEWEST_VIEWERS, MOST_VIEWERS, POLL_EVERY, PROMISED, Latency, Plan, VersionFigures
from herenow_compare.latency_meter import LatencyMeter
from herenow_compare.load import drive, flood
from herenow_compare.versions import Running

WARM_UP = 1  # s of the same load before a measurement
LAST_SEEN = POLL_EVERY + 0.5  # s after the last report, until every viewer has it

OnStage = Callable[[str], None]  # with the name of the stage that begins


class ViewerFigures(msgspec.Struct, frozen=True):
    latency: Latency
    bytes_per_viewer_second: float
    cpu_ms_per_second: float | None


async def measure(running: Running, plan: Plan, most: int, on_stage: OnStage) -> VersionFigures:
    """All figures of a version, with `most` viewers at most. Raises Unavailable where it fails under the load."""
    name = f"version {running.version.number}"
    on_stage(f"{name}: latency, {plan.viewers:,} viewers")
    viewing = await measure_viewers(running, plan.viewers, plan)
    on_stage(f"{name}: more and more viewers")
    ramp = await ramp_up(running, plan, most)
    on_stage(f"{name}: as many positions as it stores")
    before = running.cpu()
    flooded = await flood(running.port, plan.seconds, running.stored)
    cpu = _used(before, running.cpu())
    return VersionFigures(
        latency=viewing.latency,
        ramp=ramp,
        stored_per_second=round(flooded.positions / flooded.seconds),
        bytes_per_viewer_second=viewing.bytes_per_viewer_second,
        cpu_ms_per_second=viewing.cpu_ms_per_second,
        cpu_us_per_position=None if cpu is None else round(cpu * 1e6 / max(1, flooded.positions), 1),
    )


async def ramp_up(running: Running, plan: Plan, most: int) -> list[Latency]:
    """Doubles the viewers until the latency exceeds the promise."""
    steps = []
    for viewers in _steps(most):
        steps.append(await _step(running, viewers, plan))
        if not steps[-1].kept:
            break
    return steps


async def _step(running: Running, viewers: int, plan: Plan) -> Latency:
    """Tries again where only the median keeps the promise: another program may have paused the machine. Without a
    latency where not all viewers stayed connected."""
    try:
        step = (await measure_viewers(running, viewers, plan)).latency
        if not step.kept and (step.p50_ms or PROMISED) < PROMISED:
            step = (await measure_viewers(running, viewers, plan)).latency
    except Unavailable:
        return Latency(viewers, None, None)
    return step


def _steps(most: int) -> Iterator[int]:
    viewers = FEWEST_VIEWERS
    while viewers <= min(most, MOST_VIEWERS):
        yield viewers
        viewers *= 2


async def measure_viewers(running: Running, viewers: int, plan: Plan) -> ViewerFigures:
    """`viewers` viewers while the devices report."""
    meter = LatencyMeter()
    async with running.version.viewers(running.port, viewers, meter):
        await drive(running.port, plan.rate, WARM_UP, meter)
        meter.begin()
        received, before, began = meter.received, running.cpu(), time.perf_counter()
        await drive(running.port, plan.rate, plan.seconds, meter)
        seconds = time.perf_counter() - began
        received, cpu = meter.received - received, _used(before, running.cpu())
        await asyncio.sleep(LAST_SEEN)
    return ViewerFigures(
        Latency(viewers, meter.latencies.percentile(0.5), meter.latencies.percentile(0.99)),
        round(received / viewers / seconds),
        None if cpu is None else round(cpu * 1000 / seconds, 1),
    )


def _used(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before
