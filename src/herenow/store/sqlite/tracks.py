"""Reads the tracks of many devices at once, wherever their positions lie, without making each position an object."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import numpy as np
import structlog

from herenow.model.clock import HOUR
from herenow.model.position import Position, getter
from herenow.store.columns import RESTORE
from herenow.store.packing import TRACK, Damaged, Integers, brief_rows, track_of, unpack_track
from herenow.store.port import Span
from herenow.store.sqlite.recent import RecentView
from herenow.store.track import Track, joined

_NAMED = "SELECT device_id, id FROM devices WHERE device_id IN (SELECT value FROM json_each(?))"
# Of an hour that lasts, most blocks end before what is new.
_BLOCKS = """
SELECT hour, number, packed FROM blocks
WHERE device = ? AND hour >= ? AND hour <= ? AND (latest IS NULL OR latest >= ?)
"""
_HAS_OLD = "SELECT EXISTS (SELECT 1 FROM positions)"
_OLD = f"SELECT {', '.join(TRACK)} FROM positions WHERE device = ? AND time >= ? AND time < ?"  # noqa: S608 - constants only

_values = getter(*TRACK)

log = structlog.get_logger()


def read_tracks(connection: sqlite3.Connection, recent: RecentView, wanted: Sequence[tuple[str, Span]]) -> list[Track]:
    """Of each device in its span, in the order of `wanted`. In one transaction of the connection."""
    names = msgspec.json.encode(sorted({device_id for device_id, _ in wanted})).decode()
    numbers = dict(connection.execute(_NAMED, (names,)).fetchall())
    found = _Found()
    has_old = bool(connection.execute(_HAS_OLD).fetchone()[0])
    for place, (device_id, span) in enumerate(wanted):
        number = numbers.get(device_id)
        if number is not None:
            found.blocks(place, device_id, connection.execute(_BLOCKS, _hours(number, span)))
            if has_old:
                found.rows(place, connection.execute(_OLD, (number, span.start, span.end)).fetchall())
    for place, positions in _of_recent(recent, wanted):
        found.rows(place, map(_values, positions))
    return found.tracks([span for _, span in wanted])


def _hours(number: int, span: Span) -> tuple[int, int, int, int]:
    return number, span.start // HOUR, (span.end - 1) // HOUR, span.start


def _of_recent(recent: RecentView, wanted: Sequence[tuple[str, Span]]) -> Iterator[tuple[int, list[Position]]]:
    places: dict[str, list[int]] = {}
    for place, (device_id, _) in enumerate(wanted):
        places.setdefault(device_id, []).append(place)
    for device_id, positions in recent.by_device(places):
        for place in places[device_id]:
            start = wanted[place][1].start
            yield place, [one for one in positions if one.time >= start]


class _Found:
    """Parts of tracks, each with the place of its device."""

    def __init__(self) -> None:
        self._rows: list[Sequence[Any]] = []  # of all places, which are made to columns together
        self._row_places: list[int] = []
        self._parts: list[tuple[Integers, Track]] = []  # ties beside each
        self._part_places: list[int] = []

    def rows(self, place: int, rows: Iterable[Sequence[Any]]) -> None:
        before = len(self._rows)
        self._rows.extend(rows)
        self._row_places += [place] * (len(self._rows) - before)

    def blocks(self, place: int, device_id: str, rows: Iterable[tuple[int, int, bytes]]) -> None:
        """Leaves out damaged ones, which the log names."""
        for hour, number, packed in rows:
            try:
                if (brief := brief_rows(packed)) is not None:
                    self.rows(place, brief)
                else:
                    self._parts.append(unpack_track(packed))
                    self._part_places.append(place)
            except Damaged as error:
                words = "a block of positions is damaged and left out"
                log.error(words, device=device_id, hour=hour, block=number, reason=str(error), advice=RESTORE)

    def tracks(self, spans: Sequence[Span]) -> list[Track]:
        """In order, each position once."""
        parts = [*self._parts, track_of(self._rows)]
        lengths = [len(track) for _, track in self._parts]
        places = np.concatenate([np.repeat(self._part_places, lengths), self._row_places]).astype(np.int64)
        ties = np.concatenate([ties for ties, _ in parts])
        track = joined(track for _, track in parts)
        starts, ends = (np.array([getattr(span, name) for span in spans], np.int64) for name in ("start", "end"))
        inside = np.flatnonzero((track["time"] >= starts[places]) & (track["time"] < ends[places]))
        order = inside[np.lexsort((ties[inside], track["time"][inside], places[inside]))]
        places, ties, track = places[order], ties[order], track[order]
        again = (places[1:] == places[:-1]) & (track["time"][1:] == track["time"][:-1]) & (ties[1:] == ties[:-1])
        once = np.append(True, ~again)[: len(track)]
        cuts = np.searchsorted(places[once], np.arange(1, len(spans)))
        return np.split(track[once], cuts) if spans else []
