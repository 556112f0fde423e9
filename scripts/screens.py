"""What the pictures of docs/screens.md show, and what is done to a page until it shows that."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, Route, WebSocketRoute, expect
from tests.support.server import wait_for

CROWD = 10_000  # devices
CITY = "/#12.3/30.27/-97.525"
DRIVING = "/#14.2/30.27/-97.53"
STREET = "/#16.5/30.2672/-97.7431"


@dataclass(frozen=True)
class Screen:
    """What is done to a page that has just been made, until it shows what is to be seen."""

    name: str
    show: Callable[[Page, str], None]  # receives the address of the server
    shots: tuple[str, ...]  # size and theme of each picture
    server: str = "demo"
    flags: tuple[str, ...] = ()  # of the browser
    locale: str = "en-GB"


def is_phone(page: Page) -> bool:
    return page.viewport_size is not None and page.viewport_size["width"] < 768


def opened(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_function("() => window.herenow?.metrics().drawn > 0", timeout=60_000)
    page.wait_for_timeout(3000)  # the basemap, names and charts come in
    if (notice := page.get_by_role("button", name="Dismiss")).is_visible():
        notice.click()


def overview(page: Page, url: str) -> None:
    opened(page, url)
    expect(page.get_by_text("Loading")).to_have_count(0)


def sheet(stop: str) -> Callable[[Page, str], None]:
    def show(page: Page, url: str) -> None:
        opened(page, url)
        while page.locator(".sheet").get_attribute("data-stop") != stop:
            page.get_by_role("button", name="Panel height").press("Enter")
            page.wait_for_timeout(400)
        page.get_by_role("button", name="Panel height").blur()

    return show


def detail(page: Page, url: str) -> None:
    opened(page, url)
    search(page, "sim-")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Zoom to").click()
    page.wait_for_timeout(3000)


def search(page: Page, words: str) -> None:
    page.get_by_role("textbox", name="Search devices").fill(words)


def no_match(page: Page, url: str) -> None:
    opened(page, url)
    search(page, "no such device")
    expect(page.get_by_text("0 of", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="Clear filters").first).to_be_visible()


def street(page: Page, url: str) -> None:
    opened(page, url)
    page.goto(url + STREET)
    page.wait_for_timeout(4000)


def crowd(page: Page, url: str) -> None:
    # Or the page would tell of the first one.
    wait_for(lambda: page.request.get(f"{url}/api/stats").json()["devices"] == CROWD, 60)
    opened(page, url + CITY)
    page.wait_for_function("count => window.herenow.devices().length >= count", arg=CROWD, timeout=60_000)
    page.wait_for_timeout(5000)


def layers(page: Page, url: str) -> None:
    opened(page, url)
    page.get_by_role("button", name="Layers and legend").click()


def replay(page: Page, url: str) -> None:
    opened(page, url)
    play(page)


def play(page: Page) -> None:
    """What was stored last, for the demo has only just begun."""
    page.get_by_role("radio", name="Replay").check()
    page.get_by_role("radio", name="15 min", exact=True).check()
    slider = page.get_by_role("slider", name="Visible time")
    slider.press("End")
    slider.press("ArrowLeft")
    page.wait_for_function("() => window.herenow.metrics().drawn > 0")
    page.wait_for_timeout(2000)


def replay_device(page: Page, url: str) -> None:
    opened(page, url)
    search(page, "sim-")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Zoom to").click()
    play(page)


def replay_gap(page: Page, url: str) -> None:
    replay(page, url)
    page.get_by_role("slider", name="Visible time").press("Home")
    page.wait_for_timeout(2000)


def trails(page: Page, url: str) -> None:
    opened(page, url + DRIVING)
    page.get_by_role("button", name="Layers and legend").click()
    page.get_by_role("checkbox", name="Trails of all").check()
    page.get_by_role("checkbox", name="Heading").check()
    page.get_by_role("radio", name="Speed", exact=True).check()
    page.get_by_role("button", name="Layers and legend").click()
    page.wait_for_timeout(30_000)  # ways have to be gone


def measure(page: Page, url: str) -> None:
    opened(page, url)
    page.keyboard.press("m")
    for x, y in ((500, 250), (640, 420), (900, 330)):
        page.mouse.click(x, y)


def palette(page: Page, url: str) -> None:
    opened(page, url)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Command or device")).to_be_focused()
    page.keyboard.type("bus 9")
    page.wait_for_timeout(1500)


def settings(page: Page, url: str) -> None:
    opened(page, url)
    page.keyboard.press("s")


def kiosk(page: Page, url: str) -> None:
    opened(page, url + "/?kiosk" + DRIVING.removeprefix("/"))


def help_dialog(page: Page, url: str) -> None:
    opened(page, url)
    page.keyboard.press("?")


def loading(page: Page, url: str) -> None:
    page.route("**/api/**", lambda route: None if "config" not in route.request.url else route.continue_())
    page.route_web_socket("**/ws/locations", lambda _: None)
    page.goto(url)
    page.wait_for_timeout(3000)


def empty(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.get_by_role("heading", name="No devices yet")).to_be_visible()
    page.wait_for_timeout(2000)


def offline(page: Page, url: str) -> None:
    opened(page, url)
    page.context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible(timeout=30_000)


def polling(page: Page, url: str) -> None:
    page.route_web_socket("**/ws/locations", lambda socket: socket.close())
    page.goto(url)
    expect(page.get_by_text("polling").first).to_be_visible(timeout=40_000)
    page.wait_for_timeout(4000)


def lag(page: Page, url: str) -> None:
    held = threading.Event()

    def pass_on(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: None if held.is_set() else socket.send(message))

    page.route_web_socket("**/ws/locations", pass_on)
    opened(page, url)
    held.set()
    expect(page.locator(".badge[data-tone=warn]")).to_contain_text("s behind", timeout=30_000)


def new_version(page: Page, url: str) -> None:
    sockets: list[WebSocketRoute] = []

    def pass_on(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    def another_build(route: Route) -> None:
        body = '<script type="module" src="./assets/index-new.js">'
        fetched = route.request.resource_type == "fetch"
        route.fulfill(content_type="text/html", body=body) if fetched else route.continue_()

    page.route_web_socket("**/ws/locations", pass_on)
    page.route(f"{url}/", another_build)
    opened(page, url)
    sockets[0].close(code=1012, reason="stopping")
    expect(page.get_by_text("There is a new version of this page.")).to_be_visible(timeout=30_000)
    page.wait_for_timeout(2000)


def history_error(page: Page, url: str) -> None:
    problem = {"type": "about:blank", "title": "Service Unavailable", "detail": "The store cannot be reached."}
    page.route("**/api/history/tiles/**", lambda route: route.fulfill(status=503, json=problem | {"status": 503}))
    opened(page, url)
    expect(page.get_by_role("alert").first).to_be_visible()


def panel_crash(page: Page, url: str) -> None:
    page.route("**/api/devices?**", lambda route: route.fulfill(json={"devices": [None], "total": 1}))
    page.goto(url)
    expect(page.get_by_role("button", name="Reload panel").first).to_be_visible(timeout=30_000)
    page.wait_for_timeout(3000)


def no_card(page: Page, url: str) -> None:
    opened(page, url)
    expect(page.get_by_text("compatibility mode")).to_be_visible()


SCREENS = (
    Screen("overview", overview, ("desktop-dark", "desktop-light", "phone-dark", "phone-light")),
    Screen("crowd", crowd, ("desktop-dark",), server="crowd"),
    Screen("street", street, ("desktop-light", "phone-dark")),
    Screen("detail", detail, ("desktop-dark", "desktop-light", "phone-dark")),
    Screen("replay", replay, ("desktop-dark", "phone-light")),
    Screen("replay-device", replay_device, ("desktop-light",)),
    Screen("replay-gap", replay_gap, ("desktop-dark",)),
    Screen("layers", layers, ("desktop-light", "phone-dark")),
    Screen("sheet-peek", sheet("peek"), ("phone-dark",)),
    Screen("sheet-full", sheet("full"), ("phone-light",)),
    Screen("trails", trails, ("desktop-dark",)),
    Screen("measure", measure, ("desktop-light",)),
    Screen("palette", palette, ("desktop-dark",)),
    Screen("settings", settings, ("desktop-light", "phone-light")),
    Screen("kiosk", kiosk, ("desktop-dark",)),
    Screen("turkish", overview, ("desktop-light", "phone-light"), locale="tr-TR"),
    Screen("help", help_dialog, ("desktop-light", "phone-light")),
    Screen("no-match", no_match, ("desktop-dark", "phone-dark")),
    Screen("empty", empty, ("desktop-light", "phone-dark"), server="empty"),
    Screen("loading", loading, ("desktop-dark", "phone-dark")),
    Screen("offline", offline, ("desktop-light", "phone-light")),
    Screen("lag", lag, ("desktop-dark", "phone-dark")),
    Screen("new-version", new_version, ("desktop-light", "phone-light")),
    Screen("polling", polling, ("desktop-dark",)),
    Screen("history-error", history_error, ("desktop-dark",)),
    Screen("panel-crash", panel_crash, ("desktop-light",)),
    Screen("no-card", no_card, ("desktop-dark",), flags=("--disable-3d-apis",)),
)
