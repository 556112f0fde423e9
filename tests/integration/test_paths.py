"""Devices have ids that look like paths, and paths may end in a slash."""

import time
from urllib.parse import quote

import httpx
import pytest

from tests.support.patience import PATIENCE
from tests.support.server import Server, report, wait_for

BELOW = ("track", "trips", "days", "places", "traces", "commands")
LIKE_PATHS = [f"odd/1/{end}" for end in BELOW] + ["odd/1", "odd/1/", "odd//1", "odd%2F1"]


@pytest.fixture(scope="module")
def odd(server: Server) -> Server:
    now = time.time_ns() // 1_000_000
    rows = [
        {"device_id": one, "time": now - n, "latitude": 1.0, "longitude": float(n)} for n, one in enumerate(LIKE_PATHS)
    ]
    assert report(server, *rows).json()["accepted"] == len(rows)
    wait_for(lambda: ask(server, "api/devices", search="odd").json()["total"] == len(rows))
    return server


def ask(server: Server, path: str, **query: str) -> httpx.Response:
    return httpx.get(f"{server.url}/{path}", params=query, timeout=PATIENCE)


@pytest.mark.parametrize("device_id", LIKE_PATHS)
def test_each_device_is_the_one_that_was_requested(odd: Server, device_id: str) -> None:
    name = quote(device_id, safe="")
    assert ask(odd, f"api/devices/{name}").json()["device_id"] == device_id
    track = ask(odd, f"api/devices/{name}/track").json()
    assert track["device_id"] == device_id
    assert [one["longitude"] for one in track["positions"]] == [float(LIKE_PATHS.index(device_id))]
    for end in ("trips", "days", "places", "traces"):
        assert ask(odd, f"api/devices/{name}/{end}").json()["device_id"] == device_id
    items = f"ogc/collections/devices/items/{name}"
    assert ask(odd, items).json()["id"] == device_id
    assert ask(odd, f"{items}/tgsequence").json()["type"] == "TemporalGeometrySequence"


def test_a_slash_that_is_not_encoded_parts_two_segments(odd: Server) -> None:
    assert ask(odd, "api/devices/odd/1").status_code == 404
    assert ask(odd, "api/devices/odd/1/track").status_code == 404


@pytest.mark.parametrize(
    "path", ["api/stats/", "api/devices/odd%2F1/track/", "ogc/", "ogc", "ogc/collections/", "healthz/"]
)
def test_a_path_that_ends_in_a_slash_is_answered_and_not_redirected(odd: Server, path: str) -> None:
    assert ask(odd, path).status_code == 200


def test_a_report_to_a_path_that_ends_in_a_slash_is_stored(server: Server) -> None:
    row = {"device_id": "slashed", "time": time.time_ns() // 1_000_000, "latitude": 1.0, "longitude": 2.0}
    answer = httpx.post(f"{server.url}/api/positions/", json=row, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)


def test_the_page_about_the_interface_is_redirected_to_within_any_path(server: Server) -> None:
    answer = httpx.get(f"{server.url}/docs/", timeout=PATIENCE)
    assert (answer.status_code, answer.headers["location"]) == (307, "../docs")


def test_a_file_that_is_requested_as_a_folder_is_not_there(server: Server) -> None:
    assert ask(server, "index.html").status_code == 200
    assert ask(server, "index.html/").status_code == 404
    assert ask(server, "assets/..%2Findex.html").status_code == 404
