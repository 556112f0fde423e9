"""The map in a real browser, against a real server with the demo."""

import itertools
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.acceptance.watched import BUS, SIMULATED, Watched
from tests.support.server import Server, running, wait_for


def test_both_fleets_are_drawn_and_what_reports_often_moves_smoothly(watched: Watched, demo: Server) -> None:
    watched.page.emulate_media(reduced_motion="no-preference")
    watched.open(demo)
    watched.wait_for_fleets()
    assert len(watched.ids(BUS)) >= 10  # at true speed each of them reports every two minutes
    wait_for(lambda: gliding(watched, watched.ids(SIMULATED)) >= 10)  # once it is known how often each reports


def gliding(watched: Watched, ids: list[str]) -> int:
    """How many of these markers move nearly all the time."""
    samples = []
    for _ in range(12):
        samples.append(watched.places(ids))
        watched.page.wait_for_timeout(250)
    seen = [device_id for device_id in ids if all(device_id in sample for sample in samples)]
    return sum(moves(samples, device_id) >= 6 for device_id in seen)


def moves(samples: list[dict[str, Any]], device_id: str) -> int:
    """In how many steps of the samples the marker moved."""
    places = [(sample[device_id]["longitude"], sample[device_id]["latitude"]) for sample in samples]
    return sum(before != after for before, after in itertools.pairwise(places))


def test_the_live_canvas_really_changes(watched: Watched, demo: Server) -> None:
    watched.page.emulate_media(reduced_motion="no-preference")
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


def test_history_stays_as_it_is_until_the_newer_is_requested(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    watched.until("() => window.herenow.historyMarks().length > 3")
    expect(watched.page.get_by_text("Loading")).to_have_count(0)
    before = watched.marks()
    newer = watched.page.get_by_role("button", name="Newer")
    newer.wait_for()
    assert watched.marks() == before
    newer.click()
    watched.until(
        "count => window.herenow.historyMarks().reduce((n, mark) => n + mark.count, 0) > count", positions(before)
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
    watched.until("() => Number(location.hash.slice(1).split('/')[0]) > 12.5")
    watched.page.goto(f"{demo.url}/#18/{place}")
    show_history(watched.page)
    watched.click(watched.mark("count === null"))
    expect(watched.page.get_by_role("status").filter(has_text="stored position")).to_be_visible()


def test_tiles_that_cannot_be_loaded_are_reported_and_can_be_requested_again(watched: Watched, demo: Server) -> None:
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
    page.get_by_role("radio", name=re.compile("^Since ")).first.click()


def test_charts_follow_by_themselves(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    for card in ("Distance today", "Devices"):
        chart = watched.page.get_by_role("region", name=card, exact=True)
        expect(chart).to_be_visible()
    distance = watched.page.get_by_role("region", name="Distance today", exact=True)
    before = distance.inner_text()
    wait_for(lambda: distance.inner_text() != before)
    fleet = watched.page.get_by_role("region", name="Devices", exact=True)
    before = fleet.inner_text()
    wait_for(lambda: fleet.inner_text() != before)


def test_credits_and_notices_of_the_demo_are_on_the_map(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    text = watched.page.locator("body")
    for words in ("Capital Metro, Austin, via CapMetrics", "TrafficSense, CC BY 4.0", "as fast as they did"):
        expect(text).to_contain_text(words)


def test_a_device_is_found_selected_and_described(watched: Watched, demo: Server) -> None:
    watched.open(demo)
    watched.wait_for_fleets()
    wanted = watched.ids(SIMULATED)[0]
    watched.page.keyboard.press("/")
    watched.page.keyboard.type(wanted)
    watched.page.get_by_role("option").first.click()
    expect(watched.page.get_by_text(wanted).first).to_be_visible()
    device = watched.page.get_by_role("region", name="Device", exact=True)
    expect(device.get_by_text("Speed", exact=True)).to_be_visible()
    trips = watched.page.get_by_role("region", name="Trips and stops, last 24 hours")
    expect(trips.get_by_text("Loading")).to_have_count(0)
    expect(trips.get_by_role("alert")).to_have_count(0)
    expect(trips).to_contain_text("km" if trips.get_by_role("listitem").count() else "No trips yet")


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
        expect(watched.page.get_by_text("Reconnecting").first).to_be_visible()
    with running(store, "--port", port):
        watched.until("() => window.herenow.metrics().lastUpdateAt > Date.now() - 3000")
        assert set(seen) <= set(watched.ids(SIMULATED))
        show_history(watched.page)
        watched.until("() => window.herenow.historyMarks().length > 3")


def test_where_no_socket_gets_through_it_polls_and_says_so(watched: Watched, demo: Server) -> None:
    def refuse(socket: WebSocketRoute) -> None:
        socket.close()

    watched.page.route_web_socket("**/ws/locations", refuse)
    watched.open(demo)
    expect(watched.page.get_by_text("polling").first).to_be_visible()
    watched.wait_for_fleets()
    before = watched.places(watched.ids(SIMULATED))
    wait_for(lambda: watched.places(list(before)) != before)
