"""The chart of a device's speed in a real browser: to be pointed along, and to be read."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from herenow.model.clock import MINUTE
from tests.support.server import Server, report, running

FIXES = 30
NOW = time.time_ns() // 1_000_000
GAP = 15  # no fix for so many minutes, half-way


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A van that grew faster by 1 m/s a minute, with a gap."""
    with running(tmp_path / "positions.db") as started:
        fixes = [fix(number) for number in range(FIXES)]
        assert report(started, *fixes).json()["accepted"] == FIXES
        yield started


def fix(number: int) -> dict[str, object]:
    minutes = FIXES - number + (GAP if number < FIXES // 2 else 0)
    place = {"longitude": 24.9 + number / 1000, "latitude": 60.17}
    return {"device_id": "van", "time": NOW - minutes * MINUTE, "speed": float(number), **place}


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{server.url}/#13/60.17/24.91")
    page.get_by_text("van", exact=True).first.click()
    yield page
    context.close()


def test_arrow_keys_go_along_it_and_enter_leads_to_the_place(page: Page) -> None:
    chart = page.get_by_role("slider", name="Speed over the last hour, at most 104 km/h")
    expect(page.locator(".time-line canvas")).to_be_visible()
    chart.focus()
    page.keyboard.press("End")
    expect(chart).to_have_attribute("aria-valuetext", r_time("104 km/h"))
    page.keyboard.press("ArrowLeft")
    expect(chart).to_have_attribute("aria-valuetext", r_time("101 km/h"))
    page.keyboard.press("Home")
    expect(chart).to_have_attribute("aria-valuetext", r_time("0 km/h"))
    page.keyboard.press("Enter")
    page.wait_for_function("() => Math.abs(parseFloat(location.hash.split('/')[2]) - 24.9) < 0.0005")


def r_time(speed: str) -> re.Pattern[str]:
    return re.compile(rf"^\d.*: {re.escape(speed)}$")


def test_the_pointer_finds_a_moment_and_the_table_has_them_all(page: Page) -> None:
    area = page.locator(".time-line .u-over")
    box = area.bounding_box()
    assert box
    area.hover(position={"x": box["width"] - 2, "y": box["height"] / 2})
    expect(page.get_by_role("slider", name="Speed over the last hour")).to_have_attribute(
        "aria-valuetext", r_time("104 km/h")
    )
    page.get_by_role("button", name="Speed, last hour: view as table").click()
    rows = page.get_by_role("table", name="Speed, last hour").get_by_role("row")
    expect(rows).to_have_count(FIXES + 1)
    expect(rows.nth(1)).to_contain_text("104 km/h")
