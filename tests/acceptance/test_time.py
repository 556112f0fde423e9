"""Time on the map in a real browser: which of it is chosen, how much was when, and what it looks like."""

import re
import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from herenow.model.clock import HOUR
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for

CARS = 20
EVERY = 20_000  # ms
WEST, SOUTH = 24.9, 60.1
STEP = 0.002  # degrees east between two fixes: 5.5 m/s
NOW_HOUR = time.time_ns() // 1_000_000 // HOUR * HOUR
DRIVES = (NOW_HOUR - 5 * HOUR, NOW_HOUR - 2 * HOUR)
A_DRIVE = CARS * HOUR // EVERY  # positions
VIEW = "/#11/60.12/25.08"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Cars that drove east for an hour, were silent for two, and drove the same way again."""
    with running(tmp_path_factory.mktemp("time") / "positions.db") as started:
        for begin in DRIVES:
            for car in range(CARS):
                assert report(started, *drive(car, begin)).json()["rejected"] == []
        wait_for(lambda: counted(started) == 2 * A_DRIVE)
        yield started


def counted(server: Server) -> int:
    query = {"from": DRIVES[0], "to": NOW_HOUR}
    body = httpx.get(f"{server.url}/api/history/timeline", params=query, timeout=PATIENCE).json()
    return sum(body.get("positions", []))  # none before the first round of the rollups


def drive(car: int, begin: int) -> list[dict[str, object]]:
    """Faster by the minute, and higher."""
    return [
        {
            "device_id": f"car-{car}",
            "time": begin + moment,
            "longitude": WEST + STEP * moment / EVERY,
            "latitude": SOUTH + car / 500,
            "speed": 5.0 + moment / HOUR,
            "altitude": 100.0 + moment / 60_000,
            "course": 90.0,
            "attributes": {"kind": "car", "name": f"Car {car}"},
        }
        for moment in range(0, HOUR, EVERY)
    ]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="dark", reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE * 1000)
    yield opened
    context.close()


def edge(page: Page, which: str) -> Locator:
    return page.get_by_role("slider", name=f"{which} of the selected period")


def tile_range(url: str) -> tuple[int, int] | None:
    """The range of a requested tile."""
    if "/api/history/tiles/" not in url:
        return None
    query = parse_qs(urlsplit(url).query)
    return int(query["from"][0]), int(query["to"][0])


def open_map(page: Page, server: Server) -> None:
    page.goto(server.url + VIEW)
    page.wait_for_function("() => window.herenow !== undefined")
    expect(page.locator(".histogram-bars rect")).to_have_count(24)


def draw_over(page: Page, begin: int, end: int) -> None:
    """Over the middle of the bars of these hours."""
    bars = page.locator(".histogram-bars").bounding_box()
    first, last = (int(edge(page, "Start").get_attribute(f"aria-value{name}") or 0) for name in ("min", "max"))
    assert bars
    x, y = (
        [bars["x"] + bars["width"] * (moment + HOUR / 2 - first) / (last - first) for moment in (begin, end)],
        bars["y"] + bars["height"] / 2,
    )
    page.mouse.move(x[0], y)
    page.mouse.down()
    page.mouse.move(x[1], y, steps=5)
    page.mouse.up()


def test_what_is_drawn_over_on_the_histogram_is_what_the_map_asks_for(page: Page, server: Server) -> None:
    open_map(page, server)
    with page.expect_request(lambda one: tile_range(one.url) == (DRIVES[0], DRIVES[0] + HOUR)):
        draw_over(page, DRIVES[0], DRIVES[0])
    expect(page.get_by_text(f"{A_DRIVE:,} positions", exact=True)).to_be_visible()
    with page.expect_request(lambda one: tile_range(one.url) == (DRIVES[0], DRIVES[1] + HOUR)):
        draw_over(page, DRIVES[1], DRIVES[0])
    expect(page.get_by_text(f"{2 * A_DRIVE:,} positions", exact=True)).to_be_visible()


def test_nothing_moves_under_a_pointer_while_history_loads(page: Page, server: Server) -> None:
    page.route("**/api/history/tiles/**", lambda _: None)  # without an answer
    open_map(page, server)
    brush = page.locator(".brush")
    loading = brush.bounding_box()
    expect(page.get_by_role("button", name="Cancel", exact=True)).to_be_visible()
    assert brush.bounding_box() == loading
    page.unroute_all(behavior="ignoreErrors")  # what is held goes on, too
    expect(page.get_by_text(re.compile("^No positions here since"))).to_be_visible()
    assert brush.bounding_box() == loading


def test_keys_move_an_edge_by_the_hour_and_with_shift_the_whole(page: Page, server: Server) -> None:
    open_map(page, server)
    draw_over(page, DRIVES[1], DRIVES[1])
    begin = edge(page, "Start")
    begin.focus()
    with page.expect_request(lambda one: tile_range(one.url) == (DRIVES[1] - 2 * HOUR, DRIVES[1] + HOUR)):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
    expect(begin).to_be_focused()
    with page.expect_request(lambda one: tile_range(one.url) == (DRIVES[0], DRIVES[1])):
        page.keyboard.press("Shift+ArrowLeft")


def test_the_time_before_is_one_button_away_and_there_is_none_in_the_future(page: Page, server: Server) -> None:
    open_map(page, server)
    expect(page.get_by_role("button", name="Next period")).to_be_disabled()
    draw_over(page, DRIVES[1], DRIVES[1])
    with page.expect_request(lambda one: tile_range(one.url) == (DRIVES[1] - HOUR, DRIVES[1])):
        page.get_by_role("button", name="Previous period").click()
    page.get_by_role("button", name="Next period").click()
    expect(edge(page, "Start")).to_have_attribute("aria-valuenow", str(DRIVES[1]))
    expect(page.get_by_text(f"{A_DRIVE:,} positions", exact=True)).to_be_visible()


def test_the_histogram_can_be_read_as_a_table_of_the_same_numbers(page: Page, server: Server) -> None:
    open_map(page, server)
    bars = page.locator(".histogram-bars rect").evaluate_all("bars => bars.map(bar => bar.dataset.count)")
    page.get_by_role("button", name="Stored positions over time: view as table").click()
    expect(page.locator(".histogram-table td")).to_have_count(24)
    cells = page.locator(".histogram-table td").all_inner_texts()
    assert [int(re.sub(r"\D", "", cell)) for cell in cells] == [int(bar) for bar in bars]
    assert sum(map(int, bars)) == 2 * A_DRIVE


def red_and_blue(page: Page) -> list[int]:
    """Of the history layer in the middle of the mark that stands for most, beside its number."""
    found: list[int] = page.evaluate("""() => {
      const marks = window.herenow.historyMarks().filter(mark => mark.count !== null);
      const most = marks.reduce((a, b) => b.count > a.count ? b : a);
      const canvas = document.querySelector(".history-layer canvas");
      const scale = canvas.width / canvas.clientWidth;
      const [x, y] = [(most.pixel[0] - 13) * scale, most.pixel[1] * scale];
      const [red, , blue] = canvas.getContext("2d").getImageData(x, y, 1, 1).data;
      return [red, blue];
    }""")
    return found


def test_history_is_a_density_where_that_is_wanted_and_circles_again(page: Page, server: Server) -> None:
    open_map(page, server)
    draw_over(page, DRIVES[0], DRIVES[0])
    expect(page.get_by_text(f"{A_DRIVE:,} positions", exact=True)).to_be_visible()
    red, blue = red_and_blue(page)
    assert blue > red, "circles are blue"
    page.get_by_role("button", name="Layers and legend").click()
    density = page.get_by_role("checkbox", name="History as density")
    density.check()
    expect(page.get_by_text("few to many stored positions")).to_be_visible()
    expect(page.get_by_text("number of stored positions")).to_have_count(0)
    page.wait_for_timeout(1000)
    red, blue = red_and_blue(page)
    assert red > blue, "the many glow yellow and red"
    density.uncheck()
    page.wait_for_timeout(1000)
    red, blue = red_and_blue(page)
    assert blue > red


def test_a_history_that_fails_is_reported_and_live_goes_on(page: Page, server: Server) -> None:
    history = re.compile(r"/api/history\?")
    page.route(history, lambda route: route.fulfill(status=503, json={"detail": "the store is away"}))
    page.goto(server.url + VIEW)
    trouble = page.get_by_role("alert").filter(has_text="the store is away")
    expect(trouble).to_be_visible()
    fix = {"device_id": "late", "time": time.time_ns() // 1_000_000, "longitude": 25.0, "latitude": SOUTH}
    report(server, fix)
    page.wait_for_function("() => window.herenow.shown('late') !== null")
    page.unroute(history)
    trouble.get_by_role("button", name="Try again").click()
    expect(trouble).to_have_count(0)


def test_loading_that_takes_long_can_be_cancelled_and_begun_again(page: Page, server: Server) -> None:
    open_map(page, server)
    tiles = re.compile(r"/api/history/tiles/")
    page.route(tiles, lambda _: None)  # no answer
    draw_over(page, DRIVES[0], DRIVES[0])
    page.get_by_role("button", name="Cancel", exact=True).click()
    stopped = page.get_by_role("alert").filter(has_text="Stopped: not all of it is shown.")
    expect(stopped).to_be_visible()
    page.wait_for_timeout(3000)
    expect(stopped).to_be_visible()
    expect(page.locator(".dock")).to_have_attribute("aria-busy", "false")
    page.unroute_all(behavior="ignoreErrors")
    stopped.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(f"{A_DRIVE:,} positions", exact=True)).to_be_visible()
    expect(stopped).to_have_count(0)
