"""The demo: three fleets at once, from files that are bundled."""

import asyncio
import contextlib
import itertools
import json
from collections import Counter
from collections.abc import Sequence

import msgspec
import pytest

from herenow.errors import BadRequest
from herenow.model.geo import sphere
from herenow.model.report import Receipt, Report
from herenow.sources import demo
from herenow.sources.playback import replay
from herenow.sources.recording import Recorded, load
from tests.support.fake_intake import ListIntake, Time
from tests.support.patience import PATIENCE
from tests.support.positions import NOW


@pytest.mark.parametrize(("file", "count"), [(demo.BUSES, 29_600), (demo.PHONES, 6_030)])
def test_the_recordings_are_there_and_whole(file: Recorded, count: int) -> None:
    loaded = load([file])
    assert (len(loaded.recording), loaded.rejected) == (count, 0)
    assert loaded.recording.seconds > demo.EARLIER


def test_notices_and_licences_lie_beside_the_recordings() -> None:
    notices = (demo.FOLDER / "NOTICES.md").read_text(encoding="utf-8")
    for path in demo.FOLDER.iterdir():
        assert path.name == "NOTICES.md" or path.name in notices
    assert all(credit["text"] in notices and credit["url"] in notices for credit in demo.scene().attributions)


def test_the_map_is_shown_where_the_vehicles_are() -> None:
    scene = demo.scene()
    west, south, east, north = scene.start
    places = [
        place for feature in json.loads(scene.streets)["features"] for place in feature["geometry"]["coordinates"]
    ]
    assert all(west < longitude < east and south < latitude < north for longitude, latitude in places)
    assert any("as fast as they did" in notice for notice in scene.notices)
    assert any("synthetic" in notice for notice in scene.notices)


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_all_three_fleets_report_at_once_with_ids_that_cannot_collide() -> None:
    intake = ListIntake(Time())
    task = asyncio.create_task(demo.run_demo(intake))
    await intake.until(lambda: len(intake.takes) >= 20 and len({fleet_of(report) for report in intake.reports}) == 3)
    await stopped(task)
    fleets = Counter(
        report.device_id.split("-")[0] for report in {report.device_id: report for report in intake.reports}.values()
    )
    assert fleets["capmetro"] > 200
    assert fleets["trafficsense"] > 1
    assert fleets["sim"] > 10
    bus = next(report for report in intake.reports if report.device_id.startswith("capmetro-"))
    assert bus.attributes == {"kind": "bus", "name": "Bus " + bus.device_id.removeprefix("capmetro-")}


def fleet_of(report: Report) -> str:
    return report.device_id.split("-")[0]


@pytest.mark.parametrize("file", [demo.BUSES, demo.PHONES])
async def test_what_it_replays_is_as_fast_as_it_was(file: Recorded) -> None:
    time = Time()
    intake = ListIntake(time)
    recording, begin = load([file]).recording, NOW
    playback = msgspec.structs.replace(demo.PLAYBACK, loop=False)
    await replay(recording, intake, playback, clock=time.clock, sleep=time.sleep)
    first = recording.first + 1000 * demo.EARLIER
    own = [int(at - first) for at in recording.times]
    assert [report.time - begin for report in intake.reports if isinstance(report.time, int)] == own
    legs = [leg for way in ways(intake.reports).values() for leg in itertools.pairwise(way)]
    fast = [leg for leg in legs if speed(*leg) > 45]  # m/s
    assert len(fast) < len(legs) / 50  # where a receiver was wrong


def ways(reports: Sequence[Report]) -> dict[str, list[Report]]:
    found: dict[str, list[Report]] = {}
    for report in reports:
        found.setdefault(report.device_id, []).append(report)
    return found


def speed(one: Report, other: Report) -> float:
    assert isinstance(one.time, int)
    assert isinstance(other.time, int)
    metres = sphere.distance(one.latitude, one.longitude, other.latitude, other.longitude)
    return metres * 1000 / max(1, other.time - one.time)


class WithoutBuses(ListIntake):
    """Refuses every bus for good."""

    async def take(self, reports: Sequence[Report], source: str) -> Receipt:
        if reports[0].device_id.startswith("capmetro-"):
            raise BadRequest("no buses here")
        return await super().take(reports, source)


async def test_a_part_that_fails_is_logged_and_the_others_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    intake = WithoutBuses(Time())
    task = asyncio.create_task(demo.run_demo(intake))
    output = ""
    async with asyncio.timeout(PATIENCE):
        while "no buses here" not in output:
            output += capsys.readouterr().out
            await asyncio.sleep(0.02)
    before = len(intake.reports)
    await intake.until(lambda: len(intake.reports) > before)
    assert not task.done()
    assert "part=buses" in output
    await stopped(task)
