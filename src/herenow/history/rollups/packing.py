"""Rows of numbers as a few bytes."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

LEVEL = 1  # of zlib; 6 takes four times as long for a tenth less

Rows = npt.NDArray[np.void]


def pack(rows: Rows, steps: Sequence[str] = ()) -> bytes:
    """Each byte of a number beside the same byte of the next one, as numbers differ in their last bytes; columns named
    in `steps` as differences from the row before, wrapping around."""
    return zlib.compress(b"".join(_plain(rows, name, name in steps) for name in rows.dtype.names or ()), LEVEL)


def _plain(rows: Rows, name: str, stepwise: bool) -> bytes:
    column: npt.NDArray[Any] = rows[name].copy()
    if stepwise:
        column[1:] -= rows[name][:-1]
    return column.view("u1").reshape(len(column), column.itemsize).T.tobytes()


def unpack(packed: bytes, dtype: "np.dtype[Any]", steps: Sequence[str] = ()) -> Rows:
    """Raises ValueError where it is not what `pack` made of such rows."""
    try:
        plain = np.frombuffer(zlib.decompress(packed), "u1")
    except zlib.error as error:
        raise ValueError(f"expected packed rows: {error}") from error
    length, rest = divmod(len(plain), dtype.itemsize)
    if rest:
        raise ValueError(f"expected packed rows of {dtype.itemsize} bytes, got {len(plain)} bytes")
    rows = np.empty(length, dtype)
    start = 0
    for name in dtype.names or ():
        size = dtype[name].itemsize
        end = start + length * size
        column = np.ascontiguousarray(plain[start:end].reshape(size, length).T).view(dtype[name]).ravel()
        rows[name] = np.cumsum(column, dtype=dtype[name]) if name in steps else column
        start = end
    return rows
