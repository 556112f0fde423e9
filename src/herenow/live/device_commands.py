"""Commands on their way to devices that are connected, to this hub or to another one, and what they answer."""

import asyncio
import itertools
import secrets
from collections.abc import Awaitable, Callable

import msgspec

from herenow.bus.port import Note
from herenow.errors import Busy, Unavailable
from herenow.wire import json

ANSWER_WITHIN = 10.0  # s
MOST_WAITING = 1000  # commands that wait for an answer; one more is refused
MOST_DELIVERED = 10_000  # commands whose answer may still come; then that of the oldest is ignored

Deliver = Callable[[bytes], None]
Relay = Callable[[Note], Awaitable[bool]]


class Ack(msgspec.Struct, frozen=True, omit_defaults=True, tag="ack"):
    """What became of a command."""

    ok: bool
    detail: str | None = None
    id: str = ""


class Command(msgspec.Struct, frozen=True, tag="command"):
    id: str  # of all hubs' commands, this one
    device_id: str
    command: msgspec.Raw  # whatever the device understands


class ConnectedDevice(msgspec.Struct, frozen=True, tag="here"):
    """A device has connected to that hub, so where it was before it is no more."""

    hub: str
    device_id: str


UNANSWERED = Ack(
    ok=False, detail=f"no device of that id is connected, or it did not answer within {ANSWER_WITHIN:.0f} s"
)
STOPPING = Ack(ok=False, detail="the server is stopping; whether the device obeyed is unknown")

_note = msgspec.json.Decoder(Command | Ack | ConnectedDevice).decode


class DeviceCommands:
    """Keeps who can be reached here, and who waits for an answer. Nothing is stored: a device that is not connected
    gets no command."""

    def __init__(self, epoch: str, relay: Relay) -> None:
        self._hub = epoch
        self._numbers = itertools.count(1)
        self._relay = relay
        self._connected: dict[str, list[Deliver]] = {}  # who reported last comes last
        self._waiting: dict[str, asyncio.Future[Ack]] = {}
        self._delivered: dict[str, Deliver] = {}  # to whom, by command

    async def connect(self, device_id: str, deliver: Deliver) -> None:
        """From now on commands for it go there; of several connections, to the one that connected last. Again is fine.
        Raises BusUnavailable where the news to other hubs fails."""
        connected = self._connected.setdefault(device_id, [])
        if not connected:
            await self._relay(Note(json.encode(ConnectedDevice(self._hub, device_id))))
        if deliver in connected:
            connected.remove(deliver)
        connected.append(deliver)

    def disconnect(self, device_id: str, deliver: Deliver) -> None:
        connected = self._connected.get(device_id, [])
        if deliver in connected:
            connected.remove(deliver)
        if not connected:
            self._connected.pop(device_id, None)

    async def send(self, device_id: str, content: msgspec.Raw) -> Ack:
        """Returns what the device answered, or UNANSWERED. Raises Busy, and BusUnavailable where other hubs cannot
        be reached for a device that is not connected here."""
        if len(self._waiting) >= MOST_WAITING:
            raise Busy("too many commands wait for an answer; try again later")
        number = f"{self._hub}-{next(self._numbers)}-{secrets.token_hex(4)}"
        answer: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                if await self._hand_on(Command(number, device_id, content)):
                    return await answer
        except TimeoutError:
            pass
        finally:
            del self._waiting[number]
        return UNANSWERED

    async def _hand_on(self, command: Command) -> bool:
        """Whether anybody may have it."""
        return self._deliver(command) or await self._relay(Note(json.encode(command)))

    def _deliver(self, command: Command) -> bool:
        connected = self._connected.get(command.device_id)
        if not connected:
            return False
        if len(self._delivered) >= MOST_DELIVERED:
            del self._delivered[next(iter(self._delivered))]
        self._delivered[command.id] = connected[-1]
        connected[-1](json.encode(command))
        return True

    async def answered(self, ack: Ack, deliver: Deliver) -> None:
        """The connection with that `deliver` answers. What answers no command that went there is passed over."""
        if self._delivered.get(ack.id) != deliver:
            return
        del self._delivered[ack.id]
        if not self._take(ack):
            await self._relay(Note(json.encode(ack)))

    def _take(self, ack: Ack) -> bool:
        waiting = self._waiting.get(ack.id)
        if waiting is None:
            return False
        if not waiting.done():
            waiting.set_result(ack)
        return True

    def on_note(self, note: Note) -> None:
        """What another hub relays, or this one did itself. What cannot be read is of a newer one, or nested deeper than
        anybody means."""
        try:
            message = _note(note.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        match message:
            case Ack():
                self._take(message)
            case ConnectedDevice() if message.hub != self._hub:
                self._connected.pop(message.device_id, None)
            case Command() if message.id not in self._waiting and message.id not in self._delivered:
                self._deliver(message)

    def close(self) -> None:
        """Answers all pending commands."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(STOPPING)


async def answer_to(commands: DeviceCommands, device_id: str, content: msgspec.Raw) -> Ack:
    """As `send`, with an error as the answer."""
    try:
        return await commands.send(device_id, content)
    except Unavailable as error:
        return Ack(ok=False, detail=str(error))
