"""The built client as it is served: from here alone, under a strict policy, also under a path of a proxy."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.acceptance.picture import pixels
from tests.acceptance.watched import SIMULATED, Watched
from tests.services.haproxy import HAProxy, under_a_path
from tests.support.server import Server

PATH = "/maps/herenow/"

# Kept where a later page of the same tab finds it.
RECORD = """document.addEventListener('securitypolicyviolation', ({violatedDirective, blockedURI, sourceFile}) => {
  const known = JSON.parse(sessionStorage.violations ?? '[]');
  sessionStorage.violations = JSON.stringify([...known, `${violatedDirective} ${blockedURI} ${sourceFile}`]);
})"""
VIOLATIONS = "() => JSON.parse(sessionStorage.violations ?? '[]')"


def watch_foreign(context: BrowserContext, origin: str) -> list[str]:
    """Requests to other servers, none of which is sent."""
    foreign: list[str] = []

    def elsewhere(url: str) -> bool:
        return not url.startswith((origin, "data:", "blob:"))

    def refuse(route: Route) -> None:
        foreign.append(route.request.url)
        route.abort()

    context.route(elsewhere, refuse)
    return foreign


def variance(page: Page) -> float:
    """Of the brightness in the middle of the map, where no panel is."""
    size = page.viewport_size
    assert size
    left, top = size["width"] * 0.35, size["height"] * 0.3
    return float(pixels(page, left, top, size["width"] * 0.3, 200).sum(axis=1).var())


def tour(watched: Watched, url: str) -> Iterator[str]:
    """Visits each screen, and yields its name while it is seen."""
    page = watched.page
    watched.visit(url)
    watched.wait_for_fleets()
    yield "overview"
    watched.until("() => window.herenow.historyMarks().length > 0")
    watched.until("() => window.herenow.historyMarks().length > 0")
    yield "history"
    page.keyboard.press("/")
    page.keyboard.type(watched.ids(SIMULATED)[0])
    page.get_by_role("option").first.click()
    expect(page.get_by_role("region", name="Device", exact=True).get_by_text("Speed", exact=True)).to_be_visible()
    yield "device"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "help"
    page.keyboard.press("Escape")
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(500)
    yield "light"
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    yield "mobile"


def test_with_every_other_origin_blocked_every_screen_works_and_none_complains(watched: Watched, demo: Server) -> None:
    foreign = watch_foreign(watched.page.context, demo.url)
    watched.page.add_init_script(RECORD)
    for screen in tour(watched, demo.url):
        assert variance(watched.page) > 20, f"{screen}: the map is blank"
        assert watched.page.evaluate(VIOLATIONS) == [], screen
    assert foreign == []
    assert watched.complaints == []


def test_the_page_about_the_http_interface_is_served_from_here_alone(watched: Watched, demo: Server) -> None:
    foreign = watch_foreign(watched.page.context, demo.url)
    watched.page.add_init_script(RECORD)
    watched.page.goto(demo.url + "/docs")
    expect(watched.page.get_by_text("/api/devices/{device_id}/track")).to_be_visible()
    assert tried(watched.page) == f"{demo.url}/api/stats"
    assert watched.page.evaluate(VIOLATIONS) == []
    assert (foreign, watched.complaints) == ([], [])


def tried(page: Page) -> str:
    """Asks for the statistics on that page; the address of the request."""
    page.locator("#operations-stats-stats_api_stats_get").get_by_role("button").first.click()
    page.get_by_role("button", name="Try it out").click()
    with page.expect_response("**/api/stats") as answer:
        page.get_by_role("button", name="Execute").click()
    assert answer.value.ok
    return answer.value.url


@pytest.fixture
def proxied(demo: Server, tmp_path: Path) -> Iterator[str]:
    """Where the demo is, under a path of a proxy."""
    with HAProxy(tmp_path, [int(demo.url.rpartition(":")[2])], under_a_path()) as proxy:
        yield proxy.url + PATH


def test_all_of_it_works_under_a_path_of_a_proxy(watched: Watched, proxied: str) -> None:
    sockets: list[str] = []
    watched.page.on("websocket", lambda socket: sockets.append(socket.url))
    for _ in tour(watched, proxied.removesuffix("/")):
        pass
    watched.until("() => window.herenow.metrics().lastUpdateAt > Date.now() - 3000")
    assert sockets == [proxied.replace("http", "ws", 1) + "ws/locations"]
    requested = [url for url in watched.requested if not url.startswith(("data:", "blob:"))]
    assert [url for url in requested if not (url + "/").startswith(proxied)] == []
    for part in ("basemap/world.pmtiles", "api/streets", "api/history/tiles/", "assets/"):
        assert any(url.startswith(proxied + part) for url in requested), f"{part} was not requested"
    exported = watched.page.evaluate("() => fetch('api/export?format=geojson').then(answer => answer.status)")
    assert exported == 200
    assert watched.complaints == []


def test_the_page_about_the_interface_works_under_a_path_too(watched: Watched, proxied: str) -> None:
    watched.page.goto(proxied + "docs")
    assert tried(watched.page) == proxied + "api/stats"
    assert watched.complaints == []
