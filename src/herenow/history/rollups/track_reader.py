"""The track of a device in a span, with as much around it as decides what its legs are: see tracks/movement.py."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from herenow.history.rollups.hours import hours_ranges
from herenow.history.rollups.keys import key_number
from herenow.history.tracks.movement import context
from herenow.history.tracks.quality import unflagged
from herenow.history.tracks.stillness import MAX_SILENCE, TripSettings
from herenow.history.tracks.track import NOTHING, Track, unpack_track
from herenow.model.clock import HOUR
from herenow.store.port import Range, RollupReader, Span

_SEARCHED = (8, 32, MAX_SILENCE // HOUR + 1)  # hours; how far the nearest position is looked for, step by step


class Around(NamedTuple):
    """`track` is all, with flags; the rest says what of it lies in the span."""

    span: Span
    track: Track

    @property
    def inside(self) -> Track:
        times = self.track["time"]
        return self.track[np.searchsorted(times, self.span.start) : np.searchsorted(times, self.span.end)]

    @property
    def kept(self) -> Track:
        """What is to be believed of that."""
        return unflagged(self.inside)

    @property
    def before(self) -> int | None:
        """When the nearest believed position before the span was."""
        times = unflagged(self.track)["time"]
        row = int(np.searchsorted(times, self.span.start))
        return int(times[row - 1]) if row else None

    def after(self, reach: int) -> int | None:
        """When the nearest was that is `reach` after it, or more."""
        times = unflagged(self.track)["time"]
        row = int(np.searchsorted(times, self.span.end + reach))
        return int(times[row]) if row < len(times) else None


async def around(rollups: RollupReader, requested: Sequence[tuple[str, Span]], settings: TripSettings) -> list[Around]:
    """Around each span of a device, in the same order: at least `context` to either side, and the nearest position
    beyond if it is no further than MAX_SILENCE."""
    making = [_Making(device_id, span, settings) for device_id, span in requested]
    await _read(rollups, ((one, one.first_ranges()) for one in making))
    for hours in _SEARCHED:
        await _read(rollups, ((one, one.earlier_ranges(hours)) for one in making))
        await _read(rollups, ((one, one.later_ranges(hours)) for one in making))
    return [Around(one.span, one.track()) for one in making]


async def _read(rollups: RollupReader, wanted: "Iterable[tuple[_Making, list[Range]]]") -> None:
    pairs = [(one, range_) for one, ranges in wanted for range_ in ranges]
    if not pairs:
        return
    for (one, _), rows in zip(pairs, await rollups.get([range_ for _, range_ in pairs]), strict=True):
        one.hours.update((key_number(key), value) for key, value in rows)


class _Making:
    """What is read for one span: packed hours by their numbers, unpacked where they are needed."""

    def __init__(self, device_id: str, span: Span, settings: TripSettings) -> None:
        self.span = span
        self.hours: dict[int, bytes] = {}
        self._device_id = device_id
        self._still_time = settings.min_stop_duration
        self._reach = context(settings)
        self._first = (span.start - self._reach - settings.min_stop_duration) // HOUR  # hours that are read
        self._last = (span.end + self._reach + settings.min_stop_duration) // HOUR
        self._unpacked: dict[int, Track] = {}

    def first_ranges(self) -> list[Range]:
        return hours_ranges(self._device_id, self._first, self._last)

    def earlier_ranges(self, hours: int) -> list[Range]:
        """None where the last position before the span is known, with what stands still together with it."""
        if self._began() is not None:
            return []
        last = self._first - 1
        self._first = min(self._first, self.span.start // HOUR - hours - self._still_time // HOUR - 1)
        return hours_ranges(self._device_id, self._first, last) if self._first <= last else []

    def later_ranges(self, hours: int) -> list[Range]:
        """None if a position beyond the read range is known."""
        if self._ended() is not None:
            return []
        first = self._last + 1
        self._last = max(self._last, self.span.end // HOUR + hours)
        return hours_ranges(self._device_id, first, self._last) if first <= self._last else []

    def track(self) -> Track:
        began, ended = self._began(), self._ended()
        first, last = self._first if began is None else began, self._last if ended is None else ended
        return np.concatenate([NOTHING, *(self._hour(hour) for hour in sorted(self.hours) if first <= hour <= last)])

    def _began(self) -> int | None:
        """The hour from which all is needed; None where that is not known yet."""
        for hour in sorted((one for one in self.hours if one * HOUR < self.span.start), reverse=True):
            times = unflagged(self._hour(hour))["time"]
            times = times[times < self.span.start]
            if len(times):
                since = min(int(times[-1]), self.span.start - self._reach) - self._still_time
                return since // HOUR if since // HOUR >= self._first else None
        return None

    def _ended(self) -> int | None:
        """The hour up to which all is needed; None where that is not known yet."""
        beyond = self.span.end + self._reach
        for hour in sorted(one for one in self.hours if (one + 1) * HOUR > beyond):
            if (unflagged(self._hour(hour))["time"] >= beyond).any():
                return hour
        return None

    def _hour(self, hour: int) -> Track:
        if hour not in self._unpacked:
            self._unpacked[hour] = unpack_track(self.hours[hour])
        return self._unpacked[hour]
