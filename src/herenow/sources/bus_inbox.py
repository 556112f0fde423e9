"""Devices that publish on the bus, as the article's simulator does."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Protocol, runtime_checkable

import structlog

from herenow.bus.port import BusStatus
from herenow.errors import Unavailable
from herenow.intake.intake import LocalIntake
from herenow.model.report import BadReport, Rejection, Report
from herenow.settings import Settings
from herenow.sources.port import Source
from herenow.wire.legacy_article import QUEUE, decode_location

PAUSE = 1.0  # s between two tries

log = structlog.get_logger()


@runtime_checkable
class Inbox(Protocol):
    """The queue in which devices publish on the bus, each message as it came."""

    def inbox(self) -> AsyncGenerator[Sequence[bytes], None]:
        """Messages; asking for the next ones acknowledges them. Ends when the bus is closed.

        Raises BusUnavailable where the bus is lost; what was not acknowledged comes again.
        """

    async def dead_letter(self, body: bytes, queue: str, reason: str) -> None:
        """Puts a message that can never be stored where a person finds it, with the reason. Raises BusUnavailable."""


def find_inbox(_: Settings, bus: BusStatus) -> Source | None:
    """The inbox of a bus on which devices can publish."""
    return partial(take_inbox, bus) if isinstance(bus, Inbox) else None


async def take_inbox(inbox: Inbox, intake: LocalIntake) -> None:
    """Until the bus ends. A message is acknowledged once its position is durable; one that is no position is set aside
    with the reason."""
    while True:
        try:
            async with aclosing(inbox.inbox()) as batches:
                async for messages in batches:
                    await _take(messages, inbox, intake)
                return
        except Unavailable as error:  # the bus tells of its trouble itself; what was not acknowledged comes again
            log.debug("the inbox waits", reason=str(error))
            await asyncio.sleep(PAUSE)


async def _take(messages: Sequence[bytes], inbox: Inbox, intake: LocalIntake) -> None:
    reports: list[tuple[int, Report]] = []
    refused: list[Rejection] = []
    for index, message in enumerate(messages):
        try:
            reports.append((index, decode_location(message)))
        except BadReport as error:
            refused.append(error.at(index))
    receipt = await intake.take_numbered(reports, refused, "amqp")
    for rejection in receipt.rejected:
        log.error("set aside a message that is no position", queue=QUEUE, reason=str(rejection))
        await inbox.dead_letter(messages[rejection.index], QUEUE, str(rejection))
