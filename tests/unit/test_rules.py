"""Which positions are believed, and that it depends on nothing but them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from pyproj import Transformer

from herenow.history.tracks.quality import (
    CONTEXT,
    REASONS,
    TICK,
    distances,
    flagged,
    place,
    points,
    unflagged,
    unit_vectors,
)
from herenow.model.leg import MAX_LEG_SPEED, MAX_LEG_TIME
from herenow.store.track import FIX, PLACES, Track
from tests.support.dose import dose
from tests.support.positions import NOW

NONE = np.empty(0, FIX)

GOOD = (60.0, 25.0)
AWAY = (61.0, 25.0)  # 111 km from GOOD, which takes 278 s
FURTHER = (60.0, 28.0)
FAR = (0.0, 25.0)


def fixes(*places: tuple[float, float], step: int = 10_000, **columns: Any) -> Track:
    """Positions at latitudes and longitudes, one every `step` ms."""
    found = np.zeros(len(places), FIX)
    found["time"] = NOW + np.arange(len(places)) * step
    for name in ("altitude", "speed", "course", "accuracy"):
        found[name] = np.nan
    found["latitude"] = [round(latitude * PLACES) for latitude, _ in places]
    found["longitude"] = [round(longitude * PLACES) for _, longitude in places]
    for name, values in columns.items():
        found[name] = values
    return found


def reasons(found: Track, before: Track = NONE) -> list[str | None]:
    return [REASONS.get(flag) for flag in flagged(found, before)["flag"].tolist()]


def test_a_position_known_only_to_more_than_a_kilometre_is_not_believed() -> None:
    assert reasons(fixes(GOOD, GOOD, GOOD, accuracy=[1_000, 1_001, np.nan])) == [None, "accuracy", None]


def test_latitude_and_longitude_zero_are_not_believed_but_the_equator_is() -> None:
    found = fixes((0.0, 0.0), (0.0009, -0.0009), (0.0, 0.0011), (0.0, 25.0), (60.0, 0.0), step=MAX_LEG_TIME + 1)
    assert reasons(found) == ["zero", "zero", None, None, None]


def test_a_speed_that_nothing_on_a_map_has_is_not_believed() -> None:
    assert reasons(fixes(GOOD, GOOD, GOOD, speed=[400, 401, np.nan])) == [None, "speed", None]


def test_the_first_reason_is_given() -> None:
    assert reasons(fixes((0.0, 0.0), accuracy=[2_000], speed=[500])) == ["accuracy"]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_run_of_up_to_three_positions_out_of_reach_is_a_jump(length: int) -> None:
    run = [AWAY] * length
    assert reasons(fixes(GOOD, GOOD, *run, GOOD, GOOD)) == [None, None, *["jump"] * length, None, None]


def test_a_run_of_positions_each_somewhere_else_is_a_jump() -> None:
    assert reasons(fixes(GOOD, GOOD, AWAY, FURTHER, GOOD)) == [None, None, "jump", "jump", None]


def test_four_positions_out_of_reach_are_another_place() -> None:
    assert set(reasons(fixes(GOOD, GOOD, *[AWAY] * 4, GOOD, GOOD))) == {None}


def test_a_device_that_is_carried_away_is_believed() -> None:
    assert set(reasons(fixes(GOOD, GOOD, AWAY, AWAY))) == {None}


def test_what_can_be_reached_in_time_is_no_jump() -> None:
    assert set(reasons(fixes(GOOD, AWAY, GOOD, step=290_000))) == {None}
    assert "jump" in reasons(fixes(GOOD, AWAY, GOOD, step=270_000))


@pytest.mark.parametrize("slow", [2, 3])
def test_one_that_can_be_reached_or_left_is_no_jump(slow: int) -> None:
    found = fixes(GOOD, GOOD, AWAY, GOOD, GOOD)
    found["time"][slow:] += 280_000
    assert set(reasons(found)) == {None}


@pytest.mark.parametrize("order", [1, -1])
def test_one_beside_a_jump_that_can_be_reached_or_left_is_not_part_of_it(order: int) -> None:
    found = fixes(GOOD, GOOD, (62.0, 25.0), (60.9, 25.0), GOOD, GOOD)
    found["time"][3:] += 270_000
    found[:] = found[::order]
    found["time"] *= order
    assert reasons(found)[::order] == [None, None, "jump", None, None, None]


def test_a_place_out_of_reach_between_two_others_out_of_reach_is_believed() -> None:
    assert set(reasons(fixes(GOOD, GOOD, AWAY, FURTHER, FURTHER))) == {None}


def test_positions_with_a_long_silence_beside_them_get_no_flag() -> None:
    found = fixes(GOOD, GOOD, FAR, GOOD, GOOD, step=1_000)
    found["time"][3:] += MAX_LEG_TIME
    assert set(reasons(found)) == {None}


def test_what_is_judged_by_positions_beyond_the_context_stays() -> None:
    found = fixes(GOOD, AWAY, *[GOOD] * CONTEXT, step=100)
    found["accuracy"][2 : CONTEXT + 1] = 2_000
    assert reasons(found)[1] is None
    found["accuracy"][CONTEXT] = np.nan
    assert reasons(found)[1] == "jump"


def test_the_180th_meridian_is_no_jump() -> None:
    assert set(reasons(fixes((0.5, 179.999), (0.5, -179.999), (0.5, 179.998), (0.5, -179.9)))) == {None}


def test_the_pole_is_no_jump() -> None:
    assert set(reasons(fixes((89.999, 0.0), (89.999, 180.0), (89.999, -90.0), (90.0, 77.0)))) == {None}


def test_two_places_at_one_time_are_as_far_apart_as_whole_seconds_allow() -> None:
    reach = MAX_LEG_SPEED * TICK / 1000 / 111_500  # degrees
    within, beyond = (60.0 + reach * 0.99, 25.0), (60.0 + reach * 1.01, 25.0)
    assert set(reasons(fixes(GOOD, within, GOOD, step=0))) == {None}
    assert reasons(fixes(GOOD, beyond, GOOD, step=0)) == [None, "jump", None]


def test_two_jumps_to_one_wrong_place_do_not_put_the_right_one_between_them_in_doubt() -> None:
    found = fixes(GOOD, GOOD, AWAY, GOOD, AWAY, GOOD, GOOD)
    assert reasons(found) == [None, None, "jump", None, "jump", None, None]


def test_two_devices_that_share_an_id_are_both_believed() -> None:
    flags = reasons(fixes(*[GOOD, AWAY] * 20))
    assert set(flags[2:-2]) == {None}


def test_positions_flagged_for_another_reason_do_not_hide_a_jump() -> None:
    found = fixes(GOOD, GOOD, AWAY, (0.0, 0.0), GOOD, GOOD)
    assert reasons(found) == [None, None, "jump", "zero", None, None]


def test_what_came_before_the_block_decides_and_is_not_returned() -> None:
    found = fixes(GOOD, GOOD, AWAY, GOOD)
    assert reasons(found[2:]) == [None, None]
    assert reasons(found[2:], found[:2]) == ["jump", None]


def test_believed_are_those_without_a_flag() -> None:
    found = flagged(fixes(GOOD, GOOD, AWAY, GOOD, FAR, accuracy=[10, 10, 10, 10, 2_000]), NONE)
    assert unflagged(found)["latitude"].tolist() == [600_000_000] * 3
    assert unflagged(unflagged(found)).tobytes() == unflagged(found).tobytes()


def test_an_empty_track_is_flagged_and_believed() -> None:
    assert len(flagged(NONE, fixes(GOOD))) == len(unflagged(NONE)) == 0


@some.composite
def tracks(draw: some.DrawFn) -> Track:
    """A device at rest with all that goes wrong: jumps, zeros, bad accuracies, speeds, silences, equal times."""
    places = some.sampled_from([GOOD, GOOD, GOOD, (60.001, 25.001), AWAY, AWAY, FURTHER, (0.0, 0.0)])
    rows = some.tuples(
        places,
        some.sampled_from([0, 100, 1_000, 10_000, 100_000, 200_000, MAX_LEG_TIME, MAX_LEG_TIME + 1]),
        some.sampled_from([np.nan, np.nan, 10.0, 2_000.0]),
        some.sampled_from([np.nan, np.nan, 10.0, 500.0]),
    )
    drawn = draw(some.lists(rows, max_size=60))
    found = fixes(*[where for where, *_ in drawn])
    found["time"] = NOW + np.cumsum([step for _, step, *_ in drawn], dtype=np.int64)
    found["accuracy"] = [accuracy for _, _, accuracy, _ in drawn]
    found["speed"] = [speed for *_, speed in drawn]
    found["flag"] = draw(some.integers(0, 4))
    return found


def needed(found: Track, cut: int) -> Track:
    """What before a cut may matter after it."""
    context = found[:cut][-CONTEXT:]
    return context[context["time"] >= found["time"][cut] - MAX_LEG_TIME] if cut < len(found) else context


@pytest.mark.parametrize("step", [100, 40_000, 80_000, 140_000, 160_000, 250_000])
@pytest.mark.parametrize("unsure", [0, 4, CONTEXT - 3, CONTEXT - 2, CONTEXT - 1])
@pytest.mark.parametrize("places", [[GOOD] * 5 + [FAR], [GOOD, FAR]])
def test_what_lies_beyond_the_context_decides_nothing(
    places: list[tuple[float, float]], unsure: int, step: int
) -> None:
    """Positions that are flagged for their accuracy push the others out of the context."""
    found = fixes(*places * 20, step=step)
    found["accuracy"][5 : 5 + unsure] = 2_000
    whole = flagged(found, NONE)
    for cut in range(len(found)):
        assert flagged(found[cut:], needed(found, cut)).tobytes() == whole[cut:].tobytes()


@settings(max_examples=dose(80, full=1000))
@given(tracks(), some.integers(0, 60))
def test_flags_are_those_of_the_whole_track_however_it_is_cut(found: Track, cut: int) -> None:
    whole = flagged(found, NONE)
    assert flagged(found[cut:], found[:cut]).tobytes() == whole[cut:].tobytes()
    assert flagged(found[cut:], needed(found, cut)).tobytes() == whole[cut:].tobytes()
    settled = max(0, min(cut, len(found)) - CONTEXT)
    assert flagged(found[:cut], NONE)[:settled].tobytes() == whole[:settled].tobytes()


@given(tracks())
def test_nothing_but_the_flags_changes_and_flags_set_before_do_not_matter(found: Track) -> None:
    was = found.copy()
    once = flagged(found, NONE)
    assert found.tobytes() == was.tobytes()
    assert flagged(once, NONE).tobytes() == once.tobytes()
    once["flag"] = found["flag"]
    assert once.tobytes() == found.tobytes()


@given(some.floats(-180, 180), some.floats(-90, 90))
def test_points_are_those_that_proj_knows(longitude: float, latitude: float) -> None:
    expected = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True).transform(longitude, latitude, 0.0)
    point = unit_vectors(longitude, latitude)
    assert point.tolist() == pytest.approx(expected, abs=1e-6)
    assert distances(unit_vectors(*place(point)), point) < 1e-6


def test_points_of_a_track_stand_in_columns() -> None:
    assert points(fixes(GOOD, AWAY)).T.tolist() == [
        unit_vectors(25.0, 60.0).tolist(),
        unit_vectors(25.0, 61.0).tolist(),
    ]
