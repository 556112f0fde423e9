"""What axe-core finds on each part of the page: nothing, in both themes, on a desktop and on a phone."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.browser import AXE, SCREENS
from tests.acceptance.layout import layout_faults
from tests.support.dose import SIZES, THEMES, long
from tests.support.server import Server, report, running

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# The two grips of the histogram may lie near each other: presets, form and keys do the same, as WCAG 2.5.8 allows.
RUN = """async tags => {
  const {violations} = await axe.run(document, {runOnly: {type: 'tag', values: tags}});
  return violations.flatMap(({id, nodes}) => nodes
    .filter(({html}) => id !== 'target-size' || !html.includes('brush-edge'))
    .map(node => [id, node.html.slice(0, 200), node.failureSummary]));
}"""

pytestmark = long


@pytest.fixture(params=SIZES)
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=SCREENS[request.param], reduced_motion="reduce")
    context.add_init_script(path=AXE)
    yield context.new_page()
    context.close()


def is_phone(page: Page) -> bool:
    return page.viewport_size is not None and page.viewport_size["width"] < 768


def overview(page: Page) -> None:
    if is_phone(page):
        page.get_by_role("radio", name="Overview").check()
    expect(page.get_by_role("region", name="Distance today", exact=True)).to_be_visible()


def devices(page: Page) -> None:
    if is_phone(page):
        page.get_by_role("radio", name="devices").check()
    page.get_by_role("button", name="moving").first.click()
    expect(page.get_by_role("option").first).to_be_visible()


def detail(page: Page) -> None:
    search(page, "parked-1")
    page.get_by_role("option").first.click()
    expect(page.get_by_role("button", name="Follow")).to_be_visible()
    expect(page.get_by_role("region", name="Trips and stops, last 24 hours").get_by_text("Loading")).to_have_count(0)


def no_match(page: Page) -> None:
    search(page, "nobody is called so")
    expect(page.get_by_role("button", name="Clear filters").first).to_be_visible()


def search(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Search devices").fill(words)


def replay(page: Page) -> None:
    page.get_by_role("radio", name="Replay").check()
    expect(page.get_by_role("slider", name="Visible time")).to_be_visible()


def layers(page: Page) -> None:
    page.get_by_role("button", name="Layers and legend").click()
    expect(page.get_by_text("stale: no report for two of its intervals")).to_be_visible()


def keys(page: Page) -> None:
    page.get_by_role("button", name="Help and keyboard shortcuts").click()
    expect(page.get_by_role("dialog")).to_be_visible()


PARTS: dict[str, Callable[[Page], None]] = {
    one.__name__: one for one in (overview, devices, detail, no_match, replay, layers, keys)
}


def faults(page: Page) -> list[Any]:
    """By axe in each theme and by layout, without motion, so that no colour is on its way to another."""
    found: list[Any] = layout_faults(page)
    for scheme in THEMES:
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(500)
        found += [(scheme, violation) for violation in page.evaluate(RUN, RULES)]
    return found


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_page_has_no_fault(page: Page, parked: Server, part: str) -> None:
    page.goto(parked.url)
    page.wait_for_function("() => window.herenow?.devices().length > 10")
    PARTS[part](page)
    assert faults(page) == []


def test_an_empty_fleet_and_its_first_device_have_no_fault(page: Page, tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        page.goto(server.url)
        expect(page.get_by_role("heading", name="No devices yet")).to_be_visible()
        assert faults(page) == []
        now = time.time_ns() // 1_000_000
        report(server, {"device_id": "bike-1", "time": now, "latitude": 60.17, "longitude": 24.94})
        card = page.get_by_role("region", name="First device")
        expect(card).to_contain_text("bike-1")
        expect(card).to_contain_text("60.17000, 24.94000")
        assert faults(page) == []
        card.get_by_role("button", name="Show on the map").click()
        expect(card).to_have_count(0)
        expect(page.get_by_role("button", name="Follow")).to_be_visible()
        page.wait_for_function("() => window.herenow.shown('bike-1') && location.hash.includes('/60.17')")


def test_a_lost_connection_has_no_fault(page: Page, tmp_path: Path) -> None:
    with running(tmp_path / "positions.db") as server:
        page.goto(server.url)
        expect(page.get_by_role("heading", name="No devices yet")).to_be_visible()
    expect(page.get_by_role("button", name="Try now")).to_be_visible()
    assert faults(page) == []
