"""The map in a real browser, against a real server with the demo."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, WebSocketRoute, expect, sync_playwright

from tests.acceptance.browser import FLAGS, chromium
from tests.server import Server, running, wait_for

BUS, SIMULATED = "capmetro-", "sim-"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("demo") / "positions.db", "--demo") as server:
        yield server


class Watched:
    """A page, and all that it asked for and complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._request)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def open(self, server: Server, path: str = "/") -> None:
        self.page.goto(server.url + path)
        self.until("() => window.herenow !== undefined")

    def until(self, true: str, seconds: float = 30, argument: object = None) -> None:
        self.page.wait_for_function(true, arg=argument, timeout=seconds * 1000)

    def ids(self, prefix: str) -> list[str]:
        found: list[str] = self.page.evaluate("() => window.herenow.devices()")
        return [device_id for device_id in found if device_id.startswith(prefix)]

    def places(self, ids: list[str]) -> dict[str, Any]:
        """Where markers are drawn at this moment."""
        drawn: dict[str, Any] = self.page.evaluate(
            "ids => Object.fromEntries(ids.map(id => [id, window.herenow.shown(id)]))", ids
        )
        return {device_id: place for device_id, place in drawn.items() if place}

    def marks(self) -> list[dict[str, Any]]:
        """What the history layer draws: `pixel` of the map, and `count`, None for a position that is drawn itself."""
        marks: list[dict[str, Any]] = self.page.evaluate("() => window.herenow.historyMarks()")
        return marks

    def mark(self, condition: str) -> dict[str, Any]:
        """One that no card covers, once the map rests; on its `count`."""
        found = "window.herenow.historyMarks().filter(({count, pixel: [x, y]}) => "
        found += f"x > 80 && x < 600 && y > 100 && y < 550 && {condition})"
        self.page.wait_for_timeout(1000)
        self.until(f"() => {found}.length > 0", 60)
        mark: dict[str, Any] = self.page.evaluate(f"() => {found}.sort((a, b) => a.count - b.count)[0]")
        return mark

    def click(self, mark: dict[str, Any]) -> None:
        x, y = mark["pixel"]
        self.page.get_by_role("application").click(position={"x": x, "y": y})

    def wait_for_fleets(self) -> None:
        for prefix in (BUS, SIMULATED):
            self.until("prefix => window.herenow.devices().filter(id => id.startsWith(prefix)).length > 50", 60, prefix)


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    watched = Watched(context.new_page())
    yield watched
    context.close()


def test_both_fleets_are_drawn_and_move_smoothly(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    for prefix in (BUS, SIMULATED):
        ids = watched.ids(prefix)
        samples = []
        for _ in range(12):
            samples.append(watched.places(ids))
            watched.page.wait_for_timeout(250)
        steps = {device_id: moves(samples, device_id) for device_id in ids if all(device_id in s for s in samples)}
        gliding = [device_id for device_id, moved in steps.items() if moved >= 6]
        assert len(gliding) >= 10, f"{len(gliding)} of {len(steps)} {prefix} markers glide"


def moves(samples: list[dict[str, Any]], device_id: str) -> int:
    """In how many steps of the samples the marker moved."""
    places = [(sample[device_id]["longitude"], sample[device_id]["latitude"]) for sample in samples]
    return sum(before != after for before, after in itertools.pairwise(places))


def test_the_live_canvas_really_changes(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    watched.page.wait_for_timeout(1000)
    middle = {"x": 400.0, "y": 150.0, "width": 600.0, "height": 500.0}
    before = watched.page.screenshot(clip=middle)  # type: ignore[arg-type]
    watched.page.wait_for_timeout(3000)
    assert watched.page.screenshot(clip=middle) != before  # type: ignore[arg-type]


def test_history_is_drawn_beside_the_live_layer(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    watched.page.get_by_role("radio", name="Off").click()
    watched.until("() => window.herenow.historyMarks().length === 0")
    show_history(watched.page)
    watched.until("() => window.herenow.historyMarks().length > 3")
    assert watched.page.evaluate("() => window.herenow.metrics().drawn") > 50


def test_history_stands_still_until_the_newer_is_asked_for(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    watched.until("() => window.herenow.historyMarks().length > 3")
    expect(watched.page.get_by_text("Loading")).to_have_count(0)
    before = watched.marks()
    newer = watched.page.get_by_role("button", name="Newer")
    newer.wait_for(timeout=120_000)
    assert watched.marks() == before
    newer.click()
    watched.until(
        "count => window.herenow.historyMarks().reduce((n, mark) => n + mark.count, 0) > count", 15, positions(before)
    )


def test_a_circle_is_zoomed_to_and_a_stored_position_says_what_it_is(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    bus = watched.page.evaluate("id => window.herenow.device(id)", watched.ids(BUS)[0])
    place = f"{bus['latitude']}/{bus['longitude']}"
    watched.page.get_by_role("button", name="Layers and legend").click()
    watched.page.get_by_role("checkbox", name="Live").uncheck()
    watched.page.get_by_role("button", name="Layers and legend").click()
    watched.page.goto(f"{demo.url}/#12/{place}")
    watched.click(watched.mark("count !== null"))
    watched.until("() => Number(location.hash.slice(1).split('/')[0]) > 12.5", 10)
    watched.page.goto(f"{demo.url}/#18/{place}")
    show_history(watched.page)
    watched.click(watched.mark("count === null"))
    expect(watched.page.get_by_role("status").filter(has_text="stored position")).to_be_visible()


def test_tiles_that_cannot_be_had_are_told_of_and_can_be_asked_for_again(watched: Watched, demo: Server) -> None:
    tiles = "**/api/history/tiles/**"
    watched.page.route(tiles, lambda route: route.fulfill(status=503, json={"detail": "the store is away"}))
    watched.open(demo)
    expect(watched.page.get_by_role("alert").filter(has_text="the store is away")).to_be_visible()
    watched.page.unroute(tiles)
    watched.page.get_by_role("button", name="Try again").click()
    watched.until("() => window.herenow.historyMarks().length > 3")
    expect(watched.page.get_by_role("alert")).to_have_count(0)


def positions(marks: list[dict[str, Any]]) -> int:
    return sum(mark["count"] for mark in marks)


def show_history(page: Page) -> None:
    page.get_by_role("radio", name="15 min").click()


def test_charts_follow_by_themselves(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    for card in ("Distance today", "Devices"):
        chart = watched.page.get_by_role("region", name=card, exact=True)
        expect(chart).to_be_visible()
    distance = watched.page.get_by_role("region", name="Distance today", exact=True)
    before = distance.inner_text()
    wait_for(lambda: distance.inner_text() != before, 30)
    fleet = watched.page.get_by_role("region", name="Devices", exact=True)
    before = fleet.inner_text()
    wait_for(lambda: fleet.inner_text() != before, 60)


def test_nothing_is_asked_of_anyone_else_and_nothing_is_complained_of(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    show_history(watched.page)
    watched.page.wait_for_timeout(2000)
    assert [url for url in watched.asked if not url.startswith((demo.url, "data:", "blob:"))] == []
    assert watched.complaints == []


def test_the_page_about_the_http_interface_is_served_from_here_alone(watched: Watched, demo: Server) -> None:
    watched.page.goto(demo.url + "/docs")
    expect(watched.page.get_by_text("/api/devices/{device_id}/track")).to_be_visible()
    assert [url for url in watched.asked if not url.startswith((demo.url, "data:"))] == []
    assert watched.complaints == []


def test_credits_and_notices_of_the_demo_are_on_the_map(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    text = watched.page.locator("body")
    for words in ("Capital Metro, Austin, via CapMetrics", "TrafficSense, CC BY 4.0", "10 times faster"):
        expect(text).to_contain_text(words)


def test_a_device_is_found_selected_and_told_of(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    wanted = watched.ids(SIMULATED)[0]
    watched.page.keyboard.press("/")
    watched.page.keyboard.type(wanted)
    watched.page.get_by_role("option").first.click()
    expect(watched.page.get_by_text(wanted).first).to_be_visible()
    expect(watched.page.get_by_role("region", name="Device").get_by_text("Speed", exact=True)).to_be_visible()
    trips = watched.page.get_by_role("region", name="Trips and stops, last 24 hours")
    expect(trips.get_by_text("Loading")).to_have_count(0)
    expect(trips.get_by_role("alert")).to_have_count(0)
    expect(trips).to_contain_text("km" if trips.get_by_role("listitem").count() else "None yet")


def test_history_of_what_was_seen_is_shown_after_a_restart_and_the_page_comes_back_by_itself(
    watched: Watched, tmp_path: Path
) -> None:
    store = tmp_path / "positions.db"
    with running(store, "--demo") as first:
        watched.open(first)
        watched.wait_for_fleets()
        seen = watched.ids(SIMULATED)[:5]
        port = first.url.rpartition(":")[2]
        assert first.stop() == 0
        expect(watched.page.get_by_text("Reconnecting").first).to_be_visible(timeout=15_000)
    with running(store, "--port", port):
        watched.until("() => window.herenow.metrics().lastUpdateAt > Date.now() - 3000", 40)
        assert set(seen) <= set(watched.ids(SIMULATED))
        show_history(watched.page)
        watched.until("() => window.herenow.historyMarks().length > 3")


def test_where_no_socket_gets_through_it_polls_and_says_so(watched: Watched, demo: Server) -> None:
    def refuse(socket: WebSocketRoute) -> None:
        socket.close()

    watched.page.route_web_socket("**/ws/locations", refuse)
    watched.open(demo)
    expect(watched.page.get_by_text("polling").first).to_be_visible(timeout=40_000)
    watched.wait_for_fleets()
    before = watched.places(watched.ids(SIMULATED))
    wait_for(lambda: watched.places(list(before)) != before, 15)
