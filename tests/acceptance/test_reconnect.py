"""A page whose server dies and comes back: nothing is lost, nothing is there twice."""

import signal
import time
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.acceptance.watched import Watched
from tests.support.server import Server, report, running

DEVICES = 60


def tell(server: Server, north: float) -> None:
    now = time.time_ns() // 1_000_000
    rows = [
        {"device_id": f"bike-{i}", "time": now, "longitude": 24.9 + i / 1000, "latitude": 60.1 + north, "speed": 4.0}
        for i in range(DEVICES)
    ]
    assert report(server, *rows).json()["accepted"] == DEVICES


def known(page: Page) -> list[str]:
    found: list[str] = page.evaluate("() => window.herenow.devices()")
    return sorted(found)


def test_after_the_server_was_killed_and_started_again_the_map_is_as_it_was_and_live(
    watched: Watched, tmp_path: Path
) -> None:
    store = tmp_path / "positions.db"
    everyone = sorted(f"bike-{i}" for i in range(DEVICES))
    page = watched.page
    banner = page.get_by_text("The connection to the server was lost.")
    with running(store) as first:
        tell(first, 0)
        watched.open(first)
        watched.until("count => window.herenow.devices().length === count", argument=DEVICES)
        expect(page.get_by_role("button", name="Try now")).to_be_hidden()
        port = first.url.rpartition(":")[2]
        first.stop(signal.SIGKILL)
        expect(banner).to_be_visible()
        expect(page.get_by_role("button", name="Try now")).to_be_visible()
        assert known(page) == everyone, "what was known stays on the map"
    with running(store, "--port", port) as second:
        expect(banner).to_be_hidden()
        assert known(page) == everyone
        tell(second, 0.01)
        watched.until("() => window.herenow.devices().every(id => window.herenow.device(id).latitude > 60.105)")
        assert known(page) == everyone, "each is there once"
        expect(page.get_by_text(f"{DEVICES} devices").first).to_be_visible()
