"""Trips and stops, and what is left of them when a track is cut into days."""

from functools import cache
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyproj import Geod

from herenow.history.tracks.movement import context, legs, stops
from herenow.history.tracks.quality import flagged, points, unflagged
from herenow.history.tracks.reported_lengths import reported_lengths
from herenow.history.tracks.stillness import DEFAULT, TripSettings
from herenow.history.tracks.strays import straightened
from herenow.history.tracks.track import latitudes, longitudes
from herenow.history.tracks.trips import Piece, Stop, Trip, joined, pieces, pieces_of
from herenow.model.geo.sphere import distance
from herenow.model.leg import MAX_LEG_SPEED, MAX_LEG_TIME, is_leg
from herenow.model.report import accept
from herenow.sources.demo import BUSES
from herenow.sources.recording import load
from herenow.store.track import FIX, PLACES, Track, track
from tests.support.dose import dose
from tests.support.pieces import assert_same
from tests.support.positions import NOW

GEOD = Geod(ellps="WGS84")
METRE = 1 / 111_412  # degrees of latitude, at 60° north
MINUTE = 60_000  # ms

NONE = np.empty(0, FIX)


def path(*moves: tuple[float, float], step: int = 10, **columns: Any) -> Track:
    """A device that drives north, (seconds, m/s) after (seconds, m/s), and reports every `step` seconds."""
    times = np.concatenate([[0.0], np.cumsum([seconds for seconds, _ in moves])])
    metres = np.concatenate([[0.0], np.cumsum([seconds * speed for seconds, speed in moves])])
    now = np.arange(0, times[-1] + 1, step)
    return fixes(now, np.interp(now, times, metres), **columns)


def fixes(seconds: Any, north: Any, **columns: Any) -> Track:
    """Positions so many metres north of a place."""
    found = np.zeros(len(seconds), FIX)
    found["time"] = NOW + np.asarray(seconds) * 1000
    found["longitude"] = round(25.0 * PLACES)
    found["latitude"] = np.round((60 + np.asarray(north) * METRE) * PLACES)
    for name in ("altitude", "speed", "course", "accuracy"):
        found[name] = columns.pop(name, np.nan)
    return found


def summary(found: list[Piece]) -> list[tuple[str, int, int]]:
    """What, from and until which second."""
    return [(type(piece).__name__, (piece.start - NOW) // 1000, (piece.end - NOW) // 1000) for piece in found]


def test_a_day_is_trips_between_stops() -> None:
    found = path((600, 0), (300, 20), (900, 0), (600, 10), (400, 0))
    assert summary(pieces(found)) == [
        ("Stop", 0, 600),
        ("Trip", 600, 900),
        ("Stop", 900, 1800),
        ("Trip", 1800, 2400),
        ("Stop", 2400, 2800),
    ]


def test_a_trip_says_where_how_far_and_how_fast() -> None:
    [trip] = pieces(path((100, 10), (100, 20), (100, 15)))
    assert isinstance(trip, Trip)
    assert trip.distance == pytest.approx(4_500, rel=1e-4)
    assert trip.mean == pytest.approx(15, rel=1e-4)
    assert trip.top == pytest.approx(20, rel=1e-4)
    assert trip.positions == 31
    assert trip.start_place == (25.0, 60.0)
    assert trip.end_place == pytest.approx((25.0, 60 + 4_500 * METRE), abs=1e-7)


def test_a_stop_says_where_and_how_closely() -> None:
    [stop] = pieces(fixes(np.arange(61) * 10, np.tile([-20.0, 20.0, 0.0], 21)[:61]))
    assert isinstance(stop, Stop)
    assert stop.duration == 600_000
    assert stop.positions == 61
    assert distance(stop.centre[1], stop.centre[0], 60.0, 25.0) < 1
    assert stop.radius == pytest.approx(20, abs=1)


@pytest.mark.parametrize(("seconds", "names"), [(290, ["Trip"]), (300, ["Trip", "Stop", "Trip"])])
def test_a_stop_takes_five_minutes(seconds: int, names: list[str]) -> None:
    found = path((300, 20), (seconds, 0), (300, 20), step=1)
    start = int(np.flatnonzero(np.diff(found["latitude"]) == 0)[0])
    found = found[np.isin(np.arange(len(found)) % 10, [0]) | (np.arange(len(found)) == start)]
    assert [type(piece).__name__ for piece in pieces(found)] == names


@pytest.mark.parametrize(("metres", "names"), [(60, ["Stop"]), (110, [])])
def test_a_stop_stays_within_fifty_metres_of_its_centre(metres: float, names: list[str]) -> None:
    found = fixes([0, 100, 200, 300, 400], [0, metres, 0, metres, 0])
    assert [type(piece).__name__ for piece in pieces(found, TripSettings(min_trip_distance=300))] == names


def test_two_places_near_each_other_are_two_stops() -> None:
    found = fixes(np.arange(40) * 60, [0.0] * 20 + [80.0] * 20)
    assert stops(found) == [(0, 19), (20, 39)]
    assert summary(pieces(found)) == [("Stop", 0, 19 * 60), ("Stop", 20 * 60, 39 * 60)]


@pytest.mark.parametrize(("speed", "names"), [(0.3, ["Trip"]), (0.1, ["Stop"])])
def test_a_slow_walk_is_no_stop_and_drifting_at_anchor_is(speed: float, names: list[str]) -> None:
    """Not fifty metres in five minutes."""
    assert [type(piece).__name__ for piece in pieces(path((7_200, speed)))] == names


@pytest.mark.parametrize(
    ("accuracy", "metres", "names"),
    [(np.nan, 130, []), (20, 130, []), (80, 130, ["Stop"]), (80, 400, []), (900, 240, ["Stop"]), (900, 500, [])],
)
def test_what_is_known_badly_may_wander(accuracy: float, metres: float, names: list[str]) -> None:
    found = fixes([0, 100, 200, 300, 400], [0, metres, 0, metres, 0], accuracy=accuracy)
    assert [type(piece).__name__ for piece in pieces(found, TripSettings(min_trip_distance=600))] == names


def test_the_settings_say_what_a_stop_and_a_trip_are() -> None:
    found = path((100, 20), (100, 0), (100, 20))
    assert summary(pieces(found, TripSettings(min_stop_duration=100_000, max_stop_radius=10.0))) == [
        ("Trip", 0, 100),
        ("Stop", 100, 200),
        ("Trip", 200, 300),
    ]
    assert (
        pieces(found, TripSettings(min_trip_duration=301_000))
        == pieces(found, TripSettings(min_trip_distance=4_100))
        == []
    )
    assert (
        len(pieces(found, TripSettings(min_trip_duration=300_000)))
        == len(pieces(found, TripSettings(min_trip_distance=3_990)))
        == 1
    )


@pytest.mark.parametrize(("speed", "names"), [(0.0, ["Stop"]), (2.9, ["Stop"]), (8.0, []), (np.nan, ["Stop"])])
def test_what_reports_to_drive_all_the_time_does_not_stand_however_near(speed: float, names: list[str]) -> None:
    around = 30 * np.sin(np.arange(0, 900, 10))
    found = fixes(np.arange(0, 900, 10), around, speed=speed)
    assert [name for name, _, _ in summary(pieces(found)) if name == "Stop"] == names


def test_one_that_reports_a_speed_now_and_then_stands_all_the_same() -> None:
    speeds = np.where(np.arange(90) % 3 == 0, 6.0, 0.2)
    assert summary(pieces(fixes(np.arange(0, 900, 10), np.zeros(90), speed=speeds))) == [("Stop", 0, 890)]


def test_a_trip_takes_a_minute() -> None:
    assert summary(pieces(path((400, 0), (50, 10), (400, 0)))) == [("Stop", 0, 400), ("Stop", 450, 850)]
    assert [name for name, *_ in summary(pieces(path((400, 0), (60, 10), (400, 0))))] == ["Stop", "Trip", "Stop"]


def test_a_trip_spans_a_hundred_metres_however_long_it_is() -> None:
    jitter = fixes(np.arange(100), np.where(np.arange(100) % 2, 95, 0))
    assert pieces(jitter) == []
    jitter["latitude"][51] += round(10 * METRE * PLACES)
    assert [type(piece).__name__ for piece in pieces(jitter)] == ["Trip"]


def test_a_gap_ends_a_trip() -> None:
    found = path((300, 20), (300, 20))
    found["time"][20:] += MAX_LEG_TIME - 10_000
    assert len(pieces(found)) == 1
    found["time"][20:] += 1
    assert [(piece.end - piece.start, piece.positions) for piece in pieces(found)] == [(190_000, 20), (400_000, 41)]


def test_a_gap_does_not_end_a_stop_when_the_device_is_still_there() -> None:
    found = path((600, 0), (300, 20))
    found["time"][30:] += 8 * 3_600_000
    assert summary(pieces(found)) == [("Stop", 0, 29_400), ("Trip", 29_400, 29_700)]


def test_a_stop_and_a_gap_and_then_elsewhere() -> None:
    found = path((600, 0), (300, 20))
    found["time"][61:] += 3_600_000
    assert summary(pieces(found)) == [("Stop", 0, 600), ("Trip", 4_210, 4_500)]


def test_a_device_that_wakes_once_an_hour_where_it_was_stands_there() -> None:
    assert summary(pieces(fixes(np.arange(24) * 3_600, np.zeros(24)))) == [("Stop", 0, 23 * 3_600)]


def test_a_stray_position_does_not_cut_a_stop_in_two() -> None:
    found = fixes(np.arange(100) * 20, np.where(np.arange(100) == 50, 90.0, 0.0))
    assert stops(found) == [(0, 99)]


def test_a_stop_bears_what_lies_outside_of_the_circle_of_each() -> None:
    """A third of the positions is further off than they say that they are inaccurate."""
    random = np.random.default_rng(3)
    found = fixes(np.arange(0, 32_400, 60), random.normal(0, 40, 540), accuracy=40 * 1.51)
    found["longitude"] += np.round(random.normal(0, 40, 540) * 2 * METRE * PLACES).astype(np.int32)
    [stop] = pieces(found)
    assert isinstance(stop, Stop)
    assert stop.duration == 539 * 60_000


def test_a_receiver_under_a_roof_stands_all_day() -> None:
    """With a deviation of 20 m, some position is beyond 50 m in nearly every five minutes of one a second."""
    random = np.random.default_rng(5)
    [stop] = pieces(fixes(np.arange(20_000), random.normal(0, 20, 20_000)))
    assert isinstance(stop, Stop)
    assert stop.duration > 19_500_000


def test_a_way_out_and_back_parts_two_stops_at_one_place() -> None:
    found = path((600, 0), (100, 10), (100, -10), (600, 0))
    assert [name for name, *_ in summary(pieces(found))] == ["Stop", "Trip", "Stop"]


def test_a_drive_around_the_block_is_no_stop_though_it_ends_where_it_began() -> None:
    """Neither at the end nor half way through the shortest stop is it anywhere else."""
    seconds = np.arange(61) * 10
    assert stops(fixes(seconds, 300 * np.abs(np.sin(seconds * np.pi / 75)))) == []


def test_stops_on_the_180th_meridian_and_at_the_pole() -> None:
    found = fixes(np.arange(40) * 10, np.zeros(40))
    found["latitude"] = 0
    found["longitude"] = np.where(np.arange(40) % 2, 1_799_999_000, -1_799_999_000)
    [stop] = pieces(found)
    assert isinstance(stop, Stop)
    assert stop.radius == pytest.approx(11, abs=1)
    assert abs(stop.centre[0]) == pytest.approx(180)
    found["latitude"] = 899_999_000
    found["longitude"] = np.arange(40) * 90_000_000 - 1_750_000_000
    [stop] = pieces(found)
    assert isinstance(stop, Stop)
    assert stop.centre[1] == pytest.approx(90, abs=1e-4)


@pytest.mark.parametrize("length", [0, 1])
def test_of_one_position_there_is_no_piece(length: int) -> None:
    assert pieces(fixes(range(length), range(length))) == []


def test_a_reported_speed_is_taken_for_true() -> None:
    found = path((300, 10), speed=[np.nan, 40.0, 12.0] + [np.nan] * 28)
    assert legs(found).speeds[:4].tolist() == pytest.approx([np.nan, 40, 12, 10], rel=1e-3, nan_ok=True)
    assert [piece.top for piece in pieces(found) if isinstance(piece, Trip)] == [40]


def test_the_reported_speed_at_the_end_of_a_stop_is_not_that_of_the_trip() -> None:
    found = path((600, 0), (300, 10), (600, 0), speed=1.0)
    found["speed"][60:91] = [99.0, *[10.0] * 29, 15.0]
    assert [piece.top for piece in pieces(found) if isinstance(piece, Trip)] == [15.0]


def test_a_stray_position_is_not_the_top_speed_of_the_day() -> None:
    found = path((300, 10))
    found["latitude"][15] += round(2_000 * METRE * PLACES)
    known = legs(found)
    assert np.nanmax(known.speeds) == pytest.approx(10, rel=1e-3)  # 210 m/s there, and 190 m/s back
    [trip] = pieces(found)
    assert isinstance(trip, Trip)
    assert trip.distance == pytest.approx(3_000, rel=1e-3)
    assert trip.top == pytest.approx(trip.mean, rel=1e-3)


def test_a_turn_is_as_fast_as_it_is() -> None:
    """There and back by turns, once a minute: the chord of two legs is nothing."""
    [trip] = pieces(fixes(np.arange(11) * 60, np.arange(11) % 2 * 600.0))
    assert isinstance(trip, Trip)
    assert trip.top == trip.mean == pytest.approx(10, rel=1e-3)


def test_jitter_of_a_drive_is_not_its_top_speed() -> None:
    """One position a second, with a deviation of 5 m: single legs are 25 m/s faster than the car."""
    random = np.random.default_rng(8)
    found = fixes(np.arange(1_200), np.arange(1_200) * 15.0 + random.normal(0, 5, 1_200))
    [trip] = pieces(found)
    assert isinstance(trip, Trip)
    assert 15 < trip.top < 18


def test_speeds_are_those_of_counted_legs() -> None:
    found = fixes([0, 10, 10, 20, 30, 20_000], [0, 100, 200, 300, 9_000, 9_100])
    assert np.isnan(legs(found).speeds).tolist() == [True, False, True, False, True, True]
    assert legs(found).speeds[1] == pytest.approx(10, rel=1e-3)
    assert np.isnan(legs(fixes([0, 10, 10, 20], [0, 100, 100, 200])).speeds[2])


def test_a_speed_beside_a_gap_is_that_of_the_leg_alone() -> None:
    found = fixes([0, 10, 1_000, 1_010], [0, 100, 100, 200])
    assert legs(found).speeds[[1, 3]].tolist() == pytest.approx([10, 10], rel=1e-3)


@some.composite
def tracks(draw: some.DrawFn) -> Track:
    """Legs of all lengths anywhere on earth: metres, kilometres, jumps, silences, equal times."""
    length = draw(some.integers(0, 40))
    random = np.random.default_rng(draw(some.integers(0, 2**32)))
    east, north = draw(some.sampled_from([(25.0, 60.0), (179.999, -17.0), (0.0, 0.0), (10.0, 89.9), (-179.9, -90.0)]))
    turns = random.normal(0, 1, (2, length)) * random.choice([1e-5, 1e-3, 0.05, 1], length)
    found = fixes(np.zeros(length), np.zeros(length))
    found["longitude"] = np.round(((east + turns[0].cumsum() + 180) % 360 - 180) * PLACES)
    found["latitude"] = np.round(np.clip(north + turns[1].cumsum(), -90, 90) * PLACES)
    found["time"] += random.choice([0, 1_000, 30_000, MAX_LEG_TIME, MAX_LEG_TIME + 1], length).cumsum()
    return found


@given(tracks())
def test_lengths_are_those_that_geod_gives_leg_by_leg(found: Track) -> None:
    metres = reported_lengths(found, points(found))
    longitude, latitude = longitudes(found), latitudes(found)
    straight = straightened(found, points(found))[0]
    moved = (straight["longitude"] != found["longitude"]) | (straight["latitude"] != found["latitude"])
    for row in range(len(found) - 1):
        expected = GEOD.inv(longitude[row], latitude[row], longitude[row + 1], latitude[row + 1])[2]
        assert metres[row] == pytest.approx(expected, abs=0.0002) or expected > 1_000_000
        counts = is_leg(expected, int(found["time"][row + 1] - found["time"][row]))
        if not counts and not moved[row : row + 2].any():
            assert legs(found).lengths[row] == 0


@settings(max_examples=dose(20, full=200))
@given(some.floats(1, 12_000), some.floats(0, 360), some.floats(-89, 89))
def test_a_length_is_right_in_every_direction(metres: float, course: float, latitude: float) -> None:
    east, north, _ = GEOD.fwd(25.0, latitude, course, metres)
    found = fixes([0, 100], [0, 0])
    found["longitude"] = [250_000_000, round(east * PLACES)]
    found["latitude"] = [round(latitude * PLACES), round(north * PLACES)]
    expected = GEOD.inv(25.0, latitudes(found)[0], longitudes(found)[1], latitudes(found)[1])[2]
    assert legs(found).lengths[0] == pytest.approx(expected, abs=0.0002)


def test_a_leg_faster_than_anything_is_not_part_of_a_distance() -> None:
    found = path((300, 10))
    found["latitude"][16:] += round(MAX_LEG_SPEED * 11 * METRE * PLACES)
    [trip] = pieces(found)
    assert isinstance(trip, Trip)
    assert trip.distance == pytest.approx(2_900, rel=1e-3)
    assert trip.top == pytest.approx(10, rel=1e-3)


def recut(found: Track, cut: int) -> list[Piece]:
    """As days are made: the legs up to a position, and those from there on, each seen in the whole track."""
    known = legs(found)
    cut = max(0, cut - 1)
    return joined([*pieces_of(found, known, 0, cut), *pieces_of(found, known, cut, len(known.elapsed))])


@given(tracks(), some.data())
def test_what_is_cut_anywhere_is_joined_again(found: Track, data: some.DataObject) -> None:
    whole = pieces(found)
    again = recut(found, data.draw(some.integers(0, len(found))))
    assert_same(again, whole)


@given(tracks(), some.integers(-(10**10), 10**10))
def test_a_track_of_another_time_has_the_same_pieces(found: Track, shift: int) -> None:
    later = found.copy()
    later["time"] += shift
    moved = [
        msgspec.structs.replace(piece, start=piece.start + shift, end=piece.end + shift) for piece in pieces(found)
    ]
    assert pieces(later) == moved


@given(tracks(), some.data())
def test_what_a_leg_is_follows_from_what_is_around_it(found: Track, data: some.DataObject) -> None:
    """As much as `context` says, and the nearest position beyond."""
    if len(found) < 2:
        return
    row = data.draw(some.integers(0, len(found) - 2))
    times = found["time"]
    first = np.searchsorted(times, min(times[row] - context(), times[row] - DEFAULT.min_stop_duration))
    last = np.searchsorted(times, times[row + 1] + context())
    near, whole = legs(found[first : last + 1]), legs(found)
    for name in ("still", "driven"):
        assert getattr(near, name)[row - first] == getattr(whole, name)[row]


def test_pieces_can_be_packed() -> None:
    found = pieces(path((600, 0), (300, 20)))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=list[Trip | Stop]) == found


@cache
def buses() -> dict[str, Track]:
    """A morning of Austin's buses, which report about every two minutes."""
    recording = load([BUSES]).recording
    rows: dict[str, list[Any]] = {}
    for report in recording.reports(0, len(recording), lambda time: time):
        rows.setdefault(str(report.device_id), []).append(accept(report, int(report.time or 0), "demo"))
    return {
        device: track(sorted(found, key=lambda position: position.version))
        for device, found in sorted(rows.items())[::8]
    }


def test_recorded_buses_drive_and_stand() -> None:
    for bus in buses().values():
        found = unflagged(flagged(bus, NONE))
        assert len(found) == len(bus)
        whole = pieces(found)
        assert joined(whole) == whole
        ends = [(piece.start, piece.end) for piece in whole]
        assert ends == sorted(ends)
        assert all(before[1] <= after[0] for before, after in pairwise(ends))
        trips = [piece for piece in whole if isinstance(piece, Trip)]
        assert all(trip.mean < 25 and trip.top < 35 for trip in trips)
        assert sum(trip.distance for trip in trips) <= legs(found).lengths.sum() + 0.001
    assert sum(isinstance(piece, Stop) for bus in buses().values() for piece in pieces(bus)) > 40


def test_a_bus_at_its_terminus_is_seen_to_stand() -> None:
    """It stood eighteen minutes in the south and drove back."""
    trip, stop, back = pieces(buses()["capmetro-5011"])
    assert isinstance(stop, Stop)
    assert 17 * MINUTE < stop.duration < 20 * MINUTE
    assert stop.radius < 50
    assert isinstance(trip, Trip)
    assert isinstance(back, Trip)
    assert trip.end == stop.start
    assert back.start == stop.end
    assert 30_000 < trip.distance < 31_000
