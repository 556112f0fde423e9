"""Each request to history is answered, or refused in words that say what is allowed."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from herenow.api.cursor import to_cursor
from tests.support.dose import dose
from tests.support.http_requests import is_problem
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for

NOW = time.time_ns() // 1_000_000
READINGS = (
    "/api/devices/van/track",
    "/api/devices/van/trips",
    "/api/devices/van/days",
    "/api/devices/van/places",
    "/api/history/analytics",
    "/api/history/distances",
    "/api/history/density?bbox=24,59,26,61&zoom=9",
    "/api/history",
    "/api/history/timeline",
    "/api/history/replay",
    "/api/history/tiles/3/4/2.mvt",
    f"/api/history/days/{NOW}",
    f"/api/history/replay/{NOW // 3_600_000}/0",
    "/api/export",
    "/api/storage",
)

RANGED = tuple(path for path in READINGS if "days/" not in path and "/0" not in path and path != "/api/storage")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("refusals") / "positions.db") as started:
        rows = [{"device_id": "van", "time": NOW - n * 1000, "latitude": 60.0, "longitude": 25.0} for n in range(50)]
        report(started, *rows)
        wait_for(lambda: (httpx.get(f"{started.url}/api/history", timeout=PATIENCE).json()["made"] or 0) > NOW + 1)
        yield started


def ask(server: Server, path: str, query: Any) -> httpx.Response:
    given = dict(httpx.QueryParams(query or {}).multi_items()) if isinstance(query, dict) else list(query or [])
    own = httpx.URL(path).params.multi_items()
    pairs = [*own, *(given.items() if isinstance(given, dict) else given)]
    return httpx.get(f"{server.url}{path.partition('?')[0]}", params=pairs, timeout=PATIENCE)


@pytest.mark.parametrize("path", RANGED)
@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "expected from before to"),
        ({"from": "5", "to": "5"}, "expected from before to"),
        ({"from": "noon"}, "from: expected"),
        ({"to": "9" * 40}, "to: expected"),
        ({"from": "NaN"}, "from: expected"),
        ({"from": ""}, "from: expected"),
        ({"to": ""}, "to: expected"),
    ],
)
def test_a_range_that_is_none_is_refused(server: Server, path: str, query: dict[str, str], says: str) -> None:
    is_problem(ask(server, path, query), 400, says)


@pytest.mark.parametrize("path", [path for path in RANGED if path not in ("/api/export", "/api/devices/van/track")])
def test_a_range_that_is_absurdly_long_is_refused(server: Server, path: str) -> None:
    is_problem(ask(server, path, {"from": "0", "to": str(2**52)}), 400, "expected at most 3660 days")


@pytest.mark.parametrize("path", ["track", "trips", "days", "places", "track?detail=5", "track?raw=false"])
def test_a_device_that_never_reported_is_not_there(server: Server, path: str) -> None:
    is_problem(ask(server, f"/api/devices/{quote('no/body', safe='')}/{path}", None), 404, "which never reported")
    is_problem(ask(server, "/api/export", {"device": "nobody"}), 404, "which never reported")


@pytest.mark.parametrize(
    "cursor", ["garbage", "AAAA", to_cursor("van"), to_cursor((2**70, 1)), to_cursor((1, -1)), "W10", "💥", "=" * 9]
)
def test_a_cursor_that_was_tampered_with_is_refused(server: Server, cursor: str) -> None:
    is_problem(
        ask(server, "/api/devices/van/track", {"cursor": cursor}), 400, "cursor: expected one that this server returned"
    )


def test_a_cursor_that_is_endless_is_refused(server: Server) -> None:
    is_problem(ask(server, "/api/devices/van/track", {"cursor": "A" * 5000}), 422, "cursor")


odd = ["", "0", "-1", "nan", "inf", "-inf", "1e308", "9" * 30, "2026-01-01", "true", "false", "van", "💥", "\x00", "%"]
words = st.sampled_from(odd) | st.text(max_size=20)
names = st.sampled_from(
    ["from", "to", "cursor", "limit", "detail", "raw", "device", "kind", "v", "format", "bbox", "zoom", "unknown"]
)


@given(st.sampled_from(READINGS), st.lists(st.tuples(names, words), max_size=5))
@settings(max_examples=dose(40, full=500), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_request_is_an_error_of_the_server(server: Server, path: str, query: list[tuple[str, str]]) -> None:
    answer = ask(server, path, query)
    assert answer.status_code in (200, 400, 404, 422), (path, query, answer.text[:300])
    if answer.status_code != 200:
        is_problem(answer, answer.status_code)


@given(st.integers(-(2**70), 2**70), st.integers(-3, 30), st.integers(-5, 2**40))
@settings(max_examples=dose(20, full=200), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_number_in_a_path_is_an_error_of_the_server(server: Server, large: int, zoom: int, column: int) -> None:
    for path in (
        f"/api/history/tiles/{zoom}/{column}/{large}.mvt",
        f"/api/history/replay/{large}/{zoom}",
        f"/api/history/days/{large}",
    ):
        assert ask(server, path, None).status_code in (200, 400, 404, 422), path
