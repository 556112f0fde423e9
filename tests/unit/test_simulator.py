"""The simulated fleet: how it drives, and what it reports."""

import asyncio
import contextlib
import itertools
import math
import random
from collections import Counter, defaultdict
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herenow.errors import SettingsError, Unavailable
from herenow.model.geo.sphere import distance
from herenow.model.report import Report, accept
from herenow.sources.simulator.city import METRES_PER_DEGREE, City
from herenow.sources.simulator.driving import KINDS, VehicleKind, drive
from herenow.sources.simulator.fleet import LATE, Flaws, SimulatedFleet, simulate
from tests.support.dose import dose
from tests.support.fake_intake import ListIntake, Time
from tests.support.positions import NOW

NO_FLAWS = Flaws(noise=0)
kinds = st.sampled_from(KINDS)


@cache
def city() -> City:
    return City(30.0, -97.0, 3000.0)


def drives(fleet: SimulatedFleet, seconds: float, interval: float = 1.0) -> list[Report]:
    """What a fleet sends in turns, as `simulate` gives them."""
    step = interval / len(fleet)
    return fleet.turns(range(round(seconds / step)), step, NOW)


def by_device(reports: list[Report]) -> dict[str, list[Report]]:
    sorted_out: dict[str, list[Report]] = defaultdict(list)
    for report in reports:
        sorted_out[report.device_id].append(report)
    return sorted_out


def off_street(report: Report) -> float:
    """Metres from the nearest street."""
    x = (report.longitude + 97.0) * METRES_PER_DEGREE * math.cos(math.radians(30.0))
    y = (report.latitude - 30.0) * METRES_PER_DEGREE
    nearest = math.inf
    for start in range(len(city().points)):
        for street in city().streets_from(start):
            along = (x - street.x) * street.east + (y - street.y) * street.north
            along = max(0.0, min(street.length, along))
            nearest = min(nearest, math.dist((x, y), (street.x + along * street.east, street.y + along * street.north)))
    return nearest


@settings(max_examples=dose(10, full=100))
@given(st.integers(), kinds)
def test_a_vehicle_never_jumps_nor_exceeds_what_it_can_and_may(seed: int, kind: VehicleKind) -> None:
    stretches = list(itertools.islice(drive(city(), kind, random.Random(seed)), 300))
    for stretch, after in itertools.pairwise(stretches):
        speed = stretch.speed + stretch.acceleration * stretch.duration
        moved = (stretch.speed + speed) / 2 * stretch.duration
        assert -kind.braking <= stretch.acceleration <= kind.acceleration
        assert 0 <= stretch.speed <= min(kind.top, 24.5) + 1e-9
        assert after.speed == pytest.approx(speed, abs=1e-6)
        assert after.x == pytest.approx(stretch.x + stretch.east * moved, abs=0.02)
        assert after.y == pytest.approx(stretch.y + stretch.north * moved, abs=0.02)


@settings(max_examples=dose(10, full=100))
@given(st.integers(), kinds)
def test_a_vehicle_is_slow_where_it_turns(seed: int, kind: VehicleKind) -> None:
    for stretch, after in itertools.pairwise(itertools.islice(drive(city(), kind, random.Random(seed)), 300)):
        cosine = stretch.east * after.east + stretch.north * after.north
        if cosine < 0.1:
            assert after.speed < 5


@settings(max_examples=dose(10, full=100))
@given(st.integers(), kinds)
def test_a_vehicle_parks_moves_and_waits_with_its_engine_running(seed: int, kind: VehicleKind) -> None:
    seconds: dict[str, float] = defaultdict(float)
    for stretch in itertools.islice(drive(city(), kind, random.Random(seed)), 1500):
        stands = stretch.speed == 0 and stretch.acceleration == 0
        seconds["waits" if stands and stretch.running else "parked" if stands else "moves"] += stretch.duration
    assert all(seconds[what] > 0 for what in ("parked", "moves", "waits"))
    assert seconds["moves"] > 0.25 * sum(seconds.values())


@settings(max_examples=5)
@given(st.integers(0, 2**32))
def test_without_noise_every_report_is_on_a_street(seed: int) -> None:
    for report in drives(SimulatedFleet(3, city(), seed=seed, flaws=NO_FLAWS), 200, interval=20):
        assert off_street(report) < 0.2


@settings(max_examples=dose(5, full=50))
@given(st.integers(0, 2**32), st.sampled_from([0.0, 2.0, 10.0]))
def test_reports_move_as_far_as_their_speed_and_noise_explain(seed: int, noise: float) -> None:
    for track in by_device(drives(SimulatedFleet(10, city(), seed=seed, flaws=Flaws(noise=noise)), 120)).values():
        for one, other in itertools.pairwise(track):
            moved = distance(one.latitude, one.longitude, other.latitude, other.longitude)
            assert moved <= max(one.speed or 0, other.speed or 0) + 1.3 + 2.5 * noise
            if one.speed == other.speed == 0 and one.attributes == other.attributes:
                assert moved < 0.2 or one.course != other.course or noise > 0


def test_noise_is_as_large_as_requested_and_drifts() -> None:
    exact = drives(SimulatedFleet(50, city(), flaws=NO_FLAWS), 300)
    noisy = drives(SimulatedFleet(50, city(), flaws=Flaws(noise=10)), 300)
    north = [(b.latitude - a.latitude) * METRES_PER_DEGREE for a, b in zip(exact, noisy, strict=True)]
    assert 5 < (sum(error**2 for error in north) / len(north)) ** 0.5 < 13
    steps = [after - before for before, after in zip(north, north[50:], strict=False)]
    assert (sum(step**2 for step in steps) / len(steps)) ** 0.5 < 4


def test_the_same_seed_gives_the_same_reports_and_another_one_others() -> None:
    flaws = Flaws(gaps=0.1, late=0.1, duplicates=0.1)
    assert drives(SimulatedFleet(20, city(), seed=5, flaws=flaws), 60) == drives(
        SimulatedFleet(20, city(), seed=5, flaws=flaws), 60
    )
    assert drives(SimulatedFleet(20, city(), seed=5), 10) != drives(SimulatedFleet(20, city(), seed=6), 10)


def test_how_often_it_reports_does_not_change_how_it_drives() -> None:
    often, seldom = (drives(SimulatedFleet(5, city(), flaws=NO_FLAWS), 300, interval) for interval in (0.5, 10.0))
    known = {(report.device_id, report.time): report for report in often}
    same = [
        (report, known[report.device_id, report.time]) for report in seldom if (report.device_id, report.time) in known
    ]
    assert len(same) > 20
    assert all(one == other for one, other in same)


def attributes_of(report: Report) -> dict[str, str | int | float | bool | None]:
    assert report.attributes
    return report.attributes


def test_every_report_is_acceptable_and_says_what_its_device_is() -> None:
    reports = drives(SimulatedFleet(200, city()), 4, interval=2)
    assert all(accept(report, NOW, "test") for report in reports)
    assert {attributes_of(report)["kind"] for report in reports} == {"car", "van", "truck", "bus", "bicycle"}
    van = next(report for report in reports if attributes_of(report)["kind"] == "van")
    assert attributes_of(van)["name"] == "Van " + van.device_id.removeprefix("sim-")


def test_only_what_has_an_engine_tells_of_its_ignition_and_nothing_moves_without() -> None:
    for report in drives(SimulatedFleet(100, city()), 600, interval=10):
        assert ("ignition" in attributes_of(report)) == (attributes_of(report)["kind"] != "bicycle")
        assert report.speed == 0 or attributes_of(report).get("ignition", True)


def test_gaps_take_their_share_of_the_time() -> None:
    reports = drives(SimulatedFleet(200, city(), flaws=Flaws(gaps=0.3)), 1500, interval=5)
    assert len(reports) == pytest.approx(0.7 * 200 * 300, rel=0.07)


def test_late_reports_come_after_newer_ones_and_duplicates_come_twice() -> None:
    reports = drives(SimulatedFleet(100, city(), flaws=Flaws(late=0.1, duplicates=0.2)), 400, interval=2)
    ages = [report for track in by_device(reports).values() for report in _overtaken(track)]
    twice = Counter((report.device_id, report.time) for report in reports)
    assert len(ages) == pytest.approx(0.3 * 100 * 200, rel=0.35)
    assert sum(count == 2 for count in twice.values()) == pytest.approx(0.18 * 100 * 200, rel=0.15)
    assert max(twice.values()) == 2
    assert LATE[0] > 2


def _overtaken(track: list[Report]) -> list[Report]:
    newest = 0
    late = []
    for report in track:
        assert isinstance(report.time, int)
        if report.time <= newest:
            late.append(report)
        newest = max(newest, report.time)
    return late


async def test_reports_are_spread_evenly_over_the_interval() -> None:
    time = Time()
    intake = ListIntake(time)
    end = await simulate(SimulatedFleet(400, city()), intake, 2.0, seconds=10, clock=time.clock, sleep=time.sleep)
    assert end.sent == len(intake.reports) == 2000
    assert max(len(take) for take in intake.takes) <= 20
    assert all(0 <= came - report.time <= 60 for came, report in zip(intake.came, intake.reports, strict=True))  # type: ignore[operator]
    assert Counter(report.device_id for report in intake.reports) == dict.fromkeys(
        (f"sim-{number}" for number in range(1, 401)), 5
    )


async def test_while_the_intake_is_unavailable_the_fleet_stands_and_nothing_piles_up() -> None:
    time = Time()
    intake = ListIntake(time, failures=5)
    await simulate(SimulatedFleet(10, city()), intake, 1.0, seconds=30, clock=time.clock, sleep=time.sleep)
    assert len(intake.reports) == 300
    assert time.clock() - NOW > 30_000 + 10_000
    assert max(len(take) for take in intake.takes) <= 30
    with pytest.raises(Unavailable):
        await simulate(SimulatedFleet(1, city()), ListIntake(time, 99), patience=9, clock=time.clock, sleep=time.sleep)


async def test_it_drives_until_it_is_cancelled() -> None:
    time = Time()
    intake = ListIntake(time)
    task = asyncio.create_task(simulate(SimulatedFleet(10, city()), intake, 1.0, clock=time.clock, sleep=time.sleep))
    await intake.until(lambda: len(intake.reports) >= 100)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()


def test_what_cannot_be_simulated_is_refused() -> None:
    for wrong in ({"noise": -1}, {"gaps": 1.0}, {"late": float("nan")}, {"duplicates": 2}):
        with pytest.raises(SettingsError, match=f"{next(iter(wrong))}: expected"):
            Flaws(**wrong)
    with pytest.raises(SettingsError, match="devices: expected 1 to"):
        SimulatedFleet(0, city())


async def test_an_interval_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(SettingsError, match="interval: expected"):
        await simulate(SimulatedFleet(1, city()), ListIntake(Time()), 0)
