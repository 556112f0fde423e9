"""Sources: what brings reports to the intake. A protocol has one of two ports.

Devices post to an `HttpSource`: one request with reports, and one reply. A `Source` has a connection or a feed of its
own. `registry.py` names those of a server.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol

import msgspec

from herenow.bus.port import BusStatus
from herenow.intake.intake import LocalIntake
from herenow.model.report import Receipt, Rejection, Report
from herenow.settings import Settings

# Reports, each with its index in what a device sent, and what is no report there.
Decoded = tuple[list[tuple[int, Report]], list[Rejection]]


class Reply(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    media_type: str = "application/json"


class HttpSource(Protocol):
    """Devices that post reports. It holds nothing of a request, so that many may be under way."""

    name: str  # the `source` of its positions
    path: str  # where devices post
    max_body: int  # bytes, after inflating
    tag: str  # groups it in the OpenAPI document
    operation: str  # names it there; the docstring of the class describes it
    content: Mapping[str, Any]  # what a body may be, by media type, as OpenAPI describes it
    answer: type  # what the JSON of a good reply holds

    async def decode(self, body: bytes) -> Decoded:
        """The reports in a body. It gives other work a turn every 5 ms. Raises BadRequest where nothing in it is
        readable: the device gets 400."""

    def reply(self, receipt: Receipt) -> Reply:
        """What the device needs to hear. Every accepted report is durable by then. Where nothing is promised, the
        device gets 503 instead."""


# It starts with the call, and ends where its feed ends or where it is cancelled, which may happen at any point. It
# acknowledges to a device only after the intake has returned: what it did not acknowledge comes again. While the intake
# raises Unavailable, it waits and tries again. Any other error stops the server in order.
Source = Callable[[LocalIntake], Coroutine[Any, Any, None]]

# The source that runs in every server, where the settings or the bus provide it; else None.
FindSource = Callable[[Settings, BusStatus], Source | None]
