"""Hands reports to an intake and keeps at it while nothing can be taken."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

import msgspec
import structlog

from herenow.errors import Unavailable
from herenow.intake.intake import Intake
from herenow.model.report import Receipt, Report

TICK = 0.05  # s; what is due within it goes together
MAX_TAKE = 1000  # reports handed over at once
MAX_LAG = 2000  # ms; a source that is further behind its plan goes on from now instead of hurrying after it
FIRST_WAIT, LONGEST_WAIT = 0.5, 15.0  # s between tries
PATIENCE = 300.0  # s of waiting for an intake before giving up

Sleep = Callable[[float], Awaitable[None]]  # s

log = structlog.get_logger()


class Progress(msgspec.Struct, frozen=True):
    """How far a source has come: reports that are durable, that never will be, and where it is in its recording."""

    sent: int
    rejected: int
    played: int = 0  # reports of this round, or bytes of files
    total: int | None = None  # reports in a round, or bytes in all files; None where there is no end
    rounds: int = 0  # rounds that are over


OnProgress = Callable[[Progress], None]


class RetryingSender:
    """One source's way to an intake. Keeps nothing but its counts."""

    def __init__(self, intake: Intake, source: str, patience: float = PATIENCE, sleep: Sleep = asyncio.sleep) -> None:
        self._intake = intake
        self._source = source
        self._patience = patience
        self._sleep = sleep
        self.sent = 0
        self.rejected = 0

    async def deliver(self, reports: Sequence[Report]) -> None:
        """On return all are durable or rejected, in order. Waits and tries again while the intake is unavailable.

        Raises Unavailable when that took more than `patience` seconds of waiting. Cancelled, it may have delivered a
        part, which may be delivered again.
        """
        for start in range(0, len(reports), MAX_TAKE):
            self._count(await self._take(reports[start : start + MAX_TAKE]))

    async def _take(self, reports: Sequence[Report]) -> Receipt:
        waited = 0.0
        for wait in _waits():
            try:
                receipt = await self._intake.take(reports, self._source)
            except Unavailable as error:
                if waited >= self._patience:
                    raise
                if not waited:
                    log.warning("not taken, trying again", source=self._source, reason=str(error))
            else:
                if waited:
                    log.info("taken again", source=self._source, waited=round(waited, 1))
                return receipt
            await self._sleep(wait)
            waited += wait
        raise AssertionError("unreachable: there is always another wait")

    def _count(self, receipt: Receipt) -> None:
        if receipt.rejected and not self.rejected:
            first = receipt.rejected[0]
            log.warning("rejected; logged once", source=self._source, field=first.field, reason=first.reason)
        self.sent += receipt.accepted
        self.rejected += len(receipt.rejected)


def _waits() -> Iterator[float]:
    wait = FIRST_WAIT
    while True:
        yield wait
        wait = min(2 * wait, LONGEST_WAIT)
