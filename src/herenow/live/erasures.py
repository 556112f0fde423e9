"""Devices that were erased, as the hubs of several processes tell each other."""

from collections.abc import Awaitable, Callable

import msgspec

from herenow.bus.port import Note
from herenow.wire import json


class Erased(msgspec.Struct, frozen=True, tag="erased"):
    device_id: str


_note = msgspec.json.Decoder(Erased).decode


class Erasures:
    """`forget` is called for each device that was erased here or elsewhere, perhaps twice. Nothing is kept."""

    def __init__(self, forget: Callable[[str], None], relay: Callable[[Note], Awaitable[bool]]) -> None:
        self._forget = forget
        self._relay = relay

    async def announce(self, device_id: str) -> None:
        """Raises BusUnavailable where it is unknown whether the others received it: erase it again."""
        self._forget(device_id)
        await self._relay(Note(json.encode(Erased(device_id))))

    def on_note(self, note: Note) -> None:
        """What is no erasure is passed over."""
        try:
            erased = _note(note.content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        self._forget(erased.device_id)
