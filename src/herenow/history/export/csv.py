"""A table of positions."""

import csv
import io
from collections.abc import Callable, Sequence

import msgspec

from herenow.history.export.text import iso
from herenow.model.position import Position, compiled, items

COLUMNS = tuple(field for field in Position.__struct_fields__ if field != "tie")

_row: Callable[[Position], tuple[object, ...]] = compiled(
    "position",
    items(
        "position",
        COLUMNS,
        time="iso(position.time)",
        attributes="encode(position.attributes).decode() if position.attributes else None",
        received="iso(position.received)",
    ),
    iso=iso,
    encode=msgspec.json.encode,
)


class CsvExport:
    """Columns by the field names of docs/protocol.md; times are ISO 8601, attributes JSON, what is not known is empty.

    A device id that begins with = + - or @ is written as it is, though a spreadsheet may take it for a formula: a mark
    before it would make another device of it when the table is read back. Lines end in a newline alone.
    """

    def begin(self) -> bytes:
        return ",".join(COLUMNS).encode() + b"\n"

    def add(self, positions: Sequence[Position]) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(map(_row, positions))
        return text.getvalue().encode()

    def end(self) -> bytes:
        return b""
