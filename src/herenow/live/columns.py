"""Columns of numbers, a row a device, that grow together."""

from typing import Any

import numpy as np
import numpy.typing as npt

FIRST = 1024  # rows


class Columns(dict[str, npt.NDArray[Any]]):
    """By name; zero until written. `grow` replaces all of them: look them up again after it."""

    def __init__(self, **types: npt.DTypeLike) -> None:
        super().__init__({name: np.zeros(FIRST, dtype=of) for name, of in types.items()})
        self._capacity = FIRST

    def grow(self, rows: int) -> None:
        """Room for at least so many rows; doubles, so that growing costs the same per row however many there are."""
        if rows <= self._capacity:
            return
        capacity = max(rows, 2 * self._capacity)
        for name, column in self.items():
            self[name] = np.concatenate([column, np.zeros(capacity - self._capacity, dtype=column.dtype)])
        self._capacity = capacity
