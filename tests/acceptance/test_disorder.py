"""What goes wrong between a map and its server, in a real browser, and comes right again without a reload."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from herenow.wire import binary
from tests.acceptance.browser import FLAGS, SCREENS, chromium
from tests.support.broken_link import Proxy, open_proxy
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running

HOUR, DAY = 3_600_000, 86_400_000  # ms
TEXT, BINARY = 0x81, 0x82

# The clock of the page, which a test may set wrong by `shift` ms.
CLOCK = """
const right = Date;
window.shift = 0;
window.Date = class extends right {
  constructor(...parts) { parts.length ? super(...parts) : super(right.now() + window.shift); }
  static now() { return right.now() + window.shift; }
};
"""
FRESH = "place => (({latitude}) => Math.abs(latitude - place) < 1e-4)(window.herenow?.shown('probe') ?? {latitude: 0})"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("disorder") / "positions.db") as started:
        yield started


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[Proxy]:
    async with open_proxy("127.0.0.1", int(server.url.rpartition(":")[2])) as opened:
        yield opened


@pytest.fixture
async def page(proxy: Proxy) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = await browser.new_context(viewport=SCREENS["desktop"])
        context.set_default_timeout(PATIENCE * 1000)
        await context.add_init_script(CLOCK)
        opened = await context.new_page()
        yield opened
        await browser.close()


async def moved_to(server: Server, latitude: float) -> None:
    now = time.time_ns() // 1_000_000
    row: dict[str, object] = {"device_id": "probe", "time": now, "latitude": latitude, "longitude": 25.0, "speed": 5.0}
    await asyncio.to_thread(report, server, row)


async def open_map(page: Page, proxy: Proxy, server: Server) -> None:
    await moved_to(server, 60.0)
    await page.goto(f"http://127.0.0.1:{proxy.port}/#12/60/25")
    await page.wait_for_function(FRESH, arg=60.0)
    await page.evaluate("() => { window.first = true }")


async def is_live(page: Page, server: Server, latitude: float) -> None:
    """It follows what moves, and says that all is well; the page was not loaded again."""
    await moved_to(server, latitude)
    await page.wait_for_function(FRESH, arg=latitude)
    await expect(page.locator(".badge[data-tone=good]")).to_contain_text("Live")
    assert await page.evaluate("() => window.first === true"), "the page was loaded again"


def frame(opcode: int, payload: bytes) -> bytes:
    assert len(payload) < 126
    return bytes([opcode, len(payload)]) + payload


GARBAGE = [
    frame(TEXT, b"{"),
    frame(TEXT, b'{"type":"update","positions":5}'),
    frame(BINARY, bytes(range(100))),
    frame(BINARY, b""),
    # Of a newer server: what is not known is passed over.
    frame(TEXT, b'{"type":"surprise","of":"another version"}'),
    frame(BINARY, b"\xff" * 60),
]


async def test_garbage_is_shown_and_made_good_by_a_snapshot(page: Page, proxy: Proxy, server: Server) -> None:
    await open_map(page, proxy, server)
    banner = page.get_by_text("The server sent a message that this page cannot read.")
    for _ in range(100):
        for garbage in GARBAGE:
            proxy.say(garbage)
        await asyncio.sleep(0.1)
        if await banner.is_visible():
            break
    await expect(banner).to_be_visible()
    await is_live(page, server, 60.001)
    await expect(banner).not_to_be_visible()


@pytest.mark.parametrize("cut", [True, False], ids=["and the link breaks", "and goes on with another"])
async def test_half_a_frame_ends_the_link_and_the_next_is_whole(
    page: Page, proxy: Proxy, server: Server, *, cut: bool
) -> None:
    await open_map(page, proxy, server)
    accepted = proxy.accepted
    proxy.say(frame(BINARY, bytes([binary.UPDATE]) * 120)[:50])
    if cut:
        await asyncio.sleep(0.2)
        proxy.cut()
    await is_live(page, server, 60.002)
    assert proxy.accepted > accepted


async def test_a_clock_that_is_a_day_ahead_changes_nothing_that_is_shown(
    page: Page, proxy: Proxy, server: Server
) -> None:
    await page.context.add_init_script(f"window.shift = {DAY}")
    await open_map(page, proxy, server)
    await is_live(page, server, 60.003)
    assert await page.evaluate("() => Math.abs(Date.now() - performance.timeOrigin)") > DAY / 2
    devices = page.get_by_role("region", name="Devices", exact=True)
    await expect(devices).to_contain_text("now")
    for wrong in ("1 d ago", "24 h", "1 day"):
        await expect(devices).not_to_contain_text(wrong)


async def test_a_tab_that_slept_for_an_hour_is_current_again_without_a_reload(
    page: Page, proxy: Proxy, server: Server
) -> None:
    await open_map(page, proxy, server)
    browser = await page.context.new_cdp_session(page)
    await page.evaluate(f"() => {{ window.shift = {HOUR} }}")
    await browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    proxy.cut()
    await moved_to(server, 60.004)
    await browser.send("Page.setWebLifecycleState", {"state": "active"})
    await page.wait_for_function(FRESH, arg=60.004)
    await is_live(page, server, 60.005)
    devices = page.get_by_role("region", name="Devices", exact=True)
    await expect(devices).not_to_contain_text("1 h ago")


async def test_a_link_that_falls_behind_says_how_far_and_why(page: Page, proxy: Proxy, server: Server) -> None:
    badge = page.locator(".badge")
    await page.goto(f"http://127.0.0.1:{proxy.port}/#12/60/25")
    await expect(badge).to_contain_text("Live")
    proxy.freeze()
    await expect(badge).to_contain_text("s behind")
    await expect(badge).to_have_attribute("data-tone", "warn")
    await expect(badge).to_have_attribute("title", "The network between here and the server is slow.")
    proxy.thaw()
    await page.evaluate("() => { window.first = true }")
    await is_live(page, server, 60.006)


async def test_a_server_that_speaks_another_wire_is_polled_until_it_speaks_ours(
    page: Page, proxy: Proxy, server: Server
) -> None:
    await open_map(page, proxy, server)
    proxy.instead = (b"herenow.json.v1", b"herenow.json.v9")
    proxy.cut()
    badge = page.locator(".badge")
    # The other name is still known there.
    await is_live(page, server, 60.007)
    proxy.instead = (b"herenow.bin.v1, herenow.json.v1", b"herenow.bin.v9, herenow.json.v9")
    proxy.cut()
    await expect(badge).to_contain_text("Polling")
    await moved_to(server, 60.008)
    await page.wait_for_function(FRESH, arg=60.008)
    proxy.instead = None
    await page.get_by_role("button", name="Try now").click()
    await is_live(page, server, 60.009)


async def test_a_server_with_another_build_of_the_page_offers_it_once_it_is_back(
    page: Page, proxy: Proxy, server: Server
) -> None:
    await open_map(page, proxy, server)
    offer = page.get_by_text("There is a new version of this page.")
    proxy.cut()
    await is_live(page, server, 60.010)
    await expect(offer).to_have_count(0)

    async def another_build(route: Route) -> None:
        if route.request.resource_type == "fetch":
            await route.fulfill(content_type="text/html", body='<script type="module" src="./assets/index-new.js">')
        else:
            await route.continue_()

    await page.route(f"http://127.0.0.1:{proxy.port}/", another_build)
    proxy.cut()
    await expect(offer).to_be_visible()
    await is_live(page, server, 60.011)
    await page.get_by_role("button", name="Reload", exact=True).click()
    await page.wait_for_function(FRESH, arg=60.011)
    await expect(offer).to_have_count(0)
    assert await page.evaluate("() => window.first === undefined"), "the page was not loaded again"
