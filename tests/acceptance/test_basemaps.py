"""Basemaps of other servers, in a real browser: chosen, kept, credited, and done without where they fail."""

import base64
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import mapbox_vector_tile
import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.picture import is_shown, pixels
from tests.acceptance.watched import Watched
from tests.support.patience import PATIENCE
from tests.support.server import Server, report, running, wait_for

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


LAND, WATER = (24, 35, 52), (12, 21, 36)  # of the dark theme
WEST = "POLYGON ((0 0, 2048 0, 2048 4096, 0 4096, 0 0))"  # half of a tile
VECTOR: bytes = mapbox_vector_tile.encode([{"name": "water", "features": [{"geometry": WEST, "properties": {}}]}])


class Tiles:
    """A tile server that can fail. In its vector tiles the western half is a lake."""

    def __init__(self) -> None:
        self.fails = False
        self.requested: list[str] = []
        tiles = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                tiles.requested.append(self.path)
                self.send_response(503 if tiles.fails else 200)
                vector = self.path.endswith(".mvt")
                self.send_header("Content-Type", "application/vnd.mapbox-vector-tile" if vector else "image/png")
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()
                if not tiles.fails:
                    self.wfile.write(VECTOR if vector else PICTURE)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture(scope="module")
def tiles() -> Iterator[Tiles]:
    made = Tiles()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


@pytest.fixture(scope="module")
def server(tiles: Tiles, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("basemaps")
    config = folder / "herenow.toml"
    config.write_text(
        f"""[[basemaps]]
id = "town"
name = "Town map"
kind = "xyz"
url = "{tiles.url}/light/{{z}}/{{x}}/{{y}}.png"
dark_url = "{tiles.url}/dark/{{z}}/{{x}}/{{y}}.png"
attribution = "Town council"
attribution_url = "https://example.org/licence"

[[basemaps]]
id = "lakes"
name = "Lakes"
kind = "mvt"
url = "{tiles.url}/{{z}}/{{x}}/{{y}}.mvt"
attribution = "Lake office"
"""
    )
    with running(folder / "positions.db", "--config", str(config)) as started:
        yield started


def test_rollups_and_history_have_them_too_and_go_on(server: Server) -> None:
    now = time.time_ns() // 1_000_000
    fix = {"device_id": "van", "time": now, "latitude": 60.0, "longitude": 25.0}
    assert report(server, fix).json()["accepted"] == 1

    def ask(path: str) -> httpx.Response:
        return httpx.get(f"{server.url}{path}", timeout=PATIENCE)

    wait_for(lambda: ask("/api/history").json().get("made") is not None)
    assert ask("/api/devices/van/track").json()["positions"][0]["time"] == now
    assert "a process ended" not in server.output()


def choose(page: Page, name: str) -> None:
    if page.get_by_role("radio", name=name, exact=True).count() == 0:
        page.get_by_role("button", name="Layers and legend").click()
    page.get_by_role("radio", name=name, exact=True).check()


def test_another_basemap_loads_its_tiles_and_is_credited_and_kept(
    watched: Watched, server: Server, tiles: Tiles
) -> None:
    tiles.fails = False
    watched.open(server)
    page, credit = watched.page, watched.page.get_by_role("region", name="Credits of the map")
    expect(credit).to_contain_text("Natural Earth")
    assert tiles.requested == []
    with page.expect_response(f"{tiles.url}/dark/**"):
        choose(page, "Town map")
    expect(credit.get_by_role("link", name="Town council")).to_have_attribute("href", "https://example.org/licence")
    expect(credit).not_to_contain_text("Natural Earth")
    watched.until("() => location.hash.includes('base=town')")
    page.get_by_role("slider", name="Dim").press("End")
    with page.expect_response(f"{tiles.url}/light/**"):
        page.emulate_media(color_scheme="light")
    with page.expect_response(f"{tiles.url}/light/**"):
        page.goto("about:blank")
        watched.open(server)
    choose(page, "Town map")
    expect(page.get_by_role("slider", name="Dim")).to_have_value("80")
    choose(page, "None")
    expect(credit).not_to_contain_text("Town council")
    watched.until("() => location.hash.includes('base=none')")
    page.goto("about:blank")
    watched.open(server, "/#3/20/10?base=builtin")
    expect(credit).to_contain_text("Natural Earth")
    assert watched.complaints == []


def test_one_whose_tiles_fail_gives_way_to_the_built_in_one_and_can_be_tried_again(
    watched: Watched, server: Server, tiles: Tiles
) -> None:
    tiles.fails = True
    watched.open(server, "/#3/20/10?base=town")
    page, credit = watched.page, watched.page.get_by_role("region", name="Credits of the map")
    notice = page.get_by_text("“Town map” does not load. The built-in map is shown instead.")
    expect(notice).to_be_visible()
    expect(credit).to_contain_text("Natural Earth")
    tiles.fails = False
    with page.expect_response(f"{tiles.url}/dark/**"):
        page.get_by_role("button", name="Try again").click()
    expect(credit).to_contain_text("Town council")
    expect(notice).to_have_count(0)


def test_one_of_vectors_is_drawn_in_the_colours_of_the_theme(watched: Watched, server: Server, tiles: Tiles) -> None:
    tiles.fails = False
    page = watched.page
    watched.open(server, "/#15/30.27/-97.5")  # on land, far from any lake of the built-in one

    def shows(colour: tuple[int, int, int]) -> bool:
        """Above the card that an empty fleet has."""
        return is_shown(pixels(page, 420, 80, 280, 90), colour, within=4)

    wait_for(lambda: shows(LAND) and not shows(WATER))
    choose(page, "Lakes")
    wait_for(lambda: shows(WATER) and shows(LAND))
    expect(page.get_by_role("region", name="Credits of the map")).to_contain_text("Lake office")
    page.emulate_media(color_scheme="light")
    wait_for(lambda: not shows(WATER) and not shows(LAND))
    assert any(path.endswith(".mvt") for path in tiles.requested)
    assert watched.complaints == []
