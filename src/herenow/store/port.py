"""The store: keeps every position once, and each device as its newest position left it.

It has one port for each use. A part of the program takes the ports that it uses, and no more: where these are several,
it names their sum beside itself. `Store` is all of them, as an adapter has them.

Every method raises StoreUnavailable where the store fails. Cancelling a read stops waiting for it. The outcome of a
write that is cancelled is unknown, and writing again is safe.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec

from herenow.model.device import Device
from herenow.model.position import Position
from herenow.store.track import Track

READ_DEADLINE = 10.0  # s
TOO_MUCH = "there is more than can be read in {:.0f} s; ask for a shorter time or a smaller box"

BUCKETS = 16  # of devices and of time blocks; a shard of the rollups has some of them

Version = tuple[int, int]  # (time, tie), the order of the positions of a device


class Span(msgspec.Struct, frozen=True):
    """A range of fix times in ms, start included, end not."""

    start: int
    end: int


class Changes(msgspec.Struct, frozen=True):
    """Hours of devices that were written to: device id and hours since 1970. `until` is what to ask with next. Where
    that was too long ago, or from another state of the store, as before a backup was restored, the changes are
    lost: rebuild everything."""

    hours: Sequence[tuple[str, int]]
    until: int
    forgotten: bool = False
    earliest: Mapping[tuple[str, int], int] = {}  # ms; what is before it in the hour is as it was. Where it is known
    taken: Collection[tuple[str, int]] = ()  # all of these that positions may have been taken from


class Size(msgspec.Struct, frozen=True):
    """Bytes on disk of what was stored, and of what is derived from it; in a cluster those of one node."""

    positions: int
    rollups: int


Range = tuple[str, bytes, bytes]  # part, first key and last key, both included
END = b"\xff" * 600  # behind every key


class Row(msgspec.Struct, frozen=True):
    """One row of the rollups; without a value it is to go."""

    part: str
    key: bytes
    value: bytes | None = None


class TrackReader(Protocol):
    """A store that packs hours of devices, so that their tracks are read as fast as a second packed copy."""

    async def tracks(self, wanted: Sequence[tuple[str, Span]]) -> Sequence[Track]:
        """Of each device in its span, in the order of `wanted`; each position once, in order, with no flag.

        Raises BadRequest where they cannot be read in ten seconds.
        """

    async def seen(self, span: Span) -> Sequence[str]:
        """The devices that may have positions in a span, and all that have some, in the order of their names."""


class RollupReader(Protocol):
    """What is derived from positions and can be made again, as rows of bytes: those of a part lie together, in the
    order of their keys."""

    @property
    def packed(self) -> TrackReader | None:
        """Where the positions lie packed already; None: rollups keep tracks of their own."""

    async def get(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        """For each range its keys and values, in the order of the keys.

        Raises BadRequest where they cannot be read in ten seconds.
        """


class Mark(msgspec.Struct, frozen=True):
    """A row without a value, as it was read: `stamp` differs each time that it is put."""

    part: str
    key: bytes
    stamp: int


class RollupWriter(RollupReader, Protocol):
    """The rollups of one shard, for the one process that holds its lease. Every method raises StoreUnavailable once the
    lease is lost, and what was written before then counts as written."""

    async def put(self, *steps: Sequence[Row]) -> None:
        """Rows in the place of those with their part and key; a step begins when the one before is durable. On an error
        some may be there."""

    async def marks(self, part: str) -> Sequence[Mark]:
        """The rows of a part, in the order of their keys."""

    async def unmark(self, marks: Sequence[Mark]) -> None:
        """They are gone, except those that were put again since they were read. What was put before stays put."""


class Rollups(RollupReader, Protocol):
    """The same, for processes that make them: each row belongs to one shard, and only the holder of its lease writes
    it."""

    @property
    def shards(self) -> int:
        """A divisor of BUCKETS."""

    def lease(self, shard: int) -> AbstractAsyncContextManager[RollupWriter | None]:
        """None where another process holds it. A process that dies gives it up after some seconds."""

    async def clear(self) -> None:
        """All rows are gone on return. The caller holds all leases."""


class RollupStore(Protocol):
    """Has the rollups of its positions, to be read."""

    @property
    def rollups(self) -> RollupReader: ...


class PositionWriter(Protocol):
    async def write(self, positions: Sequence[Position], devices: Sequence[Device]) -> None:
        """Durable on return, all of it; on an error, nothing is promised. Writing a position again changes nothing that
        the device reported, but completes it with fields of LATER that it lacked (the newest position of a device with
        its next write at the latest), and a device takes the place of one of lower rank only."""


class PositionReader(Protocol):
    async def track(self, device_id: str, span: Span, after: Version | None, limit: int) -> Sequence[Position]:
        """Up to `limit` positions of a device in the span, oldest first, behind `after`; none for an unknown one."""

    async def positions(self, span: Span, limit: int) -> Sequence[Position]:
        """Positions of all devices in the span, device by device, each oldest first; `limit` of them at most.

        Raises BadRequest where they cannot be read in ten seconds.
        """


class DeviceReader(Protocol):
    async def latest(self) -> Sequence[Device]:
        """Every device that was written, in no order. Their positions are among those that were written."""

    async def devices(self, device_ids: Sequence[str]) -> Sequence[Device]:
        """Those of the named devices that were written, in no order."""


class ChangeLog(Protocol):
    """What was written to, and where anything is: what rollups are made by."""

    async def changes(self, since: int | None) -> Changes:
        """The hours that were written to since an earlier answer's `until`; None: none, only where to begin. A write
        that returns after an answer is in a later one; some may be in both. Only one reader may call it: the
        next call forgets the answer before, and in any case it is forgotten after 30 days. In Cassandra, where rollups
        are in the same keyspace, nobody notices that only one of the two was restored."""

    async def gave(self, until: int) -> bool:
        """Whether `until` is of a late answer of `changes`, by this state of the store: what was made up to there is
        made of it. In Cassandra it always is."""

    async def active(self, day: int) -> tuple[int, Sequence[str]] | None:
        """The first day (since 1970) from `day` on that has positions, with its devices; None where there is none."""


class Erasure(Protocol):
    async def drop(self, device_ids: Sequence[str], day: int) -> None:
        """Positions of these devices on a UTC day are gone on return, and their hours are among the changes. The newest
        of a device must not be among them. On an error some may be left; dropping them again goes on."""

    async def erase(self, device_id: str) -> None:
        """Positions, name and kind of a device are gone on return, and its hours are among the changes. On an error
        some may be left; erasing again goes on. A report meanwhile, or later, creates it again."""

    async def traces(self, device_id: str) -> Mapping[str, int]:
        """How many rows speak of a device: `positions`, `devices`, and `changes` that no reader has fetched yet."""


class DiskUsage(Protocol):
    async def size(self) -> Size: ...


class DayStates(Protocol):
    async def day_states(self) -> Mapping[int, str]:
        """For days (since 1970) a text that is another one once anything of the day changed, and may be even though
        nothing did. Days that it says nothing of may have changed."""


class Store(PositionWriter, PositionReader, DeviceReader, ChangeLog, Erasure, DiskUsage, DayStates, Protocol):
    """All that an adapter does."""

    @property
    def rollups(self) -> Rollups: ...
