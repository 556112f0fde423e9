"""Finding, picking and following devices in a real browser, ten thousand of them on a real server."""

import json
import random
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.patience import PATIENCE
from tests.support.server import Server, running, wait_for

CROWD = 10_000
KINDS = ("bus", "car", "truck", "van")
WAIT = 30_000  # ms, on a machine that does much else
DEVICES = "#15/59.5/25.5"  # where three stand on one spot and one beside them


def rows() -> Iterator[dict[str, Any]]:
    now, chance = time.time_ns() // 1_000_000, random.Random(4)
    for n in range(CROWD):
        kind, speed = KINDS[n % 4], float(n % 30) if n % 3 else 0.0
        place = {"latitude": 60 + chance.random(), "longitude": 24 + 2 * chance.random()}
        attributes = {"name": f"{kind.title()} {n:05}", "kind": kind}
        yield {"device_id": f"crowd-{n:05}", "time": now, "speed": speed, "attributes": attributes} | place
    for n, east in enumerate((0.0, 0.0, 0.0, 0.006)):
        place = {"latitude": 59.5, "longitude": 25.5 + east}
        yield {"device_id": f"spot-{n}", "time": now, "speed": 0.0, "attributes": {"name": f"Parked {n}"}} | place


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("crowd") / "positions.db") as server:
        lines = [json.dumps(row) for row in rows()]
        for start in range(0, len(lines), 2000):
            body = "\n".join(lines[start : start + 2000])
            httpx.post(f"{server.url}/api/positions", content=body, timeout=PATIENCE).raise_for_status()
        url = f"{server.url}/api/devices?limit=1"
        wait_for(lambda: httpx.get(url, timeout=PATIENCE).json()["total"] == len(lines))
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(WAIT)
    yield page
    context.close()


def shown(page: Page, server: Server, path: str = "") -> Page:
    page.goto(f"{server.url}/{path}")
    page.wait_for_function("() => window.herenow !== undefined")
    page.get_by_role("option").first.wait_for()
    return page


def pixel_of(page: Page, device_id: str) -> tuple[float, float]:
    """Where its marker is on the page, once the map rests."""
    page.wait_for_function("id => window.herenow?.shown(id)", arg=device_id)
    page.wait_for_timeout(1000)
    x, y = page.evaluate("id => window.herenow.shown(id).pixel", device_id)
    box = page.get_by_role("application").bounding_box()
    assert box is not None
    return box["x"] + x, box["y"] + y


def says(page: Page, parameter: str, value: str | None) -> None:
    """The address does, a moment later."""
    reads = "([name, value]) => new URLSearchParams(location.hash.split('?')[1] ?? '').get(name) === value"
    page.wait_for_function(reads, arg=[parameter, value])


def test_the_list_goes_through_ten_thousand_devices_with_few_rows(page: Page, crowd: Server) -> None:
    shown(page, crowd)
    options = page.get_by_role("option")
    expect(options.first).to_have_attribute("aria-setsize", str(CROWD + 4))
    page.locator(".device-list").evaluate("list => { list.scrollTop = list.scrollHeight / 2 }")
    page.wait_for_function("() => Number(document.querySelector('[role=option]')?.ariaPosInSet) > 4900")
    assert options.count() <= 60
    page.locator(".device-list").focus()
    page.keyboard.press("End")
    expect(page.get_by_role("option", name="Van 09999")).to_be_visible()
    assert options.count() <= 60


def test_j_and_k_lead_through_the_list_past_what_was_loaded(page: Page, crowd: Server) -> None:
    shown(page, crowd)
    for _ in range(60):
        page.keyboard.press("j")
    page.keyboard.press("k")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_attribute("aria-posinset", "59")
    assert page.get_by_role("option").count() <= 60


def test_a_search_marks_what_it_found_and_says_what_leaves_nothing(page: Page, crowd: Server) -> None:
    shown(page, crowd)
    page.keyboard.press("/")
    page.keyboard.type("07777")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.locator("mark").first).to_have_text("07777")
    page.get_by_role("button", name="bus").first.click()
    page.get_by_role("button", name="Any kind: 1 match").click()
    expect(page.get_by_role("option")).to_have_count(1)


def test_a_click_where_several_stand_asks_which_by_mouse_or_keyboard(page: Page, crowd: Server) -> None:
    shown(page, crowd, DEVICES)
    page.mouse.click(*pixel_of(page, "spot-0"))
    here = page.get_by_role("dialog", name="3 devices here")
    expect(here.get_by_role("button")).to_have_count(3)
    expect(here).to_contain_text("stopped")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(here).to_have_count(0)
    page.wait_for_function("() => /[?&]sel=spot-/.test(location.hash)")
    page.mouse.click(*pixel_of(page, "spot-3"))
    says(page, "sel", "spot-3")


def test_several_are_selected_by_a_box_a_shift_click_and_the_space_bar(page: Page, crowd: Server) -> None:
    shown(page, crowd, DEVICES)
    x, y = pixel_of(page, "spot-0")
    page.keyboard.down("Shift")
    page.mouse.move(x - 60, y - 60)
    page.mouse.down()
    page.mouse.move(x + 60, y + 60, steps=5)
    page.mouse.up()
    page.keyboard.up("Shift")
    bar = page.get_by_role("region", name="Selected devices")
    expect(bar).to_contain_text("3 selected")
    x, y = pixel_of(page, "spot-3")
    page.keyboard.down("Shift")
    page.mouse.click(x, y)
    page.keyboard.up("Shift")
    expect(bar).to_contain_text("4 selected")
    link = bar.get_by_role("link", name="CSV").get_attribute("href")
    assert link is not None
    assert link.count("device=spot-") == 4
    page.locator(".device-list").focus()
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    expect(bar).to_contain_text("5 selected")
    bar.get_by_role("button", name="Clear the selection").click()
    expect(bar).to_have_count(0)


def test_isolated_devices_are_the_only_ones_and_a_link_brings_it_all_back(page: Page, crowd: Server) -> None:
    shown(page, crowd, f"{DEVICES}?sel=spot-0,spot-3&status=stopped&q=parked&off=history&sel2=%E0")
    bar = page.get_by_role("region", name="Selected devices")
    expect(bar).to_contain_text("2 selected")
    expect(page.get_by_role("textbox")).to_have_value("parked")
    expect(page.get_by_role("button", name="stopped")).to_have_attribute("aria-pressed", "true")
    pixel_of(page, "spot-1")
    page.keyboard.press("i")
    expect(bar).to_contain_text("Only 2 shown")
    page.wait_for_function("() => window.herenow.metrics().drawn === 2")
    says(page, "only", "spot-0,spot-3")
    other = page.context.new_page()
    shown(other, crowd)
    other.goto(page.url)
    other.reload()
    expect(other.get_by_role("region", name="Selected devices")).to_contain_text("Only 2 shown")
    other.wait_for_function("() => window.herenow.metrics().drawn === 2", timeout=WAIT)
    expect(other.get_by_role("textbox")).to_have_value("parked")


def test_the_menu_of_the_map_and_the_ruler_work_by_mouse_and_keyboard(page: Page, crowd: Server) -> None:
    shown(page, crowd, DEVICES)
    x, y = pixel_of(page, "spot-3")
    page.mouse.click(x, y, button="right")
    expect(page.get_by_role("menuitem", name="Follow")).to_be_focused()
    page.get_by_role("menuitem", name="Measure from here").click()
    page.mouse.click(*pixel_of(page, "spot-0"))
    card = page.get_by_role("region", name="Measure")
    # 340 m to the west, within a pixel or two of the click.
    expect(card).to_contain_text(re.compile(r"Total 3[34]\d m"))
    expect(card).to_contain_text(re.compile(r"\d° W"))
    page.keyboard.press("Backspace")
    expect(card).not_to_contain_text("Total")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1000)
    page.keyboard.press("Enter")
    expect(card).to_contain_text(re.compile(r"\d° E"))
    page.keyboard.press("m")
    expect(card).to_have_count(0)
    page.get_by_role("application").focus()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(page.get_by_role("application")).to_be_focused()


def test_a_long_press_opens_the_menu_of_the_map_and_lifting_the_finger_leaves_it_open(
    browser: Browser, crowd: Server
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.goto(f"{crowd.url}/{DEVICES}")
    x, y = pixel_of(page, "spot-3")
    finger = context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    expect(page.get_by_role("menu")).to_contain_text("Parked 3")
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(1000)
    page.get_by_role("menuitem", name="Follow").tap()
    expect(page.get_by_role("menu")).to_have_count(0)
    says(page, "sel", "spot-3")
    context.close()
