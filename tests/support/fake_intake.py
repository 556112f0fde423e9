"""Where sources send to in tests, and time that passes only when they sleep."""

import asyncio
from collections.abc import Callable, Sequence

from herenow.errors import Unavailable
from herenow.model.report import BadReport, Receipt, Report, accept
from tests.support.patience import PATIENCE
from tests.support.positions import NOW


class Time:
    """A clock in ms that only sleeping moves."""

    def __init__(self) -> None:
        self.ms = float(NOW)
        self.slept: list[float] = []  # s

    def clock(self) -> int:
        return int(self.ms)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ms += 1000 * seconds
        await asyncio.sleep(0)


class ListIntake:
    """Keeps what it takes, with the time at which it came. Fails the next `failures` times."""

    def __init__(self, time: Time, failures: int = 0) -> None:
        self._time = time
        self.failures = failures
        self.takes: list[list[Report]] = []
        self.came: list[int] = []  # ms, one for each report
        self.sources: set[str] = set()
        self._took = asyncio.Event()

    @property
    def reports(self) -> list[Report]:
        return [report for take in self.takes for report in take]

    async def until(self, enough: Callable[[], bool]) -> None:
        """Returns once so much has come. Raises TimeoutError after 20 s."""
        async with asyncio.timeout(PATIENCE):
            while not enough():
                self._took.clear()
                await self._took.wait()

    async def take(self, reports: Sequence[Report], source: str) -> Receipt:
        if self.failures:
            self.failures -= 1
            raise Unavailable("the disk is full")
        rejected = []
        for index, report in enumerate(reports):
            try:
                accept(report, self._time.clock(), source)
            except BadReport as error:
                rejected.append(error.at(index))
        self.takes.append(list(reports))
        self.came += [self._time.clock()] * len(reports)
        self.sources.add(source)
        self._took.set()
        return Receipt(len(reports) - len(rejected), rejected)
