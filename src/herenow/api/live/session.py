"""A client on one of our own subprotocols: a viewer, a device that reports and takes commands, or both."""

import asyncio
import time
from collections import deque

import msgspec

from herenow.api.context import AppContext
from herenow.api.live.connection import SocketConnection
from herenow.errors import BadRequest, Unavailable
from herenow.live.device_commands import Ack, answer_to
from herenow.live.encoders import Encoder
from herenow.live.viewer import Viewer
from herenow.model.report import Rejection
from herenow.wire import json
from herenow.wire.client_messages import (
    AckMessage,
    ClientMessage,
    CommandMessage,
    ReportMessage,
    ViewMessage,
    decode_client_message,
)
from herenow.wire.reports import decode_reports

MAX_MISUNDERSTOOD = 10  # messages
MISUNDERSTOOD = (4400, f"{MAX_MISUNDERSTOOD} messages that could not be understood")
FIRST_WORD_WITHIN = 15.0  # s
SILENT = (4401, f"nothing that was understood within {FIRST_WORD_WITHIN:.0f} s")
MESSAGES_A_SECOND, BURST = 20, 100
TOO_MANY = (4429, f"more than {MESSAGES_A_SECOND} messages a second")
VIEW_EVERY = 0.1  # s between two views that are answered
MAX_REPORTS = 8  # messages that wait for the one before to be stored; then no more is read
MAX_POSITIONS = 1000  # in one of them
MAX_COMMANDS = 20  # that one client sent and that wait for an answer
MAX_DEVICES = 1000  # that take commands on one socket
RETRY_MS = 1000  # after a report of which nothing is promised


class LiveSession:
    """A client on one of our own subprotocols: a viewer, a device that reports, or both."""

    def __init__(self, link: SocketConnection, context: AppContext, wire: Encoder) -> None:
        self._link = link
        self._context = context
        self._hub = context.hub
        self._viewer = Viewer(wire, link)
        self._loop = asyncio.get_running_loop()
        self._misunderstood = 0
        self._credit, self._credited = float(BURST), time.monotonic()  # messages that may come, and since when
        self._view: ViewMessage | None = None  # received, and not answered yet
        self._answering = False  # a view, or within VIEW_EVERY of that
        self._pace: asyncio.TimerHandle | None = None  # until the next view is answered
        self._reports: deque[ReportMessage] = deque()
        self._reporting = False
        self._commands = 0  # that it sent and that wait for an answer
        self._devices: set[str] = set()  # that reported here and take commands here
        self._silence = self._loop.call_later(FIRST_WORD_WITHIN, link.close, *SILENT)
        self._hub.viewers.add(self._viewer)

    def on_drained(self) -> None:
        self._hub.drained(self._viewer)

    def on_lost(self) -> None:
        self._silence.cancel()
        if self._pace:
            self._pace.cancel()
        self._hub.disconnect(self._viewer)
        for device_id in self._devices:
            self._context.commands.disconnect(device_id, self._viewer.send_text)

    def on_message(self, message: bytes) -> None:
        if not self._in_time():
            self._link.close(*TOO_MANY)
            return
        try:
            self._take(decode_client_message(message))
            self._silence.cancel()
        except BadRequest as error:
            self._viewer.send_text(json.encode({"type": "error", "detail": str(error)}))
            self._misunderstood += 1
            if self._misunderstood == MAX_MISUNDERSTOOD:
                self._link.close(*MISUNDERSTOOD)

    def _in_time(self) -> bool:
        moment = time.monotonic()
        self._credit = min(BURST, self._credit + (moment - self._credited) * MESSAGES_A_SECOND) - 1
        self._credited = moment
        return self._credit >= 0

    def _take(self, message: ClientMessage) -> None:
        match message:
            case ViewMessage():
                message.view()  # may be refused
                self._view = message
                if not self._answering:
                    self._set_view()
            case ReportMessage():
                self._queue(message)
            case CommandMessage():
                self._command(message)
            case AckMessage():
                ack = Ack(message.ok, message.detail, message.id)
                self._link.start(self._context.commands.answered(ack, self._viewer.send_text))

    def _set_view(self) -> None:
        """Answers the last view. A snapshot is work, so views that come too fast are skipped."""
        message, self._view = self._view, None
        self._answering = message is not None
        if message:
            self._link.start(self._answer(message))

    async def _answer(self, message: ViewMessage) -> None:
        view = message.view()
        self._hub.request_columns(self._viewer, message.columns)
        for _ in self._hub.warm(self._viewer, view):
            await asyncio.sleep(0)
        if self._viewer in self._hub.viewers:  # else the link was lost meanwhile
            self._hub.set_view(self._viewer, view, message.number, message.resumed)
            self._pace = self._loop.call_later(VIEW_EVERY, self._set_view)

    def _command(self, message: CommandMessage) -> None:
        if self._commands >= MAX_COMMANDS:
            raise BadRequest(f"expected at most {MAX_COMMANDS} commands that wait for an answer; wait for one")
        self._commands += 1
        self._link.start(self._send(message))

    async def _send(self, message: CommandMessage) -> None:
        try:
            ack = await answer_to(self._context.commands, message.device_id, message.command)
        finally:
            self._commands -= 1
        answer = {"type": "ack", "id": message.id, "device_id": message.device_id, "ok": ack.ok, "detail": ack.detail}
        self._viewer.send_text(json.encode(answer))

    def _queue(self, message: ReportMessage) -> None:
        self._reports.append(message)
        if len(self._reports) == MAX_REPORTS:
            self._link.hold()
        if not self._reporting:
            self._reporting = True
            self._link.start(self._take_reports())

    async def _take_reports(self) -> None:
        try:
            while self._reports:
                receipt = await self._receipt(self._reports[0].positions)
                message = self._reports.popleft()
                self._viewer.send_text(json.encode({"type": "receipt", "id": message.id} | receipt))
                if len(self._reports) == MAX_REPORTS - 1:
                    self._link.release()
        finally:
            self._reporting = False

    async def _receipt(self, positions: msgspec.Raw) -> dict[str, object]:
        try:
            reports, rejected = decode_reports(bytes(positions), MAX_POSITIONS)
            receipt = await self._context.intake.take_numbered(reports, rejected, "socket")
            wrong = {rejection.index for rejection in receipt.rejected}
            await self._take_commands_for({report.device_id for index, report in reports if index not in wrong})
        except Unavailable as error:
            return {"detail": str(error), "retry_ms": RETRY_MS}
        except BadRequest as error:
            return {"accepted": 0, "rejected": [Rejection(0, "positions", str(error))]}
        return {"accepted": receipt.accepted, "rejected": receipt.rejected}

    async def _take_commands_for(self, device_ids: set[str]) -> None:
        for device_id in device_ids:
            if self._link.disconnected or (len(self._devices) >= MAX_DEVICES and device_id not in self._devices):
                return
            self._devices.add(device_id)
            await self._context.commands.connect(device_id, self._viewer.send_text)
