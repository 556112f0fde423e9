"""Measures one version: how long an update takes, for how many viewers, what that costs, and how much can be stored."""

import asyncio
import time
from collections.abc import Callable, Iterator

import msgspec

from herenow.compare.audience import Audience
from herenow.compare.figures import FEWEST_VIEWERS, MOST_VIEWERS, POLL_EVERY, PROMISED, Latency, Plan, VersionFigures
from herenow.compare.load import drive, flood
from herenow.compare.versions import Running
from herenow.errors import Unavailable

WARM_UP = 1  # s of the same load before a measurement
LAST_SEEN = POLL_EVERY + 0.5  # s after the last report, until every viewer has it

Told = Callable[[str], None]  # of what is being measured now


class Watched(msgspec.Struct, frozen=True):
    latency: Latency
    bytes_per_viewer_second: float
    cpu_ms_per_second: float | None


async def measure(running: Running, plan: Plan, most: int, told: Told) -> VersionFigures:
    """All figures of a version, with `most` viewers at most. Raises Unavailable where it fails under the load."""
    name = f"version {running.version.number}"
    told(f"{name}: latency, {plan.viewers:,} viewers")
    watched = await watch(running, plan.viewers, plan)
    told(f"{name}: more and more viewers")
    ramp = await climb(running, plan, most)
    told(f"{name}: as many positions as it stores")
    before = running.cpu()
    flooded = await flood(running.port, plan.seconds, running.stored)
    cpu = _used(before, running.cpu())
    return VersionFigures(
        latency=watched.latency,
        ramp=ramp,
        stored_per_second=round(flooded.positions / flooded.seconds),
        bytes_per_viewer_second=watched.bytes_per_viewer_second,
        cpu_ms_per_second=watched.cpu_ms_per_second,
        cpu_us_per_position=None if cpu is None else round(cpu * 1e6 / max(1, flooded.positions), 1),
    )


async def climb(running: Running, plan: Plan, most: int) -> list[Latency]:
    """Doubles the viewers until the promise is broken."""
    steps = []
    for viewers in _steps(most):
        steps.append(await _step(running, viewers, plan))
        if not steps[-1].kept:
            break
    return steps


async def _step(running: Running, viewers: int, plan: Plan) -> Latency:
    """Tried once more where the median keeps the promise: one pause of a machine that is not ours alone is no number of
    viewers. Where not all viewers could be held, there is no latency."""
    try:
        step = (await watch(running, viewers, plan)).latency
        if not step.kept and (step.p50_ms or PROMISED) < PROMISED:
            step = (await watch(running, viewers, plan)).latency
    except Unavailable:
        return Latency(viewers, None, None)
    return step


def _steps(most: int) -> Iterator[int]:
    viewers = FEWEST_VIEWERS
    while viewers <= min(most, MOST_VIEWERS):
        yield viewers
        viewers *= 2


async def watch(running: Running, viewers: int, plan: Plan) -> Watched:
    """So many viewers while the devices report."""
    audience = Audience()
    async with running.version.viewers(running.port, viewers, audience):
        await drive(running.port, plan.rate, WARM_UP, audience)
        audience.begin()
        received, before, began = audience.received, running.cpu(), time.perf_counter()
        await drive(running.port, plan.rate, plan.seconds, audience)
        seconds = time.perf_counter() - began
        received, cpu = audience.received - received, _used(before, running.cpu())
        await asyncio.sleep(LAST_SEEN)
    return Watched(
        Latency(viewers, audience.latencies.percentile(0.5), audience.latencies.percentile(0.99)),
        round(received / viewers / seconds),
        None if cpu is None else round(cpu * 1000 / seconds, 1),
    )


def _used(before: float | None, after: float | None) -> float | None:
    return None if before is None or after is None else after - before
