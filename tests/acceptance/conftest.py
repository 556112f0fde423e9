"""A browser, a server with the demo, and a page of it, for tests that see the map as people do."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.acceptance.browser import launched
from tests.acceptance.watched import Watched
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for_history


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright) as started:
        yield started


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("demo") / "positions.db", "--demo") as server:
        wait_for_history(server)
        yield server


expect.set_options(timeout=PATIENCE * 1000)  # a busy machine draws seldom

PARKED = 12
MINUTE = 60_000  # ms


@pytest.fixture(scope="module")
def parked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A fleet that stands still after each drove a little, so that a page of it does only what a test requests."""
    with running(tmp_path_factory.mktemp("parked") / "positions.db") as server:
        for number in range(PARKED):
            assert report(server, *drive(number)).json()["rejected"] == []
        wait_for_history(server)
        yield server


def drive(number: int) -> list[dict[str, object]]:
    """Ten minutes, a fix each; some devices then say that they stand."""
    now = time.time_ns() // 1_000_000
    kind = ("car", "bicycle", "boat")[number % 3]
    return [
        {
            "device_id": f"parked-{number}",
            "time": now - ago * MINUTE,
            "longitude": 24.9 + number / 100 - ago / 300,
            "latitude": 60.15 + number % 4 / 100,
            "speed": 9.3 if ago or number % 2 else 0.0,
            "course": 90.0,
            "attributes": {"kind": kind, "name": f"Parked {kind} {number}"},
        }
        for ago in range(10, -1, -1)
    ]


# A map that glides draws sixty frames a second, on the processor here: most tests are not about that.
@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark", reduced_motion="reduce")
    watched = Watched(context.new_page())
    yield watched
    context.close()
