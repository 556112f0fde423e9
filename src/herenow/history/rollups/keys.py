"""Where rollups lie: the names of their parts and keys.

Hours, days and months are counted from 1970; a month is 30 days, as it has only to be the same for everybody.
"""

from zlib import crc32

from herenow.model.clock import DAY, HOUR
from herenow.store.port import Range

MONTH = 30 * DAY  # ms
SLICE = 120_000  # ms; what an hour is made of while it lasts
BLOCKS = {"slice": SLICE, "hour": HOUR, "day": DAY, "month": MONTH}  # ms
BUCKETS = 16  # parts of the devices of an hour

STATE = "rollup"  # its own: see herenow.history.rollups.builder
MADE = b"made"  # when the last round began that was finished, in ms
SLICED = "sliced"  # hours that last: readers take their slices
DIRTY_DAYS = "dirty/device"  # days of devices that are not made of all that is there
_DAYS = 400  # of a device that lie together
_PART_BITS = 10  # of a tile's number: so many tiles lie together


def number_key(number: int) -> bytes:
    """Keys in the order of the numbers, which may be negative."""
    return (number + (1 << 63)).to_bytes(8)


def key_number(key: bytes) -> int:
    return int.from_bytes(key) - (1 << 63)


def track_part(device_id: str, month: int) -> str:
    """The hours of a device: keys are hours, values packed tracks."""
    return f"track/{month}/{device_id}"


def hour_parts(hour: int) -> list[str]:
    """All devices of an hour: keys are device ids, values kind and packed track."""
    return [f"hour/{hour}/{bucket}" for bucket in range(BUCKETS)]


def hour_part(hour: int, device_id: str) -> str:
    return f"hour/{hour}/{crc32(device_id.encode()) % BUCKETS}"


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
    """Which are not, or no longer, made of all that is there: keys are their numbers. Readers take what is finer."""
    return f"dirty/{block}"


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
    return f"day/{day}/{crc32(device_id.encode()) % BUCKETS}"


def distance_parts(day: int) -> list[str]:
    """How far all devices went on a day: keys are device ids, values packed (herenow.history.rollups.day_distances)."""
    return [f"distance/{day}/{bucket}" for bucket in range(BUCKETS)]


def distance_part(day: int, device_id: str) -> str:
    return f"distance/{day}/{crc32(device_id.encode()) % BUCKETS}"


def day_key(device_id: str, day: int) -> bytes:
    """In the part DIRTY_DAYS."""
    return number_key(day) + device_id.encode()


def device_day(key: bytes) -> tuple[str, int]:
    """The device and day of a key in the part DIRTY_DAYS."""
    return key[8:].decode(), key_number(key[:8])


def prefix_range(part: str) -> Range:
    return part, b"", b"\xff" * 600


def single_range(part: str, key: bytes) -> Range:
    return part, key, key


def numbers_of(part: str, first: int, last: int) -> Range:
    """Both included."""
    return part, number_key(first), number_key(last)
