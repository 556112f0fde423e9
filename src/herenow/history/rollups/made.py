"""Whether the rollups are made: of all positions, by these rules and settings. Until then nothing is read of them, as
it would look as if there was less than there is."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from zlib import crc32

from herenow.errors import StoreUnavailable
from herenow.history.rollups.keys import MADE, STATE, key_number, prefix_range
from herenow.history.tracks.quality import VERSION as RULES
from herenow.history.tracks.stillness import TripSettings
from herenow.store.port import ChangeLog, Range, RollupReader, RollupStore, Span, TrackReader
from herenow.store.track import Track

VERSION = f"6.{RULES}"  # of what is kept; with another one, or other settings, it is made from the beginning
MADE_BY = b"version"
CLEARED = b"cleared"  # another value each time that everything was taken away

State = Mapping[bytes, bytes]


def version_of(settings: TripSettings) -> bytes:
    return f"{VERSION}.{crc32(repr(settings).encode()):08x}".encode()


async def read_state(rollups: RollupReader) -> State:
    """Raises StoreUnavailable."""
    [rows] = await rollups.get([prefix_range(STATE)])
    return dict(rows)


def until_key(shard: int) -> bytes:
    return b"until" + bytes([shard])


def begun_key(shard: int) -> bytes:
    return b"begun" + bytes([shard])


def made_until(state: State, shard: int) -> int | None:
    """Up to which change of the store its devices are made; None where that is to begin, or has begun."""
    return _number(state, until_key(shard))


def begun_at(state: State, shard: int) -> int | None:
    """From which change of the store on its devices are still to be made after that."""
    return _number(state, begun_key(shard))


def made_at(state: State) -> int:
    """When the last round began that was finished, in ms; 0 before the first."""
    return _number(state, MADE) or 0


def _number(state: State, key: bytes) -> int | None:
    return key_number(state[key]) if key in state else None


class MadeStore(ChangeLog, RollupStore, Protocol): ...


class MadeRollups:
    """Rollups that are read only once they are made. One reading has both the state and the ranges, so it also notices
    a rebuild that another process began."""

    def __init__(self, store: MadeStore, settings: TripSettings) -> None:
        self._store, self._rollups, self._version = store, store.rollups, version_of(settings)

    @property
    def packed(self) -> TrackReader | None:
        packed = self._rollups.packed
        return None if packed is None else MadeTracks(self, packed)

    async def check(self) -> None:
        """Raises StoreUnavailable where they are not made."""
        await self.get([])

    async def get(self, ranges: Sequence[Range]) -> list[list[tuple[bytes, bytes]]]:
        """Raises StoreUnavailable also where they are not made, else as the port says."""
        state, *found = await self._rollups.get([prefix_range(STATE), *ranges])
        keys = dict(state)
        until = made_until(keys, 0)  # where there are several shards, `gave` is always so
        made = MADE in keys and keys.get(MADE_BY) == self._version
        if not made or until is None or not await self._store.gave(until):
            raise StoreUnavailable(
                "the rollups of history are not made yet, or of another store, or not by these settings of trips; "
                "`herenow run` and `herenow rollup` build them, so try again soon"
            )
        return found


class MadeTracks:
    """The tracks of the store, as MadeRollups: raises StoreUnavailable where rollups are not made."""

    def __init__(self, rollups: MadeRollups, packed: TrackReader) -> None:
        self._rollups, self._packed = rollups, packed

    async def tracks(self, wanted: Sequence[tuple[str, Span]]) -> Sequence[Track]:
        await self._rollups.check()
        return await self._packed.tracks(wanted)

    async def seen(self, span: Span) -> Sequence[str]:
        await self._rollups.check()
        return await self._packed.seen(span)
