"""Positions as JSON, one on each line."""

from collections.abc import Sequence

from herenow.model.position import Position
from herenow.wire.json import encode, reported


class NdjsonExport:
    """Each line is a position as the REST API tells it, and can be reported again as it stands."""

    def begin(self) -> bytes:
        return b""

    def add(self, positions: Sequence[Position]) -> bytes:
        return b"".join([encode(reported(position)) + b"\n" for position in positions])

    def end(self) -> bytes:
        return b""
