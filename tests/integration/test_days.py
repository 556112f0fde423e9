"""Tracks drawn in detail, trips, stops and days of a device, over HTTP."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from herenow.history.queries.replay_blocks import UNKNOWN, decode
from herenow.model.clock import DAY, HOUR
from tests.support.http_requests import get, is_problem, post
from tests.support.patience import PATIENCE
from tests.support.server import Server, running, wait_for

START = (time.time_ns() // 1_000_000 // DAY - 5) * DAY
MINUTE = 60_000
NORTH = 0.001  # degrees of latitude, 111 m


def fix(moment: int, latitude: float, **more: object) -> dict[str, object]:
    return {"device_id": "van 1", "time": START + moment, "latitude": latitude, "longitude": 25.0, **more}


def a_van() -> list[dict[str, object]]:
    """It stands for an hour, drives north for one, stands past midnight, and is seen once more after a silence."""
    rows = [fix(21 * HOUR + n * MINUTE, 60.0) for n in range(60)]
    rows += [fix(22 * HOUR + n * MINUTE, 60.0 + n * 5 * NORTH, speed=9.25) for n in range(60)]
    rows += [fix(23 * HOUR + n * MINUTE, 60.3, altitude=12.5) for n in range(120)]
    rows.append(fix(23 * HOUR + 30_000, 65.0))  # it never was there
    return [*rows, fix(30 * HOUR, 60.4)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("days") / "positions.db") as started:
        reported = time.time_ns() // 1_000_000
        assert post(started, json.dumps(a_van()).encode()).json()["accepted"] == 242
        wait_for(lambda: (get(started, "/api/history").json()["made"] or 0) > reported + 10_000)
        yield started


def ask(server: Server, path: str, start: int = START, end: int = START + 2 * DAY, **query: Any) -> Any:
    answer = get(server, f"/api/devices/van 1/{path}", **{"from": start, "to": end}, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_drive_is_a_trip_between_two_stops_of_which_one_goes_past_midnight(server: Server) -> None:
    standing, trip, past = ask(server, "trips")["pieces"]
    assert (standing["type"], standing["start"]) == ("stop", START + 21 * HOUR)
    assert (trip["type"], trip["end"]) == ("trip", START + 23 * HOUR)
    assert trip["distance"] == pytest.approx(33_400, rel=0.01)
    assert trip["top_speed"] == pytest.approx(9.3, abs=0.1)
    assert (past["type"], past["end"]) == ("stop", START + 25 * HOUR - MINUTE)
    assert past["latitude"] == pytest.approx(60.3, abs=1e-4)
    assert [piece["type"] for piece in ask(server, "trips", START + DAY, START + 2 * DAY)["pieces"]] == ["stop"]


def test_days_sum_up_what_a_device_did(server: Server) -> None:
    body = ask(server, "days")
    first, second = body["days"]
    assert (first["day"], second["day"]) == (START, START + DAY)
    assert (first["positions"], first["flagged"]) == (180, 1)
    assert first["distance"] == pytest.approx(33_400, rel=0.01)
    assert first["moving"] == pytest.approx(HOUR, rel=0.05)
    assert first["hours"] == [0] * 21 + [60, 60, 60]
    assert first["first"] == {"time": START + 21 * HOUR, "longitude": 25.0, "latitude": 60.0}
    assert body["total"]["positions"] == 241
    assert ask(server, "days", START - 9 * DAY, START - DAY)["days"] == []


def test_a_fleet_s_day_is_listed_device_by_device(server: Server) -> None:
    body = get(server, f"/api/history/days/{START + 5 * HOUR}").json()
    assert (body["day"], body["count"], body["next"]) == (START, 1, None)
    assert body["devices"][0]["device_id"] == "van 1"
    assert body["total"]["distance"] == body["devices"][0]["distance"]
    assert get(server, f"/api/history/days/{START - 9 * DAY}").json()["devices"] == []


def test_a_track_in_detail_has_what_a_map_of_that_zoom_needs(server: Server) -> None:
    coarse, fine = ask(server, "track", detail=4), ask(server, "track", detail=24)
    assert coarse["tolerance"] == 2048
    assert len(coarse["times"]) < 20
    assert len(fine["times"]) == 241, "all but the one that nobody believes"
    assert set(coarse["times"]) <= set(fine["times"])
    assert fine["tolerance"] == 0
    assert coarse["times"][coarse["gaps"][-1]] == START + 30 * HOUR
    assert fine["altitudes"][0] is None
    assert fine["altitudes"][130] == 12.5
    assert fine["speeds"][70] == 9.25
    columns = ("times", "longitudes", "latitudes", "altitudes", "speeds", "courses")
    assert {len(fine[name]) for name in columns} == {241}
    hour = ask(server, "track", START + 22 * HOUR, START + 23 * HOUR, detail=24)
    assert len(hour["times"]) == 60


def test_an_hour_is_played_from_a_block(server: Server) -> None:
    manifest = get(server, "/api/history/replay", **{"from": START, "to": START + 2 * DAY}).json()
    assert (manifest["length"], manifest["steps"]) == (HOUR, [0, 10_000, 60_000, 300_000])
    assert [block["block"] * HOUR - START for block in manifest["blocks"]] == [n * HOUR for n in (21, 22, 23, 24, 30)]
    block = manifest["blocks"][1]
    path = f"/api/history/replay/{block['block']}/3"
    answer = get(server, path, v=block["version"])
    assert answer.headers["content-encoding"] == "deflate"
    assert "immutable" in answer.headers["cache-control"]
    head, rows = decode(answer.content)
    assert (head.start, head.step, head.devices, head.counts) == (START + 22 * HOUR, 300_000, ["van 1"], [12])
    assert rows["time"].tolist() == [n * 5 * MINUTE for n in range(12)]
    assert set(rows["speed"].tolist()) == {925}
    assert set(rows["course"].tolist()) == {UNKNOWN}
    plain = get(server, path, device="van 1")
    assert (plain.content, plain.headers.get("content-encoding")) == (answer.content, None)
    assert decode(get(server, path, device="nobody").content)[0].devices == []
    again = httpx.get(answer.request.url, headers={"If-None-Match": answer.headers["etag"]}, timeout=PATIENCE)
    assert (again.status_code, again.content) == (304, b"")


def test_blocks_that_are_not_there_are_named(server: Server) -> None:
    is_problem(get(server, f"/api/history/replay/{START // HOUR}/0"), 404, "nothing was reported in the hour")
    is_problem(get(server, f"/api/history/replay/{START // HOUR}/4"), 400, "level: expected 0 to 3, got 4")
    is_problem(get(server, f"/api/history/replay/{10**15}/0"), 400, "block: expected a number of hours")


@pytest.mark.parametrize("path", ["days", "trips", "track?detail=3"])
def test_a_device_that_never_reported_is_not_there(server: Server, path: str) -> None:
    is_problem(get(server, f"/api/devices/nobody/{path}"), 404, "'nobody', which never reported")


def test_bad_requests_are_refused_with_the_reason(server: Server) -> None:
    ever = {"from": "0", "to": str(START)}
    is_problem(get(server, "/api/devices/van 1/days", **ever), 400, "expected at most 3660 days")
    is_problem(get(server, "/api/devices/van 1/trips", **ever), 400, "expected at most 3660 days")
    is_problem(get(server, "/api/history/days/tomorrow"), 400, "from: expected")


def test_a_track_by_pages_marks_gaps_and_flags_and_can_leave_out_what_nobody_believes(server: Server) -> None:
    body = ask(server, "track", limit=10_000)
    times = [one["time"] for one in body["positions"]]
    assert len(times) == 242
    stray = times.index(START + 23 * HOUR + 30_000)
    assert body["flags"] == {str(stray): "jump"}
    assert body["gaps"] == [241]
    clean = ask(server, "track", limit=10_000, raw=False)
    assert [one["time"] for one in clean["positions"]] == [time for time in times if time != times[stray]]
    assert (clean["flags"], clean["gaps"]) == ({}, [240])


def test_a_gap_between_two_pages_is_marked_on_the_second(server: Server) -> None:
    first = ask(server, "track", limit=241)
    second = ask(server, "track", limit=241, cursor=first["next"])
    assert first["gaps"] == []
    assert [one["time"] for one in second["positions"]] == [START + 30 * HOUR]
    assert second["gaps"] == [0]


def test_whoever_wants_everything_raw_gets_it_in_every_reading(server: Server) -> None:
    line = ask(server, "track", detail=4, raw=True)
    assert len(line["times"]) == 242
    assert list(line["flags"].values()) == ["jump"]
    day = ask(server, "days", raw=True)["days"][0]
    assert (day["positions"], day["flagged"]) == (181, 0)
    assert day["bbox"][3] == 65.0
    assert max(piece["end"] for piece in ask(server, "trips", raw=True)["pieces"]) <= START + 30 * HOUR
    hour = START // HOUR + 23
    counts = [decode(get(server, f"/api/history/replay/{hour}/0", raw=raw).content)[0].counts for raw in (False, True)]
    assert counts == [[60], [61]]
    whole = {"from": START, "to": START + 2 * DAY}
    exported = [get(server, "/api/export", **whole, raw=raw) for raw in (True, False)]
    assert [len(answer.text.splitlines()) - 1 for answer in exported] == [242, 241]
    month = {"from": START - 40 * DAY, "to": START, "raw": True}
    is_problem(get(server, "/api/devices/van 1/days", **month), 400, "expected at most 31 days")


def test_what_the_fleet_did_is_summed_up_in_a_range_and_a_box(server: Server) -> None:
    range_ = {"from": START, "to": START + 2 * DAY}
    whole = get(server, "/api/history/analytics", **range_).json()
    assert (whole["devices"], whole["positions"]) == (1, 241)
    assert whole["distance"] == pytest.approx(33_400, rel=0.01)
    assert [(day["day"], day["devices"], day["positions"]) for day in whole["days"]] == [
        (START, 1, 180), (START + DAY, 1, 61)
    ]  # fmt: skip
    assert [one["device_id"] for one in whole["farthest"]] == ["van 1"]
    assert whole["hours"][21:] == [60, 60, 60]
    assert sum(whole["speeds"]["ms"]) == whole["moving"] == HOUR
    north = get(server, "/api/history/analytics", bbox="24,60.1,26,61", **range_).json()
    south = get(server, "/api/history/analytics", bbox="24,59,26,60.0999999", **range_).json()
    assert north["positions"] + south["positions"] == 241
    assert 0 < north["distance"] < whole["distance"]
    assert get(server, "/api/history/analytics", kind="bus", **range_).json()["positions"] == 0
    assert get(server, "/api/history/analytics", device="van 1", kind="other", **range_).json()["positions"] == 241
    is_problem(get(server, "/api/history/analytics", device="nobody", **range_), 404, "which never reported")


def test_distances_are_listed_by_device_and_day(server: Server) -> None:
    body = get(server, "/api/history/distances", **{"from": START, "to": START + 2 * DAY}).json()
    assert body["next"] is None
    (van,) = body["devices"]
    assert van["days"][str(START)] == pytest.approx(33_400, rel=0.01)
    assert get(server, "/api/history/distances", limit=1, **{"from": START}).json()["next"] is None, "it is the last"


def test_places_are_where_it_dwells(server: Server) -> None:
    body = ask(server, "places")
    assert body["count"] == 2
    longest, other = body["places"]
    assert longest["latitude"] == pytest.approx(60.3, abs=1e-4)
    assert other["latitude"] == pytest.approx(60.0, abs=1e-4)
    assert longest["duration"] == pytest.approx(2 * HOUR, abs=2 * MINUTE)
    assert (longest["visits"], other["first"]) == (1, START + 21 * HOUR)
    assert len(ask(server, "places", limit=1)["places"]) == 1


def test_density_tells_where_most_was(server: Server) -> None:
    query = {"bbox": "24,59,26,61", "zoom": 9, "from": START, "to": START + 2 * DAY}
    body = get(server, "/api/history/density", **query).json()
    assert body["positions"] == 241
    assert body["cells"][0]["count"] > 100
    assert get(server, "/api/history/density", **query, raw=True).json()["positions"] == 241, "65° lies beyond the box"
    is_problem(
        get(server, "/api/history/density", **{**query, "zoom": 20, "bbox": "-90,-80,90,80"}), 400, "too many cells"
    )


def test_a_timeline_counts_by_the_hour_by_the_day_and_by_the_month_and_adds_up(server: Server) -> None:
    def timeline(start: int, end: int, **query: Any) -> Any:
        return get(server, "/api/history/timeline", **{"from": start, "to": end}, **query).json()

    hours = timeline(START, START + 2 * DAY)
    assert (hours["start"], hours["length"]) == (START, HOUR)
    assert hours["positions"] == [0] * 21 + [60, 60, 60, 60] + [0] * 5 + [1] + [0] * 17
    assert sum(hours["moving"]) == pytest.approx(60, abs=2)
    assert sum(timeline(START, START + 2 * DAY, kind="bus")["positions"]) == 0
    days = timeline(START - 29 * DAY + HOUR, START + 2 * DAY)
    assert (days["start"], days["length"], len(days["positions"])) == (START - 29 * DAY, DAY, 31)
    assert days["positions"][-2:] == [180, 61]
    cut = timeline(START - 29 * DAY, START + 22 * HOUR)
    assert cut["positions"][-1] == 60, "of the last day only what is in the range"
    months = timeline(START - 900 * DAY, START + 2 * DAY)
    assert (months["length"], sum(months["positions"])) == (30 * DAY, 241)


def test_the_distance_of_the_day_is_that_of_history_whatever_the_order_of_arrival(tmp_path: Path) -> None:
    """Each order in requests of a hundred, of which all but those that come in order are late."""
    count, today = 600, time.time_ns() // 1_000_000 // DAY * DAY
    first = max(today, time.time_ns() // 1_000_000 - count * 1_000)
    numbers = list(range(count))
    orders = {
        "in order": numbers,
        "reversed": numbers[::-1],
        "shuffled": random.Random(1).sample(numbers, count),
        "newest first": [numbers[-1], *numbers[:-1]],
        "interleaved": [*numbers[::2], *numbers[1::2]],
    }
    with running(tmp_path / "positions.db") as server:
        for device_id, order in orders.items():
            fixes = [
                {"device_id": device_id, "time": first + n * 1_000, "latitude": 60 + n * 0.0001, "longitude": 25.0}
                for n in order
            ]
            for start in range(0, count, 100):
                post(server, json.dumps(fixes[start : start + 100]).encode())

        def metres() -> list[float]:
            return [one["distance"] for one in get(server, "/api/devices").json()["devices"]]

        def of_history() -> list[float]:
            return [one["distance"] for one in get(server, f"/api/history/days/{today}").json()["devices"]]

        wait_for(lambda: metres() == [pytest.approx(599 * 11.14, rel=0.002)] * 5)
        wait_for(lambda: metres() == of_history())
        total = get(server, "/api/stats").json()["distance"]["total"]
        assert total == pytest.approx(sum(metres()), abs=0.5)
