"""Makes an hour that is over of its slices, tile by tile, so that it takes no more memory than a tile."""

import numpy as np

from herenow.history.queries.replay_blocks import STEPS, joined_rows
from herenow.history.rollups.cells import pack_cells, together, unpack_cells
from herenow.history.rollups.keys import (
    SLICED,
    block_bucket,
    blocks_part,
    dirty_key,
    dirty_part,
    index_part,
    key_number,
    number_key,
    numbers_of,
    prefix_range,
    replay_part,
    single_range,
)
from herenow.history.rollups.open_hours import PER_HOUR, is_open
from herenow.history.rollups.points import Points, joined, unpack_points
from herenow.history.rollups.pyramid import GROUND, entry_rows, point_rows, tile_part, tiles_of
from herenow.model.clock import now
from herenow.store.port import Range, RollupWriter, Row

TILES_AT_ONCE = 100
READ_ON = 60_000  # ms; a reader that began before an hour was made of its slices still finds these


async def close_hours(rollups: RollupWriter) -> None:
    """Those that are over and in slices. Raises StoreUnavailable, BadRequest."""
    [sliced] = await rollups.get([prefix_range(SLICED)])
    for key, _ in sliced:
        if not is_open(key_number(key)):
            await _close(rollups, key_number(key))
    await _drop_slices(rollups)


async def _close(rollups: RollupWriter, hour: int) -> None:
    slices = range(hour * PER_HOUR, (hour + 1) * PER_HOUR)
    [entries, known] = await rollups.get(
        [numbers_of(index_part("slice"), slices[0], slices[-1]), single_range(index_part("hour"), number_key(hour))]
    )
    before = known[0][1] if known else None
    made: set[tuple[int, int]] = set()
    tiles = sorted({tile for _, index in entries for tile in tiles_of(index)})
    await rollups.put([Row(dirty_part("day"), dirty_key(hour // 24, block_bucket(hour)), b"")])
    for start in range(0, len(tiles), TILES_AT_ONCE):
        rows = await _tile_rows(rollups, hour, tiles[start : start + TILES_AT_ONCE])
        made.update((zoom, key_number(row.key)) for zoom, row in rows)
        # First an entry with all of them, so that no tile is left over of a closing that ends early.
        both = sorted({*made, *tiles_of(before)})
        [index, _] = entry_rows("hour", hour, both, None)
        await rollups.put([index])
        await rollups.put([row for _, row in rows])
    for level in range(len(STEPS)):
        await rollups.put(await joined_rows(rollups, hour, level))
    [now_there] = await rollups.get([single_range(index_part("hour"), number_key(hour))])
    await rollups.put(entry_rows("hour", hour, sorted(made), now_there[0][1] if now_there else None))
    await rollups.put([Row(SLICED, number_key(hour))])


async def _tile_rows(rollups: RollupWriter, hour: int, tiles: list[tuple[int, int]]) -> list[tuple[int, Row]]:
    """Of tiles in the index of slices, those of the hour, with their zooms."""
    slices = range(hour * PER_HOUR, (hour + 1) * PER_HOUR)
    ranges: list[Range] = [
        single_range(tile_part("slice", number, zoom, tile), number_key(tile))
        for zoom, tile in tiles
        for number in slices
    ]
    answers = await rollups.get(ranges)
    rows: list[tuple[int, Row]] = []
    for place, (zoom, tile) in enumerate(tiles):
        values = [value for some in answers[place * PER_HOUR : (place + 1) * PER_HOUR] for _, value in some]
        if zoom == GROUND:
            rows += [(GROUND, row) for row in point_rows("hour", hour, _points(values))]
        else:
            packed = pack_cells(together([unpack_cells(value) for value in values]))
            rows.append((zoom, Row(tile_part("hour", hour, zoom, tile), number_key(tile), packed)))
    return rows


def _points(values: list[bytes]) -> Points:
    found = joined([unpack_points(value) for value in values])
    order = np.lexsort((found.rows["time"], found.rows["device"]))
    return Points(found.device_ids, found.kinds, found.rows[order])


async def _drop_slices(rollups: RollupWriter) -> None:
    """Those of hours that are made of them."""
    [made, sliced] = await rollups.get([prefix_range(blocks_part("slice")), prefix_range(SLICED)])
    hours = {key_number(key) for key, _ in sliced}
    for key, _ in made:
        number = key_number(key)
        hour = number // PER_HOUR
        if hour not in hours and not is_open(hour) and now() > await _made(rollups, hour) + READ_ON:
            [index] = await rollups.get([single_range(index_part("slice"), key)])
            rows = entry_rows("slice", number, [], index[0][1] if index else None)
            await rollups.put(
                rows + [row for level in range(len(STEPS)) for row in await _chunks(rollups, number, level)]
            )


async def _made(rollups: RollupWriter, hour: int) -> int:
    """When an hour was made, in ms."""
    [rows] = await rollups.get([single_range(blocks_part("hour"), number_key(hour))])
    return key_number(rows[0][1]) if rows else 0


async def _chunks(rollups: RollupWriter, number: int, level: int) -> list[Row]:
    part = replay_part("slice", number, level)
    [chunks] = await rollups.get([prefix_range(part)])
    return [Row(part, key) for key, _ in chunks]
