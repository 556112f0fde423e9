"""Devices that publish on the bus, as the article's simulator does."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import structlog

from herenow.bus.port import Inbox
from herenow.errors import Unavailable
from herenow.intake.intake import LocalIntake
from herenow.model.report import BadReport, Rejection, Report
from herenow.wire.legacy_article import QUEUE, decode_location

PAUSE = 1.0  # s between two tries

log = structlog.get_logger()


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
        reason = f"{rejection.field}: {rejection.reason}" if rejection.field else rejection.reason
        log.error("set aside a message that is no position", queue=QUEUE, reason=reason)
        await inbox.dead_letter(messages[rejection.index], QUEUE, reason)
