"""The past played on the map, in a real browser."""

import itertools
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, expect

from herenow.model.clock import HOUR
from tests.acceptance.picture import pixels
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for

CARS = 40
EVERY = 10_000  # ms
SLACK = 300  # ms that a frame may show late
WEST, SOUTH = 24.9, 60.1
STEP = 0.001  # degrees east between two fixes: 5.5 m/s
NOW_HOUR = time.time_ns() // 1_000_000 // HOUR * HOUR
DRIVES = (NOW_HOUR - 5 * HOUR, NOW_HOUR - 2 * HOUR)  # nothing in the two hours between them


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Cars that drove east for an hour, were silent for two, and drove the same way again."""
    with running(tmp_path_factory.mktemp("replay") / "positions.db") as started:
        for begin in DRIVES:
            for car in range(CARS):
                assert report(started, *drive(car, begin)).json()["rejected"] == []
        wait_for(lambda: len(stored(started)) == len(DRIVES))
        yield started


def stored(server: Server) -> list[Any]:
    body = httpx.get(
        f"{server.url}/api/history/replay", params={"from": DRIVES[0], "to": NOW_HOUR}, timeout=PATIENCE
    ).json()
    blocks: list[Any] = body.get("blocks", [])  # none before the first round of the rollups
    return blocks


def drive(car: int, begin: int) -> list[dict[str, object]]:
    return [
        {
            "device_id": f"car-{car}",
            "time": begin + moment,
            "longitude": longitude_at(moment),
            "latitude": SOUTH + car / 500,
            "speed": 5.5,
            "course": 90.0,
            "attributes": {"kind": "car", "name": f"Car {car}"},
        }
        for moment in range(0, HOUR, EVERY)
    ]


def longitude_at(moment: float) -> float:
    return WEST + STEP * moment / EVERY


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark")
    yield context.new_page()
    context.close()


def address(at: int, speed: int = 60) -> str:
    begin, end, moment = (
        datetime.fromtimestamp(one / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for one in (DRIVES[0], NOW_HOUR, at)
    )
    return f"/#11/60.14/25.08?mode=replay&from={begin}&to={end}&t={moment}&speed={speed}"


def shown(page: Page) -> float:
    """The longitude of a car."""
    return float(page.evaluate("() => window.herenow.shown('car-7').longitude"))


def until_shown(page: Page, longitude: float) -> None:
    page.wait_for_function(
        "([id, there]) => Math.abs((window.herenow?.shown(id)?.longitude ?? 0) - there) < 1e-4",
        arg=["car-7", longitude],
    )


def test_a_moment_in_the_address_is_shown_between_two_fixes_and_stands_still(page: Page, server: Server) -> None:
    page.goto(server.url + address(DRIVES[0] + 1_234_000))
    until_shown(page, longitude_at(1_234_000))
    page.wait_for_timeout(1000)
    until_shown(page, longitude_at(1_234_000))
    expect(page.get_by_text("Live paused")).to_be_visible()
    assert page.evaluate("() => window.herenow.metrics().drawn") == CARS


def test_it_opens_where_the_fleet_is_and_the_list_beside_it_is_of_that_time(page: Page, server: Server) -> None:
    page.goto(server.url + "/#11/60.14/25.08")
    page.wait_for_function("count => window.herenow?.devices().length === count", arg=CARS)
    moving = page.get_by_role("group", name="Show only", exact=True).get_by_role("button", name=re.compile("moving"))
    page.get_by_role("radio", name="Replay").check()
    page.get_by_role("radio", name="24 h", exact=True).check()
    until_shown(page, longitude_at(0))
    page.wait_for_function("count => window.herenow.metrics().drawn === count", arg=CARS)
    expect(moving).to_have_text(f"moving{CARS}")
    expect(page.get_by_role("option", name=re.compile("Car 0"))).to_contain_text("moving")
    page.get_by_role("slider", name="Visible time").press("End")
    expect(page.get_by_text("0 devices").first).to_be_visible()
    page.get_by_role("radio", name="Live", exact=True).check()
    expect(page.get_by_role("option", name=re.compile("Car 0"))).to_be_visible()


def test_it_plays_at_the_speed_that_is_chosen_without_jumps_and_stops_where_it_is_paused(
    page: Page, server: Server
) -> None:
    page.goto(server.url + address(DRIVES[0] + 600_000))
    until_shown(page, longitude_at(600_000))
    page.get_by_role("radio", name="60×").check()
    page.keyboard.press("Space")
    samples = page.evaluate("""() => new Promise(resolve => {
      const samples = [];
      const begin = performance.now();
      const look = now => {
        samples.push([now, window.herenow.shown('car-7').longitude]);
        if (now - begin < 5000) requestAnimationFrame(look);
        else resolve(samples);
      };
      requestAnimationFrame(look);
    })""")
    page.keyboard.press("Space")
    longitudes = [longitude for _, longitude in samples]
    assert longitudes == sorted(longitudes)
    for (before, west), (after, east) in [*itertools.pairwise(samples), (samples[0], samples[-1])]:
        played = (east - west) / STEP * EVERY
        assert played <= 60 * (after - before + SLACK), "no faster than the chosen speed, in any step"
    assert len(set(longitudes)) > 15
    page.wait_for_timeout(300)
    before = shown(page)
    page.wait_for_timeout(700)
    assert shown(page) == before


def is_behind(page: Page, pixels_west: float) -> bool:
    """Whether something green, as all that moves, is drawn so far behind the cars, which drive side by side."""
    box = page.get_by_role("application").bounding_box()
    assert box
    x, y = page.evaluate("() => window.herenow.shown('car-7').pixel")
    seen = pixels(page, box["x"] + x - pixels_west, box["y"] + y - 20, 2, 40)
    return bool(((seen[:, 1] > 80) & (seen[:, 1] > seen[:, 0] + 40)).any())


def test_ways_that_were_played_stay_visible_and_a_leap_leaves_none(page: Page, server: Server) -> None:
    page.goto(server.url + address(DRIVES[0] + 600_000).replace("#11/60.14/25.08", "#13/60.11/24.97"))
    until_shown(page, longitude_at(600_000))
    page.get_by_role("button", name="Layers and legend").click()
    page.get_by_role("checkbox", name="Labels").uncheck()
    page.get_by_role("checkbox", name="Trails of all").check()
    page.get_by_role("button", name="Layers and legend").click()
    page.wait_for_timeout(1000)
    assert not is_behind(page, 40)
    begin = shown(page)
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("begin => window.herenow.shown('car-7').longitude > begin + 0.012", arg=begin)
    page.get_by_role("button", name="Pause", exact=True).click()
    page.wait_for_timeout(500)
    assert is_behind(page, 40)
    slider = page.get_by_role("slider", name="Visible time")
    slider.press("ArrowLeft")
    page.wait_for_timeout(500)
    assert not is_behind(page, 40), "going back leaves no way"
    slider.press("ArrowRight")
    page.wait_for_timeout(500)
    assert not is_behind(page, 40), "nor does a leap ahead"


def test_steps_go_to_the_fixes_of_the_selected_device(page: Page, server: Server) -> None:
    page.goto(server.url + address(DRIVES[0] + 1_234_000))
    until_shown(page, longitude_at(1_234_000))
    box = page.get_by_role("application").bounding_box()
    place = page.evaluate("() => window.herenow.shown('car-7').pixel")
    assert box
    page.mouse.click(box["x"] + place[0], box["y"] + place[1])
    page.get_by_role("dialog", name="devices here").get_by_role("button", name="Car 7").click()
    expect(page.get_by_role("heading", name="Car 7")).to_be_visible()
    page.keyboard.press(".")
    until_shown(page, longitude_at(1_240_000))
    page.keyboard.press(",")
    until_shown(page, longitude_at(1_230_000))
    head = page.locator(".time-head")
    expect(head).to_be_visible()
    before = head.bounding_box()
    assert before
    speeds = page.get_by_role("slider", name="Speed in the replayed hour")
    speeds.press("End")
    speeds.press("Enter")
    until_shown(page, longitude_at(HOUR - EVERY))
    page.wait_for_function(
        "x => document.querySelector('.time-head').getBoundingClientRect().x > x + 20", arg=before["x"]
    )


def test_in_a_gap_devices_stand_then_go_and_it_plays_on_behind_it(page: Page, server: Server) -> None:
    page.goto(server.url + address(DRIVES[0] + HOUR + 600_000, 3600))
    last = longitude_at(HOUR - EVERY)
    until_shown(page, last)
    page.wait_for_function("() => window.herenow.device('car-7').status === 'stale'")
    expect(page.locator(".timeline-gap")).to_have_count(2)
    page.get_by_role("slider", name="Visible time").focus()
    for _ in range(2):
        page.keyboard.press("PageUp")
    page.wait_for_function("() => window.herenow.devices().length === 0")
    page.keyboard.press("Space")
    page.wait_for_function("() => window.herenow.devices().length > 0")
    page.keyboard.press(",")
    page.keyboard.press("Home")
    until_shown(page, longitude_at(0))


def test_only_the_devices_that_the_address_names_are_played_until_all_are(page: Page, server: Server) -> None:
    page.goto(server.url + address(DRIVES[0] + 1_234_000) + "&devices=car-7,car-8")
    until_shown(page, longitude_at(1_234_000))
    assert page.evaluate("() => window.herenow.devices().length") == 2
    expect(page.get_by_role("radio", name="Only 2")).to_be_checked()
    page.get_by_role("radio", name="All devices").check()
    page.wait_for_function("count => window.herenow.devices().length === count", arg=CARS)
    until_shown(page, longitude_at(1_234_000))
    page.wait_for_function("() => !location.hash.includes('devices')")


def test_no_block_is_requested_twice_and_live_comes_back(page: Page, server: Server) -> None:
    requested: list[str] = []

    def note(request: Request) -> None:
        if "/api/history/replay/" in request.url:
            requested.append(request.url)

    page.on("request", note)
    page.goto(server.url + "/")
    page.wait_for_function("() => window.herenow?.devices().length > 0")
    page.goto(server.url + address(DRIVES[0] + 1_234_000))
    until_shown(page, longitude_at(1_234_000))
    for _ in range(3):
        page.get_by_role("slider", name="Visible time").press("ArrowRight")
    page.get_by_role("radio", name="Live", exact=True).check()
    until_shown(page, longitude_at(HOUR - EVERY))
    expect(page.get_by_text("Live paused")).to_have_count(0)
    page.wait_for_function("() => !location.hash.includes('mode')")
    assert requested
    assert len(requested) == len(set(requested))


def test_history_that_cannot_be_loaded_is_reported_and_requested_again(page: Page, server: Server) -> None:
    blocks = "**/api/history/replay/**"
    page.route(blocks, lambda route: route.fulfill(status=503, json={"detail": "the store is away"}))
    page.goto(server.url + address(DRIVES[0] + 1_234_000))
    trouble = page.get_by_role("alert").filter(has_text="the store is away")
    expect(trouble).to_be_visible()
    page.unroute(blocks)
    trouble.get_by_role("button", name="Try again").click()
    until_shown(page, longitude_at(1_234_000))
    expect(trouble).to_have_count(0)
