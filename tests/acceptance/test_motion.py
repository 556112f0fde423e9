"""Markers on their way: each frame that the browser shows is looked at, also while the map is dragged."""

import itertools
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.acceptance.watched import Watched
from tests.support.server import Server, report, running, wait_for

DEVICES = 200
SPEED = 15.0  # m/s
EVERY = 2.0  # s between two reports
DEGREE = 55_660.0  # metres of longitude at 60 degrees north
WEST, NORTH = 24.9, 60.0
# For so long, and for so many frames however slow the machine is.
LOOK = """([ids, ms, least]) => new Promise(resolve => {
  const frames = [];
  const begin = performance.now();
  const look = () => {
    const now = performance.now();
    frames.push({now, shown: ids.map(id => window.herenow.shown(id)), ground: window.herenow.historyMarks()});
    if (now - begin < ms || frames.length < least) requestAnimationFrame(look);
    else resolve(frames);
  };
  requestAnimationFrame(look);
})"""


class Drivers:
    """A fleet that drives east, each report a step of the same length."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self._steps = 0
        self._thread = threading.Thread(target=self._drive)

    def __enter__(self) -> None:
        self.tell()
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def _drive(self) -> None:
        while not self._stop.wait(EVERY):
            self.tell()

    def tell(self) -> None:
        east = WEST + self._steps * SPEED * EVERY / DEGREE
        self._steps += 1
        now = time.time_ns() // 1_000_000
        shared = {"time": now, "speed": SPEED, "course": 90.0}
        rows = [
            {"device_id": f"car-{i}", "longitude": east + i % 20 / 1000, "latitude": NORTH + i // 20 / 1000, **shared}
            for i in range(DEVICES)
        ]
        there = NORTH + 0.005 + self._steps % 2 * 0.0002  # and one to and fro, always in sight
        rows.append({"device_id": "patrol", "longitude": WEST + 0.0102, "latitude": there, **shared, "course": 0.0})
        assert report(self._server, *rows).json()["accepted"] == DEVICES + 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Drivers, and one that stands where the map shows what is stored of it, too."""
    with running(tmp_path_factory.mktemp("motion") / "positions.db") as started:
        now = time.time_ns() // 1_000_000
        still = {"device_id": "still", "time": now, "longitude": WEST + 0.01, "latitude": NORTH + 0.005, "speed": 0.0}
        assert report(started, still).json()["accepted"] == 1
        with Drivers(started):
            yield started


def look(page: Page, ids: list[str], ms: int, least: int) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = page.evaluate(LOOK, [ids, ms, least])
    return frames


def watch(watched: Watched, server: Server, zoom: float) -> None:
    watched.open(server, f"/#{zoom}/{NORTH + 0.004}/{WEST + 0.012}")
    watched.until("count => window.herenow.devices().length > count", argument=DEVICES)
    watched.until("() => window.herenow.metrics().drawn > 0")
    watched.page.wait_for_timeout(3 * EVERY * 1000)  # until it is known how often they report


def test_no_marker_ever_jumps(watched: Watched, server: Server) -> None:
    watched.page.emulate_media(reduced_motion="no-preference")
    watch(watched, server, 14)
    frames = look(watched.page, [f"car-{i}" for i in range(DEVICES)], 8000, 20)
    metre = pixels_of_a_degree(frames[0]["shown"]) / DEGREE
    moved = 0.0
    for before, after in itertools.pairwise(frames):
        seconds = (after["now"] - before["now"]) / 1000
        for one, next_one in zip(before["shown"], after["shown"], strict=True):
            step = (next_one["longitude"] - one["longitude"]) * DEGREE
            moved += step
            # Somewhat faster than they drive: a report that came late is caught up with.
            assert -1 / metre <= step <= 3 * SPEED * seconds + 1 / metre
    assert moved / DEVICES > SPEED * 3, "and they do move"


def pixels_of_a_degree(shown: list[dict[str, Any]]) -> float:
    first, last = shown[0], shown[19]
    return float((last["pixel"][0] - first["pixel"][0]) / (last["longitude"] - first["longitude"]))


def test_markers_keep_to_the_ground_and_go_on_moving_while_the_map_is_dragged(watched: Watched, server: Server) -> None:
    watched.page.emulate_media(reduced_motion="no-preference")
    page = watched.page
    watched.open(server, f"/#18/{NORTH + 0.005}/{WEST + 0.01}")
    watched.until("() => ['still', 'patrol'].every(id => window.herenow.shown(id))")
    page.get_by_role("radio", name=re.compile("^Since ")).last.check()
    watched.until("() => window.herenow.historyMarks().some(mark => mark.count === null)")
    wait_for(lambda: marked_below(page) < 1)
    # Where a report is late because the machine is, the marker has to stand.
    assert any(moves_on(kept_to_the_ground(dragged(page, ["still", "patrol"]))) for _ in range(3))


def kept_to_the_ground(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    carried = frames[-1]["shown"][0]["pixel"][0] - frames[0]["shown"][0]["pixel"][0]
    assert abs(carried) > 3, "the map was dragged"
    for frame in frames:
        assert away(frame) <= 1, "the marker lies on the ground that was drawn with it"
    return frames


def moves_on(frames: list[dict[str, Any]]) -> bool:
    """In four of five frames."""
    places = [frame["shown"][1]["latitude"] for frame in frames]
    steps = [after - before for before, after in itertools.pairwise(places)]
    return sum(bool(step) for step in steps) >= 0.8 * len(steps)


def marked_below(page: Page) -> float:
    return away(look(page, ["still"], 0, 1)[0])


def away(frame: dict[str, Any]) -> float:
    """Pixels between the marker that stands and the nearest stored position on the layer below, which is its own."""
    x, y = frame["shown"][0]["pixel"]
    marks = [mark["pixel"] for mark in frame["ground"] if mark["count"] is None]
    return min((max(abs(x - left), abs(y - top)) for left, top in marks), default=float("inf"))


def dragged(page: Page, ids: list[str]) -> list[dict[str, Any]]:
    """The frames of three seconds in which a mouse drags the map to and fro."""
    box = page.get_by_role("application").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + 120
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(f"arguments => {{ window.looking = ({LOOK})(arguments) }}", [ids, 3000, 10])
    end = time.monotonic() + 2.8
    for step in itertools.count(1):
        if time.monotonic() > end:
            break
        page.mouse.move(x + 3 * step, y + 40 * (step % 2))
    frames: list[dict[str, Any]] = page.evaluate("() => window.looking")
    page.mouse.up()
    return frames
