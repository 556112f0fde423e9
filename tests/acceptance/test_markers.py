"""Markers as they are drawn: where the page reports them, also while the map moves, and after the card has lost all."""

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.acceptance.browser import launched
from tests.acceptance.picture import is_shown, pixels
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for

STOPPED = (143, 180, 255)  # of the dark theme
MOVING = (61, 220, 151)
PLACES = {"centre": (24.94, 60.17), "beside": (24.9402, 60.1701), "east": (179.9999, 10.0), "west": (-179.9999, 10.0)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("markers") / "positions.db") as started:
        tell(started, 0)
        wait_for(lambda: len(PLACES) == len(started_devices(started)))
        yield started


def started_devices(server: Server) -> list[str]:
    import httpx

    return [one["device_id"] for one in httpx.get(f"{server.url}/api/devices", timeout=PATIENCE).json()["devices"]]


def tell(server: Server, north: float, **more: object) -> None:
    """All devices report, so many degrees north of their places."""
    now = time.time_ns() // 1_000_000
    rows = [
        {"device_id": name, "time": now, "longitude": longitude, "latitude": latitude + north, "speed": 0.0, **more}
        for name, (longitude, latitude) in PLACES.items()
    ]
    assert report(server, *rows).json()["accepted"] == len(rows)


@pytest.fixture(scope="module", params=["card", "page"])
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """With WebGL 2, and without."""
    flags = [] if request.param == "card" else ["--disable-3d-apis"]
    with sync_playwright() as playwright, launched(playwright, *flags) as started:
        yield started


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 800}, color_scheme="dark")
    yield context.new_page()
    context.close()


def look(page: Page, server: Server, zoom: float, longitude: float, latitude: float) -> None:
    page.goto(f"{server.url}/#{zoom}/{latitude}/{longitude}")
    page.wait_for_function("() => window.herenow && window.herenow.metrics().drawn > 0")
    page.wait_for_timeout(1000)


def shown(page: Page, device_id: str) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("id => window.herenow.shown(id)", device_id)
    return found


def colours_at(page: Page, device_id: str, around: int = 3, below: float = 0) -> NDArray[np.int_]:
    """On the screen, some pixels around where its marker is reported, or around a place so many pixels below."""
    box = page.get_by_role("application").bounding_box()
    assert box
    x, y = shown(page, device_id)["pixel"]
    return pixels(page, box["x"] + x - around, box["y"] + y + below - around, 2.0 * around, 2.0 * around)


def is_drawn(page: Page, device_id: str, colour: tuple[int, int, int]) -> bool:
    return is_shown(colours_at(page, device_id), colour)


@pytest.mark.parametrize("zoom", [4, 15.5, 19])
@pytest.mark.parametrize("device_id", ["centre", "east", "west"])
def test_a_marker_is_drawn_where_it_is_reported(page: Page, server: Server, zoom: float, device_id: str) -> None:
    tell(server, 0)
    look(page, server, zoom, *PLACES[device_id])
    wait_for(lambda: is_drawn(page, device_id, STOPPED))


def test_a_moving_one_points_where_it_goes(page: Page, server: Server) -> None:
    tell(server, 0, speed=12.0, course=90.0)
    look(page, server, 17, *PLACES["centre"])
    wait_for(lambda: is_drawn(page, "centre", MOVING))
    page.wait_for_timeout(1000)  # it turns for half a second
    eastward = colours_at(page, "centre", 12)
    columns = [[math.dist(eastward[row * 24 + column], MOVING) < 60 for row in range(24)] for column in range(24)]
    widths = [sum(column) for column in columns]
    assert sum(widths[:8]) > sum(widths[16:]), "it is wide behind and pointed ahead"
    tell(server, 0)


def test_markers_move_while_the_map_is_being_moved_and_never_jump(page: Page, server: Server) -> None:
    tell(server, 0)
    look(page, server, 15, *PLACES["centre"])
    page.wait_for_timeout(2000)  # so long it takes from one report to the next, and will glide
    box = page.get_by_role("application").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + 150
    page.mouse.move(x, y)
    page.mouse.down()
    before = shown(page, "centre")["latitude"]
    tell(server, 0.001)  # 111 m
    wait_for(lambda: shown(page, "centre")["latitude"] > before)
    samples, end = [], time.monotonic() + 1.2
    while time.monotonic() < end:
        x += 3
        page.mouse.move(x, y)
        samples.append(shown(page, "centre"))
    page.mouse.up()
    latitudes = [sample["latitude"] for sample in samples]
    carried = [sample["pixel"][0] for sample in samples]
    assert len(samples) > 3
    assert latitudes == sorted(latitudes)
    assert len(set(latitudes)) > len(samples) / 2, "it glides though the map is dragged"
    assert carried[-1] - carried[0] > 3, "and is carried along with it"
    assert latitudes[0] < before + 0.0008, "no step is most of the way"
    tell(server, 0)


def switch(page: Page, name: str) -> None:
    page.get_by_role("button", name="Layers and legend").click()
    page.get_by_role("checkbox", name=name).click()
    page.get_by_role("button", name="Layers and legend").click()


def has_line(page: Page, device_id: str, below: float) -> bool:
    """Whether something green, as all that moves, is drawn so many pixels below its marker."""
    return any(green > 80 and green > red + 40 for red, green, _ in colours_at(page, device_id, 4, below))


def test_trails_show_the_way_that_all_have_gone_and_lines_where_they_head(page: Page, server: Server) -> None:
    tell(server, 0, speed=12.0, course=0.0)
    look(page, server, 15.5, *PLACES["east"])
    switch(page, "Labels")
    wait_for(lambda: not has_line(page, "east", 30))
    switch(page, "Trails of all")
    page.wait_for_timeout(1000)
    # Half of the screen holds both steps, and how far a marker goes on where the next report is late.
    tell(server, 0.002, speed=12.0, course=0.0)
    wait_for(lambda: has_line(page, "east", 30))
    assert not has_line(page, "east", -60)
    page.wait_for_timeout(1000)
    tell(server, 0.004, speed=12.0, course=0.0)
    switch(page, "Heading")
    wait_for(lambda: has_line(page, "east", -60))
    switch(page, "Heading")
    wait_for(lambda: has_line(page, "east", 50) and not has_line(page, "east", -60))
    switch(page, "Trails of all")
    wait_for(lambda: not has_line(page, "east", 50))
    tell(server, 0)


@pytest.mark.parametrize(
    ("colour", "speed", "shown_as"), [("Speed", 0.0, (116, 132, 222)), ("Kind", 0.0, (86, 180, 233))]
)
def test_colour_shows_what_is_chosen(
    page: Page, server: Server, colour: str, speed: float, shown_as: tuple[int, int, int]
) -> None:
    tell(server, 0, speed=speed, attributes={"kind": "bus"})
    look(page, server, 16, *PLACES["centre"])
    wait_for(lambda: is_drawn(page, "centre", STOPPED))
    page.get_by_role("button", name="Layers and legend").click()
    page.get_by_role("radio", name=colour, exact=True).check()
    page.get_by_role("button", name="Layers and legend").click()
    wait_for(lambda: is_drawn(page, "centre", shown_as))


def test_it_comes_back_after_the_graphics_card_has_lost_everything(
    page: Page, server: Server, request: pytest.FixtureRequest
) -> None:
    tell(server, 0)
    look(page, server, 16, *PLACES["centre"])
    lost = page.evaluate("""() => {
      const canvases = [...document.querySelectorAll('.live-layer canvas, canvas')];
      const gl = canvases.map(canvas => canvas.getContext('webgl2')).find(Boolean);
      window.lost = gl && gl.getExtension('WEBGL_lose_context');
      window.lost?.loseContext();
      return Boolean(window.lost);
    }""")
    assert lost is (request.node.callspec.params["browser"] == "card")
    expect(page.get_by_text("compatibility mode")).to_be_visible()
    if not lost:
        return
    wait_for(lambda: is_drawn(page, "centre", STOPPED))
    page.evaluate("() => window.lost.restoreContext()")
    expect(page.get_by_text("compatibility mode")).to_have_count(0)
    wait_for(lambda: is_drawn(page, "centre", STOPPED))
    assert is_drawn(page, "beside", STOPPED)


def test_each_of_a_crowd_is_drawn_where_pixels_are_no_whole_ones(browser: Browser, server: Server) -> None:
    now = time.time_ns() // 1_000_000
    rows: list[dict[str, object]] = [
        {
            "device_id": f"crowd-{i}",
            "time": now,
            "longitude": 100 + i % 40 / 500,
            "latitude": i // 40 / 500,
            "speed": 0.0,
        }
        for i in range(1200)
    ]
    assert report(server, *rows).json()["accepted"] == len(rows)
    context = browser.new_context(viewport={"width": 1200, "height": 800}, color_scheme="dark", device_scale_factor=1.1)
    page = context.new_page()
    look(page, server, 13, 100.04, 0.03)
    page.wait_for_function("() => window.herenow.metrics().drawn >= 1200")
    wait_for(
        lambda: all(is_drawn(page, f"crowd-{number}", STOPPED) for number in (0, 19, 610, 1180))
    )  # no button covers these
    context.close()
