"""The article's client and its consumer against a real server, with the very requests that they make."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from herenow.api.routes.article import MAX_POSITIONS
from tests.support.patience import PATIENCE
from tests.support.server import Server

NOW = int(time.time())  # s
MIDNIGHT = NOW - NOW % 86_400
TODAY = datetime.fromtimestamp(NOW, UTC).date().isoformat()
DEVICES = ("dev001", "dev002", "dev003", "dev004", "dev005")


def consumer_posts(server: Server, device_id: str, moment: object, latitude: float = 39.9) -> httpx.Response:
    message = {"type": "location_update", "device_id": device_id, "timestamp": moment}
    return httpx.post(
        f"{server.url}/send-location-update", json=message | {"latitude": latitude, "longitude": 32.8}, timeout=PATIENCE
    )


def client_gets(server: Server, path: str) -> Any:
    answer = httpx.get(f"{server.url}{path}", timeout=PATIENCE)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def history(server: Server, path: str = "/devices-in-range", date: str = TODAY) -> list[dict[str, Any]]:
    """What its client asks for when it loads, whatever the date: its two times are fixed in its source."""
    query = f"date={date}&start=1970-01-21T00:00:00&end=2026-02-04T23:59:59"
    locations: list[dict[str, Any]] = client_gets(server, f"{path}?{query}")
    return locations


def times_of(locations: list[dict[str, Any]], device_id: str) -> list[int]:
    """Unix ms of a device's locations, in the order in which they came."""
    texts = [location["timestamp"] for location in locations if location["device_id"] == device_id]
    return [round(datetime.fromisoformat(text).timestamp() * 1000) for text in texts]


def is_problem(answer: httpx.Response, status: int, says: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("path", ["/devices-in-range", "/all-locations"])
def test_its_client_finds_today_what_its_consumer_posted(server: Server, path: str) -> None:
    for device_id in DEVICES:
        answer = consumer_posts(server, device_id, NOW)
        assert (answer.status_code, answer.json()) == (200, {"status": "broadcasted"})
    locations = history(server, path)
    for device_id in DEVICES:
        assert NOW * 1000 in times_of(locations, device_id)
        assert client_gets(server, f"/device-summary?device_id={device_id}&date={TODAY}")["count"] >= 1
    assert all(location.keys() == {"device_id", "timestamp", "latitude", "longitude"} for location in locations)


def test_a_day_in_its_older_form_is_the_whole_day(server: Server) -> None:
    for second in (0, 43_200, 86_399):
        consumer_posts(server, "old-form", MIDNIGHT - 86_400 + second)
    date = datetime.fromtimestamp(MIDNIGHT - 86_400, UTC).date().isoformat()
    locations = client_gets(server, f"/devices-in-range?date={date}&start={date}T00:00:00&end={date}T23:59:59")
    assert len(times_of(locations, "old-form")) == 3


def test_a_device_that_nobody_listed_is_found(server: Server) -> None:
    consumer_posts(server, "tram 4/ä", NOW)
    assert times_of(history(server), "tram 4/ä") == [NOW * 1000]


def test_history_comes_device_by_device_oldest_first(server: Server) -> None:
    for second in (3, 1, 2):
        for device_id in ("order-b", "order-a"):
            consumer_posts(server, device_id, MIDNIGHT + second)
    locations = history(server)
    device_ids = [one["device_id"] for one in locations if one["device_id"].startswith("order-")]
    assert [device_ids[0]] * 3 + [device_ids[3]] * 3 == device_ids
    for device_id in ("order-a", "order-b"):
        assert times_of(locations, device_id) == [(MIDNIGHT + second) * 1000 for second in (1, 2, 3)]


async def test_a_viewer_sees_what_the_consumer_posts_in_ms_and_history_has_it_once(server: Server) -> None:
    async with connect(server.live_url, origin=Origin(server.url)) as socket:
        for _ in range(2):
            assert (await asyncio.to_thread(consumer_posts, server, "seen", NOW)).status_code == 200
        async with asyncio.timeout(PATIENCE):
            while (message := json.loads(await socket.recv()))["device_id"] != "seen":
                pass
    assert message == {
        "type": "location_update",
        "device_id": "seen",
        "timestamp": NOW * 1000,
        "latitude": 39.9,
        "longitude": 32.8,
    }
    assert times_of(history(server), "seen") == [NOW * 1000]
    (kept,) = client_gets(server, "/api/devices/seen/track")["positions"]
    assert (kept["time"], kept["source"]) == (NOW * 1000, "article")


def test_seconds_and_ms_of_one_instant_are_one_position(server: Server) -> None:
    consumer_posts(server, "units", MIDNIGHT)
    consumer_posts(server, "units", MIDNIGHT * 1000)
    assert times_of(history(server), "units") == [MIDNIGHT * 1000]


def test_one_device_is_read_between_two_moments_both_included(server: Server) -> None:
    for second in range(5):
        consumer_posts(server, "between", MIDNIGHT + second)
    path = f"/locations?date={TODAY}&device_id=between"
    in_utc = f"&start={TODAY}T00:00:01&end={TODAY}T00:00:03"
    elsewhere = f"&start={TODAY}T01:00:01%2B01:00&end={TODAY}T01:00:03+01:00"  # a "+" need not be escaped
    for query in (in_utc, elsewhere):
        locations = client_gets(server, path + query)
        assert times_of(locations, "between") == [(MIDNIGHT + second) * 1000 for second in (1, 2, 3)]
    assert client_gets(server, f"/locations?date={TODAY}&device_id=nobody{in_utc}") == []


def test_a_range_outside_its_day_holds_nothing(server: Server) -> None:
    consumer_posts(server, "outside", NOW)
    assert client_gets(server, "/all-locations?date=2001-02-03&start=2010-01-01T00:00:00&end=2010-01-02T00:00:00") == []
    assert history(server, date="2001-02-03") == []


def test_a_summary_tells_first_last_and_the_way_between(server: Server) -> None:
    for second, latitude in ((9, 39.92), (0, 39.90), (5, 39.91), (7, 39.90)):
        consumer_posts(server, "summed", MIDNIGHT + second, latitude)
    summary = client_gets(server, f"/device-summary?device_id=summed&date={TODAY}")
    assert summary.pop("total_distance_m") == pytest.approx(4 * 1111.95, rel=1e-4)
    assert summary == {
        "device_id": "summed",
        "date": TODAY,
        "count": 4,
        "first": {"timestamp": f"{TODAY}T00:00:00.000Z", "latitude": 39.9, "longitude": 32.8},
        "last": {"timestamp": f"{TODAY}T00:00:09.000Z", "latitude": 39.92, "longitude": 32.8},
    }


@pytest.mark.parametrize(("device_id", "date"), [("nobody", TODAY), ("dev001", "2001-02-03")])
def test_a_day_without_positions_is_summed_up_as_nothing(server: Server, device_id: str, date: str) -> None:
    summary = client_gets(server, f"/device-summary?device_id={device_id}&date={date}")
    nothing = {"count": 0, "first": None, "last": None, "total_distance_m": 0.0}
    assert summary == {"device_id": device_id, "date": date} | nothing


def test_more_than_one_answer_holds_is_refused_with_what_to_ask_instead(server: Server) -> None:
    day = datetime(2020, 5, 5, tzinfo=UTC)
    start = round(day.timestamp() * 1000)
    for sent in range(0, MAX_POSITIONS, 10_000):
        report(server, range(start + sent, start + sent + 10_000))
    whole = "date=2020-05-05&start=2020-05-05T00:00:00&end=2020-05-05T23:59:59"
    assert len(client_gets(server, f"/all-locations?{whole}")) == MAX_POSITIONS
    report(server, range(start + MAX_POSITIONS, start + MAX_POSITIONS + 1))
    for path in ("/all-locations?", "/devices-in-range?", "/locations?device_id=many&"):
        is_problem(httpx.get(f"{server.url}{path}{whole}", timeout=PATIENCE), 400, "more than 100000 positions")
    shorter = (day + timedelta(milliseconds=MAX_POSITIONS - 1)).isoformat(timespec="milliseconds")
    query = f"date=2020-05-05&start=2020-05-05T00:00:00&end={shorter}"
    locations = client_gets(server, f"/locations?device_id=many&{query}")
    assert times_of(locations, "many") == list(range(start, start + MAX_POSITIONS))
    assert client_gets(server, "/device-summary?device_id=many&date=2020-05-05")["count"] == MAX_POSITIONS + 1


def report(server: Server, times: range) -> None:
    rows = [{"device_id": "many", "time": moment, "latitude": 1.0, "longitude": 2.0} for moment in times]
    assert httpx.post(f"{server.url}/api/positions", json=rows, timeout=PATIENCE).json()["accepted"] == len(times)


@pytest.mark.parametrize("path", ["/devices-in-range", "/all-locations", "/locations"])
@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        ({"date": "today"}, 400, "date: expected a day like 2026-11-23, got 'today'"),
        ({"date": "2026-02-30"}, 400, "date"),
        ({"date": "2026-02-02T00:00:00"}, 400, "date"),
        ({"start": "1700000000"}, 400, "start: expected ISO 8601"),
        ({"end": "noon"}, 400, "end"),
        ({"start": "2026-02-02T11:00:00", "end": "2026-02-02T10:00:00"}, 400, "expected start before end"),
        ({"date": None}, 422, "date"),
        ({"end": None}, 422, "end"),
    ],
)
def test_a_wrong_question_is_a_problem(
    server: Server, path: str, wrong: dict[str, str | None], status: int, says: str
) -> None:
    right = {"date": "2026-02-02", "start": "2026-02-02T00:00:00", "end": "2026-02-02T23:59:59", "device_id": "a"}
    query = {name: value for name, value in (right | wrong).items() if value is not None}
    is_problem(httpx.get(f"{server.url}{path}", params=query, timeout=PATIENCE), status, says)


def test_a_summary_of_no_day_or_of_no_device_is_a_problem(server: Server) -> None:
    is_problem(httpx.get(f"{server.url}/device-summary?device_id=a&date=2026-13-01", timeout=PATIENCE), 400, "date")
    is_problem(httpx.get(f"{server.url}/device-summary?date=2026-01-01", timeout=PATIENCE), 422, "device_id")


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "as JSON"),
        (b"[]", "as JSON"),
        (b'{"device_id":"bad"}', "expected a value"),
        (b'{"device_id":"bad","timestamp":1700000000,"latitude":91,"longitude":1}', "latitude"),
        (b'{"device_id":"bad","timestamp":1,"latitude":9,"longitude":1}', "2000-01-01"),
        (b'{"device_id":"bad","timestamp":"noon","latitude":9,"longitude":1}', "ISO 8601"),
        (b'{"device_id":"bad","latitude":9,"longitude":1}', "the time of the fix"),
        (b'{"device_id":"b\\na","timestamp":1700000000,"latitude":9,"longitude":1}', "control characters"),
    ],
)
def test_a_bad_update_is_a_problem_and_nothing_of_it_is_kept(server: Server, body: bytes, says: str) -> None:
    is_problem(httpx.post(f"{server.url}/send-location-update", content=body, timeout=PATIENCE), 422, says)
    assert httpx.get(f"{server.url}/api/devices/bad", timeout=PATIENCE).status_code == 404
