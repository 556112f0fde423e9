"""How far each device went on a day, as history has it: a list of live devices knows only what came in order."""

from collections.abc import AsyncIterator, Mapping

import msgspec

from herenow.history.rollups.keys import (
    MADE,
    STATE,
    distance_part,
    distance_parts,
    key_number,
    prefix_range,
    single_range,
)
from herenow.history.tracks.summary import Figures
from herenow.model.device import DayDistance
from herenow.store.port import RollupReader, Row

_driven = msgspec.msgpack.Decoder(DayDistance).decode


def distance_row(device_id: str, day: int, made: Figures) -> Row:
    """Without a value where the device has no position that is to be believed."""
    driven = msgspec.msgpack.encode(DayDistance(made.last[0], made.distance)) if made.last else None
    return Row(distance_part(day, device_id), device_id.encode(), driven)


async def read_made(rollups: RollupReader) -> int | None:
    """When the last round began that was finished, in ms; None before the first. Raises StoreUnavailable."""
    [made] = await rollups.get([single_range(STATE, MADE)])
    return key_number(made[0][1]) if made else None


async def read_distances(rollups: RollupReader, day: int) -> AsyncIterator[Mapping[str, DayDistance]]:
    """Of all devices that have a position on a UTC day, some at a time. Raises StoreUnavailable, BadRequest where it
    cannot be read in time."""
    for part in distance_parts(day):
        [rows] = await rollups.get([prefix_range(part)])
        yield {key.decode(): _driven(value) for key, value in rows}
