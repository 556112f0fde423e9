"""A recording played again: what comes, when, and what time it says."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herenow.errors import SettingsError, Unavailable
from herenow.intake.retrying_sender import LONGEST_WAIT, MAX_TAKE, Progress
from herenow.model.leg import MAX_LEG_TIME
from herenow.model.report import Report
from herenow.sources.playback import Playback, replay
from herenow.sources.recording import Recorded, Recording, load
from tests.support.fake_intake import ListIntake, Time
from tests.support.positions import NOW

LONG_AGO = 1_490_000_000_000  # ms


def recording(*seconds: float) -> Recording:
    return Recording([(fix(LONG_AGO + round(1000 * at), f"bus-{number}"), None) for number, at in enumerate(seconds)])


def fix(time: int, device_id: str = "bus-1") -> Report:
    return Report(device_id=device_id, time=time, latitude=60.0, longitude=25.0)


async def play(
    played: Recording, playback: Playback, time: Time | None = None, intake: ListIntake | None = None
) -> ListIntake:
    time = time or Time()
    intake = intake or ListIntake(time)
    await replay(played, intake, playback, clock=time.clock, sleep=time.sleep)
    return intake


def times(intake: ListIntake) -> list[int]:
    return [report.time for report in intake.reports if isinstance(report.time, int)]


@given(
    st.lists(st.floats(0, 600), min_size=1, max_size=60),
    st.one_of(st.tuples(st.floats(0.1, 100), st.just(False)), st.just((1.0, True))),
)
def test_every_report_comes_once_in_order_when_it_is_due(at: list[float], pace: tuple[float, bool]) -> None:
    speed, shift = pace
    played = recording(*at)
    intake = asyncio.run(play(played, Playback(speed=speed, shift=shift)))
    own = sorted(LONG_AGO + round(1000 * second) for second in at)
    due = [NOW + (time - own[0]) / speed for time in own]
    assert sorted(report.device_id for report in intake.reports) == sorted(f"bus-{number}" for number in range(len(at)))
    assert all(-1 <= came - ought <= 60 for came, ought in zip(intake.came, due, strict=True))
    expected = due if shift else own
    assert all(abs(time - ought) <= 0.5 for time, ought in zip(times(intake), expected, strict=True))


async def test_what_is_due_together_goes_together_and_never_more_than_a_thousand() -> None:
    intake = await play(recording(*[0.0] * 2500, *(1 + 0.01 * step for step in range(10))), Playback())
    assert [len(take) for take in intake.takes[:3]] == [MAX_TAKE, MAX_TAKE, 500]
    assert sum(len(take) for take in intake.takes[3:]) == 10
    assert len(intake.takes) <= 3 + 4


async def test_equal_times_keep_the_order_of_their_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(
            "device_id,time,latitude,longitude\n" + f"1,{NOW + 1},60,25\n1,{NOW},60,25\n" * 50
        )
    loaded = load([Recorded(tmp_path / f"{name}.csv", prefix=name) for name in ("a", "b")])
    got = loaded.recording.reports(0, 200, lambda time: time)
    assert [report.device_id for report in got] == ["a1"] * 50 + ["b1"] * 50 + ["a1"] * 50 + ["b1"] * 50
    assert [report.time for report in got] == [NOW] * 100 + [NOW + 1] * 100


def test_a_file_names_its_devices_and_a_row_may_say_more(tmp_path: Path) -> None:
    path = tmp_path / "buses.csv"
    path.write_text(f"device_id,time,lat,lon,kind,route,speed\n7,{NOW},60,25,,,3\n8,{NOW},60,25,tram,4,\n")
    got = load([Recorded(path, kind="bus", name="Bus {id}", prefix="city-")]).recording.reports(0, 2, lambda time: time)
    assert [report.device_id for report in got] == ["city-7", "city-8"]
    assert [report.speed for report in got] == [3.0, None]
    assert got[0].attributes == {"kind": "bus", "name": "Bus 7"}
    assert got[1].attributes == {"kind": "tram", "name": "Bus 8", "route": "4"}


def test_rejected_rows_are_reported_with_their_file(tmp_path: Path) -> None:
    path = tmp_path / "buses.csv"
    path.write_text(f"device_id,time,lat,lon\n7,{NOW},95,25\n8,{NOW},60,25\n")
    loaded = load([Recorded(path)])
    assert (len(loaded.recording), loaded.rejected) == (1, 1)
    assert [(file.name, one.index, one.field) for file, one in loaded.rejections] == [("buses.csv", 2, "latitude")]


@pytest.mark.parametrize(("rows", "says"), [("", "got none"), (f"7,{NOW},95,25\n", "line 2: latitude")])
def test_files_with_nothing_to_replay_are_refused(tmp_path: Path, rows: str, says: str) -> None:
    path = tmp_path / "buses.csv"
    path.write_text("device_id,time,lat,lon\n" + rows)
    with pytest.raises(SettingsError, match=says):
        load([Recorded(path)])


async def test_it_can_start_in_the_middle_with_what_was_just_before() -> None:
    played = recording(0, 50, *[60.0] * MAX_TAKE, 100, 110)
    intake = await play(played, Playback(shift=True, offset=100, before=40))
    assert times(intake) == [NOW - 40_000] * MAX_TAKE + [NOW, NOW + 10_000]
    assert set(intake.came[: MAX_TAKE + 1]) == {NOW}


async def test_looped_it_begins_again_after_the_pause_until_it_is_cancelled() -> None:
    time = Time()
    intake = ListIntake(time)
    playback = Playback(loop=True, shift=True, pause=5)
    task = asyncio.create_task(replay(recording(0, 10), intake, playback, clock=time.clock, sleep=time.sleep))
    await intake.until(lambda: len(intake.reports) >= 4)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert task.cancelled()
    assert times(intake)[:4] == [NOW, NOW + 10_000, NOW + 15_000, NOW + 25_000]


async def test_shifted_it_begins_again_after_a_silence_that_no_leg_bridges() -> None:
    time = Time()
    intake = ListIntake(time)
    task = asyncio.create_task(
        replay(recording(0, 10), intake, Playback(loop=True, shift=True), clock=time.clock, sleep=time.sleep)
    )
    await intake.until(lambda: len(intake.reports) >= 3)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert times(intake)[2] - times(intake)[1] > MAX_LEG_TIME


@pytest.mark.parametrize("speed", [60, 0.5])
def test_a_shifted_recording_is_not_played_at_another_speed(speed: float) -> None:
    with pytest.raises(SettingsError, match="shift: expected the speed 1 with it, got"):
        Playback(speed=speed, shift=True)


async def test_while_the_intake_is_unavailable_it_waits_and_then_goes_on_in_order() -> None:
    time = Time()
    intake = ListIntake(time, failures=6)
    await play(recording(*range(100)), Playback(shift=True), time, intake)
    assert [report.device_id for report in intake.reports] == [f"bus-{number}" for number in range(100)]
    assert max(time.slept) <= LONGEST_WAIT
    assert all(came - stamp < 100 for came, stamp in list(zip(intake.came, times(intake), strict=True))[1:])


async def test_it_gives_up_when_nothing_is_taken_for_longer_than_its_patience() -> None:
    time = Time()
    intake = ListIntake(time, failures=10_000)
    with pytest.raises(Unavailable, match="disk is full"):
        await replay(recording(0), intake, patience=60, clock=time.clock, sleep=time.sleep)
    assert 60 <= sum(time.slept) <= 60 + LONGEST_WAIT


async def test_progress_tells_what_was_taken_and_what_was_rejected() -> None:
    time = Time()
    seen: list[Progress] = []
    played = Recording([(fix(LONG_AGO), None), (fix(LONG_AGO + 1000, "bad\n"), None)])
    end = await replay(played, ListIntake(time), on_progress=seen.append, clock=time.clock, sleep=time.sleep)
    assert [(one.played, one.total) for one in seen] == [(1, 2), (2, 2)]
    assert (end.sent, end.rejected, end.rounds) == (1, 1, 1)


@pytest.mark.parametrize(
    "wrong", [{"speed": 0}, {"speed": float("nan")}, {"speed": -1}, {"offset": -1}, {"pause": float("inf")}]
)
def test_a_playback_that_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match=f"{next(iter(wrong))}: expected"):
        Playback(**wrong)  # type: ignore[arg-type]


async def test_an_offset_beyond_the_end_is_refused() -> None:
    with pytest.raises(SettingsError, match="length of the recording, 10 s"):
        await play(recording(0, 10), Playback(offset=11))
