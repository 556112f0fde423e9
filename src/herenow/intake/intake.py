"""Where every report comes in, whatever brought it: checks it, publishes it, and answers what became of it."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from herenow.bus.port import PositionQueue
from herenow.metrics.rate import Rate
from herenow.model.clock import Clock, now
from herenow.model.position import Position
from herenow.model.report import BadReport, Receipt, Rejection, Report, accept

SLICE = 0.005  # s of checking before other work gets its turn
LOOK_EVERY = 50  # reports, at the clock


class Intake(Protocol):
    """Takes reports in: this process, or a server elsewhere."""

    async def take(self, reports: Sequence[Report], source: str) -> Receipt:
        """On return the accepted ones are durable. Raises Unavailable where nothing is promised: report them again."""


class LocalIntake:
    """The intake of this process, in front of its bus. Keeps nothing but its rates."""

    def __init__(self, bus: PositionQueue, clock: Clock = now) -> None:
        self._bus = bus
        self._clock = clock
        self.accepted = Rate()
        self.rejected = Rate()

    async def take(self, reports: Sequence[Report], source: str) -> Receipt:
        return await self.take_numbered(enumerate(reports), [], source)

    async def take_numbered(
        self, reports: Iterable[tuple[int, Report]], rejected: list[Rejection], source: str
    ) -> Receipt:
        """As `take`, for reports that some were missing from: `rejected` tells of those and is carried over."""
        positions, refused = await self._check(reports, source)
        if positions:
            await self._bus.publish(positions)
        rejections = sorted(rejected + refused, key=lambda rejection: rejection.index)
        self.accepted.add(len(positions))
        if rejections:
            self.rejected.add(len(rejections))
        return Receipt(len(positions), rejections)

    async def _check(
        self, reports: Iterable[tuple[int, Report]], source: str
    ) -> tuple[list[Position], list[Rejection]]:
        received = self._clock()
        positions: list[Position] = []
        refused: list[Rejection] = []
        until = time.perf_counter() + SLICE
        for count, (index, report) in enumerate(reports, 1):
            try:
                positions.append(accept(report, received, source))
            except BadReport as error:
                refused.append(error.at(index))
            if count % LOOK_EVERY == 0 and time.perf_counter() > until:
                await asyncio.sleep(0)
                until = time.perf_counter() + SLICE
        return positions, refused
