"""What a device did on a day, and sums of it."""

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from herenow.history.tracks.summary import SPEED_STEP, SPEED_STEPS, Figures, Summary, local_hours, sum_of
from herenow.history.tracks.summary import summary as summary_of
from herenow.history.tracks.trips import Stop, Trip
from herenow.model.clock import DAY, HOUR
from herenow.model.geo.box import Box
from herenow.store.track import FIX, PLACES, Track

MORNING = 20_000 * DAY  # 2024-10-04, midnight UTC
METRE = 1 / 111_412  # degrees of latitude, at 60° north


def fixes(seconds: Any, north: Any, start: int = MORNING, **columns: Any) -> Track:
    """Positions so many metres north of a place, so many seconds after `start`."""
    found = np.zeros(len(seconds), FIX)
    found["time"] = start + np.asarray(seconds, np.int64) * 1000
    found["longitude"] = round(25.0 * PLACES)
    found["latitude"] = np.round((60 + np.asarray(north, np.float64) * METRE) * PLACES)
    for name in ("altitude", "speed", "course", "accuracy"):
        found[name] = columns.get(name, np.nan)
    found["flag"] = columns.get("flag", 0)
    return found


def summary(found: Track) -> Summary:
    """Of the day of its first position."""
    return summary_of(found, int(found["time"][0]) // DAY if len(found) else 0)


def shift() -> Track:
    """A shift: parked until 8:30, forty minutes at 15 m/s, parked until 12:00."""
    seconds = np.arange(0, 12 * 3600 + 1, 60)
    return fixes(seconds, np.interp(seconds, [30_600, 33_000], [0, 36_000]))


def test_a_day_in_numbers() -> None:
    day = summary(shift())
    assert day.positions == 721
    assert day.flagged == 0
    assert day.distance == pytest.approx(36_000, rel=1e-3)
    assert day.moving == 40 * 60_000
    assert day.stopped == 12 * HOUR - day.moving
    assert [day.top, day.mean] == pytest.approx([15, 15], rel=1e-3)
    assert [type(piece) for piece in day.pieces] == [Stop, Trip, Stop]
    assert day.first == (MORNING, 25.0, 60.0)
    assert day.last is not None
    assert day.last[0] == MORNING + 12 * HOUR
    assert day.extent is not None
    assert day.extent.box == Box(25.0, 60.0, 25.0, day.last[2])


def test_the_hours_of_a_day() -> None:
    hours = summary(shift()).hours
    assert hours.positions == [60] * 12 + [1] + [0] * 11
    assert hours.moving == [0] * 8 + [30 * 60_000, 10 * 60_000] + [0] * 14
    metres = [0] * 8 + [30 * 900, 10 * 900] + [0] * 14
    assert hours.distances == pytest.approx(metres, rel=1e-3)


def test_time_by_speed_is_of_trips() -> None:
    speeds = [np.nan, 3.5, 4.9, 5.0, 94.9, 95.0, 300.0]
    found = fixes(np.arange(0, 61, 10), np.arange(7) * 200.0, speed=speeds)
    by_speed = summary(found).speeds
    assert len(by_speed) == SPEED_STEPS
    assert SPEED_STEP == 5.0
    assert by_speed == [20_000, 10_000] + [0] * 16 + [10_000, 20_000]
    assert sum(by_speed) == summary(found).moving
    assert sum(summary(fixes(np.arange(0, 3_600, 10), np.zeros(360), speed=0.2)).speeds) == 0


def test_what_is_reported_where_a_device_stands_is_no_top_speed() -> None:
    """Receivers make speeds of their own jitter."""
    speeds = np.where(np.arange(360) % 50 == 9, 65.0, 0.0)
    assert summary(fixes(np.arange(0, 3_600, 10), np.zeros(360), speed=speeds)).top == 0


def test_flagged_positions_are_counted_and_no_more() -> None:
    found = fixes([0, 10, 20, 30], [0, 100, 90_000, 300], flag=[0, 0, 4, 0])
    day = summary(found)
    assert (day.positions, day.flagged) == (3, 1)
    assert day == msgspec.structs.replace(summary(found[found["flag"] == 0]), flagged=1)
    found["flag"] = [0, 0, 4, 4]
    assert summary(found).last == (MORNING + 10_000, 25.0, found["latitude"][1] / PLACES)


def test_a_day_without_a_believed_position() -> None:
    assert summary(fixes([], [])) == Summary()
    assert summary(fixes([0], [0], flag=2)) == Summary(flagged=1)
    assert Summary().mean == 0


def test_jitter_is_in_no_distance() -> None:
    day = summary(fixes(np.arange(0, 3_600, 10), np.arange(360) % 2 * 4))
    assert (day.distance, day.mean, day.top, day.stopped) == (0, 0, 0, 3_590_000)


def test_of_a_leg_past_midnight_each_day_has_its_share() -> None:
    found = fixes([86_000, 86_100, 86_200, 86_300, 86_500, 86_600], np.array([0, 1, 2, 3, 5, 6]) * 1_000.0)
    first, second = (summary_of(found, MORNING // DAY + day) for day in (0, 1))
    assert (first.positions, second.positions) == (4, 2)
    assert (first.moving, second.moving) == (400_000, 200_000)
    assert [first.distance, second.distance] == pytest.approx([4_000, 2_000], rel=1e-3)
    assert [first.top, second.top] == pytest.approx([10, 10], rel=1e-3)
    assert (first.hours.moving[23], second.hours.moving[0]) == (400_000, 200_000)


def test_a_day_of_silence_within_a_stop_has_stood() -> None:
    found = fixes([80_000, 80_000 + 2 * 86_400], [0, 0])
    days = [summary_of(found, MORNING // DAY + day) for day in range(4)]
    assert [day.stopped for day in days] == [6_400_000, DAY, 80_000_000, 0]
    assert [day.positions for day in days] == [1, 0, 1, 0]
    assert [len(day.pieces) for day in days] == [0, 0, 1, 0], "where its leg ends"


def test_a_summary_can_be_packed() -> None:
    day = summary(shift())
    packed = msgspec.msgpack.encode(day)
    assert msgspec.msgpack.decode(packed, type=Summary) == day
    assert len(packed) < 800


def at(*east: float) -> Summary:
    found = fixes(np.arange(len(east)) * 60, np.zeros(len(east)))
    found["longitude"] = [round(longitude * PLACES) for longitude in east]
    return summary(found)


@pytest.mark.parametrize(
    ("east", "box"),
    [
        ([24, 26, 25], (24, 26)),
        ([-1, 1], (-1, 1)),
        ([179, -179.5, 178], (178, -179.5)),
        ([-170], (-170, -170)),
        ([170, 180, -180], (170, -180)),
        ([180, -180, -179], (180, -179)),
        ([180, -180], (180, -180)),
        ([-180, -170], (-180, -170)),
    ],
)
def test_bounds_hold_the_positions_narrowly(east: list[float], box: tuple[float, float]) -> None:
    extent = at(*east).extent
    assert extent is not None
    assert (extent.box.west, extent.box.east) == box
    assert all(extent.box.contains(longitude, 60.0) for longitude in east)


def test_bounds_of_a_sum_hold_all() -> None:
    fleet = sum_of([at(179), at(-179), at(178, -178)]).extent
    assert fleet is not None
    assert fleet.box == Box(178.0, 60.0, -178.0, 60.0)
    world = sum_of([at(179), at(-1), at(1), at(-179)]).extent
    assert world is not None
    assert all(world.box.contains(longitude, 60.0) for longitude in (179, -1, 1, -179))


@some.composite
def days(draw: some.DrawFn) -> Summary:
    """Drives and stands by chance, for some of a day."""
    length = draw(some.integers(0, 60))
    random = np.random.default_rng(draw(some.integers(0, 2**32)))
    found = fixes(
        np.sort(random.integers(0, 86_400, length)) if length % 2 else np.arange(length) * 40,
        (random.normal(0, 300, length) * random.integers(0, 2, length)).cumsum(),
        MORNING + draw(some.integers(-3, 3)) * DAY,
        speed=random.choice([np.nan, 0, 7, 30], length),
        flag=random.choice([0, 0, 0, 4], length),
    )
    found["longitude"] = random.choice([-1_799_999_000, 1_799_999_000, 250_000_000], length)
    return summary(found)


def equal(some_sum: Figures, other: Figures) -> bool:
    """But for the rounding of metres."""
    metres = [[day.distance, *day.hours.distances] for day in (some_sum, other)]
    a, b = (
        msgspec.structs.replace(day, distance=0.0, hours=msgspec.structs.replace(day.hours, distances=[]))
        for day in (some_sum, other)
    )
    return a == b and metres[0] == pytest.approx(metres[1])


def head(day: Summary) -> Figures:
    """As who has no use for trips and stops reads it."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(day), type=Figures)


@given(days(), days(), days())
def test_sums_are_the_same_in_whatever_groups_they_are_made(a: Summary, b: Summary, c: Summary) -> None:
    assert equal(sum_of([sum_of([a, b]), c]), sum_of([a, sum_of([b, c])]))
    assert equal(sum_of([a, b, c]), sum_of([sum_of([a, b]), c]))
    assert equal(sum_of([a]), head(a))
    assert equal(sum_of([a, Summary()]), head(a))
    assert sum_of([]) == Figures()


@given(days(), days())
def test_a_sum_is_that_of_its_parts(a: Summary, b: Summary) -> None:
    both = sum_of([a, b])
    for name in ("positions", "flagged", "moving", "stopped"):
        assert getattr(both, name) == getattr(a, name) + getattr(b, name)
    assert both.distance == a.distance + b.distance
    assert both.top == max(a.top, b.top)
    assert [both.first, both.last] == [
        min((one.first for one in (a, b) if one.first), default=None),
        max((one.last for one in (a, b) if one.last), default=None),
    ]
    assert both.speeds == [one + other for one, other in zip(a.speeds, b.speeds, strict=True)]
    for name in ("positions", "distances", "moving"):
        rows = zip(getattr(a.hours, name), getattr(b.hours, name), strict=True)
        assert getattr(both.hours, name) == [one + other for one, other in rows]


@given(days())
def test_the_parts_of_a_summary_agree(day: Summary) -> None:
    assert sum(day.hours.positions) == day.positions
    assert sum(day.hours.distances) == pytest.approx(day.distance)
    assert sum(day.hours.moving) == day.moving
    assert sum(piece.end - piece.start for piece in day.pieces) == day.moving + day.stopped
    assert sum(day.speeds) <= day.moving
    assert day.top >= day.mean
    assert max(day.hours.moving) <= HOUR
    if day.moving:
        assert day.mean == day.distance * 1000 / day.moving


def of_hours(day: int) -> Summary:
    """A position in each hour of a day, the further north the later."""
    seconds = np.repeat(np.arange(24) * 3_600, np.arange(1, 25)) + 600
    return summary(fixes(seconds, np.zeros(len(seconds)), MORNING + day * DAY))


@pytest.mark.parametrize(
    ("offset", "positions"),
    [
        (0, list(range(1, 25))),
        (2, [23, 24, *range(1, 23)]),  # Helsinki in winter: from 22:00 UTC of the day before
        (-5, [*range(6, 25), 1, 2, 3, 4, 5]),  # New York: from 5:00 UTC
        (14, [*range(11, 25), *range(1, 11)]),
    ],
)
def test_local_days_are_made_of_the_hours_of_two(offset: int, positions: list[int]) -> None:
    earlier, later = of_hours(0), of_hours(1)
    assert local_hours(earlier, later, offset).positions == positions
    assert local_hours(earlier, Summary(), offset).positions == [
        count if hour < 24 - (-offset % 24) else 0 for hour, count in enumerate(positions)
    ]


def test_local_days_take_all_columns() -> None:
    day = summary(shift())
    hours = local_hours(Summary(), day, 1)
    assert hours.distances == [0, *day.hours.distances[:23]]
    assert hours.moving == [0, *day.hours.moving[:23]]
