"""The track of a device in a span, with as much around it as decides what its legs are: see tracks/movement.py."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from herenow.history.rollups.hours import DeviceHours, PackedTrack, device_hours, opened
from herenow.history.tracks.movement import context
from herenow.history.tracks.quality import unflagged
from herenow.history.tracks.stillness import MAX_SILENCE, TripSettings
from herenow.model.clock import HOUR
from herenow.store.port import RollupReader, Span
from herenow.store.track import NOTHING, Track

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
    await _read(rollups, ((one, one.first_hours()) for one in making))
    for hours in _SEARCHED:
        await _read(rollups, ((one, one.earlier_hours(hours)) for one in making))
        await _read(rollups, ((one, one.later_hours(hours)) for one in making))
    return [Around(one.span, one.track()) for one in making]


async def _read(rollups: RollupReader, wanted: "Iterable[tuple[_Making, DeviceHours | None]]") -> None:
    pairs = [(one, hours) for one, hours in wanted if hours]
    if not pairs:
        return
    for (one, _), found in zip(pairs, await device_hours(rollups, [hours for _, hours in pairs]), strict=True):
        one.hours.update(found)


class _Making:
    """What is read for one span: packed hours by their numbers, unpacked where they are needed."""

    def __init__(self, device_id: str, span: Span, settings: TripSettings) -> None:
        self.span = span
        self.hours: dict[int, PackedTrack] = {}
        self._device_id = device_id
        self._still_time = settings.min_stop_duration
        self._reach = context(settings)
        self._first = (span.start - self._reach - settings.min_stop_duration) // HOUR  # hours that are read
        self._last = (span.end + self._reach + settings.min_stop_duration) // HOUR
        self._unpacked: dict[int, Track] = {}

    def first_hours(self) -> DeviceHours:
        return self._device_id, self._first, self._last

    def earlier_hours(self, hours: int) -> DeviceHours | None:
        """None where the last position before the span is known, with what stands still together with it."""
        if self._began() is not None:
            return None
        last = self._first - 1
        self._first = min(self._first, self.span.start // HOUR - hours - self._still_time // HOUR - 1)
        return (self._device_id, self._first, last) if self._first <= last else None

    def later_hours(self, hours: int) -> DeviceHours | None:
        """None if a position beyond the read range is known."""
        if self._ended() is not None:
            return None
        first = self._last + 1
        self._last = max(self._last, self.span.end // HOUR + hours)
        return (self._device_id, first, self._last) if first <= self._last else None

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
            self._unpacked[hour] = opened(self.hours[hour])
        return self._unpacked[hour]
