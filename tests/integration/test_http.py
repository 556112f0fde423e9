"""What a real server answers over HTTP; test_http_reports.py has the bodies of reports."""

import json
import time
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.http_requests import NOW, fix, get, is_problem, post, track_of
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, wait_for


def test_a_device_is_shown_with_its_newest_position(server: Server) -> None:
    attributes = {"kind": "bus", "name": "Bus 7", "ignition": True}
    now = time.time_ns() // 1_000_000
    report(server, fix("shown", time=now - 1000), fix("shown", time=now, attributes=attributes, speed=0.0))
    wait_for(lambda: get(server, "/api/devices/shown").status_code == 200)
    device = get(server, "/api/devices/shown").json()
    assert (device["name"], device["kind"], device["status"]) == ("Bus 7", "bus", "idle")
    assert device["position"]["time"] == now
    assert device["position"]["source"] == "http"


def test_what_a_track_tells_can_be_reported_again_without_a_second_row(server: Server) -> None:
    report(server, fix("again", speed=1.5, attributes={"a": 1}))
    positions = track_of(server, "again")
    assert report(server, *positions).json()["accepted"] == 1
    assert len(track_of(server, "again")) == 1


def test_devices_come_in_pages_by_id_and_can_be_searched(server: Server) -> None:
    report(server, *[fix(f"page-{n:02}", attributes={"name": f"Ferry {n}"}) for n in range(25)])
    wait_for(lambda: get(server, "/api/devices", search="page-").json()["total"] == 25)
    found, cursor = [], None
    while True:
        page = get(server, "/api/devices", search="ferry", limit=10, **({"cursor": cursor} if cursor else {})).json()
        found += [device["device_id"] for device in page["devices"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == [f"page-{n:02}" for n in range(25)]


def test_a_track_is_paged_oldest_first(server: Server) -> None:
    report(server, *[fix("paged", time=NOW + n) for n in reversed(range(25))])
    first = get(server, "/api/devices/paged/track", limit=20).json()
    second = get(server, "/api/devices/paged/track", limit=20, cursor=first["next"]).json()
    assert [row["time"] - NOW for row in first["positions"] + second["positions"]] == list(range(25))
    assert second["next"] is None


def test_a_range_is_given_in_ms_or_iso(server: Server) -> None:
    report(server, fix("range", time=NOW - 5000), fix("range", time=NOW))
    iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime((NOW - 1000) / 1000))
    assert len(track_of(server, "range", **{"from": NOW - 1000})) == 1
    assert len(track_of(server, "range", **{"from": iso})) == 1
    assert len(track_of(server, "range", **{"from": NOW - 6000, "to": NOW})) == 1


@pytest.mark.parametrize(
    ("path", "query", "status", "says"),
    [
        ("/api/devices/range-x/track", {}, 404, "never reported"),
        ("/api/devices/x/track", {"from": 5, "to": 4}, 400, "before to"),
        ("/api/devices/x/track", {"from": "noon"}, 400, "from: expected"),
        ("/api/devices/x/track", {"from": "9" * 30}, 400, "from: expected"),
        ("/api/devices/x/track", {"from": "9" * 400}, 400, "from: expected"),
        ("/api/devices/x/track", {"limit": 0}, 422, "limit"),
        ("/api/devices/x/track", {"cursor": "rubbish!"}, 400, "cursor"),
        ("/api/devices", {"cursor": "WzEsMl0"}, 400, "cursor"),
        ("/api/devices", {"status": "flying"}, 422, "status"),
        ("/api/devices/nobody", {}, 404, "nobody"),
        ("/api/positions/latest", {"bbox": "1,2,3"}, 400, "four numbers"),
        ("/api/positions/latest", {"bbox": "1,2,3,x"}, 400, "west,south,east,north"),
        ("/api/positions/latest", {"bbox": "1,nan,3,4"}, 400, "four numbers"),
        ("/api/positions/latest", {"bbox": "1,9,3,4"}, 400, "south"),
        ("/api/history/density", {"bbox": "1,2,3,4"}, 422, "zoom"),
        ("/api/history/density", {"bbox": "1,2,3,4", "zoom": 25}, 422, "zoom"),
        ("/api/streets", {}, 404, "--demo"),
        ("/api/nothing", {}, 404, "openapi.json"),
    ],
)
def test_a_wrong_question_is_answered_by_a_problem_that_names_it(
    server: Server, path: str, query: dict[str, Any], status: int, says: str
) -> None:
    is_problem(get(server, path, **query), status, says)


@pytest.mark.parametrize(
    "path",
    [
        "/api/devices",
        "/api/positions/latest",
        "/api/history/analytics",
        "/api/history/distances",
        "/api/history/density?zoom=9",
        "/live/sse",
        "/ogc/collections/devices/items",
    ],
)
def test_a_box_without_numbers_is_not_everywhere(server: Server, path: str) -> None:
    """A script whose variable is empty sends one."""
    path, _, query = path.partition("?")
    answer = get(server, path, **dict(httpx.QueryParams(query)), bbox="")
    is_problem(answer, 400, "bbox: expected west,south,east,north")


def test_a_wrong_method_is_a_problem(server: Server) -> None:
    is_problem(httpx.delete(f"{server.url}/api/positions", timeout=PATIENCE), 405)
    is_problem(get(server, "/api/positions"), 405)


def test_head_is_answered_as_get_without_a_body(server: Server) -> None:
    answer = httpx.head(f"{server.url}/healthz", timeout=PATIENCE)
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("device_id", ["user/phone", "50%", 'a"b', "日本 1", "a/track"])
def test_a_device_id_may_hold_any_printable_character(server: Server, device_id: str) -> None:
    report(server, fix(device_id))
    assert len(track_of(server, quote(device_id, safe=""))) == 1
    wait_for(lambda: get(server, "/api/devices", search=device_id).json()["total"] == 1)
    assert get(server, f"/api/devices/{quote(device_id, safe='')}").json()["device_id"] == device_id


def test_a_plus_in_a_time_need_not_be_escaped(server: Server) -> None:
    answer = httpx.get(f"{server.url}/api/devices/x/track?from=2026-11-23T12:00:00+01:00", timeout=PATIENCE)
    is_problem(answer, 404)


def test_what_another_page_asks_through_a_browser_is_refused(server: Server) -> None:
    body = json.dumps(fix("foreign")).encode()
    is_problem(post(server, body, origin="http://elsewhere.example"), 403, "elsewhere.example")
    is_problem(post(server, body, host="rebound.example"), 403, "HERENOW_ACCESS=open")
    is_problem(post(server, body, host="[foo"), 403, "expected a host")
    is_problem(post(server, body, origin="http://[::1"), 403, "expected a host")
    assert post(server, body, origin=server.url).status_code == 200


def test_nothing_that_is_missing_is_kept_by_a_browser(server: Server) -> None:
    missing = get(server, "/assets/nothing.js")
    assert (missing.status_code, missing.headers["cache-control"]) == (404, "no-cache")


def test_latest_in_a_box_leaves_out_the_rest_of_the_world(server: Server) -> None:
    report(server, fix("box-in", latitude=-44.5, longitude=170.5), fix("box-out", latitude=-50.0, longitude=170.5))
    wait_for(lambda: get(server, "/api/devices/box-out").status_code == 200)
    seen = get(server, "/api/positions/latest", bbox="170,-45,171,-44").json()["positions"]
    assert [position["device_id"] for position in seen] == ["box-in"]
    assert seen[0]["timestamp"] == NOW


def test_stats_count_every_device_once(server: Server) -> None:
    report(server, fix("stats", speed=9.0))
    wait_for(lambda: get(server, "/api/devices/stats").status_code == 200)
    stats = get(server, "/api/stats").json()
    assert sum(stats["by_status"].values()) == stats["devices"]
    assert sum(stats["by_kind"].values()) == stats["devices"]


def test_the_server_says_that_it_is_well(server: Server) -> None:
    assert get(server, "/healthz").json() == {"status": "ok"}
    assert get(server, "/readyz").json() == {"status": "ready"}


def test_every_route_is_in_the_openapi_document(server: Server) -> None:
    document = get(server, "/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/api/positions", "/api/devices/{device_id}/track", "/api/stats", "/healthz"} <= document["paths"].keys()


def test_pages_may_load_nothing_from_elsewhere(server: Server) -> None:
    assert "default-src 'self'" in get(server, "/healthz").headers["content-security-policy"]


SECURITY = ("content-security-policy", "x-content-type-options", "referrer-policy")


def test_every_answer_has_the_headers_that_browsers_need(server: Server) -> None:
    foreign = httpx.get(f"{server.url}/healthz", headers={"Origin": "http://evil.example"}, timeout=PATIENCE)
    is_problem(foreign, 403, "evil.example")
    for answer in (foreign, get(server, "/api/nothing"), get(server, "/nothing"), get(server, "/metrics")):
        assert {*SECURITY} <= {*answer.headers}


def test_every_answer_says_its_date_once(server: Server) -> None:
    for path in ("/api/history", "/api/storage", "/healthz", "/api/devices/nobody/track"):
        wait_for(lambda path=path: get(server, path).status_code in (200, 404))  # type: ignore[misc]
        assert len(get(server, path).headers.get_list("date")) == 1


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/positions", "POST"),
        ("/healthz", "GET, HEAD"),
        ("/api/devices/x", "DELETE, GET, HEAD"),
        ("/send-location-update", "POST"),
        ("/index.html", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_there_is_answered_by_all_that_are(server: Server, path: str, methods: str) -> None:
    answer = httpx.request("PUT", f"{server.url}{path}", timeout=PATIENCE)
    is_problem(answer, 405)
    assert answer.headers["allow"] == methods


def test_metrics_are_documented_as_the_text_that_they_are(server: Server) -> None:
    document = get(server, "/openapi.json").json()
    assert [*document["paths"]["/metrics"]["get"]["responses"]["200"]["content"]] == ["text/plain"]


def test_a_location_of_the_article_has_a_bound(server: Server) -> None:
    body = b'{"device_id":"a","x":"' + b"x" * 70_000 + b'"}'
    answer = httpx.post(f"{server.url}/send-location-update", content=body, timeout=PATIENCE)
    is_problem(answer, 413, "64 KiB")
