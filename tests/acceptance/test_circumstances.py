"""The page where not all is usual: no graphics card, less motion, few colours, a narrow screen, large text."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, Playwright, ViewportSize, expect

from tests.acceptance.browser import SCREENS, launched
from tests.acceptance.layout import layout_faults
from tests.acceptance.picture import pixels
from tests.acceptance.watched import Watched
from tests.support.dose import SIZES, long
from tests.support.server import Server, report, running

NARROW: ViewportSize = {"width": 320, "height": 720}


@pytest.fixture(scope="module")
def cardless(playwright: Playwright, parked: Server) -> Iterator[Watched]:
    """A page in a browser without WebGL."""
    with launched(playwright, "--disable-3d-apis") as browser:
        watched = Watched(browser.new_page(viewport=SCREENS["desktop"], color_scheme="dark"))
        watched.open(parked)
        watched.until("() => window.herenow.metrics().drawn > 10")
        yield watched


def colours_of_the_map(page: Page) -> int:
    """In a part of the map that nothing lies on: a blank one has one colour."""
    box = page.get_by_role("application").bounding_box()
    assert box
    seen = pixels(page, box["x"] + box["width"] / 2 - 60, box["y"] + 130, 120, 100)
    return len(np.unique(seen, axis=0))


def test_without_a_graphics_card_the_map_is_drawn_and_says_how(cardless: Watched) -> None:
    page = cardless.page
    expect(page.get_by_text("compatibility mode")).to_be_visible()
    assert page.evaluate("() => window.herenow.metrics().drawn") > 10
    assert colours_of_the_map(page) > 3
    assert layout_faults(page) == []


def test_who_wants_less_motion_sees_no_glide(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    page.emulate_media(reduced_motion="reduce")
    with running(tmp_path / "positions.db") as server:
        tell(server, 24.94)
        watched.open(server, "/#15/60.17/24.94")
        watched.until("() => window.herenow.devices().length === 1")
        page.evaluate(RECORD)
        page.wait_for_timeout(1500)
        tell(server, 24.941)
        watched.until("() => window.places.has(24.941)")
        page.wait_for_timeout(500)
        assert page.evaluate("() => [...window.places]") == [24.94, 24.941]
    assert page.evaluate(MOVING) == []


# What only waits, to appear at once, does not move.
MOVING = """() => document.getAnimations()
  .filter(one => one.playState === 'running' && one.effect.getTiming().duration > 0)
  .map(one => `${one.animationName ?? one.transitionProperty} of ${one.effect.target.className}`)"""

RECORD = """() => {
  window.places = new Set();
  const look = () => {
    window.places.add(Number(window.herenow.shown('bike').longitude.toFixed(6)));
    requestAnimationFrame(look);
  };
  look();
}"""


def tell(server: Server, longitude: float) -> None:
    now = time.time_ns() // 1_000_000
    position = {"device_id": "bike", "time": now, "latitude": 60.17, "longitude": longitude, "speed": 9.0}
    assert report(server, position).json()["accepted"] == 1


@long
@pytest.mark.parametrize("screen", SIZES)
def test_with_few_colours_everything_has_an_outline(watched: Watched, parked: Server, screen: str) -> None:
    page = watched.page
    page.set_viewport_size(SCREENS[screen])
    page.emulate_media(forced_colors="active")
    watched.open(parked)
    watched.until("() => window.herenow.metrics().drawn > 10")
    bare = page.evaluate("""() => [...document.querySelectorAll('.button, .icon-button, .chip')]
      .filter(one => one.checkVisibility() && getComputedStyle(one).borderTopWidth === '0px')
      .map(one => one.outerHTML)""")
    assert bare == []
    pressed = page.get_by_role("button", name="moving").first
    if screen == "phone":
        page.get_by_role("radio", name="devices").check()
    pressed.click()
    assert pressed.evaluate("one => getComputedStyle(one).outlineStyle") != "none", "not by colour alone"
    assert colours_of_the_map(page) > 3
    assert layout_faults(page) == []


def test_nothing_overlaps_or_is_cut_off_on_a_screen_of_320_pixels(watched: Watched, parked: Server) -> None:
    watched.page.set_viewport_size(NARROW)
    watched.open(parked)
    watched.until("() => window.herenow.metrics().drawn > 10")
    walk(watched.page)


@long
@pytest.mark.parametrize("screen", SIZES)
def test_nothing_overlaps_or_is_cut_off_with_text_twice_as_large(
    playwright: Playwright, parked: Server, screen: str
) -> None:
    with launched(playwright, "--blink-settings=defaultFontSize=32,defaultFixedFontSize=26") as browser:
        page = browser.new_page(viewport=SCREENS[screen])
        page.goto(parked.url)
        page.wait_for_function("() => window.herenow?.devices().length > 10")
        assert page.evaluate("() => parseFloat(getComputedStyle(document.documentElement).fontSize)") == 32
        walk(page)


def walk(page: Page) -> None:
    """Through what a small screen has, each part without a fault."""
    faults = {"at first": layout_faults(page)}
    for tab in ("Overview", "devices"):
        if page.get_by_role("radio", name=tab).count():
            page.get_by_role("radio", name=tab).check()
            page.wait_for_timeout(400)
            faults[tab] = layout_faults(page)
    page.get_by_role("option").first.click()
    page.wait_for_timeout(400)
    faults["detail"] = layout_faults(page)
    page.get_by_role("button", name="Back to the overview").click()
    handle = page.get_by_role("button", name="Panel height")
    while handle.count() and page.locator(".sheet").get_attribute("data-stop") != "peek":
        handle.press("Enter")
        page.wait_for_timeout(400)
    page.get_by_role("radio", name="Replay").check()
    page.wait_for_timeout(400)
    faults["replay"] = layout_faults(page)
    page.get_by_role("button", name="Help and keyboard shortcuts").click()
    faults["help"] = layout_faults(page)
    assert {screen: found for screen, found in faults.items() if found} == {}
