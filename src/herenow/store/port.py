"""The store: keeps every position once, and each device as its newest position left it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec
import structlog

from herenow.errors import StoreUnavailable
from herenow.model.device import Device
from herenow.model.position import Position

LOAD_PAUSE = 2.0  # s between two tries
READ_DEADLINE = 10.0  # s
TOO_MUCH = "there is more than can be read in {:.0f} s; ask for a shorter time or a smaller box"

log = structlog.get_logger()

Version = tuple[int, int]  # (time, tie), the order of the positions of a device


class Span(msgspec.Struct, frozen=True):
    """A range of fix times in ms, start included, end not."""

    start: int
    end: int


class Changes(msgspec.Struct, frozen=True):
    """Hours of devices that were written to: device id and hours since 1970. `until` is what to ask with next. Where
    that was too long ago, or asked of another state of the store, as before a backup was restored, what changed is
    forgotten: make everything anew."""

    hours: Sequence[tuple[str, int]]
    until: int
    forgotten: bool = False


class Size(msgspec.Struct, frozen=True):
    """Bytes on disk of what was stored, and of what is derived from it; in a cluster those of one node."""

    positions: int
    rollups: int


Range = tuple[str, bytes, bytes]  # part, first key and last key, both included


class Row(msgspec.Struct, frozen=True):
    """One row of the rollups; without a value it is to go."""

    part: str
    key: bytes
    value: bytes | None = None


class Rollups(Protocol):
    """What is derived from positions and can be made again, as rows of bytes: those of a part lie together, in the
    order of their keys. Methods raise StoreUnavailable where the store fails."""

    async def put(self, rows: Sequence[Row]) -> None:
        """Rows in the place of those with their part and key; on an error some may be there. Only one process may."""

    async def get(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        """For each range its keys and values, in the order of the keys.

        Raises BadRequest where they cannot be read in ten seconds.
        """

    async def clear(self) -> None:
        """All rows are gone on return."""


class Store(Protocol):
    """Every method raises StoreUnavailable where the store fails. Cancelling a read stops waiting for it; of a write
    that is cancelled the outcome is unknown, and writing again is safe."""

    @property
    def rollups(self) -> Rollups: ...

    async def write(self, positions: Sequence[Position], devices: Sequence[Device]) -> None:
        """Durable on return, all of it; on an error, nothing is promised. Writing a position again changes nothing that
        the device reported, and a device takes the place of one of lower rank only."""

    async def latest(self) -> Sequence[Device]:
        """Every device that was written, in no order. Their positions are among those that were written."""

    async def devices(self, device_ids: Sequence[str]) -> Sequence[Device]:
        """Those of the named devices that were written, in no order."""

    async def track(self, device_id: str, span: Span, after: Version | None, limit: int) -> Sequence[Position]:
        """Up to `limit` positions of a device in the span, oldest first, behind `after`; none for an unknown one."""

    async def positions(self, span: Span, limit: int) -> Sequence[Position]:
        """Positions of all devices in the span, device by device, each oldest first; `limit` of them at most.

        Raises BadRequest where they cannot be read in ten seconds.
        """

    async def changes(self, since: int | None) -> Changes:
        """The hours that were written to since an earlier answer's `until`; None: none, only where to begin. A write
        that returns after an answer is in a later one; some may be in both. Only one may ask: what was asked for is
        forgotten with the next question, and in any case after 30 days. In Cassandra, where rollups lie in the same
        keyspace, nobody notices that only one of the two was restored."""

    async def gave(self, until: int) -> bool:
        """Whether `until` is of a late answer of `changes`, by this state of the store: what was made up to there is
        made of it. In Cassandra it always is."""

    async def active(self, day: int) -> tuple[int, Sequence[str]] | None:
        """The first day (since 1970) from `day` on that has positions, with its devices; None where there is none."""

    async def drop(self, device_ids: Sequence[str], day: int) -> None:
        """Positions of these devices on a UTC day are gone on return, and their hours are among the changes. The newest
        of a device must not be among them. On an error some may be left; dropping them again goes on."""

    async def erase(self, device_id: str) -> None:
        """Positions, name and kind of a device are gone on return, and its hours are among the changes. On an error
        some may be left; erasing again goes on. What it reports meanwhile, or later, makes it known anew."""

    async def traces(self, device_id: str) -> Mapping[str, int]:
        """How many rows speak of a device: `positions`, `devices`, and `changes` that nobody has asked for yet."""

    async def size(self) -> Size: ...


async def load(store: Store) -> Sequence[Device]:
    """The devices of the store, asked for until it answers."""
    while True:
        try:
            return await store.latest()
        except StoreUnavailable as error:
            log.error("cannot load the devices; trying again", reason=str(error))
            await asyncio.sleep(LOAD_PAUSE)
