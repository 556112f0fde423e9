"""Columns of numbers, a row a device, that grow together."""

from typing import Any

import numpy as np
import numpy.typing as npt

FIRST = 1024  # rows


class Columns:
    """Zero until written. Fetch a column again after `grow`: it may have moved."""

    def __init__(self, **types: npt.DTypeLike) -> None:
        self._columns: dict[str, npt.NDArray[Any]] = {name: np.zeros(FIRST, dtype=of) for name, of in types.items()}
        self._capacity = FIRST

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._columns[name]

    def grow(self, rows: int) -> None:
        """Room for at least so many rows; doubles, so that growing costs the same per row however many there are."""
        if rows <= self._capacity:
            return
        capacity = max(rows, 2 * self._capacity)
        for name, column in self._columns.items():
            self._columns[name] = np.concatenate([column, np.zeros(capacity - self._capacity, dtype=column.dtype)])
        self._capacity = capacity
