"""How long the event loop of this process keeps what is due waiting: what every request and every viewer feels."""

import asyncio
import time

from herenow.metrics.histogram import Histogram

EVERY = 0.1  # s


class LoopLag:
    def __init__(self) -> None:
        self.histogram = Histogram()

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            due = time.monotonic() + EVERY
            await asyncio.sleep(EVERY)
            self.histogram.add(round((time.monotonic() - due) * 1000), 1)
