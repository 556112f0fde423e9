"""Where rollups lie: the names of their parts and keys.

Hours, days and months are counted from 1970; a month is 30 days, as it has only to be the same for everybody.
"""

from zlib import crc32

from herenow.model.clock import DAY, HOUR
from herenow.store.port import BUCKETS, END, Range

MONTH = 30 * DAY  # ms
SLICE = 120_000  # ms; what an hour is made of while it lasts
BLOCKS = {"slice": SLICE, "hour": HOUR, "day": DAY, "month": MONTH}  # ms

STATE = "rollup"  # its own: see herenow.history.rollups.rounds
MADE = b"made"  # when the last round began that was finished, in ms
SLICED = "sliced"  # hours that last: readers take their slices
_DAYS = 400  # of a device that lie together
_PART_BITS = 10  # of a tile's number: so many tiles lie together


def number_key(number: int) -> bytes:
    """Keys in the order of the numbers, which may be negative."""
    return (number + (1 << 63)).to_bytes(8)


def key_number(key: bytes) -> int:
    return int.from_bytes(key) - (1 << 63)


def bucket_of(device_id: str) -> int:
    """Which of BUCKETS a device belongs to."""
    return crc32(device_id.encode()) % BUCKETS


def block_bucket(number: int) -> int:
    """Which of BUCKETS a time block belongs to."""
    return number % BUCKETS


def track_part(device_id: str, month: int) -> str:
    """The hours of a device: keys are hours, values packed tracks."""
    return f"track/{month}/{device_id}"


def hour_parts(hour: int) -> list[str]:
    """All devices of an hour: keys are device ids, values kind and packed track."""
    return [f"hour/{hour}/{bucket}" for bucket in range(BUCKETS)]


def hour_part(hour: int, device_id: str) -> str:
    return f"hour/{hour}/{bucket_of(device_id)}"


def cells_part(block: str, number: int, zoom: int, tile: int) -> str:
    """Cells of an hour, day or month: keys are tiles of that zoom."""
    return f"cells/{block}/{number}/{zoom}/{tile >> _PART_BITS}"


def points_part(block: str, number: int, tile: int) -> str:
    """Points of an hour or slice: keys are tiles of zoom GROUND."""
    return f"points/{_named(block, number)}/{tile >> _PART_BITS}"


def _named(block: str, number: int) -> str:
    return str(number) if block == "hour" else f"{block}/{number}"


def blocks_part(block: str) -> str:
    """Which hours, days or months have cells: keys are their numbers, values when they were made."""
    return f"blocks/{block}"


def index_part(block: str) -> str:
    """What they consist of: keys are their numbers, values their tiles."""
    return f"index/{block}"


def dirty_part(block: str) -> str:
    """Which are not, or no longer, made of all that is there. Readers take what is finer."""
    return f"dirty/{block}"


def dirty_key(number: int, bucket: int) -> bytes:
    """In such a part. The bucket is that of what changed: one process at a time writes a row."""
    return number_key(number) + bytes([bucket])


def dirty_number(key: bytes) -> int:
    """The number in such a key."""
    return key_number(key[:8])


def dirty_numbers(block: str, first: int, last: int) -> Range:
    """Both included."""
    return dirty_part(block), number_key(first), dirty_key(last, BUCKETS)


def dirty_days_part(bucket: int) -> str:
    """Days of the devices of a bucket that are not made of all that is there."""
    return f"dirty/device/{bucket}"


def replay_part(block: str, number: int, level: int) -> str:
    """An hour or slice to be played, thinned to a level: keys are the numbers of its chunks."""
    return f"replay/{_named(block, number)}/{level}"


def level_part(device_id: str, level: int, day: int) -> str:
    """A device's track in a level of detail: keys are days, values packed tracks."""
    return f"level/{level}/{day // _DAYS}/{device_id}"


def levels_parts(device_id: str, level: int, first: int, last: int) -> list[str]:
    """Those of all days between, both included."""
    return [level_part(device_id, level, block * _DAYS) for block in range(first // _DAYS, last // _DAYS + 1)]


def summary_part(device_id: str, day: int) -> str:
    """What a device did: keys are days, values summaries."""
    return f"summary/{day // _DAYS}/{device_id}"


def summaries_parts(device_id: str, first: int, last: int) -> list[str]:
    """Those of all days between, both included."""
    return [summary_part(device_id, block * _DAYS) for block in range(first // _DAYS, last // _DAYS + 1)]


def day_parts(day: int) -> list[str]:
    """What all devices did on a day: keys are device ids, values summaries."""
    return [f"day/{day}/{bucket}" for bucket in range(BUCKETS)]


def day_part(day: int, device_id: str) -> str:
    return f"day/{day}/{bucket_of(device_id)}"


def distance_parts(day: int) -> list[str]:
    """How far all devices went on a day: keys are device ids, values packed (herenow.history.rollups.day_distances)."""
    return [f"distance/{day}/{bucket}" for bucket in range(BUCKETS)]


def distance_part(day: int, device_id: str) -> str:
    return f"distance/{day}/{bucket_of(device_id)}"


def day_key(device_id: str, day: int) -> bytes:
    """In a part of dirty days of devices."""
    return number_key(day) + device_id.encode()


def device_day(key: bytes) -> tuple[str, int]:
    """The device and day of such a key."""
    return key[8:].decode(), key_number(key[:8])


def prefix_range(part: str) -> Range:
    return part, b"", END


def single_range(part: str, key: bytes) -> Range:
    return part, key, key


def numbers_of(part: str, first: int, last: int) -> Range:
    """Both included."""
    return part, number_key(first), number_key(last)
