"""Version 1 of the article: no bus, the server writes to the store and maps poll."""

from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from herenow.model.clock import DAY, now
from tests.support.patience import PATIENCE
from tests.support.positions import NOW
from tests.support.server import Server, report, running


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("direct") / "positions.db", "--bus", "none") as server:
        yield server


def fix(device_id: str, time: int, latitude: float = 60.0) -> dict[str, object]:
    return {"device_id": device_id, "time": time, "latitude": latitude, "longitude": 25.0}


def test_what_was_accepted_is_read_at_once(direct: Server) -> None:
    for n in range(10):
        assert report(direct, fix("bus-1", NOW + n * 1000, 60 + n / 1000)).status_code == 200
        latest = httpx.get(f"{direct.url}/api/positions/latest", timeout=PATIENCE).json()["positions"]
        assert [position["timestamp"] for position in latest if position["device_id"] == "bus-1"] == [NOW + n * 1000]
        assert (
            httpx.get(f"{direct.url}/api/devices/bus-1", timeout=PATIENCE).json()["position"]["time"] == NOW + n * 1000
        )
    assert (
        len(
            httpx.get(f"{direct.url}/api/devices/bus-1/track", params={"from": NOW}, timeout=PATIENCE).json()[
                "positions"
            ]
        )
        == 10
    )


def test_a_late_fix_does_not_become_the_newest(direct: Server) -> None:
    report(direct, fix("bus-2", NOW))
    report(direct, fix("bus-2", NOW - 1000))
    assert httpx.get(f"{direct.url}/api/devices/bus-2", timeout=PATIENCE).json()["position"]["time"] == NOW


def test_distance_counts_from_what_is_stored(direct: Server) -> None:
    start = max(now() // DAY * DAY, now() - 60_000)  # the distance is of today
    report(direct, fix("bus-3", start, 60.0))
    report(direct, fix("bus-3", start + 10_000, 60.001))
    assert httpx.get(f"{direct.url}/api/devices/bus-3", timeout=PATIENCE).json()["distance"] == pytest.approx(
        111.2, abs=0.3
    )


def test_a_socket_is_refused_and_says_what_to_do_instead(direct: Server) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(direct.live_url):
        pass
    assert refused.value.response.status_code == 503
    assert b"poll GET /api/positions/latest" in (refused.value.response.body or b"")


def test_it_is_ready_and_nothing_waits(direct: Server) -> None:
    assert httpx.get(f"{direct.url}/readyz", timeout=PATIENCE).json() == {"status": "ready"}
    assert httpx.get(f"{direct.url}/api/stats", timeout=PATIENCE).json()["backlog"] is None


def test_a_device_that_never_reported_is_not_found(direct: Server) -> None:
    assert httpx.get(f"{direct.url}/api/devices/nobody", timeout=PATIENCE).status_code == 404
