"""Commands on their way to devices that are connected, to this hub or to another one, and what they answer."""

import asyncio
import itertools
from collections import deque
from collections.abc import Awaitable, Callable

import msgspec

from herenow.bus.base import Note
from herenow.errors import Busy, Unavailable
from herenow.wire import json

ANSWER_WITHIN = 10.0  # s
MOST_WAITING = 1000  # commands that wait for an answer; one more is refused
MOST_FOREIGN = 10_000  # commands of other hubs whose answer may still come; then the oldest goes unheard

Deliver = Callable[[bytes], None]
Relay = Callable[[Note], Awaitable[None]]


class Ack(msgspec.Struct, frozen=True, omit_defaults=True, tag="ack"):
    """What became of a command."""

    ok: bool
    detail: str | None = None
    id: str = ""


class Command(msgspec.Struct, frozen=True, tag="command"):
    id: str  # of all hubs' commands, this one
    device_id: str
    command: msgspec.Raw  # whatever the device understands


UNANSWERED = Ack(
    ok=False, detail=f"no device of that id is connected, or it did not answer within {ANSWER_WITHIN:.0f} s"
)

_note = msgspec.json.Decoder(Command | Ack).decode


class Commands:
    """Keeps who can be reached here, and who waits for an answer. Nothing is stored: a device that is not connected
    gets no command."""

    def __init__(self, epoch: str, relay: Relay) -> None:
        self._numbers = (f"{epoch}-{n}" for n in itertools.count(1))
        self._relay = relay
        self._connected: dict[str, list[Deliver]] = {}  # who reported last comes last
        self._waiting: dict[str, asyncio.Future[Ack]] = {}
        self._foreign: deque[str] = deque(maxlen=MOST_FOREIGN)

    def connect(self, device_id: str, deliver: Deliver) -> None:
        """From now on commands for it go there; of several connections, to the last that is left."""
        self._connected.setdefault(device_id, []).append(deliver)

    def disconnect(self, device_id: str, deliver: Deliver) -> None:
        """Of one that was connected."""
        self._connected[device_id].remove(deliver)
        if not self._connected[device_id]:
            del self._connected[device_id]

    async def send(self, device_id: str, content: msgspec.Raw) -> Ack:
        """Returns what the device answered, or UNANSWERED. Raises Busy, and BusUnavailable where other hubs cannot be
        asked for a device that is not connected here."""
        if len(self._waiting) >= MOST_WAITING:
            raise Busy("too many commands wait for an answer; try again later")
        command = Command(next(self._numbers), device_id, content)
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[command.id] = answer
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                if not self._deliver(command):
                    await self._relay(Note(json.encode(command)))
                return await answer
        except TimeoutError:
            return UNANSWERED
        finally:
            del self._waiting[command.id]

    def _deliver(self, command: Command) -> bool:
        connected = self._connected.get(command.device_id)
        if connected is None:
            return False
        connected[-1](json.encode(command))
        return True

    async def answered(self, ack: Ack) -> None:
        """A device that is connected here answers. What answers no command, or comes twice or late, is passed over."""
        if self._take(ack) or ack.id not in self._foreign:
            return
        self._foreign.remove(ack.id)
        await self._relay(Note(json.encode(ack)))

    def _take(self, ack: Ack) -> bool:
        waiting = self._waiting.get(ack.id)
        if waiting is None:
            return False
        if not waiting.done():
            waiting.set_result(ack)
        return True

    def hear(self, note: Note) -> None:
        """What another hub relays, or this one did itself. What cannot be read is of a newer one."""
        try:
            said = _note(note.content)
        except msgspec.DecodeError:
            return
        if isinstance(said, Ack):
            self._take(said)
        elif said.id not in self._waiting and self._deliver(said):
            self._foreign.append(said.id)


async def answer_to(commands: Commands, device_id: str, content: msgspec.Raw) -> Ack:
    """As `send`, with what is in the way told as an answer."""
    try:
        return await commands.send(device_id, content)
    except Unavailable as error:
        return Ack(ok=False, detail=str(error))
