"""Rows of a table whose cells may be quoted (RFC 4180), and what nothing closes."""

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from herenow.model.report import Rejection

MOST_LINES = 100  # of one row


def read_rows(
    lines: Iterable[str], separator: str, is_row: Callable[[list[str]], bool]
) -> Iterator[tuple[int, list[str]] | Rejection]:
    """Each row with the number of its first line, from 2: the header is line 1. Blank lines are left out.

    A cell may go over lines. A quote that nothing closes, or whose cell would hold a line that `is_row` alone, spoils
    its own line and no other.
    """
    source = _Lines(lines)
    rows = csv.reader(source, delimiter=separator)
    while True:
        source.begin_row()
        try:
            cells = next(rows)
            closed = len(source.row) == 1 or _is_closed(source.row, separator, is_row)
        except StopIteration:
            return
        except csv.Error as error:
            yield Rejection(source.number, None, f"expected a row of a table: {error}")
            source.return_all_but_first()
            continue
        if not closed:
            yield Rejection(source.number, None, f"expected a quote that is closed, got {source.row[0].strip()[:60]!r}")
            source.return_all_but_first()
        elif cells:
            yield source.number, cells


class _Lines:
    """Lines of which those of the present row are kept, and can be returned."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self.row: list[str] = []
        self.number = 2  # of the first line of the row

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self.row) == MOST_LINES:
            raise StopIteration
        line = self._returned.popleft() if self._returned else next(self._lines)
        self.row.append(line)
        return line

    def begin_row(self) -> None:
        self.number += len(self.row)
        self.row = []

    def return_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self.row[1:]))
        del self.row[1:]


def _is_closed(row: list[str], separator: str, is_row: Callable[[list[str]], bool]) -> bool:
    try:
        rows = list(csv.reader(row, delimiter=separator, strict=True))
        return len(rows) == 1 and not any(is_row(next(csv.reader([line], delimiter=separator))) for line in row[1:])
    except (csv.Error, StopIteration):
        return False
