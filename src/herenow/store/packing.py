"""Positions of one device as a few bytes: what a store keeps of an hour.

Many positions lie column by column: numbers as their steps, in as few bytes as hold them, each byte beside the same
byte of the next number, then compressed. A few are compressed as they are, which costs less; for a while they may lie
without that. Every number comes back to the bit.
"""

import contextlib
import zlib
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from herenow.model.position import MEASURED, Position, compiled, getter
from herenow.store.columns import COLUMNS
from herenow.store.track import FIX, PLACES, Track

MANY = 64  # positions; fewer are not worth columns of their own
LEVEL = 1  # of zlib; 6 takes four times as long for a tenth less
MAX_SCALE = 8  # decimals; a number with more is kept as it is

_PLAIN, _ZIPPED, _COLUMNS = b"p", b"r", b"c"  # the first byte of a block
_TEXTS = ("attributes", "source")
_WHOLE = ("time", "tie", "received")
_ROUNDED = tuple(name for name, field in MEASURED.items() if field.whole)
_NOTHING = -(2**62)  # instead of what is not known

_NUMBERS = tuple(name for name in COLUMNS if name not in _TEXTS)  # in the order of the columns of a block
_COLUMN = {name: place for place, name in enumerate(_NUMBERS)}
TRACK = ("tie", *(name for name in FIX.names or () if name != "flag"))  # what a track needs of a position
_of_track = itemgetter(*map(COLUMNS.index, TRACK))
_DEGREES = ("longitude", "latitude")

_values = getter(*COLUMNS)
_row: Callable[[str, Sequence[Any]], Position] = compiled(
    "device_id, values", "Position(device_id, *values)", Position=Position
)
_encode, _decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder().decode

Integers = npt.NDArray[np.int64]
Numbers = npt.NDArray[np.float64]


class Damaged(ValueError):
    """A block is not what `pack` made."""


class _Column(msgspec.Struct, array_like=True):
    """`scale` is the number of decimals of numbers; None for whole numbers, −1 for bits."""

    width: int  # bytes of each step; 0 where all values are `first`
    first: int
    scale: int | None
    data: bytes


class _Block(msgspec.Struct, array_like=True):
    count: int
    texts: list[list[Any]]  # the different values of each of _TEXTS
    columns: list[_Column]  # numbers, then for each of _TEXTS which value


_blocks = msgspec.msgpack.Decoder(_Block)


def pack(positions: Sequence[Position], *, briefly: bool = False) -> bytes:
    """Positions of one device; its id is not in them. `briefly`: they are packed again soon."""
    if len(positions) < MANY:
        rows = _encode([_values(one) for one in positions])
        return _PLAIN + rows if briefly else _ZIPPED + zlib.compress(rows, LEVEL)
    values = dict(zip(COLUMNS, zip(*map(_values, positions), strict=True), strict=True))
    texts, columns = [], []
    for name in COLUMNS:
        if name in _TEXTS:
            continue
        columns.append(_whole(np.array(values[name], np.int64)) if name in _WHOLE else _number(values[name]))
    for name in _TEXTS:
        different, numbers = _numbered(values[name])
        texts.append(different)
        columns.append(_whole(np.array(numbers, np.int64)))
    return _COLUMNS + zlib.compress(_encode(_Block(len(positions), texts, columns)), LEVEL)


def is_brief(block: bytes) -> bool:
    """Whether it is to be packed again."""
    return block[:1] == _PLAIN


def unpack(device_id: str, block: bytes) -> list[Position]:
    """Raises Damaged."""
    with _damages():
        opened = _open(block)
        if isinstance(opened, _Block):
            return _positions(device_id, opened)
        return [_row(device_id, values) for values in opened]


def unpack_track(block: bytes) -> tuple[Integers, Track]:
    """The same without positions one by one: their ties, and their track with no flag. Raises Damaged."""
    with _damages():
        opened = _open(block)
        return _columns(opened) if isinstance(opened, _Block) else track_of(list(map(_of_track, opened)))


def brief_rows(block: bytes) -> list[Sequence[Any]] | None:
    """Of a few positions, rows of values as in TRACK; None for a block with columns. Raises Damaged."""
    with _damages():
        rows = _rows(block)
        return None if rows is None else list(map(_of_track, rows))


def _rows(block: bytes) -> list[Any] | None:
    rows: list[Any]
    if block[:1] == _PLAIN:
        rows = _decode(block[1:])
    elif block[:1] == _ZIPPED:
        rows = _decode(zlib.decompress(block[1:]))
    else:
        return None
    return rows


def _open(block: bytes) -> _Block | list[Any]:
    """Columns, or rows of values as in COLUMNS."""
    rows = _rows(block)
    if rows is not None:
        return rows
    if block[:1] != _COLUMNS:
        raise Damaged(f"expected a block of positions, got one that begins with {block[:1]!r}")
    return _blocks.decode(zlib.decompress(block[1:]))


@contextlib.contextmanager
def _damages() -> Iterator[None]:
    try:
        yield
    except (zlib.error, msgspec.MsgspecError, TypeError, ValueError, IndexError) as error:
        raise Damaged(str(error)) from error


def track_of(rows: Sequence[Sequence[Any]]) -> tuple[Integers, Track]:
    """The ties and the track of rows of values as in TRACK."""
    found = np.zeros(len(rows), FIX)
    ties, *columns = zip(*rows, strict=True) if rows else [()] * len(TRACK)
    for name, values in zip(TRACK[1:], columns, strict=True):
        numbers = np.array(values, np.int64 if name == "time" else np.float64)  # NaN for None
        found[name] = np.rint(numbers * PLACES) if name in _DEGREES else numbers
    return np.array(ties, np.int64), found


def _columns(block: _Block) -> tuple[Integers, Track]:
    found = np.zeros(block.count, FIX)
    for name in FIX.names or ():
        if name != "flag":
            values, unknown = _numbers(block.columns[_COLUMN[name]], block.count)
            found[name] = np.rint(values * PLACES) if name in _DEGREES else np.where(unknown, np.nan, values)
    return _integers(block.columns[_COLUMN["tie"]], block.count), found


def _positions(device_id: str, block: _Block) -> list[Position]:
    values: dict[str, list[Any]] = {
        name: _read(column, block.count, whole=name in _ROUNDED)
        for name, column in zip(_NUMBERS, block.columns, strict=False)
    }
    for name, texts, column in zip(_TEXTS, block.texts, block.columns[len(_NUMBERS) :], strict=True):
        values[name] = [texts[number] for number in _read(column, block.count)]
    return [_row(device_id, one) for one in zip(*(values[name] for name in COLUMNS), strict=True)]


def _numbered(values: Sequence[Any]) -> tuple[list[Any], list[int]]:
    """The different values, and which of them each is."""
    if values.count(values[0]) == len(values) and values[0] is None:
        return [None], [0] * len(values)
    different: dict[bytes, int] = {}
    numbers = [different.setdefault(_encode(one), len(different)) for one in values]
    return [_decode(one) for one in different], numbers


def _whole(values: Integers, scale: int | None = None) -> _Column:
    first = int(values[0])
    steps = np.diff(values)  # wraps around, and so do their sums
    if not steps.any():
        return _Column(0, first, scale, b"")
    least, most = int(steps.min()), int(steps.max())
    width = next(width for width in (1, 2, 4, 8) if -(1 << 8 * width - 1) <= least and most < 1 << 8 * width - 1)
    shuffled = steps.astype(f"<i{width}").view("u1").reshape(-1, width).T
    return _Column(width, first, scale, shuffled.tobytes())


def _number(values: Sequence[float | None]) -> _Column:
    if values.count(None) == len(values):
        return _Column(0, _NOTHING, 0, b"")
    numbers = np.array(values, np.float64)  # NaN for None
    unknown = np.isnan(numbers)
    bits = numbers.view(np.int64)
    scale = _scale(values)
    while scale <= MAX_SCALE:
        power = 10.0**scale
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.rint(numbers * power)
            whole = np.where(unknown, _NOTHING, np.where(np.abs(scaled) < 2**53, scaled, 0)).astype(np.int64)
        if np.array_equal((whole / power).view(np.int64)[~unknown], bits[~unknown]):
            return _whole(whole, scale)
        scale += 1
    return _whole(bits, -1)


def _scale(values: Sequence[float | None]) -> int:
    """With how many decimals to begin: those of a value that has some."""
    for value in values:
        if value is not None:
            return next((scale for scale in range(MAX_SCALE + 1) if round(value, scale) == value), MAX_SCALE + 1)
    return 0


def _integers(column: _Column, count: int) -> Integers:
    if column.width == 0:
        return np.full(count, column.first, np.int64)
    data = np.frombuffer(column.data, "u1").reshape(column.width, count - 1)
    steps = np.ascontiguousarray(data.T).view(f"<i{column.width}").ravel().astype(np.int64)
    return np.concatenate([[column.first], steps]).cumsum()


def _numbers(column: _Column, count: int) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """With which of them are unknown."""
    values = _integers(column, count)
    if column.scale is None:
        return values, np.zeros(count, np.bool_)
    numbers = values.view(np.float64) if column.scale == -1 else values / 10.0**column.scale
    return numbers, np.isnan(numbers) if column.scale == -1 else values == _NOTHING


def _read(column: _Column, count: int, *, whole: bool = False) -> list[Any]:
    numbers, unknown = _numbers(column, count)
    found: list[Any] = (_integers(column, count) if whole and column.scale == 0 else numbers).tolist()
    for row in np.flatnonzero(unknown).tolist():
        found[row] = None
    return found
