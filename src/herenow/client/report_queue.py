"""Reports on their way: cut to what a message may hold, and kept until they are answered."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from herenow.errors import TooLarge
from herenow.model.report import MAX_BATCH, Report
from herenow.wire import json

MAX_MESSAGE = 60 * 1024  # bytes of positions; a server closes the socket at 64 KiB


class ReportBatch(msgspec.Struct, frozen=True):
    """What goes into one message: an array of positions, beginning with the position at the index `start`."""

    start: int
    positions: str


def report_batches(reports: Iterable[Report | Mapping[str, object]]) -> Iterator[ReportBatch]:
    """Raises TooLarge for a position that no message can hold."""
    waiting: list[bytes] = []
    size = start = index = 0
    for index, report in enumerate(reports):
        encoded = json.encode(report)
        if len(encoded) > MAX_MESSAGE:
            raise TooLarge(f"expected positions of at most {MAX_MESSAGE} bytes, got {len(encoded)} in number {index}")
        if waiting and (len(waiting) == MAX_BATCH or size + len(encoded) + 1 > MAX_MESSAGE):
            yield ReportBatch(start, json.join(waiting))
            waiting, size, start = [], 0, index
        waiting.append(encoded)
        size += len(encoded) + 1
    if waiting:
        yield ReportBatch(start, json.join(waiting))


class ReportQueue:
    """Parts that are not answered, by number. The callers bound it: each waits for its answer."""

    def __init__(self) -> None:
        self._batches: dict[int, ReportBatch] = {}
        self._unsent: dict[int, None] = {}  # in order
        self._last = 0

    def __len__(self) -> int:
        return len(self._batches)

    def add(self, batch: ReportBatch) -> int:
        """The number under which it will be answered."""
        self._last += 1
        self._batches[self._last] = batch
        self._unsent[self._last] = None
        return self._last

    def drop(self, number: int) -> None:
        """It is answered, or nobody waits for that any more."""
        self._batches.pop(number, None)
        self._unsent.pop(number, None)

    def linked(self) -> None:
        """A link begins: reports without an answer are sent again. The same report twice is one position."""
        self._unsent = dict.fromkeys(self._batches)

    def say(self) -> str | None:
        """The next batch that this link has not sent."""
        number = next(iter(self._unsent), None)
        if number is None:
            return None
        del self._unsent[number]
        return f'{{"type":"report","id":{number},"positions":{self._batches[number].positions}}}'
