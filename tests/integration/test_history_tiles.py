"""Tiles of history over HTTP, decoded by libraries that are not ours."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import httpx
import mapbox_vector_tile
import pytest

from herenow.model.clock import DAY, HOUR
from tests.support.http_requests import get, is_problem, post
from tests.support.patience import PATIENCE
from tests.support.server import Server, running, wait_for

START = (time.time_ns() // 1_000_000 // DAY - 40) * DAY
TRAM = {"latitude": 60.17, "longitude": 24.94, "attributes": {"kind": "tram"}}
PHONE = {"latitude": -33.9, "longitude": 151.2}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a past: a tram and a phone, far from each other."""
    with running(tmp_path_factory.mktemp("tiles") / "positions.db") as server:
        rows = [{"device_id": "tram-4", "time": START + n * 60_000, "speed": n % 2 * 7.0} | TRAM for n in range(90)]
        rows += [{"device_id": "phone", "time": START + n * HOUR} | PHONE for n in range(30)]
        rows += [{"device_id": "phone", "time": START + 5 * HOUR + 1} | PHONE | {"accuracy": 5000}]
        reported = time.time_ns() // 1_000_000
        assert post(server, json.dumps(rows).encode()).json()["accepted"] == 121
        wait_for(lambda: (history(server)["made"] or 0) > reported + 10_000)
        yield server


def history(server: Server, start: int = START, end: int = START + 2 * DAY) -> Any:
    return get(server, "/api/history", **{"from": start, "to": end}).json()


def tile(server: Server, name: str, start: int = START, end: int = START + 2 * DAY, **more: Any) -> httpx.Response:
    return get(server, f"/api/history/tiles/{name}.mvt", **{"from": start, "to": end}, **more)


def features(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    decoded = mapbox_vector_tile.decode(answer.content) if answer.content else {"positions": {"features": []}}
    found: list[dict[str, Any]] = [feature["properties"] for feature in decoded["positions"]["features"]]
    return sorted(found, key=lambda feature: feature.get("count", 0))


def test_a_tile_of_the_world_counts_what_was_where(server: Server) -> None:
    phone, tram = features(tile(server, "0/0/0"))
    assert phone == {
        "count": 30, "moving": 0, "kind": "other", "kind:other": 30, "first": START, "last": START + 29 * HOUR,
        "west": 151.2, "east": 151.2, "south": -33.9, "north": -33.9,
    }  # fmt: skip
    assert (tram["count"], tram["moving"], tram["kind:tram"]) == (90, 45, 90)


def test_near_the_ground_each_position_is_one(server: Server) -> None:
    found = features(tile(server, "14/9327/4742"))
    assert [(one["device_id"], one["kind"]) for one in found] == [("tram-4", "tram")] * 90
    assert sorted(one["time"] for one in found) == [START + n * 60_000 for n in range(90)]
    assert sum(one["moving"] for one in found) == 45


def test_a_request_is_for_a_kind_a_time_or_everything(server: Server) -> None:
    assert [one["count"] for one in features(tile(server, "0/0/0", kind="tram"))] == [90]
    assert features(tile(server, "0/0/0", kind="submarine")) == []
    assert [one["count"] for one in features(tile(server, "0/0/0", START, START + HOUR))] == [1, 60]
    assert [one["count"] for one in features(tile(server, "0/0/0", START + 1, START + 2))] == [1, 60], "the hour"
    phone, _ = features(tile(server, "0/0/0", raw=True))
    assert (phone["count"], phone["flagged"]) == (31, 1)


def test_a_reader_that_is_not_ours_finds_the_places(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "1" / "1" / "0.mvt"
    path.parent.mkdir(parents=True)
    path.write_bytes(tile(server, "1/1/0").content)
    found = geopandas.read_file(f"MVT:{path}", layer="positions").to_crs(4326)
    assert found["count"].tolist() == [90]
    assert found.geometry[0].x == pytest.approx(24.94, abs=0.05)
    assert found.geometry[0].y == pytest.approx(60.17, abs=0.05)


def test_a_tile_is_kept_until_it_changes(server: Server) -> None:
    first = tile(server, "0/0/0")
    assert first.headers["cache-control"] == "no-cache"
    again = httpx.get(first.request.url, headers={"If-None-Match": first.headers["etag"]}, timeout=PATIENCE)
    assert (again.status_code, again.content) == (304, b"")
    known = tile(server, "0/0/0", v=history(server)["version"])
    assert "immutable" in known.headers["cache-control"]
    assert known.content == first.content
    assert tile(server, "0/0/0", v="guessed").headers["cache-control"] == "no-cache"
    assert tile(server, "0/0/0", kind="tram").headers["etag"] != first.headers["etag"]


def test_late_positions_change_the_version_and_the_tile(server: Server) -> None:
    before, tag = history(server, START + 9 * DAY, START + 10 * DAY), tile(server, "0/0/0").headers["etag"]
    late = {"device_id": "late", "time": START + 9 * DAY} | PHONE
    post(server, json.dumps([late, late]).encode())
    wait_for(lambda: history(server, START + 9 * DAY, START + 10 * DAY)["version"] != before["version"])
    assert [one["count"] for one in features(tile(server, "0/0/0", START + 9 * DAY, START + 10 * DAY))] == [1]
    assert tile(server, "0/0/0").headers["etag"] == tag


@pytest.mark.parametrize(
    ("name", "query", "says"),
    [
        ("0/0/1", {}, "expected x and y from 0 to 0 at zoom 0"),
        ("3/-1/0", {}, "expected x and y from 0 to 7 at zoom 3"),
        ("23/0/0", {}, "expected a zoom from 0 to 22"),
        ("0/0/0", {"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "expected from before to"),
        ("0/0/0", {"from": "0", "to": "2026-01-01T00:00:00Z"}, "expected at most 3660 days"),
        ("0/0/0", {"from": "yesterday"}, "from: "),
    ],
)
def test_bad_requests_are_refused_with_the_reason(server: Server, name: str, query: dict[str, str], says: str) -> None:
    is_problem(get(server, f"/api/history/tiles/{name}.mvt", **query), 400, says)


def test_a_range_without_anything_is_empty(server: Server) -> None:
    assert features(tile(server, "0/0/0", START - 9 * DAY, START - 8 * DAY)) == []


def test_a_tile_of_one_device_has_that_device_alone(server: Server) -> None:
    near = features(tile(server, "14/9327/4742", device="tram-4"))
    assert near == features(tile(server, "14/9327/4742"))
    assert [(one["device_id"], one["kind"]) for one in near] == [("tram-4", "tram")] * 90
    assert len(features(tile(server, "0/0/0", device="phone"))) == 30
    assert len(features(tile(server, "0/0/0", device="phone", raw=True))) == 31
    assert features(tile(server, "0/0/0", device="phone", kind="tram")) == []
    assert features(tile(server, "14/9327/4742", device="phone")) == []
    is_problem(tile(server, "0/0/0", device="nobody"), 404, "'nobody', which never reported")


def test_a_tile_of_one_device_is_kept_as_others_are(server: Server) -> None:
    first = tile(server, "0/0/0", device="phone")
    assert first.headers["cache-control"] == "no-cache"
    again = httpx.get(first.request.url, headers={"If-None-Match": first.headers["etag"]}, timeout=PATIENCE)
    assert again.status_code == 304
    known = tile(server, "0/0/0", device="phone", v=history(server)["version"])
    assert "immutable" in known.headers["cache-control"]
