"""Whether a day changed, by the bytes of its blocks: reading them is cheaper than reading what is in them."""

import hashlib
import sqlite3
from collections.abc import Mapping

from herenow.model.clock import DAY

PAGE = 500  # blocks of a transaction: a long one would keep the log from shrinking
_BITS = 128

_BLOCKS = """
SELECT b.number, b.hour, d.device_id, b.packed FROM blocks b JOIN devices d ON d.id = b.device
WHERE b.number > ? ORDER BY b.number LIMIT ?
"""
_RECENT = "SELECT earliest, latest FROM recent WHERE earliest IS NOT NULL"
_OLD = "SELECT DISTINCT time / 86400000 FROM positions"


def day_states(connection: sqlite3.Connection) -> Mapping[int, str]:
    """Of days that lie in blocks alone. The sum of the digests of the blocks: their order does not count, as a block
    may be merged while others are read."""
    days = _days_outside(connection)
    sums: dict[int, int] = {}
    last = 0
    while rows := connection.execute(_BLOCKS, (last, PAGE)).fetchall():
        for _, hour, device_id, packed in rows:
            head = f"{hour}\0{device_id}\0".encode()
            one = hashlib.blake2b(head + packed, digest_size=_BITS // 8).digest()
            sums[hour // 24] = (sums.get(hour // 24, 0) + int.from_bytes(one)) % (1 << _BITS)
        last = rows[-1][0]
    days |= _days_outside(connection)
    return {day: f"{total:032x}" for day, total in sums.items() if day not in days}


def _days_outside(connection: sqlite3.Connection) -> set[int]:
    """Days with positions that are in no block yet."""
    days = {day for (day,) in connection.execute(_OLD)}
    for earliest, latest in connection.execute(_RECENT):
        days.update(range(earliest // DAY, latest // DAY + 1))
    return days
