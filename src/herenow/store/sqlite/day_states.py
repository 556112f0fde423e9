"""Whether a day changed, by the bytes of its blocks: reading them is cheaper than reading what is in them."""

import hashlib
import sqlite3
from collections.abc import Mapping

from herenow.model.clock import DAY
from herenow.store.sqlite.statements import paged

PAGE = 500  # blocks read at a time
_BITS = 128

BLOCKS = """
SELECT b.number, d.device_id, b.hour, b.packed FROM blocks b JOIN devices d ON d.id = b.device
WHERE b.number > ? ORDER BY b.number LIMIT ?
"""
_RECENT = "SELECT earliest, latest FROM recent WHERE earliest IS NOT NULL"
_OLD = f"SELECT DISTINCT time / {DAY} FROM positions"  # noqa: S608 - constants only


def day_states(connection: sqlite3.Connection) -> Mapping[int, str]:
    """Of days that lie in blocks alone. The sum of the digests of the blocks: their order does not count, as a block
    may be merged while others are read."""
    days = _days_outside(connection)
    sums: dict[int, int] = {}
    for _, device_id, hour, packed in paged(connection, BLOCKS, PAGE):
        head = f"{hour}\0{device_id}\0".encode()
        one = hashlib.blake2b(head + packed, digest_size=_BITS // 8).digest()
        sums[hour // 24] = (sums.get(hour // 24, 0) + int.from_bytes(one)) % (1 << _BITS)
    days |= _days_outside(connection)
    return {day: f"{total:032x}" for day, total in sums.items() if day not in days}


def _days_outside(connection: sqlite3.Connection) -> set[int]:
    """Days with positions that are in no block yet."""
    days = {day for (day,) in connection.execute(_OLD)}
    for earliest, latest in connection.execute(_RECENT):
        days.update(range(earliest // DAY, latest // DAY + 1))
    return days
