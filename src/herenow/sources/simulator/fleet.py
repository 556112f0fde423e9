"""A fleet that drives through a synthetic city and reports as trackers do, well or badly."""

import asyncio
import heapq
import math
import random
import sys
from collections.abc import Iterator

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
from herenow.model.report import Report
from herenow.sources.simulator.city import City
from herenow.sources.simulator.driving import VehicleKind, choose_kind, drive

MAX_DEVICES = 100_000  # about 11 kB each
MAX_HELD = 100_000  # reports kept back to be sent late or again; beyond it they go at once
DRIFT = 30.0  # s; how long an error of the satellites' fix lives
SILENCE = (20.0, 120.0)  # s of one gap
LATE = (5.0, 60.0)  # s by which a late report is late
AGAIN = (0.0, 5.0)  # s after which a report is sent twice

Attributes = dict[str, str | int | float | bool | None]


class Flaws(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with the reports. Raises SettingsError for what cannot be."""

    noise: float = 2.0  # m, standard deviation of the fix, both east and north; it drifts and does not jump
    gaps: float = 0.0  # share of the time in which a device does not report
    late: float = 0.0  # share of the reports that come 5 to 60 s late, after newer ones
    duplicates: float = 0.0  # share of the reports that are sent twice

    def __post_init__(self) -> None:
        if not 0 <= self.noise <= 1000:
            raise SettingsError(f"noise: expected 0 to 1000 m, got {self.noise}")
        for name in ("gaps", "late", "duplicates"):
            if not 0 <= (share := getattr(self, name)) <= 0.9:
                raise SettingsError(f"{name}: expected a share from 0 to 0.9, got {share}")


SMALL_FLAWS = Flaws()


class _Device:
    """One vehicle and the tracker in it. Driven forwards only."""

    def __init__(self, number: int, prefix: str, city: City, flaws: Flaws, seed: int) -> None:
        self._rng = rng = random.Random(f"{seed}/{number}")
        self.kind: VehicleKind = choose_kind(rng)
        self._id = f"{prefix}{number}"
        self._attributes = _attributes(self.kind, f"{self.kind.name.capitalize()} {number}")
        self._degrees = city.degrees
        self._gaps = flaws.gaps
        self._silent = rng.random() < flaws.gaps
        self._switches = self._spell() * rng.random()  # when it falls silent or speaks again, s
        self._error = flaws.noise * rng.uniform(0.7, 1.3)  # m
        self._accuracy = round(1.5 * self._error, 1)  # m; two fixes of three are within
        self._off_east, self._off_north = self._error * rng.gauss(), self._error * rng.gauss()  # m
        self._fixed = 0.0  # s; the time of its last report
        # Chance of its own, so that how often it reports does not change how it drives.
        self._drive = drive(city, self.kind, random.Random(f"{seed}/{number}/drive"))
        self._stretch = next(self._drive)
        self._began = 0.0  # s

    def report(self, elapsed: float, time: int) -> Report | None:
        """Where it is `elapsed` seconds after its start, dated `time` ms; None in a gap."""
        while elapsed >= self._began + self._stretch.duration:
            self._began += self._stretch.duration
            self._stretch = next(self._drive)
        if self._gaps and self._is_silent(elapsed):
            return None
        stretch = self._stretch
        since = elapsed - self._began
        speed = stretch.speed + stretch.acceleration * since
        moved = (stretch.speed + speed) / 2 * since
        if speed > 0:  # at a standstill receivers hold their fix
            self._wander(elapsed - self._fixed)
        self._fixed = elapsed
        latitude, longitude = self._degrees(
            stretch.x + stretch.east * moved + self._off_east, stretch.y + stretch.north * moved + self._off_north
        )
        return Report(
            device_id=self._id,
            time=time,
            latitude=latitude,
            longitude=longitude,
            speed=round(speed, 2) if speed > 0 else 0.0,
            course=round(stretch.course, 1),
            accuracy=self._accuracy,
            attributes=self._attributes[stretch.running],
        )

    def _wander(self, seconds: float) -> None:
        """The error forgets itself slowly, so that neighbouring fixes err alike (Ornstein and Uhlenbeck)."""
        kept = math.exp(-seconds / DRIFT)
        fresh = self._error * math.sqrt(1 - kept * kept)
        self._off_east = kept * self._off_east + fresh * self._rng.gauss()
        self._off_north = kept * self._off_north + fresh * self._rng.gauss()

    def _is_silent(self, elapsed: float) -> bool:
        while elapsed >= self._switches:
            self._silent = not self._silent
            self._switches += self._spell()
        return self._silent

    def _spell(self) -> float:
        """s of silence, or of the talk between that makes silence its share of the time."""
        silence = self._rng.uniform(*SILENCE)
        return silence if self._silent or not self._gaps else silence * (1 - self._gaps) / self._gaps


def _attributes(kind: VehicleKind, name: str) -> tuple[Attributes, Attributes]:
    """Shared by all reports of a device: switched off, and running."""
    off: Attributes = {"kind": kind.name, "name": name}
    return ({**off, "ignition": False}, {**off, "ignition": True}) if kind.has_ignition else (off, off)


class SimulatedFleet:
    """Devices that take turns in reporting. The same arguments and turns give the same reports."""

    def __init__(
        self, devices: int, city: City, *, seed: int = 1, flaws: Flaws = SMALL_FLAWS, prefix: str = "sim-"
    ) -> None:
        """Blocks for about 0.15 ms a device, and half a second for the ways through the city. Raises SettingsError."""
        if not 1 <= devices <= MAX_DEVICES:
            raise SettingsError(f"devices: expected 1 to {MAX_DEVICES}, got {devices}")
        self._rng = random.Random(f"{seed}/flaws")
        self._flaws = flaws
        self._devices = [_Device(number, prefix, city, flaws, seed) for number in range(1, devices + 1)]
        self._held: list[tuple[float, int, Report]] = []  # by when they are sent, in s and then in order
        self._count = 0  # reports ever held

    def __len__(self) -> int:
        return len(self._devices)

    def turn(self, number: int, elapsed: float, time: int) -> Iterator[Report]:
        """What is sent when device `number` has its turn, `elapsed` seconds after the start, which is `time` in ms.

        Turns of one device must not go back. What was held back is sent here too, so it needs no clock of its own.
        """
        while self._held and self._held[0][0] <= elapsed:
            yield heapq.heappop(self._held)[2]
        report = self._devices[number].report(elapsed, time)
        if report is None:
            return
        if self._flaws.late and self._rng.random() < self._flaws.late and self._hold(report, elapsed, LATE):
            return
        yield report
        if self._flaws.duplicates and self._rng.random() < self._flaws.duplicates:
            self._hold(report, elapsed, AGAIN)

    def turns(self, turns: range, step: float, anchor: float) -> list[Report]:
        """What is sent in these turns, `step` seconds apart, the first of all at `anchor` ms."""
        moments = ((turn % len(self), turn * step) for turn in turns)
        return [
            report
            for number, elapsed in moments
            for report in self.turn(number, elapsed, round(anchor + 1000 * elapsed))
        ]

    def _hold(self, report: Report, elapsed: float, delay: tuple[float, float]) -> bool:
        if len(self._held) >= MAX_HELD:
            return False
        self._count += 1
        heapq.heappush(self._held, (elapsed + self._rng.uniform(*delay), self._count, report))
        return True


async def simulate(
    fleet: SimulatedFleet,
    intake: Intake,
    interval: float = 2.0,
    *,
    seconds: float | None = None,
    source: str = "simulator",
    patience: float = PATIENCE,
    on_progress: OnProgress | None = None,
    clock: Clock = now,
    sleep: Sleep = asyncio.sleep,
) -> Progress:
    """Lets every device report once in `interval` seconds, evenly spread, for `seconds` or until it is cancelled.

    So many positions a second are `len(fleet) / interval`. Where the intake is unavailable or slower than that, the
    vehicles stand still for as long, and nothing piles up; more than `patience` seconds of waiting raise Unavailable.
    """
    if not 0.01 <= interval <= 86_400:
        raise SettingsError(f"interval: expected 0.01 to 86400 s, got {interval}")
    if seconds is not None and not 0 <= seconds <= 1e9:
        raise SettingsError(f"seconds: expected 0 to 1000000000, got {seconds}")
    delivery = RetryingSender(intake, source, patience, sleep)
    step = interval / len(fleet)  # s between two turns
    turns = sys.maxsize if seconds is None else round(seconds / step)
    anchor, turn = float(clock()), 0
    while turn < turns:
        due = min(turn + MAX_TAKE, turns, math.floor((clock() - anchor) / 1000 / step) + 1)
        await delivery.deliver(fleet.turns(range(turn, due), step, anchor))
        turn = max(turn, due)
        if on_progress:
            on_progress(Progress(delivery.sent, delivery.rejected))
        ahead = anchor + 1000 * turn * step - clock()  # ms
        if ahead < -MAX_LAG:
            anchor -= ahead
        elif ahead >= 0:
            await sleep(max(TICK, ahead / 1000))
    return Progress(delivery.sent, delivery.rejected)
