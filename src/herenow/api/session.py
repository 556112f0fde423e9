"""A client on one of our own subprotocols: a viewer, a device that reports and takes commands, or both."""

import asyncio
import time
from collections import deque

import msgspec

from herenow.api.parts import Parts
from herenow.api.sockets import Link
from herenow.errors import BadRequest, Unavailable
from herenow.live.commands import Ack, answer_to
from herenow.live.viewer import Viewer
from herenow.live.wires import Wire
from herenow.model.report import Rejection
from herenow.wire import json
from herenow.wire.said import Said, SaidAck, SaidCommand, SaidReport, SaidView, decode_said

MAX_MISUNDERSTOOD = 10  # messages
MISUNDERSTOOD = (4400, f"{MAX_MISUNDERSTOOD} messages that could not be understood")
FIRST_WORD_WITHIN = 15.0  # s
SILENT = (4401, f"neither a view nor a report within {FIRST_WORD_WITHIN:.0f} s")
MESSAGES_A_SECOND, BURST = 20, 100
TOO_MANY = (4429, f"more than {MESSAGES_A_SECOND} messages a second")
MAX_REPORTS = 8  # messages that wait for the one before to be stored; then no more is read
MAX_DEVICES = 1000  # that take commands on one socket
RETRY_MS = 1000  # after a report of which nothing is promised


class LiveSession:
    """A client on one of our own subprotocols: a viewer, a device that reports, or both."""

    def __init__(self, link: Link, parts: Parts, wire: Wire) -> None:
        self._link = link
        self._parts = parts
        self._hub = parts.hub
        self._viewer = Viewer(wire, link)
        self._misunderstood = 0
        self._credit, self._credited = float(BURST), time.monotonic()  # messages that may come, and since when
        self._reports: deque[SaidReport] = deque()
        self._reporting = False
        self._devices: set[str] = set()  # that reported here and take commands here
        self._silence = asyncio.get_running_loop().call_later(FIRST_WORD_WITHIN, link.close, *SILENT)
        self._hub.viewers.add(self._viewer)

    def drained(self) -> None:
        self._hub.drained(self._viewer)

    def lost(self) -> None:
        self._silence.cancel()
        self._hub.leave(self._viewer)
        for device_id in self._devices:
            self._parts.commands.disconnect(device_id, self._viewer.tell)

    def heard(self, message: bytes) -> None:
        if not self._in_time():
            self._link.close(*TOO_MANY)
            return
        try:
            self._take(decode_said(message))
            self._silence.cancel()
        except BadRequest as error:
            self._viewer.tell(json.encode({"type": "error", "detail": str(error)}))
            self._misunderstood += 1
            if self._misunderstood == MAX_MISUNDERSTOOD:
                self._link.close(*MISUNDERSTOOD)

    def _in_time(self) -> bool:
        moment = time.monotonic()
        self._credit = min(BURST, self._credit + (moment - self._credited) * MESSAGES_A_SECOND) - 1
        self._credited = moment
        return self._credit >= 0

    def _take(self, said: Said) -> None:
        match said:
            case SaidView():
                self._hub.look(self._viewer, said.view(), said.id or 0, said.resume)
            case SaidReport():
                self._queue(said)
            case SaidCommand():
                self._link.start(self._send(said))
            case SaidAck():
                self._link.start(self._parts.commands.answered(Ack(said.ok, said.detail, said.id)))

    async def _send(self, said: SaidCommand) -> None:
        ack = await answer_to(self._parts.commands, said.device_id, said.command)
        told = {"type": "ack", "id": said.id, "device_id": said.device_id, "ok": ack.ok, "detail": ack.detail}
        self._viewer.tell(json.encode(told))

    def _queue(self, said: SaidReport) -> None:
        self._reports.append(said)
        if len(self._reports) >= MAX_REPORTS:
            self._link.transport.pause_reading()
        if not self._reporting:
            self._reporting = True
            self._link.start(self._take_reports())

    async def _take_reports(self) -> None:
        while self._reports:
            said = self._reports.popleft()
            receipt = await self._receipt(said.positions)
            self._viewer.tell(json.encode({"type": "receipt", "id": said.id} | receipt))
            if len(self._reports) == MAX_REPORTS - 1:
                self._link.transport.resume_reading()
        self._reporting = False

    async def _receipt(self, positions: msgspec.Raw) -> dict[str, object]:
        try:
            reports, rejected = json.decode_reports(bytes(positions))
            receipt = await self._parts.intake.take_numbered(reports, rejected, "socket")
        except Unavailable as error:
            return {"detail": str(error), "retry_ms": RETRY_MS}
        except BadRequest as error:
            return {"accepted": 0, "rejected": [Rejection(0, "positions", str(error))]}
        if receipt.accepted:
            self._take_commands_for({report.device_id for _, report in reports})
        return {"accepted": receipt.accepted, "rejected": receipt.rejected}

    def _take_commands_for(self, device_ids: set[str]) -> None:
        new = device_ids - self._devices
        if self._link.disconnected or len(self._devices) + len(new) > MAX_DEVICES:
            return
        self._devices |= new
        for device_id in new:
            self._parts.commands.connect(device_id, self._viewer.tell)
