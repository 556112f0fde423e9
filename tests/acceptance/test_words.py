"""What someone may choose about the page, its keys and its palette; and the page as a picture and on a wall."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.server import Server, report, running

BUSES = 12
REPORTED = time.time_ns() // 1_000_000
SOCKETS = """
window.sockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...how) { super(...how); window.sockets.push(this); }
};
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("words") / "positions.db") as started:
        buses = [
            {
                "device_id": f"bus-{number}",
                "time": REPORTED,
                "longitude": 24.9 + number / 1000,
                "latitude": 60.2,
                "speed": 8.1,
                "course": 270.0,
                "attributes": {"kind": "bus", "name": f"Bus {number}"},
            }
            for number in range(BUSES)
        ]
        assert report(started, *buses).json()["rejected"] == []
        yield started


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, timezone_id="Europe/Istanbul", reduced_motion="reduce"
    )
    page = context.new_page()
    opened(page, server)
    yield page
    context.close()


def opened(page: Page, server: Server, path: str = "/") -> None:
    page.goto(server.url + path)
    page.wait_for_function("() => window.herenow !== undefined")


def settings(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Settings|Ayarlar")).click()


def choose(page: Page, group: str, choice: str) -> None:
    page.get_by_role("group", name=group).get_by_role("radio", name=choice, exact=True).check()


def test_the_language_changes_at_once_is_kept_and_changes_back(page: Page, server: Server) -> None:
    page.evaluate("() => { window.before = document.querySelector('canvas') }")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    settings(page)
    page.get_by_label("Language", exact=True).select_option("tr")
    expect(page.get_by_role("heading", name="Ayarlar")).to_be_visible()
    expect(page.get_by_role("textbox", name="Cihazları adı veya kimliğiyle ara")).to_have_count(1)
    expect(page.locator("html")).to_have_attribute("lang", "tr")
    assert page.evaluate("() => window.before.isConnected"), "the map was built anew"
    opened(page, server)
    expect(page.get_by_role("group", name="Katmanlar")).to_have_count(0)
    expect(page.get_by_text("hareketli").first).to_be_visible()
    settings(page)
    page.get_by_label("Dil", exact=True).select_option("auto")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()


def test_the_language_is_that_of_the_browser(browser: Browser, server: Server) -> None:
    context = browser.new_context(locale="tr-TR", reduced_motion="reduce")
    page = context.new_page()
    opened(page, server)
    expect(page.locator("html")).to_have_attribute("lang", "tr")
    expect(page).to_have_title(f"{BUSES} cihaz · Herenow")
    context.close()


def test_units_and_zone_are_applied_everywhere_at_once(page: Page) -> None:
    page.get_by_role("option").first.click()
    speed = page.locator(".figures").get_by_text("29 km/h")
    expect(speed).to_be_visible()
    settings(page)
    choose(page, "Units", "Nautical")
    choose(page, "Time zone", "UTC")
    page.keyboard.press("Escape")
    expect(speed).to_have_count(0)
    expect(page.locator(".figures").get_by_text("16 kn")).to_be_visible()
    expect(page.get_by_role("option").first.get_by_text("16 kn")).to_be_visible()
    fix = page.locator(".facts").get_by_text(time.strftime("%H:%M", time.gmtime(REPORTED / 1000))).first
    expect(fix).to_be_visible()


def test_without_single_keys_letters_do_nothing(page: Page) -> None:
    left = page.locator(".side-left")
    page.keyboard.press("[")
    expect(left).to_have_attribute("data-open", "false")
    settings(page)
    page.get_by_label("Single-key shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("[")
    expect(left).to_have_attribute("data-open", "false")
    settings(page)
    page.get_by_label("Single-key shortcuts").check()
    page.keyboard.press("Escape")
    page.keyboard.press("[")
    expect(left).to_have_attribute("data-open", "true")


@pytest.mark.parametrize("kept", ["{", "null", '{"units":{},"zone":7,"language":"xx","theme":[],"quality":"best"}'])
def test_garbage_in_what_was_kept_harms_nothing(page: Page, server: Server, kept: str) -> None:
    page.evaluate("kept => localStorage.setItem('herenow.settings', kept)", kept)
    opened(page, server)
    expect(page.get_by_role("option").first).to_be_visible()
    settings(page)
    expect(page.get_by_role("radio", name="Metric")).to_be_checked()
    expect(page.get_by_label("Language", exact=True)).to_have_value("auto")


def test_the_palette_does_and_finds_by_keyboard_alone(page: Page) -> None:
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Control+k")
    palette = page.get_by_role("combobox")
    page.keyboard.type("left")
    expect(palette).to_have_value("left")
    expect(page.locator(".palette-option")).to_have_text("Left panel[")
    page.keyboard.press("Enter")
    expect(palette).to_have_count(0)
    expect(page.locator(".side-left")).to_have_attribute("data-open", "false")
    page.keyboard.press("Control+k")
    page.keyboard.type("Bus 7")
    option = page.locator(".palette-option").filter(has_text="bus-7")
    expect(option).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Bus 7")).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator(".palette-option").first).to_contain_text("Bus 7")
    page.keyboard.press("Escape")
    expect(palette).to_have_count(0)
    expect(page.get_by_role("heading", name="Bus 7")).to_be_visible()


def test_a_kiosk_shows_the_map_and_that_it_is_live(page: Page, server: Server) -> None:
    opened(page, server, "/?kiosk")
    expect(page.locator(".kiosk .badge")).to_contain_text("Live")
    expect(page.get_by_role("button", name="Settings")).to_have_count(0)
    expect(page.locator(".side, .dock")).to_have_count(0)
    page.wait_for_function("count => window.herenow.devices().length === count", arg=BUSES)
    assert page.get_by_role("application").evaluate("map => getComputedStyle(map).cursor") == "none"


def test_a_paused_page_stands_still(page: Page, server: Server) -> None:
    opened(page, server, "/?pause")
    page.wait_for_function("count => window.herenow.devices().length === count", arg=BUSES)
    expect(page.locator(".histogram-bars")).to_be_visible()
    page.wait_for_timeout(4000)  # the view gives way to it, and what another view shows is requested
    now = time.time_ns() // 1_000_000
    moved = {"device_id": "bus-0", "time": now, "longitude": 24.91, "latitude": 60.21}
    before = page.evaluate("() => window.herenow.shown('bus-0')")
    assert report(server, moved).json()["accepted"] == 1
    page.wait_for_timeout(3000)
    after = page.evaluate("() => window.herenow.shown('bus-0')")
    assert (after["longitude"], after["latitude"]) == (before["longitude"], before["latitude"])


def test_another_build_on_the_server_is_announced_when_the_connection_comes_back(page: Page, server: Server) -> None:
    page.add_init_script(SOCKETS)
    opened(page, server)
    banner = page.get_by_text("There is a new version of this page.")
    page.get_by_text("Live", exact=True).first.wait_for()
    sockets = page.evaluate("() => { window.sockets.at(-1).close(); return window.sockets.length; }")
    page.wait_for_function(
        "before => window.sockets.length > before && document.querySelector('.badge').dataset.tone === 'good'",
        arg=sockets,
    )
    expect(banner).to_have_count(0)
    newer = '<!doctype html><script type="module" src="./assets/index-newer.js"></script>'
    page.route(server.url + "/", lambda route: route.fulfill(content_type="text/html", body=newer))
    page.evaluate("() => window.sockets.at(-1).close()")
    expect(banner).to_be_visible()
    page.unroute(server.url + "/")
    page.get_by_role("button", name="Reload").click()
    page.wait_for_function("() => window.herenow !== undefined")
    expect(banner).to_have_count(0)
