"""Plays a recording again: in the order of time, at its pace or, at its own times, faster."""

import asyncio
import math

import msgspec

from herenow.errors import SettingsError
from herenow.intake.intake import Intake
from herenow.intake.retrying_sender import (
    MAX_LAG,
    MAX_TAKE,
    PATIENCE,
    TICK,
    OnProgress,
    Progress,
    RetryingSender,
    Sleep,
)
from herenow.model.clock import Clock, now
from herenow.model.leg import MAX_LEG_TIME
from herenow.sources.recording import Recording

FASTEST = 100_000.0
BETWEEN_ROUNDS = 5.0  # s
# Longer than any leg: the way from the end of a recording back to its beginning was never driven.
BETWEEN_SHIFTED = MAX_LEG_TIME / 1000 + 1  # s


class Playback(msgspec.Struct, frozen=True, kw_only=True):
    """How a recording is played. Raises SettingsError where that makes no sense."""

    speed: float = 1.0  # times as fast as it happened
    loop: bool = False  # begin again at the end, for ever
    shift: bool = False  # each report bears the time at which it is played, instead of its own; at speed 1 only
    offset: float = 0.0  # s of the recording that the first round leaves out
    before: float = (
        0.0  # s of the recording before `offset` that are played at once, so that nobody starts with nothing
    )
    pause: float | None = None  # s between two rounds; None as long as the times that reports bear need

    def __post_init__(self) -> None:
        if not 0 < self.speed <= FASTEST:
            raise SettingsError(f"speed: expected more than 0 and at most {FASTEST:.0f} times, got {self.speed}")
        if self.shift and self.speed != 1:
            raise SettingsError(
                f"shift: expected the speed 1 with it, got {self.speed:g}: dated to when they are played, reports "
                "of a bus would say that it drove so many times faster; leave out --speed, or leave out --shift"
            )
        for name in ("offset", "before", "pause"):
            seconds = getattr(self, name) or 0.0
            if not (math.isfinite(seconds) and seconds >= 0):
                raise SettingsError(f"{name}: expected seconds, 0 or more, got {seconds}")

    @property
    def between(self) -> float:
        """Seconds between two rounds."""
        if self.pause is not None:
            return self.pause
        return BETWEEN_SHIFTED if self.shift else BETWEEN_ROUNDS


AS_RECORDED = Playback()


async def replay(
    recording: Recording,
    intake: Intake,
    playback: Playback = AS_RECORDED,
    *,
    source: str = "replay",
    patience: float = PATIENCE,
    on_progress: OnProgress | None = None,
    clock: Clock = now,
    sleep: Sleep = asyncio.sleep,
) -> Progress:
    """Returns when all is delivered; with `loop` it plays until it is cancelled, which it may be at any point.

    An unavailable intake makes the recording stand still; more than `patience` seconds of that raise Unavailable.
    Looped without `shift`, later rounds repeat the same positions, which are stored once.
    """
    if playback.offset > recording.seconds:
        raise SettingsError(
            f"offset: expected at most the length of the recording, {recording.seconds:.0f} s, got {playback.offset} s"
        )
    player = _Player(recording, playback, RetryingSender(intake, source, patience, sleep), on_progress, clock, sleep)
    await player.play(playback.offset, playback.before)
    while playback.loop:
        await sleep(playback.between)
        await player.play(0.0, 0.0)
    return player.progress(len(recording))


class _Player:
    def __init__(
        self,
        recording: Recording,
        playback: Playback,
        delivery: RetryingSender,
        on_progress: OnProgress | None,
        clock: Clock,
        sleep: Sleep,
    ) -> None:
        self._recording = recording
        self._speed = playback.speed
        self._shift = playback.shift
        self._delivery = delivery
        self._on_progress = on_progress
        self._clock = clock
        self._sleep = sleep
        self._rounds = 0
        self._origin = 0.0  # recorded time, ms, …
        self._anchor = 0.0  # … that is played at this time of the clock, ms

    async def play(self, offset: float, before: float) -> None:
        """One round, from `offset` seconds on; `before` more seconds are due already."""
        self._origin = self._recording.first + 1000 * offset
        self._anchor = self._clock()
        on_time = self._recording.before(self._origin)
        index = self._recording.before(self._origin - 1000 * before)
        while index < len(self._recording):
            end = min(self._due(), index + MAX_TAKE)
            if end > index:
                await self._deliver(index, end, on_time)
                index = end
            else:
                await self._sleep(max(TICK, self._wait(index) / 1000))
        self._rounds += 1

    def progress(self, played: int) -> Progress:
        return Progress(self._delivery.sent, self._delivery.rejected, played, len(self._recording), self._rounds)

    async def _deliver(self, index: int, end: int, on_time: int) -> None:
        stamp = self._played_at if self._shift else _unchanged
        await self._delivery.deliver(self._recording.reports(index, end, stamp))
        lag = -self._wait(end - 1)
        if index >= on_time and lag > MAX_LAG:
            self._anchor += lag
        if self._on_progress:
            self._on_progress(self.progress(end))

    def _due(self) -> int:
        """How many reports of the recording should have been played by now."""
        return self._recording.before(math.floor(self._origin + (self._clock() - self._anchor) * self._speed) + 1)

    def _wait(self, index: int) -> float:
        """ms until a report is due; negative once it is."""
        return self._played_at(int(self._recording.times[index])) - self._clock()

    def _played_at(self, time: int) -> int:
        return round(self._anchor + (time - self._origin) / self._speed)


def _unchanged(time: int) -> int:
    return time
