"""From a link, a search or the list to a place of the map, in a real browser."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.acceptance.browser import SCREENS
from tests.acceptance.watched import Watched
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for

TABLET: ViewportSize = {"width": 1000, "height": 800}
LAYOUTS = [SCREENS["desktop"], TABLET, SCREENS["phone"]]
NEAR, FAR = "Near", "Far"  # half a thousand kilometres from the others
PACE = 600  # ms; the address follows the map within 250


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("finding") / "positions.db") as started:
        near = [fix(f"near-{n}", f"{NEAR} {n}", "bus", 13.40 + n / 500, 52.52) for n in range(3)]
        far = [fix(f"far-{n}", f"{FAR} {n}", "van", 11.57 + n / 500, 48.13) for n in range(3)]
        assert report(started, *near, *far).json()["rejected"] == []
        yield started


def fix(device_id: str, name: str, kind: str, longitude: float, latitude: float) -> dict[str, object]:
    now = time.time_ns() // 1_000_000
    place = {"longitude": longitude, "latitude": latitude}
    return {"device_id": device_id, "time": now, **place, "attributes": {"kind": kind, "name": name}}


@pytest.fixture(params=LAYOUTS, ids=["desktop", "tablet", "phone"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(
        viewport=request.param, has_touch=request.param["width"] < 500, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def opened(page: Page, server: Server, path: str) -> None:
    """Not the page that is there with another address, but a new one."""
    page.goto("about:blank")
    page.goto(server.url + path)
    page.wait_for_function("() => window.herenow?.devices().length > 0")


def address(page: Page) -> str:
    """Once the map rests."""
    page.wait_for_timeout(PACE)
    found: str = page.evaluate("() => location.hash")
    return found


def place(hash_: str) -> list[float]:
    return [float(part) for part in hash_.removeprefix("#").partition("?")[0].split("/")]


@pytest.mark.parametrize(
    "link", ["/#12/52.52/13.40", "/#12/52.52/13.40?sel=near-1", "/#3/40/10", "/#17.5/52.52/13.402"]
)
def test_a_link_shows_the_same_place_however_often_it_is_opened(page: Page, server: Server, link: str) -> None:
    opened(page, server, link)
    wait_for(lambda: place(address(page)) == pytest.approx(place(link[1:]), abs=1e-4))  # once its panels are open
    first = address(page)
    for _ in range(2):
        opened(page, server, "/" + first)
        wait_for(lambda: address(page) == first)


def test_the_place_of_a_link_is_in_the_middle_of_what_no_panel_covers(page: Page, server: Server) -> None:
    opened(page, server, "/#14/52.52/13.402")
    _, y = pixel(page, "near-1")
    height = page.get_by_role("application").evaluate("map => map.clientHeight")
    assert 0.25 * height < y < 0.5 * height


def pixel(page: Page, device_id: str) -> list[float]:
    page.wait_for_function("id => window.herenow.shown(id)", arg=device_id)
    found: list[float] = page.evaluate("id => window.herenow.shown(id).pixel", device_id)
    return found


def is_in_sight(page: Page, device_id: str) -> bool:
    """On a part of the map that nothing covers."""
    found: bool = page.evaluate(
        """id => {
          const marker = window.herenow.shown(id);
          const map = document.querySelector('.map').getBoundingClientRect();
          const [x, y] = marker?.pixel ?? [-1, -1];
          const at = document.elementFromPoint(map.left + x, map.top + y);
          return x >= 0 && y >= 0 && x < map.width && y < map.height && at?.closest('.map') !== null;
        }""",
        device_id,
    )
    return found


def until_in_sight(page: Page, device_id: str) -> None:
    end = time.monotonic() + PATIENCE
    while not is_in_sight(page, device_id):
        assert time.monotonic() < end, f"{device_id} did not come into sight"
        page.wait_for_timeout(50)


def search(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Search devices by name or id").fill(text)


def test_enter_in_the_search_selects_what_is_found_first_and_the_map_goes_there(page: Page, server: Server) -> None:
    opened(page, server, "/#13/52.52/13.40")
    search(page, "far")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=f"{FAR} 0")).to_be_visible()
    until_in_sight(page, "far-0")
    assert place(address(page))[0] == 13, "at the zoom that it had"


def test_a_click_in_the_list_brings_what_is_out_of_sight_into_view_and_leaves_the_map_else(
    page: Page, server: Server
) -> None:
    opened(page, server, "/#13/52.52/13.402")
    before = place(address(page))
    search(page, "near 1")
    page.get_by_role("option", name=re.compile(f"{NEAR} 1")).click()
    expect(page.get_by_role("heading", name=f"{NEAR} 1")).to_be_visible()
    page.wait_for_timeout(1000)
    assert place(address(page)) == pytest.approx(before, abs=1e-4)
    page.get_by_role("button", name="Back to the overview").click()
    search(page, "far 2")
    page.get_by_role("option", name=re.compile(f"{FAR} 2")).click()
    until_in_sight(page, "far-2")


def test_what_lies_under_a_card_is_brought_out_from_under_it(watched: Watched, server: Server) -> None:
    page = watched.page
    watched.open(server, "/#13/52.52/13.402")
    page.get_by_role("radio", name="Replay").check()
    page.get_by_role("button", name="Layers and legend").click()
    page.get_by_role("radio", name="Live", exact=True).check()
    page.wait_for_function("() => window.herenow.shown('near-1')")
    dock = page.get_by_role("region", name="History and layers").bounding_box()
    box = page.get_by_role("application").bounding_box()
    assert dock
    assert box
    x, y = pixel(page, "near-1")
    page.mouse.move(box["x"] + x, box["y"] + y - 40)
    page.mouse.down()
    page.mouse.move(box["x"] + x, dock["y"] - 10, steps=10)
    page.mouse.up()
    page.wait_for_timeout(PACE)
    assert not is_in_sight(page, "near-1")
    page.get_by_role("option", name=re.compile(f"{NEAR} 1")).click()
    until_in_sight(page, "near-1")


def test_the_whole_fleet_is_what_the_filter_leaves_of_it(watched: Watched, server: Server) -> None:
    page = watched.page
    watched.open(server, "/#13/52.52/13.40")
    page.get_by_role("button", name=re.compile("^van")).click()
    page.get_by_role("button", name="Show all matches of the filter").click()
    page.wait_for_function("() => Math.abs(parseFloat(location.hash.split('/')[1]) - 48.13) < 0.05")
    assert place(address(page))[0] > 13
    page.get_by_role("button", name=re.compile("^van")).click()
    page.keyboard.press("0")
    page.wait_for_function("() => parseFloat(location.hash.slice(1)) < 9")


def badge(page: Page) -> Any:
    return page.locator(".badge")


def test_the_link_is_live_and_the_data_are_as_old_as_they_are(watched: Watched, tmp_path: Any) -> None:
    with running(tmp_path / "positions.db") as started:
        watched.open(started)
        expect(badge(watched.page)).to_contain_text("Live")
        expect(badge(watched.page)).to_contain_text("no data yet")
        report(started, fix("one", "One", "bus", 13.4, 52.5))
        expect(badge(watched.page)).to_contain_text("last data 1 s ago")
        expect(badge(watched.page)).to_contain_text("last data 4 s ago")
        expect(badge(watched.page)).to_contain_text("Live")
